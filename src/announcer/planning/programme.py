"""A whole programme against the one before: what is new, fell out, or is otherwise. Ids tell which is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import Enum, auto

from announcer.errors import PlanningError
from announcer.model.facts import Event, EventStatus, Session


class What(Enum):
    """In which respect a session changed, in the order in which it is told."""

    ADDED = auto()
    FALLEN_OUT = auto()
    TIME = auto()
    ROOM = auto()
    PEOPLE = auto()
    TITLE = auto()  #: Its title or its kind.


@dataclass(frozen=True, slots=True)
class Differs:
    """One session before and after."""

    what: tuple[What, ...]
    old: Session | None  #: None: it is new.
    new: Session


def follows(other: Session, session: Session, event: Event) -> bool:
    """Whether `other` begins after `session` on the same local day and still takes place."""
    if other.start is None or session.start is None or other.status is EventStatus.CANCELLED:
        return False
    same_day = other.start.astimezone(event.zone).date() == session.start.astimezone(event.zone).date()
    return same_day and other.start > session.start


def updated(event: Event, sessions: Sequence[Session]) -> Event:
    """The event with this programme. What is missing falls out, but keeps its place and its id.

    Raises `PlanningError` if it is the programme there is.
    """
    wanted = {session.id: _dated(session, event) for session in sessions}
    known = {session.id: session for session in event.sessions}
    kept = [_next(known.get(id_), session) for id_, session in wanted.items()]
    gone = [replace(s, status=EventStatus.CANCELLED) for s in event.sessions if s.id not in wanted]
    changed = replace(event, sessions=(*kept, *gone))
    if {s.id: s for s in changed.sessions} == known:
        raise PlanningError(f"the programme of '{event.id}' is already like this; correct the file or leave it")
    return changed


def _dated(session: Session, event: Event) -> Session:
    """With the local day of its start, as a stored session has it."""
    if session.start is None or session.day is not None:
        return session
    return replace(session, day=session.start.astimezone(event.zone).date())


def _next(old: Session | None, new: Session) -> Session:
    if old is None:
        return new
    if old.day is None and old.start is not None and old.start == new.start:
        new = replace(new, day=None)  # written out or not, the day is the same
    if (old.start, old.end) != (new.start, new.end) and old.start is not None and new.start is not None:
        return replace(new, status=EventStatus.RESCHEDULED)
    revived = old.status is EventStatus.CANCELLED
    return replace(new, status=EventStatus.SCHEDULED if revived else old.status)


def touches_calendar(before: Event, after: Event) -> bool:
    """Whether a time, a room or a status changed (RFC 5545 §3.8.7.4)."""
    return _calendar(before) != _calendar(after)


def _calendar(event: Event) -> dict[str, tuple[object, ...]]:
    return {s.id: (s.start or s.day, s.end, s.room, s.status is EventStatus.CANCELLED) for s in event.sessions}


def differences(before: Event, after: Event) -> list[Differs]:
    """What the public sees changed, in the order of the programme."""
    known = {session.id: session for session in before.sessions}
    found = [_differs(known.get(session.id), session) for session in after.sessions]
    shown = [one for one in found if one is not None]
    return sorted(shown, key=lambda one: _place(one, after))


def _differs(old: Session | None, new: Session) -> Differs | None:
    was = old is not None and old.public and old.status is not EventStatus.CANCELLED
    stays = new.public and new.status is not EventStatus.CANCELLED
    if old is None or not was:
        return Differs((What.ADDED,), None, new) if stays else None
    if not stays:
        return Differs((What.FALLEN_OUT,), old, new)
    checks = {
        What.TIME: (old.start, old.end, old.day if old.start is None else None)
        != (new.start, new.end, new.day if new.start is None else None),
        What.ROOM: old.room != new.room,
        What.PEOPLE: old.performers != new.performers,
        What.TITLE: (old.title, old.kind) != (new.title, new.kind),
    }
    what = tuple(respect for respect, changed in checks.items() if changed)
    return Differs(what, old, new) if what else None


def _place(one: Differs, event: Event) -> tuple[date, time, str]:
    session = one.old if What.FALLEN_OUT in one.what and one.old is not None else one.new
    start: datetime | None = session.start.astimezone(event.zone) if session.start else None
    day = start.date() if start else session.day or date.max
    return day, start.time() if start else time.max, session.id
