"""What channels have to remember beyond a restart: sessions, which nobody may read, and what a network told."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from announcer.store import journal
from announcer.store.database import Database


class Memory:
    """Small texts by name, for one channel. Safe in several threads."""

    def __init__(self, database: Database, key: bytes, channel: str) -> None:
        """`key` is the house's; secrets are sealed with one derived from it."""
        self._database = database
        self._channel = channel
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"announcer: sessions of channels").derive(key)
        self._seal = Fernet(base64.urlsafe_b64encode(derived))

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
        if sealed is None:
            return None
        try:
            return self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def remember_secret(self, name: str, value: str) -> None:
        """Remember a text sealed, so that a copy of the database does not give it away."""
        self.remember(name, self._seal.encrypt(value.encode()).decode())

    def _named(self, name: str) -> str:
        # A setting's name is short; a handle or an address may be long.
        told = name if len(name) <= 40 else hashlib.sha256(name.encode()).hexdigest()[:40]
        return f"channel:{self._channel}:{told}"
