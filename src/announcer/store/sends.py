"""How far a message has left, and what became of each recipient."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.ledger import DeliveryState
from announcer.redaction import without_addresses
from announcer.store.office_tables import returned
from announcer.store.tables import delivery, message, subscriber

#: Rows looked at in one step.
_STEP = 5_000
#: Different words of relays that are told apart.
_MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Fate:
    """One recipient of a message, and what became of their mail."""

    delivery_id: int
    subscriber_id: int
    address: str  #: Empty after an erasure.
    language: str
    list_id: str
    state: DeliveryState
    sent_at: datetime | None
    ready_at: datetime
    attempts: int
    said: str  #: The relay's words, or a key of `planning.why`.
    returned: str  #: What came back (`model.returns`); empty if nothing did.


def counts(connection: sa.Connection, message_id: int) -> dict[DeliveryState, int]:
    """How many of a message's mails are in which state."""
    query = (
        sa.select(delivery.c.state, sa.func.count())
        .where(delivery.c.message_id == message_id)
        .group_by(delivery.c.state)
    )
    return {DeliveryState(state): number for state, number in connection.execute(query)}


def since(connection: sa.Connection, message_id: int) -> tuple[datetime | None, bool]:
    """Since when it leaves, and whether its audience is still being written down."""
    query = sa.select(message.c.sending_since, message.c.frozen_to).where(message.c.id == message_id)
    row = connection.execute(query).one()
    return row.sending_since, row.frozen_to is not None


def last_sent(connection: sa.Connection, message_id: int) -> tuple[datetime | None, datetime | None]:
    """When the first and the last of its mails were sent."""
    mine = sa.and_(delivery.c.message_id == message_id, delivery.c.state == DeliveryState.SENT)
    row = connection.execute(
        sa.select(sa.func.min(delivery.c.sent_at), sa.func.max(delivery.c.sent_at)).where(mine)
    ).one()
    return row[0], row[1]


def by_domain(connection: sa.Connection, message_id: int, most: int) -> list[tuple[str, dict[DeliveryState, int]]]:
    """The recipients' domains with their numbers by state, the largest first."""
    if connection.dialect.name == "sqlite":
        domain: sa.ColumnElement[str] = sa.func.substr(
            subscriber.c.address, sa.func.instr(subscriber.c.address, "@") + 1
        )
    else:
        domain = sa.func.split_part(subscriber.c.address, "@", 2)
    query = (
        sa.select(domain.label("domain"), delivery.c.state, sa.func.count().label("number"))
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.message_id == message_id)
        .group_by(sa.text("1"), delivery.c.state)
    )
    found: dict[str, dict[DeliveryState, int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.domain, {})[DeliveryState(row.state)] = row.number
    return sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:most]


_TROUBLED = (DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.MISSED)


def errors(connection: sa.Connection, message_id: int, most: int) -> list[tuple[str, int]]:
    """What relays said about mails that have not left, the most frequent first; without addresses."""
    query = (
        sa.select(delivery.c.said, sa.func.count().label("number"))
        .where(delivery.c.message_id == message_id, delivery.c.state.in_(_TROUBLED), delivery.c.said.isnot(None))
        .group_by(delivery.c.said)
        .limit(_MOST_WORDS)
    )
    words: Counter[str] = Counter()
    for row in connection.execute(query):
        words[without_addresses(row.said)] += row.number
    return words.most_common(most)


def fates(connection: sa.Connection, message_id: int, after: int, state: DeliveryState | None = None) -> list[Fate]:
    """The next recipients behind the delivery `after`, in the order of the ledger; empty at the end.

    Looks through the ledger by its own numbers, so that the millionth page costs what the first does.
    """
    first, last = connection.execute(
        sa.select(sa.func.min(delivery.c.id), sa.func.max(delivery.c.id)).where(delivery.c.message_id == message_id)
    ).one()
    if first is None:
        return []
    start = max(after, first - 1)
    while start < last:
        if found := _between(connection, message_id, start, start + _STEP, state):
            return found
        start += _STEP
    return []


def _between(
    connection: sa.Connection, message_id: int, after: int, until: int, state: DeliveryState | None
) -> list[Fate]:
    gravest = sa.case({"complaint": 0, "hard": 1, "soft": 2}, value=returned.c.kind, else_=3)
    of_mail = sa.select(returned.c.kind).where(returned.c.delivery_id == delivery.c.id)
    back = of_mail.order_by(gravest).limit(1).scalar_subquery()
    columns = (
        delivery.c.id, delivery.c.subscriber_id, subscriber.c.address, delivery.c.language, delivery.c.target,
        delivery.c.state, delivery.c.sent_at, delivery.c.ready_at, delivery.c.attempts, delivery.c.said,
        back.label("back"),
    )  # fmt: skip
    query = (
        sa.select(*columns)
        .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.id > after, delivery.c.id <= until, delivery.c.message_id + 0 == message_id)
        .where(delivery.c.subscriber_id.isnot(None))
        .order_by(delivery.c.id)
    )
    if state is not None:
        query = query.where(delivery.c.state == state)
    return [
        Fate(
            row.id, row.subscriber_id, row.address or "", row.language, row.target, DeliveryState(row.state),
            row.sent_at, row.ready_at, row.attempts, row.said or "", row.back or "",
        )
        for row in connection.execute(query)
    ]  # fmt: skip
