"""What a calendar says of an event: one entry for the event and one for each public session, with its history.

An entry's UID never changes; its SEQUENCE grows by one with each change of
time, place or status (RFC 5545 §3.8.7.4). What was in the calendar once and
fell out stays as cancelled: a calendar program would keep it for ever if it
merely vanished.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from announcer.calendars.wording import Wording, wording
from announcer.model.facts import Certainty, Event, EventStatus, Person, Place, Session

#: Fixed for ever: another value would show every entry twice in every calendar.
NAMESPACE = UUID("0d6c9c0e-5a3f-4f0e-8f59-3f6f2a5a9b1d")

_OFF = frozenset({EventStatus.CANCELLED, EventStatus.POSTPONED})


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an event's facts and when it was stored."""

    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One VEVENT before it is written. A `date` as start is a whole day; `end` is exclusive, as RFC 5545 has it."""

    uid: str
    summary: str
    start: datetime | date
    end: datetime | date | None
    zone: ZoneInfo
    location: str
    description: str
    url: str
    cancelled: bool
    transparent: bool  #: The time stays free: it only frames the sessions inside it.
    changed: datetime  #: When the entry last changed in any respect.
    sequence: int = 0

    @property
    def schedule(self) -> tuple[object, ...]:
        """What a change of counts for SEQUENCE."""
        return self.start, self.end, self.location, self.cancelled


@dataclass(frozen=True, slots=True)
class Subject:
    """An event that is public, with everything a calendar needs to know."""

    versions: Sequence[Version]  #: The oldest first.
    published: datetime  #: When it became public; what changed before was never seen.
    page: str
    language: str


def uid(event_id: str, session_id: str = "") -> str:
    """The permanent name of an entry (RFC 7986 §5.3 asks for a UUID)."""
    return str(uuid5(NAMESPACE, json.dumps([event_id, session_id], ensure_ascii=False, separators=(",", ":"))))


def items(subject: Subject) -> tuple[Item, ...]:
    """Every entry of an event, in the order of its programme. Empty while no date was ever confirmed."""
    seen: dict[str, Item] = {}
    for version in _shown(subject):
        fresh = {item.uid: item for item in _of_version(version, subject)}
        for uid_, old in seen.items():
            if uid_ not in fresh and not old.cancelled:
                fresh[uid_] = _fallen_out(old, version, wording(subject.language))
        seen |= {uid_: _next(seen.get(uid_), item) for uid_, item in fresh.items()}
    return tuple(sorted(seen.values(), key=_order))


def entry(subject: Subject) -> Item | None:
    """The event's own entry alone, for "add to calendar"; None while it has no confirmed date."""
    mine = uid(subject.versions[-1].event.id)
    return next((item for item in items(subject) if item.uid == mine), None)


def _shown(subject: Subject) -> list[Version]:
    """The version that was current at publication, and every one since."""
    known = [version for version in subject.versions if version.at <= subject.published]
    return [*known[-1:], *(version for version in subject.versions if version.at > subject.published)]


def _next(old: Item | None, new: Item) -> Item:
    if old is None:
        return new
    same = replace(new, changed=old.changed, sequence=old.sequence)
    if same == old:
        return old
    return replace(new, sequence=old.sequence + (new.schedule != old.schedule))


def _fallen_out(old: Item, version: Version, words: Wording) -> Item:
    return replace(old, cancelled=True, changed=version.at, summary=f"{words.cancelled}: {old.summary}")


def _of_version(version: Version, subject: Subject) -> Iterable[Item]:
    event = version.event
    if event.start is None or event.certainty is not Certainty.CONFIRMED:
        return
    words = wording(subject.language)
    yield _whole(event, version, subject, words)
    for session in event.sessions:
        start = session.start or session.day
        if session.public and start is not None:
            yield _session(event, session, start, version, subject, words)


def _whole(event: Event, version: Version, subject: Subject, words: Wording) -> Item:
    assert event.start is not None
    start: datetime | date = event.start
    end: datetime | date | None = event.end
    first, last = _days(event)
    if first != last:  # a block over the nights would say that somebody sits there until the morning
        start, end = first, last + timedelta(days=1)
    return Item(
        uid=uid(event.id),
        summary=_called(event.name, event.status, words),
        start=start,
        end=end,
        zone=event.zone,
        location=_where(event.place),
        description="\n".join(_about_event(event, words)),
        url=subject.page,
        cancelled=event.status in _OFF,
        transparent=first != last or any(s.public and s.start is not None for s in event.sessions),
        changed=version.at,
    )


def _session(
    event: Event, session: Session, start: datetime | date, version: Version, subject: Subject, words: Wording
) -> Item:
    status = event.status if event.status in _OFF else session.status
    return Item(
        uid=uid(event.id, session.id),
        summary=_called(_named(session), status, words),
        start=start,
        end=session.end if session.start is not None else None,
        zone=event.zone,
        location=_where(event.place, session.room),
        description="\n".join(_about_session(event, session)),
        url=subject.page,
        cancelled=status in _OFF,
        transparent=session.start is None,
        changed=version.at,
    )


def _named(session: Session) -> str:
    if not session.kind or session.title.casefold().startswith(session.kind.casefold()):
        return session.title
    return f"{session.kind}: {session.title}"


def _days(event: Event) -> tuple[date, date]:
    """The first and the last local day; an end at midnight belongs to the day before."""
    assert event.start is not None
    close = event.end - timedelta(microseconds=1) if event.end else event.start
    return event.start.astimezone(event.zone).date(), max(event.start, close).astimezone(event.zone).date()


def _called(name: str, status: EventStatus, words: Wording) -> str:
    if status is EventStatus.POSTPONED:
        return f"{words.postponed}: {name}"
    return f"{words.cancelled}: {name}" if status is EventStatus.CANCELLED else name


def _where(place: Place | None, room: str = "") -> str:
    if place is None:
        return room
    town = f"{place.postal_code} {place.city}".strip()
    return ", ".join(filter(None, (room, place.name, place.street, town)))


def _about_event(event: Event, words: Wording) -> Iterable[str]:
    first, last = _days(event)
    if event.status is EventStatus.POSTPONED:
        yield words.new_date_follows
    if first != last and event.start is not None:
        yield words.begins.format(event.start.astimezone(event.zone))
    if event.doors is not None:
        yield words.doors.format(event.doors.astimezone(event.zone))
    if event.organizer:
        yield words.organizer.format(event.organizer)


def _about_session(event: Event, session: Session) -> Iterable[str]:
    yield event.name
    yield from (_person(person) for person in session.performers)
    if session.note:
        yield session.note


def _person(person: Person) -> str:
    return ", ".join(filter(None, (person.name, person.role, person.affiliation)))


def _order(item: Item) -> tuple[date, bool, float, str]:
    if isinstance(item.start, datetime):
        return item.start.astimezone(item.zone).date(), True, item.start.timestamp(), item.uid
    return item.start, False, 0.0, item.uid
