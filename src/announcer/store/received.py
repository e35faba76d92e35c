"""What one person received by mail, and what they did not and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Kind
from announcer.model.content import Payload
from announcer.model.ledger import DeliveryState
from announcer.store.tables import content, delivery, message, occurrence, subscriber


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A mail in the words it was sent in."""

    delivery_id: int
    key: str
    address: str
    name: str
    language: str
    payload: Payload


def mail(connection: sa.Connection, content_id: int, subscriber_id: int) -> ReceivedMail | None:
    """The mail with this content to this person, if it was sent."""
    row = connection.execute(
        sa.select(
            delivery.c.id,
            delivery.c.key,
            subscriber.c.address,
            subscriber.c.name,
            delivery.c.language,
            content.c.payload,
        )
        .join(content, content.c.id == delivery.c.content_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            delivery.c.subscriber_id == subscriber_id,
            delivery.c.content_id == content_id,
            delivery.c.state == "sent",
        )
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return ReceivedMail(row.id, row.key, row.address, row.name, row.language, json.loads(row.payload))


@dataclass(frozen=True, slots=True)
class Addressed:
    """A mail that was meant for one person, and what became of it."""

    message_id: int
    kind: str
    name: str  #: The event's or announcement's id.
    state: DeliveryState
    at: datetime  #: When it was sent or, if it was not, when it is or was to be.
    why: str  #: A key of planning.why, or the relay's words.


def addressed(connection: sa.Connection, subscriber_id: int, limit: int = 50) -> list[Addressed]:
    """What was meant for a person, the newest first."""
    columns = (delivery.c.message_id, delivery.c.state, delivery.c.said, delivery.c.sent_at, delivery.c.ready_at)
    query = (
        sa.select(*columns, message.c.kind, message.c.event_id, message.c.announcement_id, occurrence.c.rule_id)
        .join(message, message.c.id == delivery.c.message_id)
        .join(occurrence, occurrence.c.id == message.c.occurrence_id)
        .where(delivery.c.subscriber_id == subscriber_id)
        .order_by(delivery.c.id.desc())
        .limit(limit)
    )
    return [
        Addressed(
            row.message_id,
            row.kind,
            f"digest:{row.rule_id}" if row.kind == Kind.DIGEST else row.event_id or row.announcement_id or "",
            DeliveryState(row.state),
            row.sent_at or row.ready_at,
            row.said or "",
        )
        for row in connection.execute(query)
    ]
