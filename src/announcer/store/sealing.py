"""Small secrets in the database, sealed with a key derived from the house's, so that a copy does not give them away."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """Seals texts for one purpose; what was sealed for another does not open."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """`key` is the house's."""
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=f"announcer: {purpose}".encode()).derive(key)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, text: str) -> str:
        """The text, sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text again; None if it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None
