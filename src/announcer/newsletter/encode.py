"""The encoders of mail: what a value becomes in a header, in text, in HTML and in a URL.

Every encoder is total: whatever the value, its output is 7-bit, has no line
above 76 characters unless one address or URL is longer, never begins a line
with a dot, and has CR and LF only where the encoder itself breaks a line.
Values are short and mostly plain, so each encoder first asks one regular
expression whether there is anything to do.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from binascii import b2a_qp
from functools import lru_cache
from urllib.parse import quote

from announcer.errors import ComposeError

#: RFC 2045 §6.7: at most 76 characters in a line, the last of which may be the soft break's "=".
_ROW = 75
_SOFT_BREAK = b"=\r\n"
_DOT = ord(".")

# One line that is the same in quoted-printable, in HTML and as it is.
_PLAIN = re.compile(r"[A-Za-z0-9,:;/_?#()*+!~-](?:[A-Za-z0-9,:;/_?#()*+!~. -]{0,73}[A-Za-z0-9,:;/_?#()*+!~.-])?")
_PLAIN_URL = re.compile(r"[A-Za-z0-9:/_~-][A-Za-z0-9:/._~?#-]*")
_PLAIN_PHRASE = re.compile(r"[ !#-<>-\[\]-~]{1,60}")  # no quote, no backslash, no "=" that could begin an encoded word
_PLAIN_HEADER = re.compile(r"[!-~](?:[ -~]{0,64}[!-~])?")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_URL_SAFE = ":/?#[]@!$&'()*+,;=%~"


def _tokens() -> list[bytes]:
    literal = {*range(33, 127), 32} - {ord("=")}
    return [bytes([code]) if code in literal else b"=%02X" % code for code in range(256)]


_TOKENS = _tokens()


def quoted_printable(text: str) -> bytes:
    """`text` in UTF-8 as quoted-printable (RFC 2045 §6.7), without a line break at its end.

    It has to begin on a line of its own. No line begins with a dot, so there
    is nothing to stuff in SMTP (RFC 5321 §4.5.2), nor with "From " (mbox).
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return b"\r\n".join([_quoted_line(line) for line in lines])


def _quoted_line(line: str) -> bytes:
    tokens = [_token(character) for character in line]
    if tokens and tokens[-1] in (b" ", b"\t"):
        tokens[-1] = b"=%02X" % ord(tokens[-1])  # white space at the end of a line gets lost on the way
    rows: list[bytes] = []
    row = b""
    for index, token in enumerate(tokens):
        if row and len(row) + len(token) > _ROW:
            rows.append(row)
            row = b""
        row = row + token if row else _first(token, line, index)
    return _SOFT_BREAK.join([*rows, row])


def _token(character: str) -> bytes:
    if character.isascii():
        return _TOKENS[ord(character)]
    return b"".join([_TOKENS[code] for code in character.encode("utf-8", "replace")])


def _first(token: bytes, line: str, index: int) -> bytes:
    if token == b".":
        return b"=2E"
    return b"=46" if line.startswith("From ", index) else token


def text_words(value: str) -> bytes:
    """A slot's words in the text part; begins on a line of its own."""
    return value.encode() if _PLAIN.fullmatch(value) else _quoted_words(value)


def html_words(value: str) -> bytes:
    """A slot's words in the HTML part, also right within an attribute; begins on a line of its own."""
    return value.encode() if _PLAIN.fullmatch(value) else _quoted_html(value)


@lru_cache(maxsize=256)
def _quoted_html(value: str) -> bytes:
    return _quoted_words(html.escape(value))


# Most letters of an issue share a reason; names hardly repeat and are short.
@lru_cache(maxsize=256)
def _quoted_words(value: str) -> bytes:
    if value.isprintable():
        encoded = b2a_qp(value.encode())
        if len(encoded) <= _ROW and not encoded.startswith((b".", b"From ")):
            return encoded
    return quoted_printable(value)


def text_url(value: str) -> bytes:
    """A slot's URL in the text part; begins on a line of its own."""
    return _plain_rows(value) if _PLAIN_URL.fullmatch(value) else quoted_printable(percent_encoded(value))


def html_url(value: str) -> bytes:
    """A slot's URL in an attribute of the HTML part; begins on a line of its own."""
    if _PLAIN_URL.fullmatch(value):
        return _plain_rows(value)
    return quoted_printable(html.escape(percent_encoded(value)))


def _plain_rows(value: str) -> bytes:
    encoded = value.encode()
    if len(encoded) <= _ROW:
        return encoded
    if len(encoded) <= 2 * _ROW and encoded[_ROW] != _DOT:
        return encoded[:_ROW] + _SOFT_BREAK + encoded[_ROW:]
    rows = [encoded[start : start + 72] for start in range(0, len(encoded), 72)]
    return _SOFT_BREAK.join([b"=2E" + row[1:] if row[:1] == b"." else row for row in rows])


def percent_encoded(url: str) -> str:
    """`url` with everything percent-encoded that may not stand in one (RFC 3986); what is encoded stays so."""
    return quote(url, safe=_URL_SAFE, errors="replace")


def header_url(value: str) -> bytes:
    """A URL between angle brackets in a header (RFC 2369 §2)."""
    if _PLAIN_URL.fullmatch(value):
        return value.encode()
    return quote(value, safe=_URL_SAFE, errors="replace").encode()


def header_text(value: str) -> bytes:
    """An unstructured header's value, e.g. a subject; folded encoded words if it is long or not ASCII."""
    line = one_line(value)
    if _PLAIN_HEADER.fullmatch(line) and "=?" not in line:
        return line.encode()
    return b"\r\n ".join(encoded_words(line))


def header_words(value: str) -> bytes:
    """The beginning of a subject that has slots: always encoded words, as `header_slot` continues them."""
    return header_slot(value).removeprefix(b"\r\n ")


def header_slot(value: str) -> bytes:
    """A slot in a subject, or the words behind one.

    Encoded words, each on a folded line: readers join neighbours without the
    space between them (RFC 2047 §6.2).
    """
    return b"".join([b"\r\n " + word for word in encoded_words(" ".join(re.split(r"[\x00-\x1f\x7f-\x9f]+", value)))])


def encoded_words(text: str) -> list[bytes]:
    """`text` as RFC 2047 encoded words of at most 75 characters, none of which cuts a character."""
    if len(whole := text.encode("utf-8", "replace")) <= 45:
        return [b"=?utf-8?b?" + b64encode(whole) + b"?="] if whole else []
    words: list[bytes] = []
    held = b""
    for character in text:
        code = character.encode("utf-8", "replace")
        if len(held) + len(code) > 45:
            words.append(held)
            held = b""
        held += code
    return [b"=?utf-8?b?" + b64encode(word) + b"?=" for word in [*words, held] if word]


def phrase(value: str) -> bytes:
    """A display name before an angle address, with the space that parts them; nothing for an empty one."""
    if _PLAIN_PHRASE.fullmatch(value):
        return b'"%b" ' % value.encode()
    words = encoded_words(one_line(value))
    return b"\r\n ".join([*words, b""])


# Each is written twice, in the envelope and in To.
@lru_cache(maxsize=64)
def address(value: str) -> bytes:
    """An address fit for SMTP commands and headers.

    Raises `ComposeError` for what can't be written there: white space, control
    characters, angle brackets, a local part that isn't ASCII (RFC 6531).
    An international domain becomes its ASCII form (RFC 5891).
    """
    if _ADDRESS.fullmatch(value) and len(value) <= 254:
        return value.encode()
    local, _, domain = value.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}" if domain.isprintable() else ""
    except UnicodeError:
        plain = ""
    if not _ADDRESS.fullmatch(plain) or len(plain) > 254:
        raise ComposeError(f"the address {value[:80]!r} can't be written in a mail; correct it at the subscriber")
    return plain.encode()


def plain(value: str) -> bytes:
    """A value this program made itself: a date, a key. Anything else in it is refused with `ComposeError`."""
    if not value.isascii() or not value.isprintable():
        raise ComposeError(f"{value[:80]!r} can't stand in a header; it has to be printable ASCII")
    return value.encode()


def one_line(value: str) -> str:
    """`value` without control characters and with single spaces: never a CR or LF for a header."""
    if value.isprintable() and "  " not in value:
        return value.strip()
    return " ".join("".join(" " if _is_control(character) else character for character in value).split())


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f" or character in "\u2028\u2029"
