"""The outbox of what the office itself is told: written once, sent until it has arrived or is worth nothing any more.

A notice is one thing told to one recipient, ever; a row of the outbox is the
mail (or call) that tells of several. Both are written in one transaction, so
that a crash neither loses a notice nor repeats it. The Message-ID is made with
the row and is the same on every try.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from announcer.model.content import Payload, canonical, digest
from announcer.store.campaign import OPEN
from announcer.store.database import LEASE_SECONDS, database_now
from announcer.store.office_tables import notice, outbox
from announcer.store.tables import message

#: Longer than an attempt lasts on a relay that answers each command at the last moment.
_LEASE = 5 * LEASE_SECONDS * 1_000_000
#: What is older than this and still here is in trouble.
PATIENCE = timedelta(minutes=5)
#: What did not arrive is worth mentioning this long.
RECENT = timedelta(days=7)
#: The way of mails that ask a subscriber for confirmation. One that does not arrive is no trouble of the office:
#: somebody mistyped an address.
CONFIRMATION = "confirmation"
_WAITING = ("pending", "deferred")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail or call to the office; claimed, if it has a fence above 0."""

    id: int
    way: str
    recipient: str
    kind: str
    payload: Payload
    about: tuple[int, ...]
    message_key: str
    created_at: datetime
    not_after: datetime
    attempts: int
    fence: int
    state: str
    said: str


def put(
    connection: sa.Connection,
    notices: Sequence[str],
    *,
    way: str,
    recipient: str,
    kind: str,
    payload: Payload,
    now: datetime,
    not_after: datetime,
    ready_at: datetime | None = None,
    about: Collection[int] = (),
    message_key: str = "",
) -> int:
    """Write what tells `recipient` of these notices. Raises `Conflict` if one of them was told before.

    `message_key` gives the mail a Message-ID that the caller has noted elsewhere.
    """
    key = f"{kind}:{digest({'notices': sorted(notices), 'recipient': recipient, 'way': way})}"
    id_ = connection.scalar(
        outbox.insert()
        .values(
            key=key,
            way=way,
            recipient=recipient,
            kind=kind,
            payload=canonical(payload),
            about=json.dumps(sorted(about)),
            message_key=message_key or uuid.uuid4().hex,
            state="pending",
            ready_at=ready_at or now,
            not_after=not_after,
            created_at=now,
        )
        .returning(outbox.c.id)
    )
    assert id_ is not None
    rows = [{"key": one, "recipient": recipient, "outbox_id": id_} for one in notices]
    connection.execute(notice.insert(), rows)
    return int(id_)


def told(connection: sa.Connection, keys: Collection[str]) -> frozenset[tuple[str, str]]:
    """Which of these notices somebody was told, as (key, recipient)."""
    wanted = sorted(set(keys))
    found: set[tuple[str, str]] = set()
    for start in range(0, len(wanted), 500):
        query = sa.select(notice.c.key, notice.c.recipient).where(notice.c.key.in_(wanted[start : start + 500]))
        found |= {(row.key, row.recipient) for row in connection.execute(query)}
    return frozenset(found)


def lately(connection: sa.Connection, since: datetime) -> dict[tuple[str, str], tuple[int, datetime]]:
    """How often each (kind, recipient) was written to after `since`, and when last."""
    number, last = sa.func.count().label("number"), sa.func.max(outbox.c.created_at).label("at")
    query = (
        sa.select(outbox.c.kind, outbox.c.recipient, number, last)
        .where(outbox.c.created_at > since)
        .group_by(outbox.c.kind, outbox.c.recipient)
    )
    return {(row.kind, row.recipient): (row.number, row.at) for row in connection.execute(query)}


def claim(connection: sa.Connection, way: str, now: datetime, owner: str) -> Entry | None:
    """Take the next that is due on a way; what is worth nothing any more ends here."""
    mine = outbox.c.way == way
    connection.execute(
        outbox.update().where(mine, outbox.c.state.in_(_WAITING), outbox.c.not_after < now).values(state="missed")
    )
    db_now = sa.literal_column(database_now(connection.dialect.name == "sqlite"), sa.BigInteger)
    abandoned = sa.and_(outbox.c.state == "sending", sa.type_coerce(outbox.c.lease_until, sa.BigInteger) < db_now)
    ready = sa.and_(outbox.c.state.in_(_WAITING), outbox.c.ready_at <= now)
    query = (
        sa.select(outbox.c.id)
        .where(mine, sa.or_(ready, abandoned))
        .order_by(outbox.c.ready_at, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    id_ = connection.scalar(query)
    if id_ is None:
        return None
    row = connection.execute(
        outbox.update()
        .where(outbox.c.id == id_)
        .values(
            state="sending",
            owner=owner,
            lease_until=sa.type_coerce(db_now + _LEASE, outbox.c.lease_until.type),
            fence=outbox.c.fence + 1,
            attempts=outbox.c.attempts + 1,
        )
        .returning(*outbox.c)
    ).one()
    return _entry(row)


def record(
    connection: sa.Connection,
    entry: Entry,
    state: str,
    now: datetime,
    *,
    said: str = "",
    ready_at: datetime | None = None,
    counted: bool = True,
) -> bool:
    """What came of a claimed entry; False if its lease had gone to somebody else."""
    values: dict[str, Any] = {"state": state, "said": said or None, "owner": None, "lease_until": None}
    if state == "sent":
        values["sent_at"] = now
    if ready_at is not None:
        values["ready_at"] = ready_at
    if not counted:
        values["attempts"] = outbox.c.attempts - 1
    held = (outbox.c.id == entry.id) & (outbox.c.fence == entry.fence) & (outbox.c.state == "sending")
    return connection.execute(outbox.update().where(held).values(**values)).rowcount == 1


def take_back(connection: sa.Connection) -> int:
    """At the start of the only worker: what a dead one held is tried again, under the same Message-ID."""
    changed = connection.execute(
        outbox.update().where(outbox.c.state == "sending").values(state="deferred", owner=None, lease_until=None)
    )
    return changed.rowcount


def forget(connection: sa.Connection, way: str, before: datetime) -> int:
    """Remove what ended on a way and was written earlier; how much."""
    ended = outbox.c.state.not_in((*_WAITING, "sending"))
    old = sa.select(outbox.c.id).where(outbox.c.way == way, ended, outbox.c.created_at < before)
    connection.execute(notice.delete().where(notice.c.outbox_id.in_(old)))
    return connection.execute(outbox.delete().where(outbox.c.id.in_(old))).rowcount


def is_ours(connection: sa.Connection, message_key: str) -> bool:
    """Whether a mail with this Message-ID left by the outbox."""
    return connection.scalar(sa.select(outbox.c.id).where(outbox.c.message_key == message_key).limit(1)) is not None


def still_open(connection: sa.Connection, messages: Collection[int]) -> bool:
    """Whether one of these messages still waits for somebody."""
    states = [state.value for state in OPEN if state.value in {"draft", "waiting", "held"}]
    query = sa.select(message.c.id).where(message.c.id.in_(list(messages)), message.c.state.in_(states)).limit(1)
    return connection.scalar(query) is not None


def in_trouble(connection: sa.Connection, now: datetime) -> list[Entry]:
    """What has not arrived: given up lately, or waiting for longer than it should."""
    ended = sa.and_(outbox.c.state.in_(("failed", "missed")), outbox.c.created_at > now - RECENT)
    late = sa.and_(outbox.c.state.in_((*_WAITING, "sending")), outbox.c.ready_at < now - PATIENCE)
    tried = sa.and_(outbox.c.state == "deferred", outbox.c.created_at < now - PATIENCE)
    ours = outbox.c.way != CONFIRMATION
    query = sa.select(outbox).where(ours, sa.or_(ended, late, tried)).order_by(outbox.c.id)
    return [_entry(row) for row in connection.execute(query)]


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        way=row.way,
        recipient=row.recipient,
        kind=row.kind,
        payload=json.loads(row.payload),
        about=tuple(json.loads(row.about)),
        message_key=row.message_key,
        created_at=row.created_at,
        not_after=row.not_after,
        attempts=row.attempts,
        fence=row.fence,
        state=row.state,
        said=row.said or "",
    )
