"""What comes from outside can't forge anything."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.rendering import clean, markdown

NASTY = st.text(
    st.characters() | st.sampled_from("*_`[]()<>#+-.!|~&=\\⟦⟧„“\n\r\t\x1e\x1f\x00\u202e\u2028"), max_size=60
)


@given(NASTY)
def test_a_cleaned_line_is_one_line_of_allowed_characters(value: str) -> None:
    line = clean.line(value)
    assert line == " ".join(line.split())
    assert not {"⟦", "⟧", "\u202e", "\ufffe"} & set(line)
    assert not [mark for mark in line if unicodedata.category(mark) in {"Cc", "Cs"}]
    assert clean.line(line) == line
    line.encode()


@given(NASTY)
def test_escaped_markdown_shows_what_stood_there(value: str) -> None:
    line = clean.line(value)
    assert markdown.parse_line(clean.escape_markdown(line)).plain() == line
    assert markdown.parse(clean.escape_markdown(line)).plain() == line


@given(st.text(max_size=80), st.integers(2, 40))
def test_what_is_cut_fits(value: str, longest: int) -> None:
    kept = clean.cut(value, longest)
    assert len(kept) <= longest
    assert kept == value or kept.endswith("…")


@pytest.mark.parametrize(
    ("value", "longest", "kept"),
    [
        ("Kommunen innovativ", 18, "Kommunen innovativ"),
        ("Kommunen innovativ", 17, "Kommunen…"),
        ("Kommunen, innovativ", 12, "Kommunen…"),
        ("Kommunalversammlung", 10, "Kommunalv…"),
    ],
)
def test_cutting_keeps_whole_words_where_it_can(value: str, longest: int, kept: str) -> None:
    assert clean.cut(value, longest) == kept


@pytest.mark.parametrize(
    ("value", "base", "address"),
    [
        ("https://city.example/a?b=1&c=2", "", "https://city.example/a?b=1&c=2"),
        ("/a", "https://city.example/b/c", "https://city.example/a"),
        ("/a", "", ""),
        ("javascript:alert(1)", "https://city.example", ""),
        ("data:text/html,x", "", ""),
        ("https://city.example/ein Bild\n.png", "", "https://city.example/ein%20Bild%20.png"),
        ('https://city.example/"><script>', "", "https://city.example/%22%3E%3Cscript%3E"),
        ("https://städte.example/ü", "", "https://xn--stdte-hra.example/%C3%BC"),
        ("https://[", "", ""),
        ("⟦view_url⟧", "", ""),
    ],
)
def test_addresses_are_absolute_or_gone(value: str, base: str, address: str) -> None:
    assert clean.address(value, base) == address
