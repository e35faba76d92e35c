"""One-time codes by the clock (RFC 6238): HMAC-SHA1, six digits, thirty seconds. Pure."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

PERIOD_SECONDS = 30
DIGITS = 6
#: A phone's clock may be off by this many steps either way (RFC 6238 §5.2).
DRIFT_STEPS = 1


def new_secret() -> str:
    """A fresh secret of 160 bits (RFC 4226 §4, R6), in base32 as authenticator apps read it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_at(now: datetime) -> int:
    """The number of the time step that `now` lies in."""
    return int(now.timestamp()) // PERIOD_SECONDS


def code(secret: str, step: int) -> str:
    """The code of one time step (RFC 4226 §5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, given: str, now: datetime) -> int | None:
    """The time step that `given` is the code of, None if it is none of the present ones. Blanks are overlooked."""
    typed = "".join(given.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    middle = step_at(now)
    near = range(middle - DRIFT_STEPS, middle + DRIFT_STEPS + 1)
    return next((step for step in near if hmac.compare_digest(code(secret, step), typed)), None)


def address(secret: str, name: str, issuer: str) -> str:
    """What an authenticator app reads from the picture."""
    who = f"{quote(issuer, safe='')}:{quote(name, safe='')}"
    return f"otpauth://totp/{who}?secret={secret}&issuer={quote(issuer, safe='')}&period={PERIOD_SECONDS}"
