"""Stored contents and what was approved. A content is written once; a new text is a new row.

A message whose rule says `rewrite` has a second wording of each language, the
variant `LATE`: approved along with the first, it leaves in its place when the
moment has passed.
"""

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
from announcer.store import assets, campaign
from announcer.store.driver import Statement
from announcer.store.tables import content, delivery, message

#: The variant that leaves late.
LATE = "late"
Worded = Sequence[tuple[str, Payload]]


@dataclass(frozen=True, slots=True)
class Stored:
    """One content as it is kept."""

    id: int
    message_id: int
    language: str
    facts_version: str
    payload: Payload
    hash: str
    variant: str = ""
    stands_for: int | None = None  #: Of an answer's words: the content that they bring a post up to.


def keep(
    connection: sa.Connection,
    message_id: int,
    contents: Worded,
    *,
    facts_version: str,
    limits: Payload,
    now: datetime,
    late: Worded = (),
) -> bool:
    """Make these (language, payload) pairs the current contents of a message, `late` those for when it is late.

    Returns whether anything changed. Unchanged payloads keep their row, so an
    approval of them stands.
    """
    wanted = {(language, ""): payload for language, payload in contents}
    wanted |= {(language, LATE): payload for language, payload in late}
    old = {(c.language, c.variant): c for c in covered(connection, message_id)}
    fresh = {key: payload for key, payload in wanted.items() if _differs(old.get(key), payload)}
    gone = [c.id for key, c in old.items() if key in fresh or key not in wanted]
    if gone:
        connection.execute(content.update().where(content.c.id.in_(gone)).values(current=False))
    if fresh:
        same = {"message_id": message_id, "facts_version": facts_version, "limits": canonical(limits)}
        rows = [{**same, "created_at": now, **_row(*key, payload)} for key, payload in fresh.items()]
        connection.execute(content.insert(), rows)
        for stored in covered(connection, message_id):
            assets.use(connection, stored.id, stored.payload)
    return bool(fresh or gone)


def keep_answer(connection: sa.Connection, brings: Stored, payload: Payload, limits: Payload, now: datetime) -> int:
    """Store the words of an answer below a post; with it the post says what `brings` says. Its id."""
    values = {
        **_row(brings.language, brings.variant, payload),
        "message_id": brings.message_id,
        "facts_version": brings.facts_version,
        "limits": canonical(limits),
        "created_at": now,
        "current": False,
        "stands_for": brings.id,
    }
    id_ = connection.scalar(content.insert().values(**values).returning(content.c.id))
    assert id_ is not None
    return int(id_)


def set_aside(connection: sa.Connection, message_id: int) -> None:
    """What was worded so far no longer counts; the message is worded anew when it is looked at."""
    connection.execute(content.update().where(content.c.message_id == message_id).values(current=False))


def _differs(old: Stored | None, payload: Payload) -> bool:
    return old is None or old.hash != digest(payload)


def _row(language: str, variant: str, payload: Payload) -> dict[str, Any]:
    return {
        "language": language,
        "variant": variant,
        "payload": canonical(payload),
        "hash": digest(payload),
        "current": True,
    }


def current(connection: sa.Connection, message_id: int, variant: str = "") -> list[Stored]:
    """The current contents of a message, by language: those for its moment, or of another variant."""
    return [stored for stored in covered(connection, message_id) if stored.variant == variant]


def limits_of(connection: sa.Connection, message_id: int) -> str | None:
    """The network's limits when the current contents of a message were worded, as JSON; None if it has none."""
    query = sa.select(content.c.limits).where(content.c.message_id == message_id, content.c.current)
    return connection.scalar(query.limit(1))


def covered(connection: sa.Connection, message_id: int) -> list[Stored]:
    """Everything an approval of a message covers: its current contents in every variant."""
    query = (
        sa.select(content)
        .where(content.c.message_id == message_id, content.c.current)
        .order_by(content.c.variant, content.c.language)
    )
    return [_stored(row) for row in connection.execute(query)]


def covered_of(connection: sa.Connection, message_ids: Sequence[int]) -> dict[int, list[Stored]]:
    """The same for several messages at once."""
    query = (
        sa.select(content)
        .where(content.c.message_id.in_(message_ids), content.c.current)
        .order_by(content.c.variant, content.c.language)
    )
    found: dict[int, list[Stored]] = {id_: [] for id_ in message_ids}
    for row in connection.execute(query):
        found[row.message_id].append(_stored(row))
    return found


def with_late_words(connection: sa.Connection, message_ids: Iterable[int]) -> frozenset[int]:
    """Those of these messages that have words for being late."""
    query = sa.select(content.c.message_id).where(
        content.c.message_id.in_(list(message_ids)), content.c.current, content.c.variant == LATE
    )
    return frozenset(connection.scalars(query.distinct()))


def by_id(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Stored]:
    """Contents by their ids."""
    query = sa.select(content).where(content.c.id.in_(list(ids)))
    return {row.id: _stored(row) for row in connection.execute(query)}


_OUTDATED = """
SELECT old.id, new.id FROM content old
JOIN content new ON new.message_id = old.message_id AND new.language = old.language
    AND new.variant = old.variant AND new.current
WHERE NOT old.current AND old.stands_for IS NULL AND old.id {among}
"""
_FIND_OUTDATED = Statement(
    _OUTDATED.format(among="IN (SELECT value FROM json_each(:ids))"),
    _OUTDATED.format(among="IN (SELECT value::bigint FROM json_array_elements_text(CAST(:ids AS json)))"),
)


def outdated(connection: sa.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Which of these contents are no longer current, and what took their place."""
    return {int(old): int(new) for old, new in _FIND_OUTDATED.rows(connection, {"ids": json.dumps(list(ids))})}


def _stored(row: Any) -> Stored:
    payload = json.loads(row.payload)
    return Stored(
        row.id, row.message_id, row.language, row.facts_version, payload, row.hash, row.variant, row.stands_for
    )


def approval_hash(message_: Message, contents: Sequence[Stored]) -> str:
    """What an approval is bound to: every content in every variant and the audience, not the moment."""
    late = {c.language: c.hash for c in contents if c.variant == LATE}
    return digest(
        {
            "contents": {c.language: c.hash for c in contents if not c.variant},
            "audience": message_.planned.audience.value,
            "channel": message_.planned.channel,
            **({"late": late} if late else {}),
        }
    )


def approve(connection: sa.Connection, message_: Message, actor: Actor, now: datetime) -> None:
    """Approve exactly the stored contents; a draft becomes scheduled."""
    values = {
        "approved_by": actor.name,
        "approved_at": now,
        "approved_hash": approval_hash(message_, covered(connection, message_.id)),
    }
    if message_.state in (MessageState.DRAFT, MessageState.HELD):
        campaign.transition(connection, message_.id, MessageState.SCHEDULED, **values)
        if any(reason.startswith(campaign.STALE_TEXT) for reason in message_.planned.why):
            kept = [reason for reason in message_.planned.why if not reason.startswith(campaign.STALE_TEXT)]
            campaign.set_whys(connection, message_, kept)
    else:
        connection.execute(message.update().where(message.c.id == message_.id).values(**values))


def void_approval(connection: sa.Connection, message_: Message, why: str) -> None:
    """The text changed under an approval: the message is a draft again and says why."""
    values = {"approved_by": None, "approved_at": None, "approved_hash": None}
    if message_.state in (MessageState.SCHEDULED, MessageState.PAUSED, MessageState.HELD):
        campaign.transition(connection, message_.id, MessageState.DRAFT, **values)
        campaign.set_why(connection, message_, why)


_UNSENT = ("pending", "paused", "deferred", "held", "manual")


def repoint_unsent(connection: sa.Connection, message_id: int) -> None:
    """Deliveries not yet sent take the current content of their language and variant.

    One that may already have arrived does not: the same Message-ID must not
    come with two texts. As mail it ends here, since the notice of the change
    goes to its recipient as well; a post is looked for, and corrected.
    """
    unsent = _unsent(message_id)
    answer = delivery.c.corrects_id.isnot(None) & delivery.c.subscriber_id.is_(None)  # it has words of its own
    for stored in covered(connection, message_id):
        same = sa.select(content.c.id).where(content.c.message_id == message_id, content.c.variant == stored.variant)
        connection.execute(
            delivery.update()
            .where(unsent, delivery.c.language == stored.language, delivery.c.content_id.in_(same))
            .where(delivery.c.action == "publish", sa.not_(delivery.c.maybe_double), sa.not_(answer))
            .values(content_id=stored.id)
        )
    connection.execute(
        delivery.update()
        .where(unsent, delivery.c.maybe_double, delivery.c.subscriber_id.isnot(None))
        .values(state="superseded", said="the facts changed before it was clear whether it had arrived")
    )


def turn_late(connection: sa.Connection, message_id: int) -> None:
    """From here on a message says its late words; what may have arrived in the others keeps them."""
    connection.execute(message.update().where(message.c.id == message_id).values(variant=LATE))
    for stored in current(connection, message_id, LATE):
        connection.execute(
            delivery.update()
            .where(_unsent(message_id), delivery.c.language == stored.language)
            .where(delivery.c.action == "publish", sa.not_(delivery.c.maybe_double))
            .values(content_id=stored.id)
        )


def _unsent(message_id: int) -> sa.ColumnElement[bool]:
    return (delivery.c.message_id == message_id) & delivery.c.state.in_(_UNSENT)


def variants_out(connection: sa.Connection, message_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """In which variants those of these messages that have two have left, or may have, or are about to."""
    # Few have late words; of all others, with a million deliveries perhaps, the answer is known.
    both = sa.select(content.c.message_id).where(content.c.message_id.in_(list(message_ids)), content.c.variant == LATE)
    query = (
        sa.select(delivery.c.message_id, content.c.variant)
        .join(content, content.c.id == delivery.c.content_id)
        .where(delivery.c.message_id.in_(both), delivery.c.action == "publish")
        .where(delivery.c.state.notin_(("cancelled", "missed", "superseded", "suppressed")))
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for message_id, variant in connection.execute(query):
        found.setdefault(message_id, set()).add(variant)
    return {message_id: frozenset(variants) for message_id, variants in found.items()}
