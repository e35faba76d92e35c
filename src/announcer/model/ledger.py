"""The states of messages and deliveries, and what an attempt may come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MessageState(StrEnum):
    """Where a message stands."""

    DRAFT = "draft"  #: Planned, not approved.
    SCHEDULED = "scheduled"  #: Approved; leaves at `due_at`.
    HELD = "held"  #: Something speaks against sending it; a person decides.
    WAITING = "waiting"  #: A fact or a person's words are missing.
    SENDING = "sending"  #: Its deliveries are in the ledger.
    PAUSED = "paused"
    SENT = "sent"
    PARTLY_SENT = "partly_sent"
    MISSED = "missed"  #: Its moment passed and it is no longer worth sending.
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  #: Another message says it better.
    FAILED = "failed"


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    PENDING = "pending"  #: Waiting for its moment.
    SENDING = "sending"  #: Leased to a worker until `lease_until`.
    DEFERRED = "deferred"  #: Failed for now; tried again at `ready_at`.
    PAUSED = "paused"  #: Its event or channel is paused.
    HELD = "held"  #: Late, or one mail too many for its recipient: a person decides.
    UNKNOWN = "unknown"  #: The answer was lost; never repeated unseen.
    MANUAL = "manual"  #: Only a person can do it; open until one says it is done.
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"  #: The recipient left before it was sent.
    CANCELLED = "cancelled"
    MISSED = "missed"  #: No longer worth sending.
    SUPERSEDED = "superseded"


class Action(StrEnum):
    """What a delivery does to its target."""

    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


_M = MessageState
#: What may follow what. Anything else is refused by the store.
MESSAGE_TRANSITIONS: Mapping[MessageState, frozenset[MessageState]] = {
    _M.DRAFT: frozenset({_M.SCHEDULED, _M.WAITING, _M.HELD, _M.MISSED, _M.CANCELLED, _M.SUPERSEDED}),
    _M.WAITING: frozenset({_M.DRAFT, _M.SCHEDULED, _M.HELD, _M.MISSED, _M.CANCELLED, _M.SUPERSEDED}),
    _M.SCHEDULED: frozenset(
        {_M.DRAFT, _M.WAITING, _M.HELD, _M.PAUSED, _M.SENDING, _M.MISSED, _M.CANCELLED, _M.SUPERSEDED}
    ),
    _M.HELD: frozenset({_M.DRAFT, _M.SCHEDULED, _M.WAITING, _M.MISSED, _M.CANCELLED, _M.SUPERSEDED}),
    _M.PAUSED: frozenset(
        {_M.DRAFT, _M.WAITING, _M.SCHEDULED, _M.SENDING, _M.HELD, _M.MISSED, _M.CANCELLED, _M.SUPERSEDED}
    ),
    _M.SENDING: frozenset({_M.PAUSED, _M.SENT, _M.PARTLY_SENT, _M.FAILED, _M.MISSED, _M.CANCELLED}),
    _M.PARTLY_SENT: frozenset({_M.SENDING, _M.SENT, _M.FAILED}),
    _M.FAILED: frozenset({_M.SENDING, _M.SENT, _M.PARTLY_SENT}),
    _M.SENT: frozenset({_M.SENDING}),
    _M.MISSED: frozenset({_M.DRAFT, _M.WAITING}),  # what planning itself let fall, when the event moves
    _M.CANCELLED: frozenset({_M.DRAFT, _M.WAITING}),
    _M.SUPERSEDED: frozenset({_M.DRAFT, _M.WAITING}),
}

_D = DeliveryState
#: What may follow what. Only `pending` and `deferred` can be claimed.
DELIVERY_TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    _D.PENDING: frozenset({_D.SENDING, _D.PAUSED, _D.HELD, _D.SUPPRESSED, _D.CANCELLED, _D.MISSED, _D.SUPERSEDED}),
    _D.SENDING: frozenset(
        {_D.SENT, _D.DEFERRED, _D.UNKNOWN, _D.FAILED, _D.SUPPRESSED, _D.PENDING, _D.MISSED, _D.MANUAL}
    ),
    _D.DEFERRED: frozenset({_D.SENDING, _D.PAUSED, _D.HELD, _D.SUPPRESSED, _D.CANCELLED, _D.MISSED, _D.SUPERSEDED}),
    _D.PAUSED: frozenset({_D.PENDING, _D.HELD, _D.SUPPRESSED, _D.CANCELLED, _D.MISSED, _D.SUPERSEDED}),
    _D.HELD: frozenset({_D.PENDING, _D.SUPPRESSED, _D.CANCELLED, _D.MISSED, _D.SUPERSEDED}),
    _D.UNKNOWN: frozenset({_D.SENT, _D.PENDING, _D.FAILED}),
    _D.MANUAL: frozenset({_D.SENT, _D.SUPERSEDED, _D.CANCELLED, _D.MISSED}),
    _D.FAILED: frozenset({_D.PENDING, _D.SENT}),
    _D.SENT: frozenset(),
    _D.SUPPRESSED: frozenset(),
    _D.CANCELLED: frozenset(),
    _D.MISSED: frozenset(),
    _D.SUPERSEDED: frozenset(),
}

#: A delivery in one of these is over, unless a person reopens it.
SETTLED = frozenset(_D) - {_D.PENDING, _D.SENDING, _D.DEFERRED, _D.PAUSED, _D.HELD}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the network gave back: enough to find, edit and withdraw it later."""

    id: str
    url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Deferred:
    """Failed for now; `retry_after` in seconds when the other side named it."""

    said: str
    retry_after: float | None = None
    counted: bool = True  #: False when the attempt never began (no connection, our own limit).


@dataclass(frozen=True, slots=True)
class Failed:
    """Refused for good, and in which words."""

    said: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost: it may have happened."""

    said: str


Outcome = Sent | Deferred | Failed | Unknown


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed ledger row: a content to one target, as a channel sees it.

    `key` was made with the row and is the same on every try: the idempotency
    key of a network, the local part of a mail's Message-ID.
    """

    id: int
    message_id: int
    channel: str
    target: str
    language: str
    action: Action
    part: int
    revision: int
    content_id: int
    key: str
    fence: int
    attempts: int
    maybe_double: bool = False
    not_after: datetime | None = None
    after_id: int | None = None
    corrects_id: int | None = None
    moment: datetime | None = None  #: When it was meant to leave; the same on every try.
