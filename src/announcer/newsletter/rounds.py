"""The seam between the mail engine and the ledger: mails leave in rounds.

One transaction records what became of the last round and claims the next, so
that a round costs one commit and never more than a round is in flight per
connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from announcer.model.content import Payload
from announcer.model.ledger import Outcome


class Letter(NamedTuple):
    """One claimed mail. A tuple, as it is made for each recipient: a frozen dataclass takes ten times as long."""

    id: int
    fence: int
    content_id: int
    key: str  #: Hex, made with the ledger row and never changed: the Message-ID is `<key@sender-domain>`.
    subscriber_id: int
    address: str
    name: str
    language: str
    list_id: str
    attempts: int
    maybe_double: bool
    corrects_key: str | None  #: The key of the mail this one corrects; becomes In-Reply-To and References.


class Ledger(Protocol):
    """What the engine needs from the store. Called from several threads at once."""

    def next_round(self, done: Sequence[tuple[Letter, Outcome]], limit: int, relay: str = "") -> Sequence[Letter]:
        """Record `done` and claim up to `limit` more for `relay`, in one transaction.

        Nothing due gives an empty sequence. With `limit` 0 it only records.
        """
        ...

    def payload(self, content_id: int) -> Payload:
        """The stored, approved payload: subject, preheader, text and html, with slots."""
        ...
