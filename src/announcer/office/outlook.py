"""What leaves once a stop is lifted, what not any more and what asks: shown beforehand, and then done.

A stop is a pause (`all`, `channel:NAME`, `event:ID`, `message:N`), the hold of everything,
or a service that was down. What became due meanwhile waits in two places:
messages that are still planned, which the next tick judges, and deliveries
that were in the ledger already, which are judged here. Both by the one rule
of `planning.lateness`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.planning.lateness import LATE, Fate, fate
from announcer.planning.manners import Turns, ear
from announcer.store import campaign, changes, contents, intervention, journal, queueing, turns
from announcer.store.tables import delivery, message

#: A service that was down: no switch says so.
DOWN = "down"


@dataclass(frozen=True, slots=True)
class Departure:
    """A message, how many people it goes to by mail, and when, if it is late and waits its turn."""

    message: Message
    recipients: int = 0
    at: datetime | None = None
    late_words: bool = False  #: In the words that were approved for being late.


@dataclass(frozen=True, slots=True)
class Overview:
    """What lifting a stop would do, by what becomes of each message."""

    go: tuple[Departure, ...]
    missed: tuple[Departure, ...]  #: Past their `not_after`, or late where the rule says drop.
    asked: tuple[Departure, ...]  #: Late, and their rule asks a person.

    @property
    def recipients(self) -> int:
        """How many mails would leave."""
        return sum(one.recipients for one in self.go)


@dataclass(frozen=True, slots=True)
class _Judged:
    message: Message
    fate: Fate
    queued: int | None  #: How many of its deliveries wait in the ledger; None if it is not there yet.


def outlook(
    connection: sa.Connection, house: House, now: datetime, lifted: str, stopped_at: datetime | None = None
) -> Overview:
    """What would become of everything that waits, if the stop `lifted` (`hold`, `all`, …) ended now. Reads only."""
    found: dict[str, list[Departure]] = {"go": [], "missed": [], "asked": []}
    kinds = {Fate.GO: "go", Fate.REWRITE: "go", Fate.MISS: "missed", Fate.ASK: "asked"}
    judged = list(_judged(connection, now, lifted, stopped_at))
    given = Turns(house.manners, turns.known(connection, [ear(one.message.planned) for one in judged]))
    for one in judged:
        going = kinds[one.fate] == "go"
        at = given.take(one.message.planned, now) if going and _waits_for_others(connection, one, stopped_at) else None
        mail = one.message.planned.channel in house.exits and house.exits[one.message.planned.channel].kind == "mail"
        number = _recipients(connection, house, one) if mail else 0
        found[kinds[one.fate]].append(Departure(one.message, number, at, one.fate is Fate.REWRITE))
    return Overview(*(tuple(found[kind]) for kind in ("go", "missed", "asked")))


def catch_up(
    connection: sa.Connection, house: House, now: datetime, lifted: str, stopped_at: datetime | None = None
) -> None:
    """Judge what was in the ledger already when the stop ended; the switch of the stop is cleared by the caller."""
    for one in _judged(connection, now, lifted, stopped_at):
        if one.queued is not None:
            _carry_out(connection, house, one, now, stopped_at)


def _carry_out(
    connection: sa.Connection, house: House, one: _Judged, now: datetime, stopped_at: datetime | None
) -> None:
    late = one.message
    match one.fate:
        case Fate.MISS:
            campaign.cancel(connection, late, "late", MessageState.MISSED)
            journal.note(connection, Actor.clock(), now, "miss", f"message {late.id}", why="late")
        case Fate.ASK:
            intervention.hold(connection, late.id, intervention.LATE_ASK)
            journal.note(connection, Actor.clock(), now, "hold", f"message {late.id}", why="late_ask")
        case Fate.REWRITE:
            contents.turn_late(connection, late.id)
    if one.fate in (Fate.GO, Fate.REWRITE) and _waits_for_others(connection, one, stopped_at):
        turn = turns.take(connection, late.planned, now, house.manners)
        if turn is not None:
            intervention.give_turn(connection, late.id, turn)


def _waits_for_others(connection: sa.Connection, one: _Judged, stopped_at: datetime | None) -> bool:
    """What had begun to leave goes on at once: half of its readers have it."""
    return one.queued is None or not _begun(connection, one.message.id)


def _judged(connection: sa.Connection, now: datetime, lifted: str, stopped_at: datetime | None) -> Iterator[_Judged]:
    """Everything that waited for this stop to end, in the order in which it would leave."""
    stops = {*journal.pauses(connection), *([journal.HOLD] if journal.recall(connection, journal.HOLD) else [])}
    waiting, unwritten = _waiting(connection, now, lifted), _unwritten(connection)
    known = [one for one in campaign.standing_by(connection, now) if _is_stopped(one, {lifted}) or lifted == DOWN]
    late_words = contents.with_late_words(connection, [one.id for one in known])
    judged = []
    for one in known:
        queued = waiting.get(one.id, 0 if one.id in unwritten else None)
        if queued is None and not _would_be_judged(one, now, lifted):
            continue
        since = stopped_at if queued is not None and _begun(connection, one.id) else None
        becomes = fate(one.planned, now, approved_at=one.approved_at, stopped_at=since, rewritten=one.id in late_words)
        leaves = becomes in (Fate.GO, Fate.REWRITE)
        if not (_is_stopped(one, stops - {lifted}) and (leaves or queued is not None)):
            judged.append(_Judged(one, becomes, queued))
    yield from sorted(judged, key=lambda one: _order(one, now))


def _would_be_judged(one: Message, now: datetime, lifted: str) -> bool:
    """Whether the next tick looks at a message that is not in the ledger yet."""
    due, end = one.planned.due_at, one.planned.not_after
    if one.state is MessageState.SCHEDULED or (one.state is MessageState.PAUSED and lifted.startswith("event:")):
        return due is not None and due <= now
    return lifted in (journal.HOLD, DOWN) and one.state in campaign.OPEN and end is not None and end < now


def _is_stopped(one: Message, stops: set[str]) -> bool:
    own = {journal.HOLD, journal.ALL, f"channel:{one.planned.channel}", f"event:{one.event_id}", f"message:{one.id}"}
    return bool(stops & own)


def _order(one: _Judged, now: datetime) -> tuple[bool, int, float, int]:
    """The deliveries in the ledger first, then by urgency and moment."""
    planned = one.message.planned
    due = planned.due_at.timestamp() if planned.due_at else 0.0
    urgency = int(planned.urgency) if planned.due_at and now - planned.due_at > LATE else 99
    return one.queued is None, urgency, due, one.message.id


def _waiting(connection: sa.Connection, now: datetime, lifted: str) -> Mapping[int, int]:
    """How many deliveries of each message wait in the ledger for the stop to end."""
    states = ("pending", "deferred", "paused") if lifted.startswith(("event:", "message:")) else ("pending", "deferred")
    query = (
        sa.select(delivery.c.message_id, sa.func.count().label("number"))
        .where(delivery.c.state.in_(states), delivery.c.ready_at <= now, delivery.c.action == "publish")
        .group_by(delivery.c.message_id)
    )
    return {row.message_id: row.number for row in connection.execute(query)}


def _unwritten(connection: sa.Connection) -> frozenset[int]:
    """Messages whose audience the tick has still to write to the ledger."""
    query = sa.select(message.c.id).where(message.c.state == MessageState.SENDING, message.c.frozen_to.isnot(None))
    return frozenset(connection.scalars(query))


def _begun(connection: sa.Connection, message_id: int) -> bool:
    """Whether anything of a message has left, or may have."""
    left = delivery.c.state.in_(("sent", "sending", "unknown")) | delivery.c.maybe_double
    query = sa.select(delivery.c.id).where(delivery.c.message_id == message_id, left).limit(1)
    return connection.scalar(query) is not None


def _recipients(connection: sa.Connection, house: House, one: _Judged) -> int:
    if one.queued:
        return one.queued
    change = one.message.change_id
    stale = changes.stale_messages(connection, change) if change is not None else None
    return queueing.audience_size(connection, one.message, stale, house.manners)
