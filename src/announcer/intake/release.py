"""A press release from whatever the office has, as a proposal: what was taken, taken out, and what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from announcer.errors import IntakeError
from announcer.intake import front_matter as front_of
from announcer.intake import gaps
from announcer.intake.dates import find_dates
from announcer.intake.document import Document
from announcer.intake.plain import clean, read_plain
from announcer.intake.proposal import Proposal
from announcer.intake.recognise import Given, recognise
from announcer.intake.slugs import ID, slug

__all__ = ["Beside", "propose", "read_release", "slug"]

LONGEST_HEADLINE = 300


@dataclass(frozen=True, slots=True)
class Beside:
    """What the office says beside the text."""

    release: date | None = None  #: The day it comes out; years are counted from it.
    keep: frozenset[str] = frozenset()  #: Lines that are no junk.
    base: str = ""  #: The address a page came from, to make its links whole.


ALONE = Beside()


def read_release(text: str, name: str, zone: ZoneInfo, beside: Beside = ALONE) -> Proposal:
    """Read plain text or Markdown; `name` is the file's name, for errors and as the default id.

    Raises `IntakeError` naming file, line or key, and the remedy.
    """
    cleaned = clean(text)
    if not cleaned.strip():
        raise IntakeError(f"{name} is empty; give it the text of the release")
    front, body = front_of.split(cleaned, name)
    skipped = cleaned.count("\n") - body.count("\n")
    day = str(front.get("~date", ""))[:10]
    document = replace(
        read_plain(body, beside.keep),
        facts=front_of.facts_of(front),
        sent=day if re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", day) else _german_day(day),
        publisher=str(front.get("~author", "")),
    )
    return propose(_moved_down(document, skipped), name, zone, beside, front)


def _german_day(text: str) -> str:
    found = [mention for mention in find_dates(text) if mention.first is not None]
    return str(found[0].first) if found else ""


def _moved_down(document: Document, lines: int) -> Document:
    """Line numbers count from the top of the file, front matter and all."""
    if not lines:
        return document
    return replace(
        document,
        blocks=tuple(replace(block, line=block.line + lines) for block in document.blocks),
        removed=tuple(replace(one, line=one.line + lines) for one in document.removed),
    )


def propose(
    document: Document, name: str, zone: ZoneInfo, beside: Beside = ALONE, front: Mapping[str, Any] | None = None
) -> Proposal:
    """A document as a proposal; what stands in its front matter wins. Raises `IntakeError` as above."""
    front = front or {}
    given = Given(
        name=name,
        zone=zone,
        release=beside.release,
        id=_identifier(front.get("id"), name),
        language=front_of.choice_of(front, "language", ("de", "en"), "", name) if "language" in front else "",
        headline=front_of.text_of(front, "headline", name),
    )
    _check_first(document, given, name)
    read = recognise(document, given)
    found = read.announcement
    announcement = replace(
        found,
        kicker=front_of.text_of(front, "kicker", name) or found.kicker,
        lead=front_of.text_of(front, "lead", name) or found.lead,
        source=front_of.text_of(front, "source", name) or found.source,
        contact=front_of.text_of(front, "contact", name) or found.contact,
        topics=front_of.texts_of(front, "topics", name),
        links=front_of.links_of(front, found.links, name),
        ed_note=front_of.text_of(front, "ed_note", name),
        embargoed_until=front_of.instant_of(front.get("embargo"), zone, name) or found.embargoed_until,
        event_id=front_of.text_of(front, "event", name) or None,
        pictures=front_of.pictures_of(front, name),
        attachments=front_of.attachments_of(front, name),
    )
    _check_headline(announcement.headline, name)
    return gaps.looked_over(replace(read, announcement=announcement, event_id=announcement.event_id))


def _check_first(document: Document, given: Given, name: str) -> None:
    """A text without any line that could be a headline is refused before it is searched."""
    if given.headline or len(document.blocks) != 1:
        return
    first = document.blocks[0]
    _check_headline(first.lines[0] if first.lines else first.text, name)


def _check_headline(headline: str, name: str) -> None:
    if not headline.strip():
        raise IntakeError(f"{name}: there is no headline; begin the text with one, or set headline in the front matter")
    if len(headline) > LONGEST_HEADLINE:
        raise IntakeError(
            f"{name}: the headline has {len(headline)} characters, more than {LONGEST_HEADLINE}; "
            "put an empty line after the headline, or set a shorter one in the front matter"
        )


def _identifier(value: object, name: str) -> str:
    chosen = str(value) if value else slug(name.rpartition(".")[0] or name)
    if not ID.fullmatch(chosen):
        raise IntakeError(f"{name}: {chosen!r} can't be an id; use small letters, digits and hyphens, at most 80")
    return chosen
