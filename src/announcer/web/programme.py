"""An event's programme, day by day, as the page shows it. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from announcer.model.facts import Certainty, Event, Session


@dataclass(frozen=True, slots=True)
class ProgrammeDay:
    """One table of the programme; `day` is None for what has no day yet."""

    day: date | None
    sessions: tuple[Session, ...]

    @property
    def has_rooms(self) -> bool:
        """Whether a column for rooms is worth its space."""
        return any(session.room for session in self.sessions)


def programme(event: Event) -> tuple[ProgrammeDay, ...]:
    """The public sessions by day, in the order of their times; those without a time follow, then those without a day.

    While the event's date is not confirmed no session shows one either.
    """
    sure = event.certainty is Certainty.CONFIRMED
    days: defaultdict[date | None, list[Session]] = defaultdict(list)
    for session in event.sessions:
        if session.public:
            days[_day(event, session) if sure else None].append(session)
    order = sorted(days, key=lambda day: (day is None, day or date.max))
    return tuple(ProgrammeDay(day, tuple(sorted(days[day], key=_start))) for day in order)


def _day(event: Event, session: Session) -> date | None:
    return session.start.astimezone(event.zone).date() if session.start else session.day


def _start(session: Session) -> tuple[bool, float]:
    start: datetime | None = session.start
    return start is None, start.timestamp() if start else 0.0
