"""Taking in an announcement from whatever the office has: looked at first, stored when somebody agreed.

What is stored keeps the input it came from. A newer text of a known release
is no second release: it becomes a change, with everything that follows shown.
"""

from __future__ import annotations

import base64
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from announcer.errors import Conflict, IntakeError, NotFound
from announcer.intake import answers as answering
from announcer.intake.files import LARGEST_FILE, read_file_content, refuse
from announcer.intake.proposal import EventDraft, Proposal
from announcer.intake.release import Beside
from announcer.intake.slugs import unique
from announcer.model.changes import CorrectAnnouncement
from announcer.model.facts import Announcement, Certainty, Event
from announcer.model.people import Actor
from announcer.office import attachments, pictures
from announcer.office.house import House
from announcer.store import facts, journal

#: From here on two texts are versions of one release.
ALIKE = 0.55


@dataclass(frozen=True, slots=True)
class Taken:
    """A proposal with the input it came from."""

    proposal: Proposal
    raw: str
    folder: Path = Path()  #: Where the pictures named in the text lie.
    known: Announcement | None = None  #: The release this is a newer text of.


def read_bytes(path: Path) -> bytes:
    """A file from outside; raises `IntakeError` if it can't be read, before all of a huge one is."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            refuse_size(path)
        return path.read_bytes()
    except OSError as error:
        raise IntakeError(f"{path}: {error.strerror}; check the path") from error


def refuse_size(path: Path) -> None:
    """Say how large is too large."""
    size = path.stat().st_size // 1_000_000
    raise IntakeError(
        f"{path} has {size} MB, more than {LARGEST_FILE // 1_000_000}; give the text alone, and pictures beside it"
    )


def look(house: House, path: Path, beside: Beside, answers: Mapping[str, str] | None = None) -> Taken:
    """What a file proposes, with a person's answers in it. Stores nothing."""
    data = read_bytes(path)
    return look_at(house, data, path.name, beside, answers or {}, path.parent)


def look_at(
    house: House, data: bytes, name: str, beside: Beside, answers: Mapping[str, str], folder: Path | None = None
) -> Taken:
    """The same for what did not come as a file: a page, an entry of a feed."""
    refuse(data, name)
    zone = house.planning_zone
    proposal = read_file_content(data, name, zone, beside)
    if folder is not None:
        seen = attachments.looked_at(pictures.looked_at(proposal.announcement, folder), folder)
        proposal = replace(proposal, announcement=seen)
    proposal = replace(proposal, remarks=(*proposal.remarks, *pictures.unusable(proposal)))
    proposal = answering.answered(proposal, answers, zone)
    with house.database.read() as connection:
        if proposal.event_id is not None:
            _require_event(connection, proposal.event_id, name)
        elif proposal.draft is not None:
            proposal = _with_free_ids(connection, proposal, named="event.id" in answers)
        known = _known(connection, proposal)
    return Taken(proposal, as_text(data), folder or Path(), known)


def as_text(data: bytes) -> str:
    """The input as it can be kept: text as it is, anything else as base64."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" not in text:
        return text
    return "base64:" + base64.b64encode(data).decode("ascii")


def _require_event(connection: sa.Connection, event_id: str, name: str) -> None:
    try:
        facts.event_facts(connection, event_id)
    except NotFound as error:
        raise IntakeError(
            f"{name}: front matter names the event {event_id!r}, which is not there; "
            "add it first with 'announcer event add'"
        ) from error


def _with_free_ids(connection: sa.Connection, proposal: Proposal, *, named: bool) -> Proposal:
    """The events' proposed ids, each with a number behind it if it is taken; the first stays if a person named it."""
    assert proposal.draft is not None
    taken = set(facts.event_ids(connection))
    first = proposal.draft if named else _freed(proposal.draft, taken)
    taken.add(first.event.id)
    return replace(proposal, draft=first, further=tuple(_freed(draft, taken) for draft in proposal.further))


def _freed(draft: EventDraft, taken: set[str]) -> EventDraft:
    return replace(draft, event=replace(draft.event, id=unique(draft.event.id, taken)))


def _known(connection: sa.Connection, proposal: Proposal) -> Announcement | None:
    """The stored release of this id, if the text is much the same."""
    try:
        stored = facts.announcement_facts(connection, proposal.announcement.id)
    except NotFound:
        return None
    return stored if alike(stored, proposal.announcement) else None


def alike(one: Announcement, other: Announcement) -> bool:
    """Whether two texts are versions of one release."""
    if one.headline == other.headline:
        return True
    left, right = (f"{text.headline}\n{text.lead}\n{text.body}"[:3000].split() for text in (one, other))
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio() >= ALIKE


def newer_text(taken: Taken) -> CorrectAnnouncement | None:
    """What a newer text changes about a known release; None if it says the same."""
    known, new = taken.known, taken.proposal.announcement
    assert known is not None
    changed = {
        name: getattr(new, name) for name in ("headline", "lead", "body") if getattr(new, name) != getattr(known, name)
    }
    return CorrectAnnouncement(**changed) if changed else None


def store(
    house: House, taken: Taken, actor: Actor, now: datetime, *, with_event: bool = False, playbook: str = ""
) -> Announcement:
    """Store the announcement as its first version, and its events if wanted, in one transaction.

    The announcement belongs to the first event; more are stored beside it, each with a campaign of its own.

    The event's date stays unconfirmed unless a person answered for it. Raises
    `Conflict` if an id is taken.
    """
    announcement = pictures.keep(house, taken.proposal.announcement, taken.folder)
    announcement = attachments.keep(house, announcement, taken.folder)
    enclosed = pictures.keep_enclosed(house, taken.proposal)
    announcement = replace(announcement, pictures=(*announcement.pictures, *enclosed))
    event = taken.proposal.draft.event if with_event and taken.proposal.draft is not None else None
    more = [draft.event for draft in taken.proposal.further] if event is not None else []
    if event is not None:
        announcement = replace(announcement, event_id=event.id)
    with house.database.write() as connection:
        if event is not None:
            for one in (event, *more):
                _store_event(connection, one, playbook, actor, now)
        elif announcement.event_id and facts.announcement_ids(connection, announcement.event_id):
            first = facts.announcement_ids(connection, announcement.event_id)[0]
            raise Conflict(
                f"event {announcement.event_id!r} already has the announcement {first!r}; correct that one instead"
            )
        facts.save_announcement(connection, announcement, actor, now, taken.raw)
        journal.note(connection, actor, now, "add", f"announcement {announcement.id}", after=announcement.headline)
    return announcement


def _store_event(connection: sa.Connection, event: Event, playbook: str, actor: Actor, now: datetime) -> None:
    certainty = event.certainty if event.start is not None else Certainty.MISSING
    facts.save_event(connection, replace(event, certainty=certainty), actor, now)
    facts.choose_playbook(connection, event.id, playbook)
    journal.note(connection, actor, now, "add", f"event {event.id}", after=event.name)
