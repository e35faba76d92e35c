"""The feed as the ledger tells it: each entry that was published, with what it says now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Occurrence, Subject
from announcer.model.content import Payload
from announcer.model.ledger import Action
from announcer.store.tables import content, delivery, message, occurrence


@dataclass(frozen=True, slots=True)
class Published:
    """One entry in one language."""

    occurrence: Occurrence
    language: str
    payload: Payload
    published: datetime  #: First sent; never changes.
    updated: datetime  #: Last correction or withdrawal sent.
    event_id: str | None
    announcement_id: str | None
    withdrawn: bool


def published(connection: sa.Connection, channel: str) -> Iterator[Published]:
    """Every entry of a feed channel, the oldest first."""
    query = (
        sa.select(
            delivery.c.message_id,
            delivery.c.language,
            delivery.c.action,
            delivery.c.sent_at,
            content.c.payload,
            message.c.event_id,
            message.c.announcement_id,
            occurrence.c.subject,
            occurrence.c.subject_id,
            occurrence.c.rule_id,
            occurrence.c.anchor,
        )
        .join(content, content.c.id == delivery.c.content_id)
        .join(message, message.c.id == delivery.c.message_id)
        .join(occurrence, occurrence.c.id == delivery.c.occurrence_id)
        .where(delivery.c.channel == channel, delivery.c.state == "sent")
        .order_by(delivery.c.message_id, delivery.c.target, delivery.c.revision)
    )
    entry: tuple[tuple[int, str], Published] | None = None
    for row in connection.execute(query):
        key = (row.message_id, row.language)
        first = entry[1].published if entry is not None and entry[0] == key else row.sent_at
        if entry is not None and entry[0] != key:
            yield entry[1]
        value = Published(
            occurrence=Occurrence(Subject(row.subject), row.subject_id, row.rule_id, row.anchor),
            language=row.language,
            payload=json.loads(row.payload),
            published=first,
            updated=row.sent_at,
            event_id=row.event_id,
            announcement_id=row.announcement_id,
            withdrawn=row.action == Action.WITHDRAW,
        )
        entry = (key, value)
    if entry is not None:
        yield entry[1]
