"""When the office works and when nobody wants to be disturbed.

Messages counted in days stay on their calendar day, also on a Saturday or a
holiday: "1 day before start" says something about that very day, and feeds,
posts and mails go out without anybody at a desk. A rule that counts working
days skips the days on which nobody works; one with `working_days` is moved
off them (`timing`), because its readers are at a desk, or the office wants to
be when they answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from announcer.errors import PlanningError
from announcer.planning.wallclock import at_wall_clock
from announcer.settings import Office

#: No calendar has this many days off in a row; it bounds the search for a working day.
_LONGEST_BREAK = 366


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """Working days and quiet hours of one office.

    Quiet hours lie strictly between `quiet_from` and `quiet_until` on the wall
    clock, over midnight if `quiet_from` is the later one; at both ends
    themselves sending is allowed. Equal ends mean that there are none.
    """

    holidays: str = "DE-NW"  #: Country and state (ISO 3166); empty means no public holidays.
    days_off: frozenset[date] = frozenset()
    quiet_from: time = time(20, 0)
    quiet_until: time = time(7, 0)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, no public holiday, no day off of the office."""
        return day.weekday() < 5 and day not in self.days_off and day not in public_holidays(self.holidays, day.year)

    def shift_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, before it if negative; 0 is `day` itself."""
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        idle = 0
        while left:
            day += step
            idle = 0 if self.is_working_day(day) else idle + 1
            left -= idle == 0
            if idle > _LONGEST_BREAK:
                raise PlanningError(
                    "config.toml: [office] 'days_off' leaves no working day in a whole year; remove some"
                )
        return day

    def last_working_day(self, day: date) -> date:
        """`day` itself if the office works then, else the nearest earlier day on which it does."""
        return day if self.is_working_day(day) else self.shift_working_days(day, -1)

    def next_working_day(self, day: date) -> date:
        """`day` itself if the office works then, else the nearest later day on which it does."""
        return day if self.is_working_day(day) else self.shift_working_days(day, 1)

    def is_quiet(self, at: time) -> bool:
        """Whether nobody wants to be disturbed at this time of day."""
        if self._spans_midnight:
            return at > self.quiet_from or at < self.quiet_until
        return self.quiet_from < at < self.quiet_until

    def before_quiet(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The last moment before the quiet hours in which `instant` lies."""
        local = instant.astimezone(zone)
        begun_yesterday = self._spans_midnight and local.time() < self.quiet_until
        return at_wall_clock(local.date() - timedelta(days=begun_yesterday), self.quiet_from, zone)

    def after_quiet(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The first moment after the quiet hours in which `instant` lies."""
        local = instant.astimezone(zone)
        ends_tomorrow = self._spans_midnight and local.time() > self.quiet_from
        return at_wall_clock(local.date() + timedelta(days=ends_tomorrow), self.quiet_until, zone)

    @property
    def _spans_midnight(self) -> bool:
        return self.quiet_from > self.quiet_until


def calendar_of(office: Office) -> OfficeCalendar:
    """The calendar that `[office]` of config.toml describes; raises `PlanningError` on an unknown state."""
    public_holidays(office.holidays, 2025)
    return OfficeCalendar(office.holidays, frozenset(office.days_off), office.quiet_from, office.quiet_until)


@lru_cache(maxsize=256)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """The public holidays of a country or state such as "DE-NW" in one year."""
    if not code:
        return frozenset()
    country, _, state = code.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=state or None, years=year))
    except NotImplementedError as error:
        raise PlanningError(
            f"config.toml: [office] 'holidays' has the value {code!r}, for which no holidays are known; "
            "write country and state, e.g. 'DE-NW'"
        ) from error


@lru_cache(maxsize=256)
def holiday_names(code: str, year: int, language: str) -> dict[date, str]:
    """What the public holidays of `public_holidays` are called; under their English names where there are no German."""
    if not public_holidays(code, year):
        return {}
    country, _, state = code.partition("-")
    made = holidays.country_holidays(country, subdiv=state or None, years=year)
    wanted = "de" if language == "de" else "en_US"
    if wanted in made.supported_languages:
        made = holidays.country_holidays(country, subdiv=state or None, years=year, language=wanted)
    return dict(made)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
