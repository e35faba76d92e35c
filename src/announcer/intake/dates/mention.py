"""What the date grammar finds: a day or a span, a time, or both, with its place in the text and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

Span = tuple[date, date]


class Precision(StrEnum):
    """How exactly a mention says when."""

    TIME = "time"  #: A time of day; with or without a day.
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Sure(StrEnum):
    """How far a date is the text's own word."""

    STATED = "stated"  #: Day, month and year stand in the text.
    INFERRED = "inferred"  #: The year, or the day itself, was counted from the release date.
    AMBIGUOUS = "ambiguous"  #: It can be read in several ways, or contradicts itself; `alternatives` has them.
    INCOMPLETE = "incomplete"  #: The year is missing and nothing tells it.


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a date or a time.

    `first` and `last` are the same for a single day, and None if only a time
    was mentioned or the year is open. Days that don't follow each other
    ("3., 10. und 17. Mai") are mentions of their own.
    """

    start: int
    end: int
    text: str
    first: date | None = None
    last: date | None = None
    begins: time | None = None
    ends: time | None = None
    precision: Precision = Precision.DAY
    sure: Sure = Sure.STATED
    alternatives: tuple[Span, ...] = ()
    other_times: tuple[time, ...] = ()  #: "halb acht" is 7:30 or 19:30.
    notes: tuple[str, ...] = ()  #: Keys such as `year_inferred`, `weekday_mismatch`.
    partial: tuple[tuple[int, int], ...] = ()  #: (month, day) of the days whose year does not stand there.
    weekdays: tuple[int, ...] = ()  #: As the text names them, first and last; 0 is Monday.
    until: bool = False  #: "bis 4. September": a deadline.
    past: bool = False  #: "am vergangenen Freitag".

    @property
    def dated(self) -> bool:
        """Whether it is about a day at all, not only a time."""
        return self.first is not None or bool(self.partial) or bool(self.alternatives)
