"""Subscribers, what they chose, and the addresses never to be written to again.

Every address handed in is already normalised (`office.addresses.normalise`).
Suppressed addresses are kept as a keyed hash only: it tells a returning
address, and without the key it tells nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.campaign import Audience, Kind
from announcer.model.ledger import DELIVERY_TRANSITIONS, DeliveryState
from announcer.model.people import Basis, Subscriber, Subscription, SubscriptionState
from announcer.settings import MailList
from announcer.store import optin
from announcer.store.queueing import FOR_EVERYONE
from announcer.store.tables import delivery, mail_list, message, subscriber, subscription, suppression

#: Deliveries that have not left and that a withdrawal still reaches. One in
#: `sending` is in a worker's hands: the claim and the retry look here again.
REACHABLE = tuple(
    state
    for state in (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.PAUSED, DeliveryState.HELD)
    if DeliveryState.SUPPRESSED in DELIVERY_TRANSITIONS[state]
)

#: The reason of a suppression that somebody wished for by leaving every list.
LEFT_EVERYTHING = "left everything"
#: The address of a row that is nobody: it keeps a number from being given again (`store.erasure`).
NOBODY = ""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list as the store holds it."""

    id: str
    title: str
    press: bool
    practical: bool
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One person on one list, as an export shows it."""

    subscriber: Subscriber
    subscription: Subscription


# -- Lists. --


def sync_lists(connection: sa.Connection, lists: Mapping[str, MailList]) -> None:
    """Bring the lists to what the settings say. A list missing there stays: people are on it."""
    for id_, wanted in lists.items():
        values = {
            "title": wanted.title,
            "press": wanted.press,
            "practical": wanted.practical,
            "event_id": wanted.event or None,
        }
        changed = connection.execute(mail_list.update().where(mail_list.c.id == id_).values(**values))
        if not changed.rowcount:
            connection.execute(mail_list.insert().values(id=id_, **values))


def lists(connection: sa.Connection) -> list[ListRow]:
    """Every list, in the order of their titles."""
    rows = connection.execute(sa.select(mail_list).order_by(mail_list.c.title, mail_list.c.id))
    return [ListRow(row.id, row.title, row.press, row.practical, row.event_id) for row in rows]


def list_row(connection: sa.Connection, list_id: str) -> ListRow:
    """One list; raises `NotFound`."""
    found = next((row for row in lists(connection) if row.id == list_id), None)
    if found is None:
        raise NotFound(f"there is no list {list_id!r}; add it under [lists] in config.toml or correct its name")
    return found


def counts(connection: sa.Connection) -> dict[str, dict[SubscriptionState, int]]:
    """How many people each list has in each state; suppressed ones are not counted."""
    query = (
        sa.select(subscription.c.list_id, subscription.c.state, sa.func.count())
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(subscriber.c.suppressed.is_(False))
        .group_by(subscription.c.list_id, subscription.c.state)
    )
    result = {row.id: dict.fromkeys(SubscriptionState, 0) for row in lists(connection)}
    for list_id, state, count in connection.execute(query):
        result[list_id][SubscriptionState(state)] = count
    return result


# -- People. --


def find(connection: sa.Connection, address: str) -> Subscriber | None:
    """The person behind a normalised address."""
    return _one(connection, subscriber.c.address == address)


def by_id(connection: sa.Connection, subscriber_id: int) -> Subscriber | None:
    """The person with this id; None after an erasure."""
    return _one(connection, subscriber.c.id == subscriber_id)


def locked(connection: sa.Connection, subscriber_id: int) -> Subscriber | None:
    """The same; until the transaction ends nobody else changes what they chose. SQLite has one writer anyway."""
    return _one(connection, subscriber.c.id == subscriber_id, lock=True)


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool], *, lock: bool = False) -> Subscriber | None:
    columns = subscriber.c
    query = sa.select(columns.id, columns.address, columns.name, columns.language).where(
        condition, columns.address != NOBODY
    )
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Subscriber(*row)


def add(
    connection: sa.Connection, key: bytes, address: str, *, name: str = "", language: str = "de", now: datetime
) -> Subscriber:
    """The person behind a normalised address, made if unknown. A known one keeps name and language."""
    if known := find(connection, address):
        return known
    blocked = is_suppressed(connection, key, address)
    values = {"address": address, "name": name, "language": language, "suppressed": blocked, "created_at": now}
    made = connection.execute(subscriber.insert().values(**values).returning(subscriber.c.id)).scalar_one()
    return Subscriber(made, address, name, language)


def speak(connection: sa.Connection, subscriber_id: int, language: str) -> bool:
    """Write to a person in another language from now on; False if it was this one."""
    mine = sa.and_(subscriber.c.id == subscriber_id, subscriber.c.language != language)
    return connection.execute(subscriber.update().where(mine).values(language=language)).rowcount == 1


def subscribe(
    connection: sa.Connection, subscriber_id: int, list_id: str, state: SubscriptionState, basis: Basis, now: datetime
) -> bool:
    """Put a person on a list; True if that changed something.

    Who left comes back by a new opt-in of their own and by nothing else. A
    confirmed subscription never falls back to an unconfirmed one.
    """
    found = subscription_of(connection, subscriber_id, list_id)
    values = {"state": state, "basis": basis, "since": now, "left_at": None}
    if found is None:
        connection.execute(subscription.insert().values(subscriber_id=subscriber_id, list_id=list_id, **values))
        return True
    if not _may_follow(found, state, basis):
        return False
    connection.execute(subscription.update().where(_is(subscriber_id, list_id)).values(**values))
    return True


def _may_follow(found: Subscription, state: SubscriptionState, basis: Basis) -> bool:
    match found.state:
        case SubscriptionState.LEFT:
            return state is not SubscriptionState.LEFT and basis is Basis.DOUBLE_OPT_IN
        case SubscriptionState.UNCONFIRMED:
            return state is SubscriptionState.CONFIRMED and basis is Basis.DOUBLE_OPT_IN
        case SubscriptionState.CONFIRMED:
            return False


def _is(subscriber_id: int, list_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(subscription.c.subscriber_id == subscriber_id, subscription.c.list_id == list_id)


def subscription_of(connection: sa.Connection, subscriber_id: int, list_id: str) -> Subscription | None:
    """What one person chose on one list."""
    return next((s for s in subscriptions(connection, subscriber_id) if s.list_id == list_id), None)


def subscriptions(connection: sa.Connection, subscriber_id: int) -> list[Subscription]:
    """Everything one person chose, in the order of the list ids."""
    rows = connection.execute(
        sa.select(subscription).where(subscription.c.subscriber_id == subscriber_id).order_by(subscription.c.list_id)
    )
    return [_subscription(row) for row in rows]


def _subscription(row: sa.Row[tuple[object, ...]]) -> Subscription:
    return Subscription(row.subscriber_id, row.list_id, SubscriptionState(row.state), Basis(row.basis), row.since)


# -- Leaving. --


def leave(connection: sa.Connection, subscriber_id: int, list_id: str, now: datetime) -> bool:
    """Take a person off one list; True if they were on it.

    What is queued for them by that list does not leave the house any more,
    unless another list they confirmed would have brought them the same mail.
    A request for this list that still waits for its confirmation ends as well.
    """
    locked(connection, subscriber_id)
    optin.drop_open(connection, subscriber_id, list_id)
    changed = connection.execute(
        subscription.update()
        .where(_is(subscriber_id, list_id), subscription.c.state != SubscriptionState.LEFT)
        .values(state=SubscriptionState.LEFT, left_at=now)
    )
    if not changed.rowcount:
        return False
    queued = sa.and_(_queued(subscriber_id), delivery.c.target == list_id)
    for other in _confirmed_lists(connection, subscriber_id):
        connection.execute(delivery.update().where(queued, _would_reach(other)).values(target=other.id))
    _suppress_queued(connection, queued, "left the list")
    return True


def leave_everything(connection: sa.Connection, key: bytes, subscriber_id: int, now: datetime) -> bool:
    """Take a person off every list and suppress the address; False if that was so already."""
    person = locked(connection, subscriber_id)
    if person is None:
        return False
    optin.drop_open(connection, subscriber_id)
    gone = connection.execute(
        subscription.update()
        .where(subscription.c.subscriber_id == subscriber_id, subscription.c.state != SubscriptionState.LEFT)
        .values(state=SubscriptionState.LEFT, left_at=now)
    )
    newly = suppress(connection, key, person.address, LEFT_EVERYTHING, now)
    return newly or gone.rowcount > 0


def _queued(subscriber_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(delivery.c.subscriber_id == subscriber_id, delivery.c.state.in_(REACHABLE))


def _suppress_queued(connection: sa.Connection, queued: sa.ColumnElement[bool], said: str) -> None:
    connection.execute(delivery.update().where(queued).values(state=DeliveryState.SUPPRESSED, said=said))


def _confirmed_lists(connection: sa.Connection, subscriber_id: int) -> Sequence[ListRow]:
    confirmed = {s.list_id for s in subscriptions(connection, subscriber_id) if s.state is SubscriptionState.CONFIRMED}
    return [row for row in lists(connection) if row.id in confirmed]


def _would_reach(other: ListRow) -> sa.ColumnElement[bool]:
    """The delivery's message goes to the other list too: the rule by which `queueing` chooses an audience."""
    audiences = [Audience.PRESS] * other.press + [Audience.OPTED_IN] * other.practical or [Audience.PUBLIC]
    of_its_list = message.c.kind == Kind.DIGEST  # an issue of a digest is for its own list and no other
    fits = sa.or_(sa.and_(message.c.audience.in_(audiences), sa.not_(of_its_list)), message.c.kind.in_(FOR_EVERYONE))
    if other.event_id is not None:
        fits = sa.and_(fits, message.c.event_id == other.event_id)
    return delivery.c.message_id.in_(sa.select(message.c.id).where(fits))


# -- Suppression. --


def address_hash(key: bytes, address: str) -> str:
    """HMAC-SHA-256 of a normalised address, in hex."""
    return hmac.digest(key, b"suppression:" + address.encode(), "sha256").hex()


def is_suppressed(connection: sa.Connection, key: bytes, address: str) -> bool:
    """Whether this address is never to be written to."""
    wanted = suppression.c.address_hash == address_hash(key, address)
    return connection.scalar(sa.select(sa.exists().where(wanted))) is True


def suppression_of(connection: sa.Connection, key: bytes, address: str) -> tuple[str, datetime] | None:
    """Why and since when an address is suppressed."""
    query = sa.select(suppression.c.reason, suppression.c.at)
    row = connection.execute(query.where(suppression.c.address_hash == address_hash(key, address))).one_or_none()
    return None if row is None else (row.reason, row.at)


def suppressions(connection: sa.Connection) -> list[tuple[str, str, datetime]]:
    """Every suppression as hash, reason and moment, the newest first."""
    rows = connection.execute(sa.select(suppression).order_by(suppression.c.at.desc(), suppression.c.address_hash))
    return [(row.address_hash, row.reason, row.at) for row in rows]


def suppress(connection: sa.Connection, key: bytes, address: str, reason: str, now: datetime) -> bool:
    """Never write to this address again, also not with what is queued; False if that was so already.

    `reason` is a word for the office (at most 40 characters), not a place for personal data.
    """
    known = is_suppressed(connection, key, address)
    if not known:
        row = {"address_hash": address_hash(key, address), "reason": reason[:40], "at": now}
        connection.execute(suppression.insert().values(**row))
    if person := find(connection, address):
        optin.drop_open(connection, person.id)
        connection.execute(subscriber.update().where(subscriber.c.id == person.id).values(suppressed=True))
        _suppress_queued(connection, _queued(person.id), reason)
    return not known


def allow_again(connection: sa.Connection, key: bytes, address: str) -> bool:
    """Lift a suppression, because the person themselves opted in anew; False if there was none."""
    gone = connection.execute(
        suppression.delete().where(suppression.c.address_hash == address_hash(key, address))
    ).rowcount
    connection.execute(subscriber.update().where(subscriber.c.address == address).values(suppressed=False))
    return bool(gone)


# -- Export. --


def page(connection: sa.Connection, list_id: str | None, after: int, size: int) -> tuple[list[Entry], int | None]:
    """The entries of the next `size` people behind the id `after`, on one list or on all, and the last id.

    The id is None when there is nobody behind `after`.
    """
    ids = sa.select(subscriber.c.id).where(subscriber.c.id > after).order_by(subscriber.c.id).limit(size).subquery()
    last = connection.scalar(sa.select(sa.func.max(ids.c.id)))
    if last is None:
        return [], None
    query = (
        sa.select(subscriber.c.address, subscriber.c.name, subscriber.c.language, subscription)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(subscription.c.subscriber_id > after, subscription.c.subscriber_id <= last)
        .order_by(subscription.c.subscriber_id, subscription.c.list_id)
    )
    if list_id is not None:
        # Not as a plain comparison: SQLite would read and sort the whole list for each page.
        query = query.where(sa.func.coalesce(subscription.c.list_id, "") == list_id)
    entries = [
        Entry(Subscriber(row.subscriber_id, row.address, row.name, row.language), _subscription(row))
        for row in connection.execute(query)
    ]
    return entries, last
