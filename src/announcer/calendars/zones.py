"""VTIMEZONE for the years a calendar speaks of (RFC 5545 §3.6.5).

Written here and not by icalendar 7: its DTSTART of the change to summer time
is the wall clock after the change, where the RFC wants the one before
(TZOFFSETFROM), so that times of that night would be read an hour late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_STEP = timedelta(days=7)  # no zone changes its offset and back within a week


def vtimezone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """The zone's offsets from the beginning of `first_year` to the end of `last_year`."""
    component = Timezone()
    component.add("TZID", str(zone))
    begin = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1)  # New Year comes earlier in the east
    component.add_component(_observance(zone, begin, begin))
    for moment in _changes(zone, begin, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        component.add_component(_observance(zone, moment, moment - timedelta(seconds=1)))
    return component


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Each instant, in UTC, at which the offset or the name of the time changes."""
    low = begin
    while low < end:
        high = min(low + _STEP, end)
        if _kind(zone, low) != _kind(zone, high):
            yield _between(zone, low, high)
        low = high


def _between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = _kind(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if _kind(zone, middle) == before else (low, middle)
    return high


def _kind(zone: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _observance(zone: ZoneInfo, moment: datetime, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    local, offset_from = moment.astimezone(zone), before.astimezone(zone).utcoffset()
    assert offset_from is not None
    component = TimezoneDaylight() if local.dst() else TimezoneStandard()
    component.add("DTSTART", (moment + offset_from).replace(tzinfo=None))
    component.add("TZOFFSETFROM", offset_from)
    component.add("TZOFFSETTO", local.utcoffset())
    component.add("TZNAME", local.tzname())
    return component
