"""A mail as a document: its text or HTML part, its enclosures, who sent it and when."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from announcer.errors import IntakeError
from announcer.intake.document import Block, Document, Enclosure, Kind, Picture
from announcer.intake.html import read_html
from announcer.intake.names import find_people
from announcer.intake.organisations import is_organisation
from announcer.intake.plain import clean, read_plain

_MOST_PARTS = 200
_SUBJECT = re.compile(r"^\s*(?:(?:re|aw|fwd?|wg)\s*:\s*)+", re.IGNORECASE)
_SUBJECT_LABEL = re.compile(
    r"^\s*\[?(?:presse|medien)(?:mitteilung|information|meldung|info|einladung)(?:\s*(?:nr\.?\s*)"
    r"?[\d/.-]+)?\]?\s*[:–|-]\s*|^\s*(?:press|media) release\s*[:–|-]\s*",
    re.IGNORECASE,
)


def read_mail(data: bytes, name: str, keep: frozenset[str] = frozenset()) -> Document:
    """A .eml file; raises `IntakeError` if no part of it can be read."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    parts = list(message.walk())[:_MOST_PARTS]
    texts = [p for p in parts if p.get_content_type() == "text/plain" and not _is_file(p)]
    pages = [p for p in parts if p.get_content_type() == "text/html" and not _is_file(p)]
    plain = "\n\n".join(clean(_content(part)) for part in texts)
    if len(plain.strip()) > 80 or not pages:
        if not plain.strip():
            raise IntakeError(f"{name}: this mail has no text; save its text as a .txt file, or give the enclosed file")
        document = read_plain(_unquoted(plain), keep)
    else:
        document = read_html("\n".join(_content(part) for part in pages), name, keep=keep)
    files = [_file(part) for part in parts if _is_file(part)]
    shown = {cid: label for cid, label in map(_shown_within, parts) if cid}
    within = [replace(one, src=shown.get(one.src.removeprefix("cid:"), one.src)) for one in document.pictures]
    known = {one.src for one in within}
    enclosed = [
        Picture(src=one.label)
        for one in files
        if re.search(r"\.(?:jpe?g|png|gif|webp|tiff?)$", one.label, re.IGNORECASE) and one.label not in known
    ]
    return replace(
        document,
        page_title=_subject(message),
        sender=_sender(message),
        address=parseaddr(str(message.get("From", "")))[1],
        sender_name=_person(message),
        sent=_date(message),
        enclosures=(*document.enclosures, *(one for one in files if one.label)),
        pictures=(*within, *enclosed),
        blocks=document.blocks or (Block(_subject(message), 1, Kind.HEADING, 1),),
    )


def _is_file(part: EmailMessage) -> bool:
    named = part.get_filename() is not None or part.get_content_maintype() == "image"
    return part.get_content_disposition() == "attachment" or (named and not part.is_multipart())


def _file(part: EmailMessage) -> Enclosure:
    payload = part.get_payload(decode=True)
    return Enclosure(_file_name(part), data=payload if isinstance(payload, bytes) else b"", enclosed=True)


def _file_name(part: EmailMessage) -> str:
    """Its name, without the folders somebody may have written into it; a picture shown within has one of its own."""
    name = (part.get_filename() or "").replace("\\", "/").rpartition("/")[2].strip()
    if name or part.get_content_maintype() != "image":
        return name
    kind = re.sub(r"[^a-z0-9]", "", part.get_content_subtype().replace("jpeg", "jpg"))
    within = re.sub(r"[^\w-]", "", _content_id(part).partition("@")[0])
    return f"{within or 'bild'}.{kind[:5] or 'bin'}"


def _content_id(part: EmailMessage) -> str:
    return str(part.get("Content-ID", "")).strip(" <>")


def _shown_within(part: EmailMessage) -> tuple[str, str]:
    """What the text calls a picture it shows, and its file."""
    return (_content_id(part), _file_name(part)) if _is_file(part) else ("", "")


def _content(part: EmailMessage) -> str:
    """Its text, in whatever charset; an unknown or wrong one is read as Windows does."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    for name in (charset, "utf-8", "cp1252"):
        try:
            return payload.decode(
                "cp1252"
                if name.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} and not payload.isascii()
                else name
            )
        except (UnicodeDecodeError, LookupError):
            continue
    return payload.decode("latin-1")


def _unquoted(text: str) -> str:
    """A forwarded release loses its quoting signs if all of it is quoted."""
    lines = text.split("\n")
    quoted = sum(line.startswith(">") for line in lines)
    return "\n".join(re.sub(r"^(?:>\s?)+", "", line) for line in lines) if quoted > len(lines) * 0.5 else text


def _subject(message: EmailMessage) -> str:
    subject = _SUBJECT.sub("", " ".join(str(message.get("Subject", "")).split()))
    return _SUBJECT_LABEL.sub("", subject)


def _sender(message: EmailMessage) -> str:
    name, _ = parseaddr(str(message.get("From", "")))
    name = re.sub(
        r"^(?:Pressestelle|Presse|Press Office|Medienstelle)(?: (?:der|des|of(?: the)?))?\s+", "", name.strip()
    )
    return name if is_organisation(name) else ""


def _person(message: EmailMessage) -> str:
    name = parseaddr(str(message.get("From", "")))[0]
    found = find_people(name)
    return found[0].name if found else ""


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).date().isoformat()
    except (TypeError, ValueError, IndexError):
        return ""
