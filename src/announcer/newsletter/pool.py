"""The few connections kept to the relay, between rounds and between drains."""

from __future__ import annotations

import threading
import time

from announcer.newsletter.connection import Access, Connection

#: A connection that waited longer than this, in seconds, is asked whether it still lives.
_FRESH_SECONDS = 1.0


class Pool:
    """Opens connections as they are needed and keeps them a while."""

    def __init__(self, access: Access, keep_seconds: float) -> None:
        self._access = access
        self._keep_seconds = keep_seconds
        self._lock = threading.Lock()
        self._idle: list[tuple[Connection, float]] = []
        self._opening: set[Connection] = set()

    def take(self) -> Connection:
        """A connection that works. Raises `Transient` or `Credentials` if none can be had."""
        while kept := self._kept():
            connection, since = kept
            if time.monotonic() - since < _FRESH_SECONDS or connection.alive():
                return connection
            self.give(connection)
        connection = Connection(self._access)
        with self._lock:
            self._opening.add(connection)
        try:
            connection.open()
        finally:
            with self._lock:
                self._opening.discard(connection)
        return connection

    def give(self, connection: Connection) -> None:
        """Take a connection back; one that is of no more use is let go."""
        if connection.usable:
            with self._lock:
                self._idle.append((connection, time.monotonic()))
        else:
            connection.close()

    def reap(self) -> None:
        """Close what has been idle too long."""
        oldest = time.monotonic() - self._keep_seconds
        with self._lock:
            stale = [connection for connection, since in self._idle if since < oldest]
            self._idle = [(connection, since) for connection, since in self._idle if since >= oldest]
        for connection in stale:
            connection.close()

    def abort_opening(self) -> None:
        """Hang up on connections that are still being opened."""
        with self._lock:
            opening = list(self._opening)
        for connection in opening:
            connection.abort()

    def close(self) -> None:
        """Say goodbye on every idle connection."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _kept(self) -> tuple[Connection, float] | None:
        with self._lock:
            return self._idle.pop() if self._idle else None
