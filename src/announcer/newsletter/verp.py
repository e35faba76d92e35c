"""The envelope's sender, different for each mail, so that a bounce says itself which mail it is about.

`bounces@city.example` becomes `bounces+<delivery>-<code>@city.example`
(VERP). The code is an HMAC over the delivery's number, so that nobody can
make up a bounce. Lower-case letters and digits only: some systems re-case
what they return. Derived, not stored: it still counts when every log is gone.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode

#: What joins a local part and what follows it; relays call it the recipient delimiter.
DELIMITER = "+"
_LOCAL = re.compile(r"\+([a-z2-7]{1,13})-([a-z2-7]{16})@", re.IGNORECASE)
#: RFC 5321 §4.5.3.1.1: a local part has at most 64 octets. This much is ours.
LONGEST = len(DELIMITER) + 13 + 1 + 16


def sender(key: bytes, address: str, delivery_id: int) -> str:
    """The envelope's sender for one delivery; `address` is where bounces go without it."""
    local, _, domain = address.rpartition("@")
    number = _base32(delivery_id.to_bytes(8, "big").lstrip(b"\0") or b"\0")
    return f"{local}{DELIMITER}{number}-{_code(key, delivery_id)}@{domain}"


def read(key: bytes, text: str) -> int | None:
    """The delivery that an address or header names; None unless it was made with `key`. Takes constant time."""
    for found in _LOCAL.finditer(text):
        delivery_id = _number(found[1].lower())
        if delivery_id is not None and hmac.compare_digest(_code(key, delivery_id), found[2].lower()):
            return delivery_id
    return None


def _code(key: bytes, delivery_id: int) -> str:
    return _base32(hmac.digest(key, b"announcer verp %d" % delivery_id, "sha256")[:10])


def _base32(value: bytes) -> str:
    return b32encode(value).decode().rstrip("=").lower()


def _number(text: str) -> int | None:
    bits = "".join(f"{'abcdefghijklmnopqrstuvwxyz234567'.index(sign):05b}" for sign in text)
    octets = len(bits) // 8
    number = int(bits[: octets * 8], 2) if octets else 0
    return number if number < 2**63 else None
