"""The tokens in a mail's links: derived, not stored, and never out of date.

A token reads `<subscriber id>-<list id>-<code>`; the code is an HMAC over
purpose, subscriber and list, so that the link still works when every log is
gone, and a token for one purpose is worth nothing for another. Only digits,
lower-case letters, `-` and `_` occur: no mail program breaks or re-cases it.
"""

from __future__ import annotations

import hmac
import re
from typing import Literal

#: What a token lets its holder do.
Purpose = Literal["unsubscribe", "preferences", "view", "confirm"]

#: Each purpose has 128 bits of its own in one HMAC-SHA-512, in hex: a mail needs them all, and HMAC is what costs.
_PLACES: dict[Purpose, slice] = {
    "unsubscribe": slice(0, 32),
    "preferences": slice(32, 64),
    "view": slice(64, 96),
    "confirm": slice(96, 128),  # in place of the list stands the key of the mail that asks
}
_TOKEN = re.compile(r"([0-9]{1,19})-([a-z0-9_-]{0,40})-[0-9a-f]{32}")


def make(key: bytes, purpose: Purpose, subscriber_id: int, list_id: str) -> str:
    """The token for this subscriber on this list, safe within a URL's path."""
    return make_all(key, subscriber_id, list_id)[purpose]


def make_all(key: bytes, subscriber_id: int, list_id: str) -> dict[Purpose, str]:
    """The tokens for every purpose, for the price of one."""
    holder = f"{subscriber_id}-{list_id}"
    codes = hmac.digest(key, b"announcer link " + holder.encode(), "sha512").hex()
    return {purpose: f"{holder}-{codes[place]}" for purpose, place in _PLACES.items()}


def read(key: bytes, purpose: Purpose, token: str) -> tuple[int, str] | None:
    """Subscriber id and list id of a genuine token; None for anything else. Takes constant time."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    subscriber_id, list_id = int(found[1]), found[2]
    if not hmac.compare_digest(make(key, purpose, subscriber_id, list_id), token):
        return None
    return subscriber_id, list_id
