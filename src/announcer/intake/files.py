"""A file's bytes as a proposal: which reader takes it is told by what it is, its name second."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from announcer.errors import IntakeError
from announcer.intake.document import Document
from announcer.intake.html import read_html
from announcer.intake.mail import read_mail
from announcer.intake.proposal import Proposal
from announcer.intake.release import ALONE, Beside, propose, read_release

LARGEST_FILE = 20_000_000
_HTML = re.compile(
    rb"^\s*(?:<!doctype html|<html|<head|<body|<article|<div|<p\b|<h1|<\?xml[^>]*\?>\s*<(?:!doctype )?html)",
    re.IGNORECASE,
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"^(?:(?:[A-Za-z][A-Za-z-]{1,40}):[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\r?\n", re.MULTILINE)
_REFUSED = (
    (
        b"%PDF",
        "is a PDF, which is not taken; open it, copy its text and save it as a .txt "
        "file, or give the Word file it was made from",
    ),
    (b"\xd0\xcf\x11\xe0", "is a Word file of the old kind; open it and save it as .docx"),
    (b"{\\rtf", "is an RTF file; open it in Word and save it as .docx"),
    (b"\x89PNG", "is a picture; give the text, and pictures beside it"),
    (b"\xff\xd8\xff", "is a picture; give the text, and pictures beside it"),
    (b"\x1f\x8b", "is compressed; unpack it first"),
)


def read_file_content(data: bytes, name: str, zone: ZoneInfo, beside: Beside = ALONE) -> Proposal:
    """What a file proposes. Raises `IntakeError` in a sentence that says what to do instead."""
    refuse(data, name)
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"PK\x03\x04"):
        from announcer.intake.docx import read_docx

        return propose(read_docx(data, name, beside.keep), name, zone, beside)
    if ending == "eml" or (ending not in {"txt", "md", "html", "htm"} and _MAIL_HEADER.match(data[:4000])):
        return propose(read_mail(data, name, beside.keep), name, zone, beside)
    if ending in {"html", "htm", "xhtml"} or _HTML.match(data[:2000]):
        return propose(_page(data, name, beside), name, zone, beside)
    return read_release(decoded(data, name), name, zone, beside)


def _page(data: bytes, name: str, beside: Beside) -> Document:
    return read_html(decoded_page(data, name), name, beside.base, beside.keep)


def refuse(data: bytes, name: str) -> None:
    """Say no to what can't be taken, and what to do instead."""
    if not data.strip():
        raise IntakeError(f"{name} is empty; give it the text of the release")
    if len(data) > LARGEST_FILE:
        raise IntakeError(
            f"{name} has {len(data) // 1_000_000} MB, more than {LARGEST_FILE // 1_000_000}; "
            f"give the text alone, pictures beside it"
        )
    for start, said in _REFUSED:
        if data.startswith(start):
            raise IntakeError(f"{name} {said}")


def decoded(data: bytes, name: str) -> str:
    """Text of a file, as UTF-8, UTF-16 with its mark, or as Windows writes it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise IntakeError(f"{name} is broken UTF-16; save it as UTF-8") from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\x00") > 2:
            break
        return text
    raise IntakeError(f"{name} is no text this program can read; save it as UTF-8")


def decoded_page(data: bytes, name: str) -> str:
    """A page's text in the charset it names, if that is the one it is in."""
    found = _META_CHARSET.search(data[:4096])
    charset = found[1].decode("ascii").lower() if found else ""
    if charset and charset not in {"utf-8", "utf8"}:
        charset = "cp1252" if charset in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} else charset
        try:
            return data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            pass
    return decoded(data, name)
