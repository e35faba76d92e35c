"""From a moment to its place in the picture, and which messages stand too close there to be told apart. Pure.

The picture is true in its order, not everywhere in its lengths: days of the
event, on which most happens, get more room than the weeks before them, and
nights less than days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from announcer.planning.calendar import days_between
from announcer.planning.lanes import URGENT, Band, BandKind, Look, Mark, Window
from announcer.planning.wallclock import at_wall_clock

#: From so many days on, the days of the event are drawn larger than the others.
_MANY_DAYS = 14
_LARGEST_DAY, _LARGEST_EVENT = 0.17, 0.46  # of the whole length
_NIGHT = 0.22  # how much room an hour of the night gets beside one of the day
_DAYLIGHT = (7, 21)
_LONGEST = 44.0  # of what is drawn as one


@dataclass(frozen=True, slots=True)
class Scale:
    """Places along the axis: piecewise linear between its stops."""

    moments: tuple[float, ...]  #: Seconds since 1970.
    places: tuple[float, ...]

    def __call__(self, moment: datetime) -> float:
        """Where a moment is; outside of the window, at its edge."""
        seconds = moment.timestamp()
        if seconds <= self.moments[0]:
            return self.places[0]
        if seconds >= self.moments[-1]:
            return self.places[-1]
        right = bisect_right(self.moments, seconds)
        a, b = self.moments[right - 1], self.moments[right]
        p, q = self.places[right - 1], self.places[right]
        return p + (q - p) * (seconds - a) / (b - a)


def scale_of(window: Window, bands: Sequence[Band], begin: float, end: float) -> Scale:
    """The scale of a window between two places."""
    days = [band.start.astimezone(window.zone).date() for band in bands if band.kind is BandKind.EVENT]
    stops = list(_stops(window, days))
    total = sum(weight for _, weight in stops)
    moments, places, reached = [window.start.timestamp()], [begin], 0.0
    for moment, weight in stops:
        reached += weight
        moments.append(moment.timestamp())
        places.append(begin + (end - begin) * reached / total)
    return Scale(tuple(moments), tuple(places))


def _stops(window: Window, event_days: Sequence[date]) -> Iterator[tuple[datetime, float]]:
    """Where each stretch of the window ends, and how much room it gets."""
    if window.days == 1:
        yield from _hours(window.first, window, 24.0)
        return
    large = _weight(window.days, len(event_days)) if window.days > _MANY_DAYS else 1.0
    for day in days_between(window.first, window.last):
        if day in event_days and large > 1:
            yield from _hours(day, window, large)
        else:
            yield at_wall_clock(day + timedelta(days=1), time(), window.zone), 1.0


def _weight(days: int, of_event: int) -> float:
    """How much larger a day of the event is drawn than another."""
    if not of_event or days == of_event:
        return 1.0
    share = min(_LARGEST_DAY * of_event, _LARGEST_EVENT)
    return max(1.0, share * (days - of_event) / ((1 - share) * of_event))


def _hours(day: date, window: Window, room: float) -> Iterator[tuple[datetime, float]]:
    """The hours of a day, of which those of the night get less room."""
    first, last = _DAYLIGHT
    weights = [1.0 if first <= hour < last else _NIGHT for hour in range(24)]
    for hour, weight in enumerate(weights, 1):
        end = at_wall_clock(day, time(hour), window.zone) if hour < 24 else None
        end = end or at_wall_clock(day + timedelta(days=1), time(), window.zone)
        yield end, room * weight / sum(weights)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Messages of a lane that are drawn as one: mostly a single one."""

    marks: tuple[Mark, ...]
    first: float
    last: float

    @property
    def place(self) -> float:
        """Its middle."""
        return (self.first + self.last) / 2

    @property
    def look(self) -> Look:
        """What it looks like: what needs a person first."""
        return min((mark.look for mark in self.marks), key=URGENT.index)


def clusters(marks: Sequence[Mark], scale: Scale, gap: float) -> list[Cluster]:
    """Join what stands closer than `gap`, up to a length at which a number still says something.

    Every mark is in exactly one cluster, in the order of time.
    """
    found: list[Cluster] = []
    for mark in sorted(marks, key=lambda one: (one.at, one.message.id)):
        place = scale(mark.at)
        if found and place - found[-1].last < gap and place - found[-1].first <= _LONGEST:
            last = found[-1]
            found[-1] = Cluster((*last.marks, mark), last.first, place)
        else:
            found.append(Cluster((mark,), place, place))
    return found
