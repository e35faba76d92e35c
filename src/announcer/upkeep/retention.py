"""What is kept for as long as it is needed and no longer, by the periods of config.toml.

The log only grows and holds nobody's address; what people publish stays. What
ends by itself within days (requests nobody confirmed, lists of past events) is
`office.tidying`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from announcer.model.ledger import SETTLED, DeliveryState, MessageState
from announcer.model.people import Actor, SubscriptionState
from announcer.office import holding, person
from announcer.office.house import House
from announcer.store import journal
from announcer.store.tables import delivery, message, subscriber, subscription
from announcer.store.writelock import Lane

#: Rows in one transaction: others want to write too.
CHUNK = 2_000
#: The number no subscriber has.
NOBODY = 0
_SENT = DeliveryState.SENT
_OVER = (
    MessageState.SENT,
    MessageState.PARTLY_SENT,
    MessageState.MISSED,
    MessageState.CANCELLED,
    MessageState.SUPERSEDED,
    MessageState.FAILED,
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one run took away."""

    deliveries: int = 0
    people: int = 0


def forget(house: House, now: datetime) -> Forgotten:
    """Take away what is past its time, a chunk at a time, and note how much."""
    kept = house.settings.retention
    done = Forgotten(
        _mails(house, now - timedelta(days=kept.deliveries_days)) if kept.deliveries_days else 0,
        _people(house, now - timedelta(days=kept.left_days), now) if kept.left_days else 0,
    )
    if done != Forgotten():
        said = f"{done.deliveries} mails, {done.people} people"
        with house.database.write(Lane.TICK) as connection:
            journal.note(connection, Actor.clock(), now, "retention", "subscribers", after=said)
    return done


def _mails(house: House, before: datetime) -> int:
    """Who received which mail, of messages that are over for so long.

    The messages stay with their state, and of each one row that belongs to nobody: it proves that it was sent.
    """
    gone = 0
    with house.database.read() as connection:
        old = sa.select(message.c.id).where(message.c.state.in_(_OVER), message.c.settled_at < before)
        with_people = sa.exists().where(delivery.c.message_id == message.c.id, delivery.c.subscriber_id > NOBODY)
        ids = list(connection.scalars(old.where(with_people)))
    for id_ in ids:
        mine = sa.and_(delivery.c.message_id == id_, delivery.c.subscriber_id > NOBODY, delivery.c.state.in_(SETTLED))
        with house.database.write(Lane.NEWSLETTER) as connection:
            first = connection.scalar(sa.select(sa.func.min(delivery.c.id)).where(mine, delivery.c.state == _SENT))
            if first is not None:
                nobody = {"subscriber_id": NOBODY, "said": None}
                connection.execute(delivery.update().where(delivery.c.id == first).values(**nobody))
                gone += 1
        gone += _delete(house, mine)
    return gone


def _delete(house: House, which: sa.ColumnElement[bool]) -> int:
    gone = 0
    while True:
        with house.database.write(Lane.NEWSLETTER) as connection:
            ids = list(connection.scalars(sa.select(delivery.c.id).where(which).limit(CHUNK)))
            connection.execute(delivery.delete().where(delivery.c.id.in_(ids)))
        gone += len(ids)
        if len(ids) < CHUNK:
            return gone


def _people(house: House, before: datetime, now: datetime) -> int:
    """Who has left every list so long ago, with all that proves what they once wanted."""
    since = sa.func.coalesce(subscription.c.left_at, subscription.c.since)
    mine = subscription.c.subscriber_id == subscriber.c.id
    still = sa.exists().where(mine, sa.or_(subscription.c.state != SubscriptionState.LEFT, since >= before))
    with house.database.read() as connection:
        ids = list(connection.scalars(sa.select(subscriber.c.id).where(sa.exists().where(mine), ~still)))
    kept = holding.withdrawal_log(house.settings)
    return sum(person.erase(house.database, house.key, id_, Actor.clock(), now, kept) for id_ in ids)
