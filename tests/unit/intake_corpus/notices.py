"""The notices of the corpus as a reader sees them: decoded, without markup, whitespace runs as one space."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from lxml import html

FOLDER = Path(__file__).parents[2] / "corpus" / "notices"
ATTRIBUTES = ("href", "src", "alt", "title", "datetime", "content")


@dataclass(frozen=True, slots=True)
class Notice:
    """One folder: the input's text and the facts beside it."""

    slug: str
    file: Path
    text: str
    lines: frozenset[str]
    facts: dict[str, Any]


def squeezed(text: str) -> str:
    """`text` with every run of whitespace (no-break spaces too) as one space."""
    return re.sub(r"\s+", " ", text).strip()


def decoded(raw: bytes) -> str:
    """UTF-8, else Windows-1252, as an office's files come."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def seen_in_html(source: str) -> str:
    """The text of a page, each element on lines of its own, then the attributes that carry facts."""
    tree = html.document_fromstring(source)
    for hidden in tree.xpath("//script | //style"):
        hidden.getparent().remove(hidden)
    inline = {"a", "abbr", "b", "em", "i", "span", "strong", "time", "small", "sup"}
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag not in inline:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    said = [element.get(name) for element in tree.iter() for name in ATTRIBUTES if element.get(name)]
    return "\n".join([tree.text_content(), *said])


def seen_in_mail(raw: bytes) -> str:
    """Subject, sender, date and every text part of a mail, and the names of what is attached."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    parts = [str(mail[name]) for name in ("Subject", "From", "Date") if mail[name]]
    for part in mail.walk():
        if part.get_filename():
            parts.append(str(part.get_filename()))
        elif part.get_content_type() == "text/plain":
            parts.append(part.get_content())
        elif part.get_content_type() == "text/html":
            parts.append(seen_in_html(part.get_content()))
    return "\n".join(parts)


def read(folder: Path) -> Notice:
    """The notice in `folder`."""
    (file,) = (found for found in folder.iterdir() if found.stem == "notice")
    raw = file.read_bytes()
    match file.suffix:
        case ".eml":
            text = seen_in_mail(raw)
        case ".html":
            text = seen_in_html(decoded(raw))
        case _:
            text = decoded(raw)
    facts = tomllib.loads((folder / "facts.toml").read_text(encoding="utf-8"))
    lines = frozenset(squeezed(line) for line in text.splitlines())
    return Notice(folder.name, file, squeezed(text), lines, facts)


def every_notice() -> list[Notice]:
    """All of them, by number."""
    return [read(folder) for folder in sorted(FOLDER.iterdir())]
