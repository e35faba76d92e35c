"""What channels have to remember beyond a restart: sessions, which nobody may read, and what a network told."""

from __future__ import annotations

import hashlib

from announcer.store import journal
from announcer.store.database import Database
from announcer.store.sealing import Seal


class Memory:
    """Small texts by name, for one channel. Safe in several threads."""

    def __init__(self, database: Database, key: bytes, channel: str) -> None:
        """`key` is the house's; secrets are sealed with one derived from it."""
        self._database = database
        self._channel = channel
        self._seal = Seal(key, "sessions of channels")

    def recall(self, name: str) -> str | None:
        """What was remembered, None if nothing was."""
        with self._database.read() as connection:
            return journal.recall(connection, self._named(name))

    def remember(self, name: str, value: str) -> None:
        """Remember a text that may be read by anybody who can read the database."""
        if self.recall(name) != value:
            with self._database.write() as connection:
                journal.remember(connection, self._named(name), value)

    def recall_secret(self, name: str) -> str | None:
        """A sealed text; None also if it was sealed with another house key."""
        sealed = self.recall(name)
        return None if sealed is None else self._seal.open(sealed)

    def remember_secret(self, name: str, value: str) -> None:
        """Remember a text sealed, so that a copy of the database does not give it away."""
        self.remember(name, self._seal.close(value))

    def _named(self, name: str) -> str:
        # A setting's name is short; a handle or an address may be long.
        told = name if len(name) <= 40 else hashlib.sha256(name.encode()).hexdigest()[:40]
        return f"channel:{self._channel}:{told}"
