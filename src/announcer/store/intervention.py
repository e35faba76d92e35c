"""What people do to deliveries by hand: pause and resume an event, settle what is unknown."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from announcer.model.ledger import MessageState
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


def settle_unknown(connection: sa.Connection, delivery_id: int, was_sent: bool, now: datetime) -> bool:
    """What a person found out about a delivery whose answer was lost; False if it is not unknown."""
    unknown = (delivery.c.id == delivery_id) & (delivery.c.state == "unknown")
    if was_sent:
        changed = connection.execute(delivery.update().where(unknown).values(state="sent", sent_at=now))
    else:
        changed = connection.execute(
            delivery.update().where(unknown).values(state="pending", ready_at=now, maybe_double=False)
        )
    if changed.rowcount:
        reopened = sa.select(delivery.c.message_id).where(delivery.c.id == delivery_id).scalar_subquery()
        finals = [s.value for s in (MessageState.FAILED, MessageState.PARTLY_SENT)]
        connection.execute(
            message.update().where(message.c.id == reopened, message.c.state.in_(finals)).values(state="sending")
        )
    return changed.rowcount == 1
