"""HTML, text and line say the same, because they come from the same tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.rendering import markdown

BASE = "https://city.example/meldungen/1"


@pytest.mark.parametrize(
    ("source", "html", "text"),
    [
        ("Ein *Wort* <b>", "<p>Ein <em>Wort</em> &lt;b&gt;</p>\n", "Ein Wort <b>"),
        ("# Titel\n\nText", "<h2>Titel</h2>\n<p>Text</p>\n", "Titel\n\nText"),
        (
            "[Seite](/x) und <https://a.example/>",
            '<p><a href="https://city.example/x">Seite</a> und <a href="https://a.example/">https://a.example/</a></p>\n',
            "Seite <https://city.example/x> und https://a.example/",
        ),
        ("[x](ftp://a.example)", "<p>x</p>\n", "x"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n", "[x](javascript:alert)"),
        (
            "![Foto](/f.png)",
            '<p><a href="https://city.example/f.png">Foto</a></p>\n',
            "Foto <https://city.example/f.png>",
        ),
        (
            "[![Foto](/f.png)](/x)",
            '<p><a href="https://city.example/x">Foto</a></p>\n',
            "Foto <https://city.example/x>",
        ),
        ("[Mail](mailto:a@b.example)", '<p><a href="mailto:a@b.example">Mail</a></p>\n', "Mail <a@b.example>"),
        ("[ab](⟦unsubscribe_url⟧)", '<p><a href="⟦unsubscribe_url⟧">ab</a></p>\n', "ab <⟦unsubscribe_url⟧>"),
        (
            "- eins\n- zwei\n  - drei\n\n1. a\n2. b\n\n> Wort",
            "<ul>\n<li>eins</li>\n<li>zwei\n<ul>\n<li>drei</li>\n</ul>\n</li>\n</ul>\n"
            "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<blockquote>\n<p>Wort</p>\n</blockquote>\n",
            "- eins\n- zwei\n  - drei\n\n1. a\n2. b\n\n> Wort",
        ),
        ("a\\\nb", "<p>a<br />\nb</p>\n", "a\nb"),
    ],
)
def test_the_same_source_as_html_and_as_text(source: str, html: str, text: str) -> None:
    document = markdown.parse(source, BASE)
    assert (document.html(), document.text()) == (html, text)


def test_text_is_wrapped_but_addresses_are_not() -> None:
    address = "https://city.example/" + "lang-" * 30
    lines = markdown.parse(f"{'Wort ' * 40}[Seite]({address})\n\n- {'Punkt ' * 30}").text().split("\n")
    assert [line for line in lines if len(line) > markdown.WIDTH] == [f"<{address}>"]
    assert lines[-1].startswith("  Punkt")


@given(st.text(st.sampled_from("ab*_[]()<>#-1. \n`\\!&\"'⟦⟧"), max_size=80))
def test_no_markdown_makes_tags_of_its_own(source: str) -> None:
    document = markdown.parse(source, BASE)
    assert "<b" not in document.html().replace("<br", "").replace("<blockquote", "")
    assert all(line == line.rstrip() for line in document.text().split("\n"))
