"""Pause and resume: everything, a channel, an event, a message that leaves. Settle doubts, decide what is held."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import outlook
from announcer.office.house import House
from announcer.store import campaign as store
from announcer.store import facts, intervention, journal
from announcer.store.campaign import Campaign


def pause(house: House, what: str, actor: Actor, why: str, now: datetime) -> None:
    """Nothing more leaves by `what` (`all`, `channel:NAME`, `event:ID`, `message:N`) until it is resumed.

    `message:N` stops one that has begun to leave; what has not begun is held back by `drop` or `decide`.
    """
    with house.database.write() as connection:
        _check(house, connection, what)
        if journal.recall(connection, journal.pause_name(what)) is None:
            journal.remember(connection, journal.since_name(what), now.isoformat())
        journal.remember(connection, journal.pause_name(what), why or f"by {actor.name}")
        if what.startswith("event:"):
            _pause_event(connection, what.removeprefix("event:"))
        journal.note(connection, actor, now, "pause", what, why=why)
    if what.startswith("message:"):  # the switch has stopped it; its thousands of rows follow, a chunk at a time
        more = True
        while more:
            with house.database.write() as connection:
                more = intervention.pause_message(connection, int(what.removeprefix("message:")))


def resume(house: House, what: str, actor: Actor, now: datetime) -> None:
    """Go on: what is no longer worth sending is missed, late messages follow their policy."""
    with house.database.write() as connection:
        _check(house, connection, what)
        _refuse_unless_paused(connection, what)
        since = _since(connection, what)
        if what.startswith("event:"):
            _resume_event(connection, what.removeprefix("event:"))
        if what.startswith("message:"):
            intervention.resume_message(connection, int(what.removeprefix("message:")))
        outlook.catch_up(connection, house, now, what, since)
        journal.forget(connection, journal.pause_name(what))
        journal.forget(connection, journal.since_name(what))
        journal.note(connection, actor, now, "resume", what)


def what_would_go(connection: sa.Connection, house: House, what: str, now: datetime) -> outlook.Overview:
    """What resuming `what` would let go, and what not any more. Reads only; raises `Conflict` if it is not paused."""
    _check(house, connection, what)
    _refuse_unless_paused(connection, what)
    return outlook.outlook(connection, house, now, what, _since(connection, what))


def _refuse_unless_paused(connection: sa.Connection, what: str) -> None:
    if journal.recall(connection, journal.pause_name(what)) is None:
        raise Conflict(f"{what} is not paused; 'announcer status' shows what is")


def _since(connection: sa.Connection, what: str) -> datetime | None:
    since = journal.recall(connection, journal.since_name(what))
    return datetime.fromisoformat(since) if since is not None else None


def _check(house: House, connection: sa.Connection, what: str) -> None:
    kind, _, name = what.partition(":")
    if what == journal.ALL:
        return
    if kind == "channel" and name in house.exits:
        return
    if kind == "event" and name in facts.event_ids(connection):
        return
    if kind == "message" and name.isdigit():
        state = store.message_by_id(connection, int(name)).state
        if state is MessageState.SENDING or journal.recall(connection, journal.pause_name(what)) is not None:
            return
        raise Conflict(f"message {name} is {state}: only one that is being sent can be paused by itself")
    channels = ", ".join(f"channel:{name}" for name in house.exits)
    raise NotFound(f"{what!r} can't be paused; use all, {channels}, event:ID or message:N")


def _pause_event(connection: sa.Connection, event_id: str) -> None:
    for message in store.messages(connection, Campaign(event_id=event_id)):
        if message.state is MessageState.SCHEDULED:
            store.transition(connection, message.id, MessageState.PAUSED)
    intervention.pause_event(connection, event_id)


def _resume_event(connection: sa.Connection, event_id: str) -> None:
    for message in store.messages(connection, Campaign(event_id=event_id)):
        if message.state is MessageState.PAUSED:
            store.transition(connection, message.id, MessageState.SCHEDULED)
    intervention.resume_event(connection, event_id)


def settle(house: House, delivery_id: int, was_sent: bool, actor: Actor, now: datetime) -> None:
    """A person looked or did it: it is done, or it is to be tried again."""
    with house.database.write() as connection:
        if not intervention.settle(connection, delivery_id, was_sent, now):
            raise Conflict(f"delivery {delivery_id} can't be settled so; 'announcer status' lists what can")
        verdict = "done" if was_sent else "try again"
        journal.note(connection, actor, now, "settle", f"delivery {delivery_id}", after=verdict)


def decide(house: House, message_id: int, send: bool, actor: Actor, why: str, now: datetime) -> int:
    """A person decided about the held deliveries of a message: they leave now, or not at all. How many there were.

    Raises `Conflict` if nothing of it is held.
    """
    with house.database.write() as connection:
        number = intervention.decide(connection, message_id, send, now, store.LET_GO)
        if not number:
            raise Conflict(f"no delivery of message {message_id} is held; 'announcer status' lists those that are")
        verdict = "send" if send else "let go"
        journal.note(connection, actor, now, "decide", f"message {message_id}", after=f"{verdict} ({number})", why=why)
    return number
