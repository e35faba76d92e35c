"""What people do to deliveries by hand: pause and resume an event, settle what is unknown, decide what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from announcer.model.ledger import MessageState
from announcer.store import journal
from announcer.store.tables import delivery, message


def _of_event(event_id: str) -> sa.ColumnElement[bool]:
    return delivery.c.message_id.in_(sa.select(message.c.id).where(message.c.event_id == event_id))


def pause_event(connection: sa.Connection, event_id: str) -> None:
    """Take an event's unsent deliveries out of the queue."""
    waiting = delivery.c.state.in_(("pending", "deferred"))
    connection.execute(delivery.update().where(_of_event(event_id), waiting).values(state="paused"))


def resume_event(connection: sa.Connection, event_id: str) -> None:
    """Put them back."""
    connection.execute(
        delivery.update().where(_of_event(event_id), delivery.c.state == "paused").values(state="pending")
    )


#: Deliveries that one transaction moves: others want to write too.
AT_ONCE = 20_000


def pause_message(connection: sa.Connection, message_id: int) -> bool:
    """Take the next of a message's unsent deliveries out of the queue; whether there may be more."""
    return _move(connection, message_id, ("pending", "deferred"), {"state": "paused"})


def stop_message(connection: sa.Connection, message_id: int, said: str) -> bool:
    """End the next of a message's unsent mails; whether there may be more. What puts right a post goes on."""
    return _move(
        connection, message_id, ("pending", "deferred", "paused", "held"), {"state": "cancelled", "said": said}
    )


def _move(connection: sa.Connection, message_id: int, states: Sequence[str], values: dict[str, str]) -> bool:
    mine = (delivery.c.message_id == message_id) & delivery.c.state.in_(states) & delivery.c.subscriber_id.isnot(None)
    some = sa.select(delivery.c.id).where(mine).limit(AT_ONCE)
    return connection.execute(delivery.update().where(delivery.c.id.in_(some)).values(**values)).rowcount == AT_ONCE


def resume_message(connection: sa.Connection, message_id: int) -> None:
    """Put them back."""
    mine = (delivery.c.message_id == message_id) & (delivery.c.state == "paused")
    connection.execute(delivery.update().where(mine).values(state="pending"))


def any_paused(connection: sa.Connection, delivery_ids: Sequence[int]) -> bool:
    """Whether one of these deliveries is of a message, or an event, that is paused."""
    events, messages = journal.paused_apart(connection)
    if not (events or messages) or not delivery_ids:
        return False
    of_events = sa.select(message.c.id).where(message.c.event_id.in_(events))
    paused = delivery.c.message_id.in_(of_events) | delivery.c.message_id.in_(messages)
    own = delivery.c.id.in_(list(delivery_ids)) & paused
    return connection.scalar(sa.select(delivery.c.id).where(own).limit(1)) is not None


#: What a person can settle, by whether it is done or to be done again. A mail that failed is not repeated by hand.
_DONE, _AGAIN = ("unknown", "manual", "failed"), ("unknown", "failed")


def settle(connection: sa.Connection, delivery_id: int, was_sent: bool, now: datetime) -> bool:
    """What a person found out or did: it is done, or is to be tried again; False if there is nothing to settle so."""
    states = _DONE if was_sent else _AGAIN
    open_ = sa.and_(
        delivery.c.id == delivery_id,
        delivery.c.state.in_(states),
        sa.or_(delivery.c.state != "failed", delivery.c.subscriber_id.is_(None)),
    )
    if was_sent:
        changed = connection.execute(delivery.update().where(open_).values(state="sent", sent_at=now))
    else:
        changed = connection.execute(
            delivery.update().where(open_).values(state="pending", ready_at=now, maybe_double=False, attempts=0)
        )
    if changed.rowcount:
        reopened = sa.select(delivery.c.message_id).where(delivery.c.id == delivery_id).scalar_subquery()
        finals = [s.value for s in (MessageState.FAILED, MessageState.PARTLY_SENT)]
        connection.execute(
            message.update().where(message.c.id == reopened, message.c.state.in_(finals)).values(state="sending")
        )
    return changed.rowcount == 1


# -- Held: late, or one mail too many, so that a person decides. --

#: Why a delivery is held: it is late and its rule asks, or its recipient has had enough mails this week.
LATE_ASK, CAP = "late_ask", "mails_per_week"
DECIDED = "decided"
_HOLDABLE = ("pending", "deferred", "paused")


def hold(connection: sa.Connection, message_id: int, why: str) -> int:
    """Hold what of a message has not left; how much. What may be out already is looked for first, and stays."""
    doubtful_post = delivery.c.maybe_double & delivery.c.subscriber_id.is_(None)
    held = connection.execute(
        delivery.update()
        .where(delivery.c.message_id == message_id, delivery.c.state.in_(_HOLDABLE), sa.not_(doubtful_post))
        .values(state="held", said=why)
    )
    return held.rowcount


def decide(connection: sa.Connection, message_id: int, send: bool, now: datetime, said: str) -> int:
    """What a person decided about the held deliveries of a message: they leave now, or not at all; how many."""
    held = (delivery.c.message_id == message_id) & (delivery.c.state == "held")
    # The claim of what somebody decided does not count this week's mails again.
    values = {"state": "pending", "ready_at": now, "said": DECIDED} if send else {"state": "cancelled", "said": said}
    return connection.execute(delivery.update().where(held).values(**values)).rowcount


def miss_held(connection: sa.Connection, now: datetime) -> int:
    """End what nobody decided in time; how much."""
    overdue = (delivery.c.state == "held") & (delivery.c.not_after < now)
    return connection.execute(delivery.update().where(overdue).values(state="missed", said="undecided")).rowcount


def said_anew(connection: sa.Connection, delivery_id: int, fence: int, content_id: int) -> None:
    """A post that a worker held while the facts changed left in these words, not in those it was queued with."""
    mine = (delivery.c.id == delivery_id) & (delivery.c.fence == fence)
    connection.execute(delivery.update().where(mine).values(content_id=content_id))


def give_turn(connection: sa.Connection, message_id: int, turn_at: datetime) -> None:
    """Let the unsent rest of a late message leave at its turn."""
    waiting = delivery.c.state.in_(("pending", "deferred")) & sa.not_(delivery.c.maybe_double)
    mine = delivery.c.message_id == message_id
    connection.execute(delivery.update().where(mine, waiting).values(ready_at=turn_at))
    # What surely is not out yet is dated anew.
    connection.execute(delivery.update().where(mine, waiting, delivery.c.moment.isnot(None)).values(moment=turn_at))
    connection.execute(message.update().where(message.c.id == message_id).values(turn_at=turn_at))
