"""One writer at a time, the office before the clock, the clock before the newsletter.

Eight threads that each open their own writing connection wait for SQLite's
lock by polling; one connection behind this lock hands over at once.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Lane(IntEnum):
    """Who writes; the lower number goes first among those who wait."""

    OFFICE = 0
    TICK = 1
    NEWSLETTER = 2


class WriteLock:
    """A lock that goes to the most urgent waiter, first come first served within a lane."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._tickets = itertools.count()
        self._waiting: list[tuple[Lane, int, threading.Event]] = []

    @contextmanager
    def held(self, lane: Lane) -> Iterator[None]:
        """Hold the lock for the block."""
        self._acquire(lane)
        try:
            yield
        finally:
            self._release()

    def _acquire(self, lane: Lane) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            heapq.heappush(self._waiting, (lane, next(self._tickets), turn))
        turn.wait()

    def _release(self) -> None:
        with self._guard:
            if self._waiting:
                # Handed over while held, so that nobody slips in between.
                heapq.heappop(self._waiting)[2].set()
            else:
                self._held = False
