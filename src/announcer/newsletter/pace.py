"""How fast, how much at once, and when not at all. Pure but for the clock they are given."""

from __future__ import annotations

import threading
from collections.abc import Callable

Monotonic = Callable[[], float]

#: Mails in flight over all connections; what a crash can put in doubt.
MAX_IN_FLIGHT = 200
#: A pause takes hold within a round, so a round aims to last no longer than this, in seconds.
ROUND_SECONDS = 1.0


def round_limit(wanted: int, connections: int, per_second: float | None) -> int:
    """Mails to claim at once for one connection, so that neither `MAX_IN_FLIGHT` nor `ROUND_SECONDS` is exceeded."""
    most = MAX_IN_FLIGHT // connections
    if per_second is not None:
        most = min(most, int(per_second * ROUND_SECONDS / connections))
    return max(1, min(wanted, most))


def next_limit(limit: int, letters: int, seconds: float) -> int:
    """Mails to claim next, when the last round took `seconds` for `letters`: on a slow relay down to 1."""
    if seconds * limit <= ROUND_SECONDS * letters:
        return limit
    return max(1, int(ROUND_SECONDS * letters / seconds))


class Bucket:
    """At most `per_second` mails a second over all connections; None sets no limit."""

    def __init__(self, per_second: float | None, monotonic: Monotonic) -> None:
        self.unlimited = per_second is None
        self._per_second = per_second
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._free_at = monotonic()

    def take(self) -> float:
        """Take leave for one mail: 0 if it may begin, else the seconds until it is worth asking again."""
        if self._per_second is None:
            return 0.0
        with self._lock:
            now = self._monotonic()
            if now < self._free_at:
                return self._free_at - now
            # What was not used is gone: after a quiet hour the limit still holds.
            self._free_at = max(self._free_at, now - 1 / self._per_second) + 1 / self._per_second
            return 0.0


class Breaker:
    """Keeps away from a relay that is in trouble: twice as long each time, up to 30 seconds."""

    FIRST_SECONDS = 1.0
    MOST_SECONDS = 30.0

    def __init__(self, monotonic: Monotonic, chance: Callable[[], float]) -> None:
        """`chance` gives numbers from 0 to 1, so that several workers don't come back together."""
        self._monotonic = monotonic
        self._chance = chance
        self._lock = threading.Lock()
        self._trips = 0
        self._until = 0.0

    @property
    def tripped(self) -> bool:
        """Whether nothing got through since the last trouble."""
        return self._trips > 0

    def seconds_left(self) -> float:
        """How long to stay away yet; 0 when the relay may be tried."""
        return max(0.0, self._until - self._monotonic()) if self._trips else 0.0

    def trip(self, *, fully: bool = False) -> None:
        """Trouble. While it already keeps away, more of the same changes nothing. `fully`: for the longest time."""
        with self._lock:
            if self.seconds_left() > 0 and not fully:
                return
            self._trips += 1
            longest = (
                self.MOST_SECONDS if fully else min(self.MOST_SECONDS, self.FIRST_SECONDS * 2 ** (self._trips - 1))
            )
            self._until = self._monotonic() + longest * (0.5 + self._chance() / 2)

    def mend(self) -> None:
        """Something got through."""
        if self._trips:
            with self._lock:
                self._trips = 0


class Permit:
    """Whether the next mail may begin: not once the drain ends, and not above the limit."""

    def __init__(self, ending: Callable[[], bool], bucket: Bucket, sleep: Callable[[float], object]) -> None:
        self._ending = ending
        self._bucket = bucket
        self._sleep = sleep

    def ready(self) -> bool:
        """Whether one may begin right now."""
        return not self._ending() and (self._bucket.unlimited or self._bucket.take() == 0)

    def wait(self) -> bool:
        """Wait until one may begin; False if nothing is to begin any more."""
        while not self._ending():
            if not (seconds := self._bucket.take()):
                return True
            self._sleep(min(seconds, 0.25))
        return False
