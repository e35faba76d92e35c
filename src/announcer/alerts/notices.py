"""What there is to tell, and to whom: the words of `rules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from announcer.model.campaign import Message
from announcer.store.campaign import Campaign


class Kind(StrEnum):
    """What a mail to the office is about; each kind has its templates."""

    APPROVE = "approve"  #: Messages wait for an approval, before their moment.
    WORDS = "words"  #: Messages wait for a fact or a person's text.
    DECIDE = "decide"  #: Something is held back until somebody decides.
    MISSED = "missed"  #: Messages that did not leave and will not any more.
    TROUBLE = "trouble"  #: Deliveries that failed, or of which nobody knows.
    HAND = "hand"  #: Something only a person can do, now.
    PREFLIGHT = "preflight"  #: A channel that is needed soon would not work.
    STOPPED = "stopped"  #: A channel paused itself, or all sending is held.
    CHANGE = "change"  #: Somebody released a change alone.
    REQUEST = "request"  #: A change waits for a second person.
    DECIDED = "decided"  #: What became of one's own request.
    MORNING = "morning"  #: Today's messages, and what they lack.


class To(StrEnum):
    """Who has to know."""

    EVERYBODY = "everybody"
    APPROVERS = "approvers"  #: All who approve.
    ABLE = "able"  #: Those who may approve what its authors wrote.
    AUTHORS = "authors"  #: Those who wrote it.


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that somebody has to do something for before its moment."""

    message: Message
    campaign: Campaign
    needs: Kind  #: `APPROVE` or `WORDS`.
    moment: datetime  #: When it would leave; of what has no moment yet, until when it is worth sending.
    authors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that is told at once. Its key names it for ever."""

    key: str
    kind: Kind
    to: To
    campaign: Campaign | None = None
    message: Message | None = None
    authors: frozenset[str] = frozenset()
    details: Mapping[str, str] = field(default_factory=dict)  #: What the mail says of it, by name.


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody, or another way than mail. `id` is a person's, or begins with "@"."""

    id: str
    way: str  #: mail, webhook, apprise
    name: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing in a mail, with the key under which it counts as told."""

    key: str
    item: Waiting | Happened


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is due now: one per recipient and kind."""

    recipient: Recipient
    kind: Kind
    told: tuple[Told, ...]
    ready_at: datetime
    not_after: datetime
