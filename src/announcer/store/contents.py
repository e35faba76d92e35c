"""Stored contents and what was approved. A content is written once; a new text is a new row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.content import Payload, canonical, digest
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.store import campaign
from announcer.store.driver import Statement
from announcer.store.tables import content, delivery, message


@dataclass(frozen=True, slots=True)
class Stored:
    """One content as it is kept."""

    id: int
    message_id: int
    language: str
    facts_version: str
    payload: Payload
    hash: str


def keep(
    connection: sa.Connection,
    message_id: int,
    contents: Sequence[tuple[str, Payload]],
    *,
    facts_version: str,
    limits: Payload,
    now: datetime,
) -> bool:
    """Make these (language, payload) pairs the current contents of a message.

    Returns whether anything changed. Unchanged payloads keep their row, so an
    approval of them stands.
    """
    old = {c.language: c for c in current(connection, message_id)}
    fresh = {language: payload for language, payload in contents if _differs(old.get(language), payload)}
    gone = [c.id for language, c in old.items() if language in fresh or language not in dict(contents)]
    if gone:
        connection.execute(content.update().where(content.c.id.in_(gone)).values(current=False))
    if fresh:
        connection.execute(
            content.insert(),
            [_row(message_id, language, payload, facts_version, limits, now) for language, payload in fresh.items()],
        )
    return bool(fresh or gone)


def _differs(old: Stored | None, payload: Payload) -> bool:
    return old is None or old.hash != digest(payload)


def _row(
    message_id: int, language: str, payload: Payload, facts_version: str, limits: Payload, now: datetime
) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "language": language,
        "facts_version": facts_version,
        "payload": canonical(payload),
        "hash": digest(payload),
        "limits": canonical(limits),
        "current": True,
        "created_at": now,
    }


def current(connection: sa.Connection, message_id: int) -> list[Stored]:
    """The current contents of a message, by language."""
    query = sa.select(content).where(content.c.message_id == message_id, content.c.current).order_by(content.c.language)
    return [_stored(row) for row in connection.execute(query)]


def by_id(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Stored]:
    """Contents by their ids."""
    query = sa.select(content).where(content.c.id.in_(list(ids)))
    return {row.id: _stored(row) for row in connection.execute(query)}


_OUTDATED = """
SELECT old.id, new.id FROM content old
JOIN content new ON new.message_id = old.message_id AND new.language = old.language AND new.current
WHERE NOT old.current AND old.id {among}
"""
_FIND_OUTDATED = Statement(
    _OUTDATED.format(among="IN (SELECT value FROM json_each(:ids))"),
    _OUTDATED.format(among="IN (SELECT value::bigint FROM json_array_elements_text(CAST(:ids AS json)))"),
)


def outdated(connection: sa.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Which of these contents are no longer current, and what took their place."""
    return {int(old): int(new) for old, new in _FIND_OUTDATED.rows(connection, {"ids": json.dumps(list(ids))})}


def _stored(row: Any) -> Stored:
    return Stored(row.id, row.message_id, row.language, row.facts_version, json.loads(row.payload), row.hash)


def approval_hash(message_: Message, contents: Sequence[Stored]) -> str:
    """What an approval is bound to: every content and the audience, not the moment."""
    return digest(
        {
            "contents": {c.language: c.hash for c in contents},
            "audience": message_.planned.audience.value,
            "channel": message_.planned.channel,
        }
    )


def approve(connection: sa.Connection, message_: Message, actor: Actor, now: datetime) -> None:
    """Approve exactly the stored contents; a draft becomes scheduled."""
    values = {
        "approved_by": actor.name,
        "approved_at": now,
        "approved_hash": approval_hash(message_, current(connection, message_.id)),
    }
    if message_.state in (MessageState.DRAFT, MessageState.HELD):
        campaign.transition(connection, message_.id, MessageState.SCHEDULED, **values)
    else:
        connection.execute(message.update().where(message.c.id == message_.id).values(**values))


def void_approval(connection: sa.Connection, message_: Message, why: str) -> None:
    """The text changed under an approval: the message is a draft again and says why."""
    values = {"approved_by": None, "approved_at": None, "approved_hash": None}
    if message_.state is MessageState.SCHEDULED:
        campaign.transition(connection, message_.id, MessageState.DRAFT, **values)
        campaign.set_why(connection, message_, why)


def repoint_unsent(connection: sa.Connection, message_id: int) -> None:
    """Deliveries not yet sent take the current content of their language.

    One that may already have arrived does not: the same Message-ID must not
    come with two texts. As mail it ends here, since the notice of the change
    goes to its recipient as well; a post is looked for, and corrected.
    """
    waiting = (delivery.c.message_id == message_id) & delivery.c.state.in_(("pending", "paused", "deferred"))
    for stored in current(connection, message_id):
        connection.execute(
            delivery.update()
            .where(
                waiting,
                delivery.c.language == stored.language,
                delivery.c.action == "publish",
                sa.not_(delivery.c.maybe_double),
            )
            .values(content_id=stored.id)
        )
    connection.execute(
        delivery.update()
        .where(waiting, delivery.c.maybe_double, delivery.c.subscriber_id.isnot(None))
        .values(state="superseded", said="the facts changed before it was clear whether it had arrived")
    )
