"""The stamp in a form: when it was shown and with which words, signed, so that no cookie has to remember it."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

_STAMP = re.compile(r"([0-9]{1,12})\.([0-9a-f]{1,20})\.([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a genuine stamp says."""

    at: datetime
    version: str  #: Of the consent's words.


def make(key: bytes, version: str, now: datetime) -> str:
    """The stamp of a form shown now."""
    said = f"{int(now.timestamp())}.{version}"
    return f"{said}.{_code(key, said)}"


def read(key: bytes, text: str) -> Stamp | None:
    """What a stamp says; None if it is not one of ours."""
    found = _STAMP.fullmatch(text)
    if found is None or not hmac.compare_digest(_code(key, f"{found[1]}.{found[2]}"), found[3]):
        return None
    return Stamp(datetime.fromtimestamp(int(found[1]), UTC), found[2])


def _code(key: bytes, said: str) -> str:
    return hmac.digest(key, b"announcer form " + said.encode(), "sha256").hex()[:32]
