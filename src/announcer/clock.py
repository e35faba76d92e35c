"""The one place that asks what time it is. Everything else is handed `now`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

#: The wall clock may part so far from the one that nobody can set before nothing is sent any more.
MOST_APART = timedelta(seconds=60)


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def _since_boot() -> float:
    """Seconds that passed for sure. Where the system can tell, those in which the machine slept are among them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class SteadyClock:
    """The wall clock, watched by one that nobody can set.

    Somebody sets a clock by a day, a virtual machine wakes up in the past: at
    the next look a whole week's messages would be due. From the moment the two
    clocks are more than `MOST_APART` apart, this one goes on by the seconds
    that passed, so that nothing leaves early, until `accept` takes the wall
    clock as right. Whoever keeps it holds all sending in between.
    """

    def __init__(self, wall: Clock = system_clock, steady: Callable[[], float] = _since_boot) -> None:
        self._wall = wall
        self._steady = steady
        self._begin = wall(), steady()

    def __call__(self) -> datetime:
        """The present instant, in UTC."""
        wall, passed = self._look()
        return wall if abs(wall - passed) <= MOST_APART else passed

    def apart(self) -> timedelta | None:
        """How far the wall clock is ahead (or, negative, behind), if that is too much; else None."""
        wall, passed = self._look()
        return wall - passed if abs(wall - passed) > MOST_APART else None

    def accept(self) -> None:
        """From here on the wall clock counts, as it is now."""
        self._begin = self._wall(), self._steady()

    def _look(self) -> tuple[datetime, datetime]:
        wall, steady = self._begin
        return self._wall(), wall + timedelta(seconds=self._steady() - steady)
