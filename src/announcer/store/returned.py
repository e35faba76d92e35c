"""What came back to the sender: bounces, complaints, notes of absence, and what nobody understood."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from announcer.model.returns import FOR_A_PERSON, ReturnKind
from announcer.store.driver import Statement
from announcer.store.office_tables import returned
from announcer.store.tables import delivery

#: Soft bounces further back don't count.
SOFT_WITHIN = timedelta(days=90)
#: Returned mails are kept so long, those that wait for a person longer.
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Returned:
    """One returned mail."""

    source: str
    ref: str
    at: datetime
    kind: ReturnKind
    status: str = ""
    said: str = ""
    subject: str = ""
    sender: str = ""
    delivery_id: int | None = None
    subscriber_id: int | None = None
    raw: str = ""  #: The mail itself, where a person has to look at it.
    done_at: datetime | None = None
    id: int = 0


def keep(connection: sa.Connection, one: Returned) -> bool:
    """Write it down; False if it was known already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    values = {name: getattr(one, name) for name in _OWN}
    made = dialect.insert(returned).values(**values).on_conflict_do_nothing().returning(returned.c.id)
    return connection.execute(made).first() is not None


_OWN = ("source", "ref", "at", "kind", "status", "said", "subject", "sender", "delivery_id", "subscriber_id", "raw")


def known(connection: sa.Connection, source: str, refs: Sequence[str]) -> set[str]:
    """Those of these mails that are written down already."""
    query = sa.select(returned.c.ref).where(returned.c.source == source, returned.c.ref.in_(list(refs)))
    return set(connection.scalars(query))


def find(
    connection: sa.Connection, kinds: Collection[ReturnKind], limit: int, *, open_: bool = False
) -> list[Returned]:
    """Returned mails of these kinds, the newest first; `open_`: that nobody has ticked off."""
    query = sa.select(returned).where(returned.c.kind.in_([kind.value for kind in kinds]))
    if open_:
        query = query.where(returned.c.done_at.is_(None))
    rows = connection.execute(query.order_by(returned.c.id.desc()).limit(limit))
    return [_returned(row) for row in rows]


def by_id(connection: sa.Connection, id_: int) -> Returned | None:
    """One returned mail."""
    row = connection.execute(sa.select(returned).where(returned.c.id == id_)).one_or_none()
    return None if row is None else _returned(row)


def tick_off(connection: sa.Connection, id_: int, now: datetime) -> bool:
    """Somebody looked at it; False if that was so already."""
    mine = sa.and_(returned.c.id == id_, returned.c.done_at.is_(None))
    return connection.execute(returned.update().where(mine).values(done_at=now)).rowcount == 1


def counts(connection: sa.Connection, since: datetime) -> dict[ReturnKind, int]:
    """How much of each kind came since then."""
    query = sa.select(returned.c.kind, sa.func.count()).where(returned.c.at >= since).group_by(returned.c.kind)
    return {ReturnKind(kind): number for kind, number in connection.execute(query)}


def open_number(connection: sa.Connection) -> int:
    """How many wait for a person."""
    waits = sa.and_(returned.c.kind.in_([kind.value for kind in FOR_A_PERSON]), returned.c.done_at.is_(None))
    return connection.scalar(sa.select(sa.func.count()).select_from(returned).where(waits)) or 0


def soft_in_a_row(connection: sa.Connection, subscriber_id: int, now: datetime, most: int) -> int:
    """How many of the person's last mails came back softly, counted from the newest until one did not; up to `most`."""
    sent = (
        sa.select(delivery.c.id)
        .where(delivery.c.subscriber_id == subscriber_id, delivery.c.state == "sent")
        .order_by(delivery.c.sent_at.desc(), delivery.c.id.desc())
        .limit(most)
    )
    ids = connection.scalars(sent).all()
    bounced = set(
        connection.scalars(
            sa.select(returned.c.delivery_id).where(
                returned.c.subscriber_id == subscriber_id,
                returned.c.kind == ReturnKind.SOFT,
                returned.c.at >= now - SOFT_WITHIN,
            )
        )
    )
    number = 0
    for id_ in ids:
        if id_ not in bounced:
            break
        number += 1
    return number


# -- Whose mail it was. --

_BY_KEY = Statement(
    "SELECT key, id, subscriber_id FROM delivery"
    " WHERE subscriber_id IS NOT NULL AND key IN (SELECT value FROM json_each(:keys))",
    "SELECT key, id, subscriber_id FROM delivery"
    " WHERE subscriber_id IS NOT NULL AND key IN (SELECT json_array_elements_text(CAST(:keys AS json)))",
)


def by_keys(connection: sa.Connection, keys: Collection[str]) -> dict[str, tuple[int, int]]:
    """Delivery and subscriber of each key that is one of ours. Reads the ledger once, whatever their number."""
    if not keys:
        return {}
    rows = _BY_KEY.rows(connection, {"keys": json.dumps(sorted(keys))})
    return {key: (id_, subscriber_id) for key, id_, subscriber_id in rows}


def of_delivery(connection: sa.Connection, delivery_id: int) -> tuple[int, int] | None:
    """Delivery and subscriber of a delivery's number; None if it is no mail of ours."""
    query = sa.select(delivery.c.id, delivery.c.subscriber_id).where(
        delivery.c.id == delivery_id, delivery.c.subscriber_id.isnot(None)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.id, row.subscriber_id)


def is_believable(connection: sa.Connection, delivery_id: int) -> bool:
    """Whether a refusal of this mail is about its recipient: of the whole message more were taken than refused."""
    mine = sa.select(delivery.c.message_id).where(delivery.c.id == delivery_id).scalar_subquery()

    def number(state: str, most: int | None = None) -> int:
        some = sa.select(delivery.c.id).where(delivery.c.message_id == mine, delivery.c.state == state).limit(most)
        return connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0

    failed = number("failed")
    return number("sent", failed + 1) > failed


# -- Forgetting. --


def forget(connection: sa.Connection, now: datetime, limit: int = 1_000) -> int:
    """Delete what is old, but nothing that still waits for a person; how much."""
    waits = sa.and_(returned.c.kind.in_([kind.value for kind in FOR_A_PERSON]), returned.c.done_at.is_(None))
    old = sa.select(returned.c.id).where(returned.c.at < now - KEPT, sa.not_(waits)).limit(limit)
    return connection.execute(returned.delete().where(returned.c.id.in_(old))).rowcount


def _returned(row: Any) -> Returned:
    return Returned(
        row.source,
        row.ref,
        row.at,
        ReturnKind(row.kind),
        row.status,
        row.said,
        row.subject,
        row.sender,
        row.delivery_id,
        row.subscriber_id,
        row.raw,
        row.done_at,
        row.id,
    )
