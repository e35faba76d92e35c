"""What feeds clean, cut and refuse."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.feeds.text import (
    TITLE_LENGTH,
    clean,
    cut,
    faults,
    is_blank,
    looks_like_html,
    one_line,
    plain,
    web_address,
)

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Grüße aus dem Rathaus\nZeile 2\tx", "Grüße aus dem Rathaus\nZeile 2\tx"),
        ("a\x00b\x0bc\x1fd\x7fe", "abcde"),
        ("wrongly\x96decoded\x80", "wronglydecoded"),
        ("half \ud83d of an emoji 😀", "half  of an emoji 😀"),
        ("\ufffe\uffffx\r\ny\rz", "x\ny\nz"),
        ("soft\xadhyphen non\xa0breaking", "soft\xadhyphen non\xa0breaking"),
    ],
)
def test_clean(given_text: str, expected: str) -> None:
    assert clean(given_text) == expected


@given(ANYTHING)
def test_clean_text_is_what_xml_takes_and_gives_back(text: str) -> None:
    element = ElementTree.Element("x")
    element.text = clean(text)
    assert (ElementTree.fromstring(ElementTree.tostring(element, "utf-8")).text or "") == clean(text)
    assert clean(clean(text)) == clean(text)


def test_one_line() -> None:
    assert one_line("  Eine\n\tlange\r\nÜberschrift \x00 ") == "Eine lange Überschrift"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rat &amp; Tat", "Rat & Tat"),
        ("Rat &amp;amp; Tat", "Rat & Tat"),
        ("Höhe < 3 m und > 2 m", "Höhe < 3 m und > 2 m"),
        ("Skripte <script>alert(1)</script> unerwünscht", "Skripte ‹script›alert(1)‹/script› unerwünscht"),
        ("&lt;b&gt;laut&lt;/b&gt;", "‹b›laut‹/b›"),
        ("<b ohne Ende", "‹b ohne Ende"),
        ("F&E, H&M, R&reg", "F&E, H&M, R&reg"),
        ("a&#11;b&#10;c", "ab c"),
    ],
)
def test_a_plain_title_is_not_taken_for_html(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(ANYTHING)
def test_plain_is_final(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert not looks_like_html(plain(text))


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \n", True), ("\u200b\u00ad", True), ("–", False)])
def test_is_blank(text: str, blank: bool) -> None:
    assert is_blank(text) is blank


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("kurz", 10, "kurz"),
        ("genau zehn", 10, "genau zehn"),
        ("Führung durch das Rathaus", 20, "Führung durch das…"),
        ("Führung, danach Empfang", 13, "Führung…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("abcdefghe\u0301xyz", 10, "abcdefgh…"),
        ("abcdef👩\u200d👩\u200d👧xyz", 10, "abcdef…"),
        ("abcdefgh🇩🇪xyz", 10, "abcdefgh…"),
    ],
)
def test_cut_ends_at_a_word_or_between_characters(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@given(st.text(min_size=TITLE_LENGTH))
def test_cut_is_never_longer_and_never_tears_an_accent(text: str) -> None:
    short = cut(text)
    assert len(short) <= TITLE_LENGTH
    if short != text:
        kept = len(short) - 1
        assert text.startswith(short[:-1])
        assert kept <= 1 or not unicodedata.category(text[len(text[:kept].rstrip())]).startswith("M")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://city.example", "https://city.example"),
        (" https://City.example/a?b=c#d ", "https://city.example/a?b=c#d"),
        ("https://bücher.example:8443/straße?ort=köln", "https://xn--bcher-kva.example:8443/stra%C3%9Fe?ort=k%C3%B6ln"),
        ("https://city.example/100%/a%20b c", "https://city.example/100%25/a%20b%20c"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_web_address(url: str, expected: str) -> None:
    assert web_address(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "", "/mitteilungen/1", "//city.example/x", "city.example", "javascript:alert(1)", "ftp://city.example/x",
        "https://", "https:///x", "https://me:secret@city.example/", "https://city.example:port/", "http://[::1/",
        "https://city.example/\ud83d", "https://" + "ü" * 70 + ".example/",
    ],
)  # fmt: skip
def test_web_address_refuses(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(is no|carries a) "):
        web_address(url)


@given(st.text(max_size=30))
def test_an_accepted_address_is_ascii_and_stays(path: str) -> None:
    url = web_address("https://city.example/" + path.lstrip())
    assert url.isascii()
    assert web_address(url) == url


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>Gut: <a href="https://city.example/x">x</a> <a href="mailto:presse@city.example">m</a></p>', ()),
        ('<img src="https://city.example/a.jpg" alt="">', ()),
        ('<a href="/karte">Karte</a>', ("the address '/karte' on <a>, which is not absolute",)),
        ('<a href="javascript:x()">x</a>', ("the address 'javascript:x()' on <a>, which is not absolute",)),
        ("<script>x</script>", ("the element <script>, which readers remove or refuse",)),
        (
            '<p onclick="x()"><IFRAME src="//e.example"></IFRAME></p>',
            (
                "the script attribute onclick on <p>",
                "the element <iframe>, which readers remove or refuse",
                "the address '//e.example' on <iframe>, which is not absolute",
            ),
        ),
    ],
)
def test_faults(html: str, expected: tuple[str, ...]) -> None:
    assert faults(html) == expected
