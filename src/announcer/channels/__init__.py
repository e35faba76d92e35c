"""Ways out of the house. One module per network; they don't know each other."""

from __future__ import annotations

from typing import Protocol

from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Delivery, Receipt


class Channel(Protocol):
    """One way out that takes deliveries one by one: a Mastodon account, the feed set.

    `send`, `find`, `withdraw` and `check` do I/O and raise `SendError`s;
    `compose` is pure and raises `ComposeError`.
    """

    name: str  #: From the configuration, e.g. "mastodon".
    kind: str  #: Which templates it speaks: feed, social, mail.
    can: Abilities

    def limits(self) -> Limits:
        """What the network accepts, read from it."""
        ...

    def prepare(self, content: Content) -> Content:
        """I/O before approval: cards, handles, thumbnails. May return the content as it is."""
        ...

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The exact payload that is previewed, approved, stored and sent."""
        ...

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Carry out the delivery's action. `previous` is what it corrects, withdraws or answers."""
        ...

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """Look whether this delivery already happened, before repeating it. `previous` as for `send`."""
        ...

    def withdraw(self, receipt: Receipt) -> None:
        """Take back what this receipt names; already gone is success."""
        ...

    def check(self) -> Health:
        """Try everything but sending."""
        ...
