"""The encoders, whatever value they get."""

from __future__ import annotations

import html
import quopri
import re
from email.header import decode_header, make_header
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.newsletter import encode

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
nasty = st.text(st.sampled_from("a. \t\r\nF=ü€😀'\"<>&?From "), max_size=200)
texts = anything | nasty


def lines_are_right(encoded: bytes) -> bool:
    lines = encoded.split(b"\r\n")
    return (
        encoded.isascii()
        and not re.search(rb"[\r\n]", b"".join(lines))
        and all(len(line) <= 76 and line[:1] != b"." for line in lines)
        and all(line[-1:] not in (b" ", b"\t") for line in lines)
    )


def normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(encoded: bytes) -> str:
    return quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode()


@given(texts)
def test_quoted_printable_gives_back_the_text_in_right_lines(text: str) -> None:
    encoded = encode.quoted_printable(text)
    assert decoded(encoded) == normal(text)
    assert lines_are_right(encoded)
    assert not re.search(rb"^From ", encoded, re.MULTILINE)


@given(texts)
def test_words_come_back_in_text_and_html(text: str) -> None:
    assert decoded(encode.text_words(text)) == normal(text)
    assert html.unescape(decoded(encode.html_words(text))) == html.unescape(html.escape(normal(text)))
    assert "<" not in decoded(encode.html_words(text))
    assert lines_are_right(encode.text_words(text))
    assert lines_are_right(encode.html_words(text))


@given(texts)
def test_urls_come_back_and_hold_nothing_foreign(text: str) -> None:
    url = "https://city.example/" + text
    for encoded in (encode.text_url(url), encode.html_url(url), encode.header_url(url)):
        assert re.fullmatch(rb"[!-~\r\n]*", encoded)
    assert unquote(decoded(encode.text_url(url))) == unquote(url)
    assert unquote(html.unescape(decoded(encode.html_url(url)))) == unquote(url)
    assert unquote(encode.header_url(url).decode()) == unquote(url)
    assert lines_are_right(encode.text_url(url))
    assert lines_are_right(encode.html_url(url))
    assert not re.search(rb"[\r\n<>\" ]", encode.header_url(url))


@given(texts)
@example("two  spaces")
def test_header_text_is_one_line_to_its_reader(text: str) -> None:
    encoded = encode.header_text(text)
    assert str(make_header(decode_header(encoded.decode().replace("\r\n", "")))) == encode.one_line(text)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert not re.search(rb"\r\n(?! )|(?<!\r)\n|\r(?!\n)", encoded)


@given(st.integers(40, 200).map(lambda count: "ü" * count) | texts)
def test_encoded_words_are_short_and_cut_no_character(text: str) -> None:
    words = encode.encoded_words(text)
    assert all(len(word) <= 75 for word in words)
    assert "".join(str(make_header(decode_header(word.decode()))) for word in words) == text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", b""),
        ("Alex Muster", b'"Alex Muster" '),
        ("Dr. A. Muster, Presse", b'"Dr. A. Muster, Presse" '),
        ("Jürgen", b"=?utf-8?b?SsO8cmdlbg==?=\r\n "),
        ('Alex "Lex" M.', b"=?utf-8?b?QWxleCAiTGV4IiBNLg==?=\r\n "),
        ("Bcc\r\nX: y", b"=?utf-8?b?QmNjIFg6IHk=?=\r\n "),
    ],
)
def test_phrase(name: str, expected: bytes) -> None:
    assert encode.phrase(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("alex@city.example", b"alex@city.example"),
        ("alex+a.b@mail.city.example", b"alex+a.b@mail.city.example"),
        ("o'brien@city.example", b"o'brien@city.example"),
        ("alex@bücher.example", b"alex@xn--bcher-kva.example"),
    ],
)
def test_address(value: str, expected: bytes) -> None:
    assert encode.address(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", "alex", "@city.example", "alex@", "a b@city.example", "a@b>\r\nRCPT TO:<c@d", "jürgen@city.example",
     "a@b@c", "a@city.example\n", "a\x00@city.example", "a@" + "b" * 260, "<a@b>", "a@-", "a@b\u2028c.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(ComposeError):
        encode.address(value)


@given(texts)
def test_an_address_never_breaks_out_of_its_command(value: str) -> None:
    try:
        encoded = encode.address(value + "@city.example")
    except ComposeError:
        return
    assert re.fullmatch(rb"[!-~]+", encoded)
    assert not set(b"<> ") & set(encoded)


@given(texts)
def test_plain_takes_what_is_printable_only(value: str) -> None:
    if value.isascii() and value.isprintable():
        assert encode.plain(value) == value.encode()
    else:
        with pytest.raises(ComposeError):
            encode.plain(value)
