"""Whether this process can do its work: it can write, it ticks, the disk has room.

`/healthz` asks whether it lives, `/readyz` this. A write that hangs must not
hang whoever asks: it is made on a thread of its own, and an answer that does
not come in time is an answer, too.
"""

from __future__ import annotations

import concurrent.futures
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from announcer.errors import AnnouncerError
from announcer.store import journal
from announcer.store.database import Database
from announcer.store.writelock import Lane

#: The clock ticks every second; after so many without one something is wrong.
TICK_SECONDS = 30.0
#: A write that takes longer means that something else holds the database, or the disk.
WRITE_SECONDS = 5.0
#: However often somebody asks, the database is written to once in this time.
FRESH_SECONDS = 1.0
#: The row that is written.
PROBE = "readiness"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing looked at."""

    name: str
    ok: bool
    said: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """All of it."""

    points: tuple[Point, ...]

    @property
    def ready(self) -> bool:
        """Whether everything is as it should be."""
        return all(point.ok for point in self.points)


class Health:
    """Asked from any thread. `ticked` is told by the clock."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        disk_free: int,
        ticks: bool = True,
        steady: Callable[[], float] = time.monotonic,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        """`folder` is where the program keeps its files, `disk_free` how many bytes have to be free there."""
        self._database, self._folder, self._least = database, folder, disk_free
        self._ticks, self._steady, self._write_seconds = ticks, steady, write_seconds
        self._last_tick = steady()  # so long it has to begin
        self._writer = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._lock = threading.Lock()
        self._last: tuple[float, Readiness] | None = None
        self._writing: concurrent.futures.Future[str] | None = None

    def ticked(self) -> None:
        """A tick came to its end."""
        self._last_tick = self._steady()

    def disk_free(self) -> int:
        """Bytes; 0 where the folder can't be looked at."""
        try:
            return shutil.disk_usage(self._folder).free
        except OSError:
            return 0

    def look(self) -> Readiness:
        """Look at everything, or give what was found less than a second ago."""
        with self._lock:
            if self._last is None or self._steady() - self._last[0] > FRESH_SECONDS:
                points = [self._database_point(), self._folder_point(), self._disk_point()]
                if self._ticks:
                    points.append(self._tick_point())
                self._last = self._steady(), Readiness(tuple(points))
            return self._last[1]

    def close(self) -> None:
        """Ask nothing more; a write that hangs is left to end by itself."""
        self._writer.shutdown(wait=False, cancel_futures=True)

    def _database_point(self) -> Point:
        if self._writing is None:
            self._writing = self._writer.submit(self._write)
        try:
            said = self._writing.result(self._write_seconds)
        except concurrent.futures.TimeoutError:  # the next look waits for the same write, and begins no other
            return Point("database", False, f"a write has not ended after {self._write_seconds:g} s")
        self._writing = None
        return Point("database", not said, said or "written to")

    def _write(self) -> str:
        """What the database said against it; nothing if it took the row."""
        try:
            with self._database.write(Lane.TICK) as connection:
                journal.remember(connection, PROBE, str(time.time_ns()))
        except AnnouncerError as error:
            return str(error)
        except sa.exc.SQLAlchemyError as error:  # no connection to be had from the pool
            return f"database: {type(error).__name__}; see the log"
        return ""

    def _folder_point(self) -> Point:
        path = self._folder / f".readiness-{os.getpid()}"
        try:
            path.write_bytes(b"x" * 4096)
            path.unlink()
        except OSError as error:
            return Point("folder", False, f"{self._folder} can't be written: {error.strerror}")
        return Point("folder", True, f"{self._folder} can be written")

    def _disk_point(self) -> Point:
        free = self.disk_free()
        return Point("disk", free >= self._least, f"{free // 2**20} MB free, {self._least // 2**20} MB needed")

    def _tick_point(self) -> Point:
        since = self._steady() - self._last_tick
        return Point("tick", since <= TICK_SECONDS, f"{since:.0f} s ago")
