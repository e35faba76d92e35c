"""Taking people out of the database, so that nothing of theirs stays and nothing breaks.

The ledger keeps its rows under the number of somebody who is no longer there.
That number is never given to anybody else: an old link would open the wrong
person's door.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.ledger import DeliveryState
from announcer.model.people import Basis, SubscriptionState
from announcer.store import people
from announcer.store.office_tables import notice, outbox, returned
from announcer.store.tables import consent, delivery, signup, subscriber, subscription

#: The reason of the suppression that an erasure leaves.
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much there is of a person."""

    subscriptions: int
    consents: int
    queued: int  #: Mails that have not left yet.
    sent: int  #: Mails that have left; their rows stay, without the person.


def recipient(subscriber_id: int) -> str:
    """The person as outbox and audit log name them."""
    return f"subscriber {subscriber_id}"


def belongings(connection: sa.Connection, subscriber_id: int) -> Belongings:
    """What an erasure would touch."""

    def number(table: sa.Table, *also: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(table.c.subscriber_id == subscriber_id, *also)
        return connection.scalar(query) or 0

    return Belongings(
        number(subscription),
        number(consent),
        number(delivery, delivery.c.state.in_(people.REACHABLE)),
        number(delivery, delivery.c.state == DeliveryState.SENT),
    )


def erase(connection: sa.Connection, key: bytes, subscriber_id: int, now: datetime) -> bool:
    """Take a person out for good; False if there is nobody. What stays is the hash that keeps imports away."""
    person = people.locked(connection, subscriber_id)
    if person is None:
        return False
    people.suppress(connection, key, person.address, ERASED, now)
    # A relay's refusal repeats the address.
    connection.execute(delivery.update().where(delivery.c.subscriber_id == subscriber_id).values(said=None))
    connection.execute(returned.delete().where(returned.c.subscriber_id == subscriber_id))
    connection.execute(signup.delete().where(signup.c.address == person.address))
    remove(connection, [subscriber_id])
    return True


def remove(connection: sa.Connection, ids: Collection[int]) -> None:
    """Delete people with what they chose and their consents."""
    wanted = sorted(ids)
    top = connection.scalar(sa.select(sa.func.max(subscriber.c.id)))
    for table in (consent, subscription):
        connection.execute(table.delete().where(table.c.subscriber_id.in_(wanted)))
    theirs = outbox.c.recipient.in_([recipient(id_) for id_ in wanted])
    connection.execute(notice.delete().where(notice.c.outbox_id.in_(sa.select(outbox.c.id).where(theirs))))
    connection.execute(outbox.delete().where(theirs))
    connection.execute(subscriber.delete().where(subscriber.c.id.in_(wanted)))
    if connection.dialect.name == "sqlite" and top in wanted:
        # SQLite numbers a new row after the last one there is, so the last number is kept taken.
        connection.execute(subscriber.delete().where(subscriber.c.address == people.NOBODY))
        nobody = {"id": top, "address": people.NOBODY, "name": "", "language": "de", "suppressed": True}
        connection.execute(subscriber.insert().values(**nobody, created_at=sa.literal(0, sa.BigInteger)))


def remove_unconfirmed(connection: sa.Connection, ids: Collection[int]) -> int:
    """Of people whose request ran out: what was never confirmed goes, and who has nothing left; how many people."""
    wanted = sorted(ids)
    connection.execute(
        subscription.delete().where(
            subscription.c.subscriber_id.in_(wanted),
            subscription.c.state == SubscriptionState.UNCONFIRMED,
            ~_still_asked(),
        )
    )
    return remove_idle(connection, wanted)


def _still_asked() -> sa.Exists:
    """A later request for the same list still waits."""
    return sa.exists().where(
        consent.c.subscriber_id == subscription.c.subscriber_id,
        consent.c.list_id == subscription.c.list_id,
        consent.c.confirmed_at.is_(None),
    )


def remove_idle(connection: sa.Connection, ids: Collection[int]) -> int:
    """Of these people delete those who are on no list, left none and asked for none; how many."""
    nothing = [~sa.exists().where(table.c.subscriber_id == subscriber.c.id) for table in (subscription, consent)]
    idle = connection.scalars(sa.select(subscriber.c.id).where(subscriber.c.id.in_(sorted(ids)), *nothing)).all()
    if idle:
        remove(connection, idle)
    return len(idle)


def unasked(connection: sa.Connection, list_ids: Sequence[str], before: datetime, limit: int = 500) -> list[int]:
    """Who stands on a list unconfirmed since before `before`, and has not asked again."""
    query = sa.select(subscription.c.subscriber_id).where(
        subscription.c.list_id.in_(list_ids),
        subscription.c.state == SubscriptionState.UNCONFIRMED,
        subscription.c.since <= before,
        ~_still_asked(),
    )
    return sorted(set(connection.scalars(query.limit(limit))))


def end_list(connection: sa.Connection, list_id: str, limit: int = 500) -> tuple[int, int]:
    """Take the next people off a list that is over, its consents with them; how many, and how many people went.

    What a press contact objected to stays: it holds for longer than an event.
    """
    on_list = subscription.c.list_id == list_id
    objected = sa.and_(subscription.c.basis == Basis.PRESS, subscription.c.state == SubscriptionState.LEFT)
    query = sa.select(subscription.c.subscriber_id).where(on_list, sa.not_(objected)).limit(limit)
    ids = connection.scalars(query).all()
    connection.execute(consent.delete().where(consent.c.subscriber_id.in_(ids), consent.c.list_id == list_id))
    connection.execute(subscription.delete().where(subscription.c.subscriber_id.in_(ids), on_list))
    return len(ids), remove_idle(connection, ids)
