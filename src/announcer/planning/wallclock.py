"""From the clock on the wall to an instant and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def at_wall_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` show `at` on `day`.

    A time that summer time skips moves one hour on (02:30 becomes 03:30); of a
    time that comes twice in autumn the first is taken. Both are what `fold=0`
    means (PEP 495).
    """
    return datetime.combine(day, at.replace(fold=0, tzinfo=None), zone).astimezone(UTC)


def is_skipped(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of `zone` never show `at` on `day`, because summer time begins."""
    return at_wall_clock(day, at, zone).astimezone(zone).time() != at.replace(fold=0, tzinfo=None)


def end_of_day(instant: datetime, zone: ZoneInfo) -> datetime:
    """The midnight that ends the local day of `instant`."""
    return at_wall_clock(instant.astimezone(zone).date() + timedelta(days=1), time(), zone)


def move_wall_clock(instant: datetime, distance: timedelta, zone: ZoneInfo) -> datetime:
    """`instant` moved by so many days and so much time of day, as the clocks of `zone` show it."""
    shown = instant.astimezone(zone).replace(tzinfo=None) + distance
    return at_wall_clock(shown.date(), shown.time(), zone)
