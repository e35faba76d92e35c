"""All timed work of the ledger: `tick(now)`.

The service calls it at the next due moment and once a second; a rehearsal
calls the same function with its own moments. It sends nothing itself: it
writes deliveries, which the dispatcher claims when they are due.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.planning.lateness import LATE, Fate, fate
from announcer.planning.manners import Manners
from announcer.store import campaign, changes, contents, intervention, journal, ledger, queueing, rota, turns
from announcer.store.database import Database
from announcer.store.tables import message
from announcer.store.writelock import Lane

__all__ = ["LATE", "LEAD", "Exits", "Ticked", "finish_audiences", "tick"]

#: Deliveries are written this long before their moment, so that at the moment only the claim is left.
LEAD = timedelta(seconds=60)
#: Messages that one transaction queues or settles: others want to write as well.
_BATCH = 25


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did."""

    queued: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    settled: tuple[tuple[int, MessageState], ...] = ()
    reaped: int = 0


@dataclass(frozen=True, slots=True)
class Exits:
    """The channels by how a doubt about them is settled."""

    mail: Collection[str] = ()
    keyless: Collection[str] = ()


@contextmanager
def _alone(database: Database) -> Iterator[sa.Connection]:
    """A transaction in which no other process ticks: each occurrence is written once, whoever has the clock."""
    with database.write(Lane.TICK) as connection:
        rota.one_at_a_time(connection)
        yield connection


def _never() -> bool:
    return False


def tick(
    database: Database,
    exits: Exits,
    now: datetime,
    stopping: Callable[[], bool] = _never,
    manners: Manners = Manners(),  # noqa: B008 - a frozen value
) -> Ticked:
    """Write what is due to the ledger, end what is past, settle what is done.

    Between the chunks of a large audience it looks at `stopping`; the next tick goes on where it stopped.
    """
    with _alone(database) as connection:
        reaped = ledger.reap(connection, exits.mail, exits.keyless)
        missed = _expire(connection, now)
        intervention.miss_held(connection, now)
    queued, held = _queue_due(database, exits, now, manners)
    finish_audiences(database, now, stopping, manners)
    settled = _settle(database, now)
    return Ticked(tuple(queued), tuple(missed), tuple(held), tuple(settled), reaped)


def _settle(database: Database, now: datetime) -> list[tuple[int, MessageState]]:
    """A few at a time: after a burst of a thousand, what is due next must not wait for all of them."""
    settled: list[tuple[int, MessageState]] = []
    while True:
        with _alone(database) as connection:
            some = ledger.settle_messages(connection, now, _BATCH)
        settled += some
        if len(some) < _BATCH:
            return settled


def _expire(connection: sa.Connection, now: datetime) -> list[int]:
    states = [state.value for state in campaign.OPEN]
    past = sa.select(message.c.id).where(message.c.state.in_(states), message.c.not_after < now)
    # What is past its end is past its moment too: so the index finds it among 100,000 that are planned for later.
    query = sa.union_all(past.where(message.c.due_at < now), past.where(message.c.due_at.is_(None)))
    expired = list(connection.scalars(query))
    for id_ in expired:
        _miss(connection, campaign.message_by_id(connection, id_), now)
    return expired


def _miss(connection: sa.Connection, late: Message, now: datetime) -> None:
    why = {
        MessageState.DRAFT: "unapproved",
        MessageState.WAITING: "waited_in_vain",
        MessageState.HELD: "undecided",
        MessageState.PAUSED: "paused_past",
    }.get(late.state, "late")
    campaign.cancel(connection, late, why, MessageState.MISSED)
    journal.note(connection, Actor.clock(), now, "miss", f"message {late.id}", why=why)


def _queue_due(database: Database, exits: Exits, now: datetime, manners: Manners) -> tuple[list[int], list[int]]:
    queued: list[int] = []
    held: list[int] = []
    while True:
        with _alone(database) as connection:
            batch = _due(connection, now)
            texts = contents.covered_of(connection, [due.id for due in batch])
            for due in batch:
                left = _queue(connection, exits, due, texts[due.id], now, manners)
                (queued if left else held).append(due.id)
        if len(batch) < _BATCH:
            return queued, held


def _due(connection: sa.Connection, now: datetime) -> list[Message]:
    """Those that are late in the order of their urgency, so that a cancellation leaves first; then the others."""
    late = message.c.due_at < now - LATE
    query = (
        sa.select(message.c.id)
        .where(message.c.state == MessageState.SCHEDULED, message.c.due_at <= now + LEAD, _not_paused(connection))
        .order_by(sa.case((late, message.c.urgency), else_=99), message.c.due_at, message.c.urgency, message.c.id)
        .limit(_BATCH)
    )
    return campaign.by_ids(connection, connection.scalars(query).all())


def _not_paused(connection: sa.Connection) -> sa.ColumnElement[bool]:
    paused = journal.paused_events(connection)
    return sa.or_(message.c.event_id.is_(None), message.c.event_id.notin_(paused)) if paused else sa.true()


def _queue(
    connection: sa.Connection,
    exits: Exits,
    due: Message,
    stored: Sequence[contents.Stored],
    now: datetime,
    manners: Manners,
) -> bool:
    """Write one message to the ledger; False if something spoke against it."""
    if not stored or contents.approval_hash(due, stored) != due.approved_hash:
        # Fail closed: what was approved is not what would be sent.
        return _hold(connection, due, now, "text_changed")
    late_words = any(text.variant == contents.LATE for text in stored)
    becomes = fate(due.planned, now, approved_at=due.approved_at, rewritten=late_words)
    if becomes is Fate.ASK:
        return _hold(connection, due, now, "late_ask")
    if becomes is Fate.MISS:
        _miss(connection, due, now)
        return False
    variant = contents.LATE if becomes is Fate.REWRITE else ""
    turn_at = turns.take(connection, due.planned, now, manners)
    if due.planned.channel in exits.mail:
        turn_at = turns.counted_down(connection, due, turn_at)
        queueing.begin_audience(connection, due, now, variant, turn_at)
    else:
        texts = [text for text in stored if text.variant == variant]
        queueing.queue_targets(connection, due, texts, now, variant, turn_at)
    return True


def _hold(connection: sa.Connection, due: Message, now: datetime, why: str) -> bool:
    campaign.transition(connection, due.id, MessageState.HELD)
    campaign.set_why(connection, due, why)
    journal.note(connection, Actor.clock(), now, "hold", f"message {due.id}", why=why)
    return False


def finish_audiences(
    database: Database,
    now: datetime,
    stopping: Callable[[], bool] = _never,
    manners: Manners = Manners(),  # noqa: B008 - a frozen value
) -> None:
    """Write to the ledger whom the mails that have begun to leave are for."""
    with database.read() as connection:
        query = sa.select(message.c.id).where(message.c.state == MessageState.SENDING, message.c.frozen_to.isnot(None))
        unfinished = list(connection.scalars(query))
    for id_ in unfinished:
        while not stopping() and _write_chunk(database, id_, now, manners):
            pass


def _write_chunk(database: Database, message_id: int, now: datetime, manners: Manners) -> bool:
    """One transaction per chunk: the office and running sends get their turn in between."""
    with _alone(database) as connection:
        due = campaign.message_by_id(connection, message_id)
        stored = contents.current(connection, message_id, due.variant)
        stale: Sequence[int] | None = None
        if due.change_id is not None:
            stale = changes.stale_messages(connection, due.change_id)
        return queueing.next_chunk(connection, due, stored, stale, now, manners)
