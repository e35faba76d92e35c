"""What a message says on one channel, as it is previewed, approved, stored and sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Plain JSON: str, int, bool, None, lists and string-keyed objects of these.
Payload = Mapping[str, Any]


def canonical(payload: Payload) -> str:
    """The one JSON spelling of a payload: sorted keys, no spaces, UTF-8."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(payload: Payload) -> str:
    """What an approval is bound to: SHA-256 over the canonical spelling, in hex."""
    return hashlib.sha256(canonical(payload).encode()).hexdigest()


def parts_of(payload: Payload) -> int:
    """How many posts a payload makes: more than one where the office asked for a thread."""
    return 1 + len(payload.get("thread", ()))


def part_of(payload: Payload, part: int) -> Payload:
    """The payload of one part of a thread; part 0 is the first post."""
    if part == 0:
        return {key: value for key, value in payload.items() if key != "thread"}
    chosen: Payload = payload["thread"][part - 1]
    return chosen


@dataclass(frozen=True, slots=True)
class Content:
    """A payload for one channel kind in one language.

    The payload's keys by channel kind:

    - `feed`:   title, summary, html, link, categories (list)
    - `social`: lead, fact, link, hashtags (list), language, spoiler_text, card (title and
      description of the page behind the link), pictures (list of hash, alt, credit), own (a
      person's own posts, one or a thread, instead of lead, fact, link and hashtags)
    - `mail`:   subject, preheader, text, html; slots stand in them as `⟦name⟧`
    """

    channel_kind: str
    language: str
    payload: Payload

    @property
    def hash(self) -> str:
        """The digest of the payload."""
        return digest(self.payload)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a network accepts, read from it and kept with the content."""

    max_characters: int | None = None
    characters_per_url: int | None = None  #: None: a URL counts as long as it is.
    max_media: int = 0
    description_limit: int = 0
    picture_bytes: int = 0  #: 0: the network doesn't say.
    picture_pixels: int = 0


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do beyond publishing."""

    edit: bool = False
    delete: bool = False
    thread: bool = False
    media: bool = False
    key: bool = False  #: The network itself refuses a second copy of the same key.
    find: bool = False  #: A lost answer can be looked up.
    rounds: bool = False  #: Sends many deliveries at once (mail).


@dataclass(frozen=True, slots=True)
class Health:
    """What `channels check` found, in one sentence."""

    ok: bool
    said: str
    limits: Limits = field(default_factory=Limits)
