"""What one person received by mail."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from announcer.model.content import Payload
from announcer.store.tables import content, delivery, subscriber


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
