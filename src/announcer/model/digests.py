"""A digest: a list's newsletter that comes again and again and tells what is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class Cadence(StrEnum):
    """How often something comes again."""

    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A moment that comes again: "every Friday at 10:00". Weekdays count from Monday, 0."""

    cadence: Cadence
    at: time  #: Local time of day.
    weekdays: tuple[int, ...] = ()  #: Of each week; of a month exactly one.
    step: int = 1  #: Every so many weeks.
    since: date | None = None  #: With a step: a day of a week that counts.
    nth: int = 0  #: Which one of the month; -1 is the last.


@dataclass(frozen=True, slots=True)
class Digest:
    """What the office decided about a digest. `id` is permanent: it names the issues for good."""

    id: str
    list_id: str
    title: str
    when: Repeat
    compose_hours_before: int = 4  #: So long ahead its issues are put together, for approval.
    standing_approval: bool = False  #: Its issues are approved by that.
    topics: tuple[str, ...] = ()  #: Only announcements with one of these; empty takes all.
    min_items: int = 1  #: With fewer, there is no issue; what there is waits for the next.
