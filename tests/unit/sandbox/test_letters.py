from __future__ import annotations

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from announcer.sandbox.letters import Letter, read_letter


def _raw() -> bytes:
    mail = EmailMessage()
    mail["From"] = "Pressestelle Köln <presse@city.example>"
    mail["To"] = "a@example.org"
    mail["Subject"] = "Grüße: „Kommunen innovativ“ im Großen Saal, mit einem Betreff, der gefaltet werden muss"
    mail["Message-ID"] = "<two@city.example>"
    mail["In-Reply-To"] = "<one@city.example>"
    mail["References"] = "<zero@city.example> <one@city.example>"
    mail["List-Unsubscribe"] = "<https://city.example/u/1>"
    mail.set_content("Schöne Grüße")
    mail.add_alternative("<p>Schöne Grüße</p>", subtype="html")
    mail.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="übersicht.ics")
    return bytes(mail)


def test_a_letter_is_decoded() -> None:
    letter = read_letter(_raw())
    assert letter.subject == "Grüße: „Kommunen innovativ“ im Großen Saal, mit einem Betreff, der gefaltet werden muss"
    assert letter.sender == "Pressestelle Köln <presse@city.example>"
    assert (letter.text, letter.html) == ("Schöne Grüße\n", "<p>Schöne Grüße</p>\n")
    assert letter.attachments == ("übersicht.ics",)
    assert letter.list_unsubscribe == "<https://city.example/u/1>"


def test_the_nearest_reference_comes_first_and_once() -> None:
    assert read_letter(_raw()).answers == ("<one@city.example>", "<zero@city.example>")


def test_raw_utf8_in_headers_is_read() -> None:
    assert read_letter("Subject: Grüße\r\n\r\nx".encode()).subject == "Grüße"


def test_an_unknown_charset_and_a_broken_encoded_word_do_no_harm() -> None:
    raw = b"Subject: =?klingon?Q?a?=\r\nContent-Type: text/plain; charset=klingon\r\n\r\nGr\xc3\xbc\xc3\x9fe"
    letter = read_letter(raw)
    assert (letter.subject, letter.text) == ("=?klingon?Q?a?=", "Grüße")


@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise(raw: bytes) -> None:
    assert isinstance(read_letter(raw), Letter)


@given(st.text(max_size=60), st.binary(max_size=80))
def test_no_header_value_raises(subject: str, rest: bytes) -> None:
    head = subject.encode("utf-8", "surrogatepass")
    assert isinstance(read_letter(b"Subject: =?utf-8?" + head + b"?=\r\nContent-Type: " + rest + b"\r\n\r\nx"), Letter)
