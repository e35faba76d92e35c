"""What a post is on the AT protocol: its record, its key, its length. Pure.

https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import quote, urlsplit

import idna
import regex

from announcer.model.content import Limits
from announcer.model.ledger import Delivery
from announcer.rendering.facets import Marked, Range, bytes_of
from announcer.rendering.fitting import graphemes

#: app.bsky.feed.post and app.bsky.embed.images say these; no server can be asked for them.
LIMITS = Limits(max_characters=300, max_media=4, description_limit=2000)
LARGEST_BLOB = 1_000_000
_LONGEST_TAG = 64  # graphemes
_LARGEST_TAG = 640  # bytes
_LONGEST_LINK = 60  # graphemes of a link that are shown
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


def length(text: str) -> int:
    """How long a text is against 300: in graphemes, or in bytes by ten, whichever is more."""
    return max(graphemes(text), ceil(len(text.encode()) / 10))


def is_handle(name: str) -> bool:
    """Whether a mention can be an account here: a name with a domain (https://atproto.com/specs/handle)."""
    return len(name) <= 253 and _HANDLE.fullmatch(name) is not None


def facets(marked: Marked, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The facets of a text. A mention of an account that is not in `dids` stays plain text."""
    found = []
    for one in marked.ranges:
        feature = _feature(one, dids)
        if feature is not None:
            start, end = bytes_of(marked.text, one)
            found.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return found


def _feature(one: Range, dids: Mapping[str, str]) -> dict[str, str] | None:
    match one.mark:
        case "link":
            return {"$type": "app.bsky.richtext.facet#link", "uri": ascii_address(one.value)}
        case "tag" if graphemes(one.value) <= _LONGEST_TAG and len(one.value.encode()) <= _LARGEST_TAG:
            return {"$type": "app.bsky.richtext.facet#tag", "tag": one.value}
        case "mention" if did := dids.get(one.value.lower()):
            return {"$type": "app.bsky.richtext.facet#mention", "did": did}
    return None


def ascii_address(address: str) -> str:
    """An address as apps open it: the host in Punycode, the rest percent-encoded. As it is where that fails."""
    try:
        parts = urlsplit(address)
        host = idna.encode(parts.hostname or "", uts46=True).decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # idna.IDNAError is one; a host of numbers needs no encoding
        return quote(address, safe=":/?#[]@!$&'()*+,;=%-._~")
    rest = address.split("://", 1)[-1]
    tail = rest[re.search(r"[/?#]|$", rest).start() :]  # type: ignore[union-attr]  # "$" always matches
    return f"{parts.scheme.lower()}://{host}{port}{quote(tail, safe=chr(37) + ':/?#[]@!$&()*+,;=-._~' + chr(39))}"


def short_link(link: str) -> str:
    """A link as the post shows it: a long one without scheme and cut, since the facet holds the whole address."""
    if graphemes(link) <= _LONGEST_LINK:
        return link
    bare = link.split("://", 1)[-1]
    return "".join(regex.findall(r"\X", bare)[: _LONGEST_LINK - 1]) + "…"


def record_key(delivery: Delivery) -> str:
    """The key of the delivery's record, the same on every try (https://atproto.com/specs/tid).

    Its second is the delivery's moment; microseconds and clock id come from the
    delivery's own key, so that two posts of one second do not share it.
    """
    seconds = int(moment_of(delivery).timestamp())
    drawn = int.from_bytes(hashlib.sha256(delivery.key.encode()).digest()[:8], "big")
    micros = seconds * 1_000_000 + drawn % 1_000_000
    number = (micros << 10) | (drawn // 1_000_000) % 1024
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def created_at(delivery: Delivery) -> str:
    """When the post says it was written: the delivery's moment, so that a second try is the same record."""
    return moment_of(delivery).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def moment_of(delivery: Delivery) -> datetime:
    """When the delivery was meant to leave; the parts of a thread a second apart, so that they sort in their order."""
    if delivery.moment is None:
        raise ValueError(f"delivery {delivery.id} has no moment; it was not queued for a network")
    return delivery.moment + timedelta(seconds=delivery.part)


def cid_of(data: bytes) -> str:
    """The content id under which a server keeps a blob: CIDv1, raw, SHA-256."""
    number = b"\x01\x55\x12\x20" + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(number).decode("ascii").lower().rstrip("=")


def language_of(tag: str) -> str:
    """A language as BCP 47 spells it; at most three may stand in a record."""
    return tag.replace("_", "-")
