"""Hears at once what another process wrote (LISTEN): a worker on another machine need not look every second.

PostgreSQL tells of it by triggers (migration `wakeup`): something was queued, a
message's state or moment changed, a pause or hold ended. Whoever hears nothing,
because its connection broke, still looks once a second. SQLite has one process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog

from announcer.store.database import Database

CHANNEL = "announcer"
#: How often it looks whether it should end, and how long it waits after a broken connection.
_LOOK_SECONDS, _AGAIN_SECONDS = 0.5, 2.0

log = structlog.get_logger(__name__)


class Wakeup(threading.Thread):
    """Calls `rang` whenever something was written, until it is stopped."""

    def __init__(self, database: Database, rang: Callable[[], None]) -> None:
        super().__init__(name="wakeup", daemon=True)
        self._url = None if database.sqlite else database.url
        self._rang = rang
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Hear nothing any more."""
        self._stopped.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Listen; a broken connection is made anew."""
        while self._url is not None and not self._stopped.is_set():
            try:
                self._listen(self._url)
            except psycopg.Error as error:
                log.warning("not woken by other processes for now", why=str(error).strip())
                self._stopped.wait(_AGAIN_SECONDS)

    def _listen(self, url: str) -> None:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._rang()  # for what was written before it listened
            while not self._stopped.is_set():
                # All that came together is one ring.
                if list(connection.notifies(timeout=_LOOK_SECONDS, stop_after=1)):
                    self._rang()
