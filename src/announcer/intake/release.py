"""A press release as text: Markdown with TOML front matter, or plain text pasted from a page.

Junk of the page is removed by rule and listed, so that it can be put back.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from announcer.errors import IntakeError
from announcer.model.facts import Announcement, Link, Picture

_FENCE = "+++"
_KNOWN = {
    "id", "event", "language", "headline", "kicker", "lead", "source", "contact",
    "topics", "links", "embargo", "ed_note", "images",
}  # fmt: skip
LONGEST_HEADLINE = 300
_JUNK = re.compile(r"\d{1,4}|x|(?:facebook|twitter|whatsapp|rss|teilen|drucken|share|print)+", re.IGNORECASE)
_SOURCE = re.compile(r"Quelle:\s*(.+)", re.IGNORECASE)
_ENDS_SENTENCE = (".", "!", "?", ":", "…", "”", "“")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An announcement as read, what was taken out, and what a person should look at."""

    announcement: Announcement
    stripped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    event_id: str | None = None


@dataclass(slots=True)
class _Reading:
    front: Mapping[str, Any]
    stripped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_release(text: str, name: str, zone: ZoneInfo) -> Proposal:
    """Read a release; `name` is the file's name, for errors and as the default id.

    Raises `IntakeError` naming file, line or key, and the remedy.
    """
    clean = _without_control_characters(text)
    front, body = _split(clean, name)
    reading = _Reading(front)
    fields = _read_body(body, reading)
    fields.update({key: front[key] for key in ("headline", "kicker", "lead", "source") if key in front})
    headline = str(fields.get("headline", "")).strip()
    if not headline:
        raise IntakeError(f"{name}: there is no headline; begin the text with one, or set headline in the front matter")
    if len(headline) > LONGEST_HEADLINE:
        raise IntakeError(
            f"{name}: the headline has {len(headline)} characters, more than {LONGEST_HEADLINE}; "
            "put an empty line after the headline, or set a shorter one in the front matter"
        )
    announcement = Announcement(
        id=_identifier(front.get("id"), name),
        headline=headline,
        kicker=str(fields.get("kicker", "")),
        lead=str(fields.get("lead", "")),
        body=str(fields.get("body", "")),
        language=_choice(front, "language", ("de", "en"), "de", name),
        source=str(fields.get("source", "")),
        contact=_text(front, "contact", name),
        topics=_texts(front, "topics", name),
        links=_links(front, fields.get("links", ()), name),
        ed_note=_text(front, "ed_note", name),
        embargoed_until=_instant(front.get("embargo"), zone, name),
        event_id=_text(front, "event", name) or None,
        pictures=_pictures(front, name),
    )
    return Proposal(
        announcement, tuple(reading.stripped), (*reading.warnings, *_warnings(announcement)), announcement.event_id
    )


def _without_control_characters(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def _split(text: str, name: str) -> tuple[dict[str, Any], str]:
    if not text.strip():
        raise IntakeError(f"{name} is empty; give it the text of the release")
    if not text.lstrip().startswith(_FENCE):
        return {}, text
    _, front, *rest = text.split(_FENCE, 2)
    if not rest:
        raise IntakeError(f"{name}: the front matter has no end; close it with a line {_FENCE}")
    try:
        data = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: front matter: {error}; correct the line") from error
    if unknown := sorted(set(data) - _KNOWN):
        known = ", ".join(sorted(_KNOWN))
        raise IntakeError(f"{name}: front matter: {unknown[0]!r} is not a known key; known are {known}")
    return data, rest[0]


def _read_body(text: str, reading: _Reading) -> dict[str, Any]:
    blocks = _blocks(text, reading)
    fields: dict[str, Any] = {}
    blocks, fields["source"] = _take_source(blocks)
    if "headline" not in reading.front:
        blocks = _take_headline(blocks, fields)
    if blocks and "lead" not in reading.front and not blocks[0].startswith("#"):
        fields["lead"] = blocks.pop(0)
    blocks, fields["links"] = _take_link_labels(blocks)
    fields["body"] = "\n\n".join(_with_subheads(blocks))
    return fields


def _blocks(text: str, reading: _Reading) -> list[str]:
    """Paragraphs, without the page's junk."""
    kept: list[str] = []
    for line in text.split("\n"):
        bare = line.replace("\u00a0", " ").strip()
        if _JUNK.fullmatch(bare):
            reading.stripped.append(bare)
            bare = ""
        kept.append(bare)
    return [" ".join(block.split("\n")) for block in re.split(r"\n{2,}", "\n".join(kept).strip()) if block.strip()]


def _take_headline(blocks: list[str], fields: dict[str, Any]) -> list[str]:
    """The page's short title comes before the headline: it is the kicker."""
    if not blocks:
        return blocks
    first, *rest = blocks
    if rest and _is_title(first) and _is_title(rest[0]) and len(rest[0]) > len(first):
        fields["kicker"], fields["headline"] = _bare(first), _bare(rest[0])
        return rest[1:]
    fields["headline"] = _bare(first)
    return rest


def _bare(title: str) -> str:
    return title.lstrip("# ").strip()


def _is_title(block: str) -> bool:
    return len(block) <= LONGEST_HEADLINE and not block.endswith((".", ":", "?", "…"))


def _take_source(blocks: list[str]) -> tuple[list[str], str]:
    for index, block in enumerate(blocks):
        if found := _SOURCE.fullmatch(block):
            return blocks[:index] + blocks[index + 1 :], found.group(1).strip()
    return blocks, ""


def _take_link_labels(blocks: list[str]) -> tuple[list[str], tuple[Link, ...]]:
    """Labels below a last paragraph that announces links; their addresses got lost in copying."""
    last_text = max((i for i, block in enumerate(blocks) if not _is_title(block) or len(block) > 120), default=-1)
    announces = next(
        (i for i in range(max(last_text, 0), len(blocks)) if re.search(r"\b(unter|hier|at|under):?$", blocks[i])), None
    )
    if announces is None:
        return blocks, ()
    labels = blocks[announces + 1 :]
    return blocks[:announces], tuple(Link(label) for label in labels)


def _with_subheads(blocks: list[str]) -> list[str]:
    """A short line without a full stop that stands before a paragraph is a subhead."""
    result = []
    for index, block in enumerate(blocks):
        follows = index + 1 < len(blocks)
        is_subhead = follows and len(block) <= 120 and not block.endswith(_ENDS_SENTENCE) and not block.startswith("#")
        result.append(f"## {block}" if is_subhead else block)
    return result


def _identifier(value: object, name: str) -> str:
    chosen = str(value) if value else slug(re.sub(r"\.[a-z]+$", "", name))
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", chosen):
        raise IntakeError(f"{name}: {chosen!r} can't be an id; use small letters, digits and hyphens, at most 80")
    return chosen


def slug(text: str) -> str:
    """A name for addresses: small letters, digits and hyphens."""
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(umlaut, plain)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:80] or "announcement"


def _text(front: Mapping[str, Any], key: str, name: str) -> str:
    value = front.get(key, "")
    if not isinstance(value, str):
        raise IntakeError(f"{name}: front matter: {key!r} must be text; put it in quotation marks")
    return value.strip()


def _texts(front: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = front.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise IntakeError(f'{name}: front matter: {key!r} must be a list of texts, like {key} = ["Bildung"]')
    return tuple(value)


def _choice(front: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str, name: str) -> str:
    value = str(front.get(key, default))
    if value not in allowed:
        raise IntakeError(f"{name}: front matter: {key} = {value!r} is not known; choose one of {', '.join(allowed)}")
    return value


def _links(front: Mapping[str, Any], found: tuple[Link, ...], name: str) -> tuple[Link, ...]:
    given: list[Link] = []
    for item in front.get("links", []):
        if not isinstance(item, dict) or not isinstance(item.get("label"), str):
            raise IntakeError(f'{name}: front matter: a link looks like {{label = "Programm", url = "https://…"}}')
        given.append(Link(item["label"], str(item.get("url", ""))))
    labels = {link.label for link in given}
    return (*given, *(link for link in found if link.label not in labels))


def _pictures(front: Mapping[str, Any], name: str) -> tuple[Picture, ...]:
    found: list[Picture] = []
    given = front.get("images", [])
    for item in given if isinstance(given, list) else [given]:
        known = {key: value for key, value in item.items() if isinstance(value, str)} if isinstance(item, dict) else {}
        file = known.get("file", "").strip()
        if not file or set(item) - {"file", "alt", "credit"} or len(known) != len(item):
            raise IntakeError(
                f'{name}: front matter: an image looks like {{file = "rathaus.jpg", alt = "Das Rathaus am Abend", '
                f'credit = "Foto: Stadt"}}'
            )
        if file.startswith("/") or ".." in file.split("/"):
            raise IntakeError(f"{name}: front matter: the image {file!r} must lie beside the release or below it")
        found.append(Picture(file, alt=known.get("alt", "").strip(), credit=known.get("credit", "").strip()))
    return tuple(found)


def _instant(value: object, zone: ZoneInfo, name: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    raise IntakeError(f"{name}: front matter: embargo must be a date and time, like embargo = 2026-09-18T10:00:00")


def _warnings(value: Announcement) -> list[str]:
    missing = [f"link without address: {link.label}" for link in value.links if not link.url]
    missing += [f"image without alt text: {picture.file}" for picture in value.pictures if not picture.alt]
    return [*missing, *([] if value.lead else ["there is no lead paragraph"])]
