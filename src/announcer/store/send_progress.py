"""How far each mail of the newsletter is, who got it, and how the lists grow. Nobody is followed after the sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.ledger import DeliveryState, MessageState
from announcer.store import campaign
from announcer.store.tables import delivery, message, subscriber, subscription

_WORKING = frozenset({"pending", "sending", "deferred", "paused", "held"})
_SHOWN = ("scheduled", "sending", "paused", "sent", "partly_sent", "failed", "held", "draft", "missed")


@dataclass(frozen=True, slots=True)
class Progress:
    """One mail to many people."""

    message: Message
    counts: Mapping[DeliveryState, int]

    @property
    def total(self) -> int:
        """How many people it goes to, as far as they are written down."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """For how many it is settled."""
        return sum(number for state, number in self.counts.items() if state.value not in _WORKING)

    @property
    def going(self) -> bool:
        """Whether it is on its way now."""
        return self.message.state is MessageState.SENDING


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a mail."""

    id: int  #: Of the delivery.
    address: str
    state: DeliveryState
    at: datetime | None
    said: str


def newest(connection: sa.Connection, channel: str, limit: int) -> list[Message]:
    """The mails of a channel, those of the latest moments first."""
    query = (
        sa.select(message.c.id)
        .where(message.c.channel == channel, message.c.state.in_(_SHOWN), message.c.due_at.isnot(None))
        .order_by(message.c.due_at.desc(), message.c.id)
        .limit(limit)
    )
    found = campaign.by_ids(connection, list(connection.scalars(query)))
    return sorted(found, key=lambda one: str(one.planned.due_at), reverse=True)


def progress(connection: sa.Connection, message_id: int) -> Progress:
    """How far a mail is; raises `NotFound`."""
    query = (
        sa.select(delivery.c.state, sa.func.count())
        .where(delivery.c.message_id == message_id)
        .group_by(delivery.c.state)
    )
    counts = {DeliveryState(state): number for state, number in connection.execute(query)}
    return Progress(campaign.message_by_id(connection, message_id), counts)


def recipients(connection: sa.Connection, message_id: int, after: int, size: int) -> tuple[list[Recipient], int | None]:
    """Who gets a mail, from a delivery on, and the number to go on with (None at the end)."""
    query = (
        sa.select(delivery.c.id, subscriber.c.address, delivery.c.state, delivery.c.sent_at, delivery.c.said)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.message_id == message_id, delivery.c.id > after)
        .order_by(delivery.c.id)
        .limit(size + 1)
    )
    rows = connection.execute(query).all()
    found = [Recipient(r.id, r.address, DeliveryState(r.state), r.sent_at, r.said or "") for r in rows[:size]]
    return found, rows[size - 1].id if len(rows) > size else None


# -- Growth, from when somebody came and when they left. --


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a list."""

    monday: date
    came: int
    left: int


def growth(connection: sa.Connection, monday: datetime, weeks: int) -> list[Week]:
    """The last weeks up to the one that begins at `monday`, the oldest first, over all lists."""
    begins = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    confirmed = subscription.c.state != "unconfirmed"
    return [
        Week(
            begin.date(),
            _number(connection, sa.and_(confirmed, _within(subscription.c.since, begin))),
            _number(connection, _within(subscription.c.left_at, begin)),
        )
        for begin in begins
    ]


def _within(column: sa.Column[datetime], begin: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(column >= begin, column < begin + timedelta(weeks=1))


def _number(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(subscription).where(condition)) or 0
