"""From a moment that repeats to its next turns, on the wall clock of the office.

A digest of working days skips holidays. One of a weekday whose day is a
holiday comes on the working day before, so that nobody waits for it; if that
would be no later than its last turn (the office is closed in between), the
turn falls out, and what is new comes with the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from announcer.errors import PlanningError
from announcer.model.digests import Cadence, Repeat
from announcer.planning.calendar import OfficeCalendar, public_holidays
from announcer.planning.wallclock import at_wall_clock, end_of_day, is_skipped
from announcer.planning.why import why

#: The Monday of a week from which "every second Friday" counts unless it says from when.
_FIRST_MONDAY = date(1970, 1, 5)
#: Longer than any distance between two turns, unless a calendar leaves no working day at all.
_LONGEST_WAIT = 400
_DAY = timedelta(days=1)
#: An issue is worth approving at least so long after its moment.
_AT_LEAST = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Turn:
    """One moment of those that repeat. `day` is the rule's own date, whatever holiday moved it: it names the turn."""

    day: date
    at: datetime  #: UTC.
    why: tuple[str, ...] = ()  #: Why it stands there, as keys of planning.why.


def turns(repeat: Repeat, zone: ZoneInfo, calendar: OfficeCalendar, after: datetime) -> Iterator[Turn]:
    """The turns later than `after`, endlessly, the next one first.

    Raises `PlanningError` if the calendar leaves no working day.
    """
    first = after.astimezone(zone).date() - _DAY
    for day in _days(repeat, calendar, first):
        turn = _turn(repeat, zone, calendar, day)
        if turn is not None and turn.at > after:
            yield turn


def worth_until(at: datetime, zone: ZoneInfo, calendar: OfficeCalendar) -> datetime:
    """Until when an issue of this moment is worth sending: the beginning of that day's quiet hours.

    At least two hours, so that a late approval still counts.
    """
    quiet = at_wall_clock(at.astimezone(zone).date(), calendar.quiet_from, zone)
    evening = end_of_day(at, zone) if calendar.quiet_from == calendar.quiet_until else quiet
    return max(evening, at + _AT_LEAST)


def _days(repeat: Repeat, calendar: OfficeCalendar, first: date) -> Iterator[date]:
    """The rule's own dates from `first` on."""
    idle = 0
    for number in count():
        day = first + number * _DAY
        idle += 1
        if _is_turn(repeat, calendar, day):
            idle = 0
            yield day
        if idle > _LONGEST_WAIT * repeat.step:
            raise PlanningError("config.toml: [office] 'days_off' leaves no working day in a whole year; remove some")


def _is_turn(repeat: Repeat, calendar: OfficeCalendar, day: date) -> bool:
    match repeat.cadence:
        case Cadence.DAY:
            return True
        case Cadence.WORKING_DAY:
            return calendar.is_working_day(day)
        case Cadence.WEEK:
            return day.weekday() in repeat.weekdays and _weeks(day, repeat.since) % repeat.step == 0
        case Cadence.MONTH:
            return day.weekday() in repeat.weekdays and _is_nth(day, repeat.nth)


def _weeks(day: date, since: date | None) -> int:
    """How many weeks, from Monday to Monday, lie between `since` and `day`."""
    first = since - since.weekday() * _DAY if since is not None else _FIRST_MONDAY
    return (day - first).days // 7


def _is_nth(day: date, nth: int) -> bool:
    if nth < 0:
        return (day + 7 * _DAY).month != day.month
    return (day.day - 1) // 7 == nth - 1


def _turn(repeat: Repeat, zone: ZoneInfo, calendar: OfficeCalendar, day: date) -> Turn | None:
    moved = _moved(repeat, calendar, day)
    if moved is None:
        return None
    reasons: tuple[str, ...] = ()
    if moved != day:
        reasons = (why("holiday", datetime.combine(day, repeat.at)),)
    if is_skipped(moved, repeat.at, zone):
        reasons += (why("summer_time", datetime.combine(moved, repeat.at)),)
    return Turn(day, at_wall_clock(moved, repeat.at, zone), reasons)


def _moved(repeat: Repeat, calendar: OfficeCalendar, day: date) -> date | None:
    """The day on which this turn really comes; None if it falls out."""
    if repeat.cadence in (Cadence.DAY, Cadence.WORKING_DAY) or not _is_holiday(calendar, day):
        return day
    before = calendar.shift_working_days(day, -1)
    return before if before > _previous(repeat, calendar, day) else None


def _is_holiday(calendar: OfficeCalendar, day: date) -> bool:
    """A public holiday or a day off of the office; a weekend alone is none: some digests are for the weekend."""
    return day in calendar.days_off or day in public_holidays(calendar.holidays, day.year)


def _previous(repeat: Repeat, calendar: OfficeCalendar, day: date) -> date:
    """The rule's own date before this one."""
    longest = _LONGEST_WAIT * repeat.step
    earlier = takewhile(lambda one: (day - one).days < longest, (day - number * _DAY for number in count(1)))
    return next(one for one in earlier if _is_turn(repeat, calendar, one))
