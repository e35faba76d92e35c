"""The feed as the ledger tells it: each entry that was published, with what it says now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Occurrence, Subject
from announcer.model.content import Payload
from announcer.model.ledger import Action
from announcer.store.tables import content, delivery, message, occurrence

#: A statement takes so many values in every database.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Published:
    """One entry in one language."""

    occurrence: Occurrence
    language: str
    message_id: int
    content_id: int  #: What it says now; see `payloads`.
    hash: str  #: Of what it says.
    published: datetime  #: First sent; never changes.
    updated: datetime  #: Last correction or withdrawal sent.
    event_id: str | None
    announcement_id: str | None
    withdrawn: bool


def progress(connection: sa.Connection, channel: str) -> tuple[int, datetime | None]:
    """A mark that moves whenever an entry was sent, corrected or taken back, by whichever process."""
    query = sa.select(sa.func.count(), sa.func.max(delivery.c.sent_at)).where(
        delivery.c.subscriber_id.is_(None),  # names the index that leaves out the mails
        delivery.c.channel == channel,
        delivery.c.state == "sent",
    )
    number, last = connection.execute(query).one()
    return number, last


def published(connection: sa.Connection, channel: str) -> Iterator[Published]:
    """Every entry of a feed channel, the oldest first, without what it says: that is much, and seldom needed."""
    query = (
        sa.select(
            delivery.c.message_id,
            delivery.c.language,
            delivery.c.action,
            delivery.c.sent_at,
            delivery.c.content_id,
            content.c.hash,
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
            message_id=row.message_id,
            content_id=row.content_id,
            hash=row.hash,
            published=first,
            updated=row.sent_at,
            event_id=row.event_id,
            announcement_id=row.announcement_id,
            withdrawn=row.action == Action.WITHDRAW,
        )
        entry = (key, value)
    if entry is not None:
        yield entry[1]


def payloads(connection: sa.Connection, content_ids: Sequence[int]) -> dict[int, Payload]:
    """What these contents say."""
    result: dict[int, Payload] = {}
    for first in range(0, len(content_ids), _AT_ONCE):
        query = sa.select(content.c.id, content.c.payload).where(
            content.c.id.in_(content_ids[first : first + _AT_ONCE])
        )
        result |= {row.id: json.loads(row.payload) for row in connection.execute(query)}
    return result
