"""The words of the consent as the form shows them, and the version that is kept with each proof."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One wording. Whoever changes a letter of it gets another version."""

    text: str

    @property
    def version(self) -> str:
        """Made of the words themselves."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]
