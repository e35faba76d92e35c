"""Many addresses at once: one chunk per transaction, set by set instead of row by row.

A chunk goes into a temporary table of the connection; from there a few
statements, the same on both stores, do the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from announcer.model.people import Basis, SubscriptionState
from announcer.store.people import address_hash
from announcer.store.tables import Instant, consent, mail_list, subscriber, subscription, suppression

#: Rows per transaction: others wait for one chunk at most (about a tenth of a second).
CHUNK = 5_000

_staged = sa.Table(
    "import_row",
    sa.MetaData(),
    sa.Column("address", sa.String(254), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("list_id", sa.String(40), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("outlet", sa.String(200), nullable=False),
    sa.Column("address_hash", sa.String(64), nullable=False),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person to put on one list; the address is normalised."""

    address: str
    name: str
    language: str
    list_id: str
    since: datetime
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What became of a chunk; the four add up to its size."""

    added: int = 0
    known: int = 0  #: Was on the list, confirmed or not.
    left: int = 0  #: Left that list, and stays away.
    suppressed: int = 0  #: Never to be written to again.

    def __add__(self, other: ChunkResult) -> ChunkResult:
        return ChunkResult(
            self.added + other.added,
            self.known + other.known,
            self.left + other.left,
            self.suppressed + other.suppressed,
        )


def import_chunk(
    connection: sa.Connection, key: bytes, arrivals: Sequence[Arrival], source: str, now: datetime, *, dry_run: bool
) -> ChunkResult:
    """Put a chunk of people on their lists, or with `dry_run` only count.

    An address must not stand twice in one chunk for the same list. Basis and
    consent are `PRESS` on a press list and `IMPORTED` elsewhere, with `source`
    as the claim of where it was given.
    """
    if not arrivals:
        return ChunkResult()
    suppressed = _stage(connection, key, arrivals)
    standing = _standing(connection)
    left = standing.get(SubscriptionState.LEFT, 0)
    known = sum(standing.values()) - left
    added = len(arrivals) - suppressed - left - known
    if not dry_run and added:
        _insert_people(connection, now)
        _insert_consents(connection, source)
        _insert_subscriptions(connection)
    connection.execute(sa.schema.DropTable(_staged))
    return ChunkResult(added, known, left, suppressed)


def _stage(connection: sa.Connection, key: bytes, arrivals: Sequence[Arrival]) -> int:
    """Fill the temporary table; returns how many of them are suppressed and were taken out again."""
    connection.execute(sa.schema.CreateTable(_staged))
    rows = [
        {
            "address": a.address,
            "name": a.name,
            "language": a.language,
            "list_id": a.list_id,
            "since": a.since,
            "outlet": a.outlet,
            "address_hash": address_hash(key, a.address),
        }
        for a in arrivals
    ]
    connection.execute(_staged.insert(), rows)
    blocked = sa.select(suppression.c.address_hash)
    return connection.execute(_staged.delete().where(_staged.c.address_hash.in_(blocked))).rowcount


def _standing(connection: sa.Connection) -> dict[SubscriptionState, int]:
    query = (
        sa.select(subscription.c.state, sa.func.count())
        .select_from(_people())
        .join(subscription, _chosen())
        .group_by(subscription.c.state)
    )
    return {SubscriptionState(state): count for state, count in connection.execute(query)}


def _people() -> sa.Join:
    return _staged.join(subscriber, subscriber.c.address == _staged.c.address)


def _chosen() -> sa.ColumnElement[bool]:
    return sa.and_(
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.list_id == _staged.c.list_id,
    )


def _insert_people(connection: sa.Connection, now: datetime) -> None:
    # Grouped, because one person may arrive for two lists at once.
    columns = (_staged.c.address, sa.func.min(_staged.c.name), sa.func.min(_staged.c.language))
    known = sa.exists().where(subscriber.c.address == _staged.c.address)
    fresh = (
        sa.select(*columns, sa.literal(False), sa.literal(now, Instant))
        .where(~known)
        .group_by(_staged.c.address)
        .order_by(_staged.c.address)
    )
    names = ["address", "name", "language", "suppressed", "created_at"]
    connection.execute(_insert_missing(connection, subscriber, names, fresh))


def _insert_consents(connection: sa.Connection, source: str) -> None:
    fresh = sa.select(
        subscriber.c.id, _staged.c.list_id, mail_list.c.title, sa.literal(source), _staged.c.since, _staged.c.outlet
    ).select_from(_people().join(mail_list, mail_list.c.id == _staged.c.list_id))
    names = ["subscriber_id", "list_id", "list_title", "source", "confirmed_at", "outlet"]
    connection.execute(consent.insert().from_select(names, fresh.where(~sa.exists().where(_chosen()))))


def _insert_subscriptions(connection: sa.Connection) -> None:
    basis = sa.case((mail_list.c.press, Basis.PRESS.value), else_=Basis.IMPORTED.value)
    fresh = (
        sa.select(
            subscriber.c.id, _staged.c.list_id, sa.literal(SubscriptionState.CONFIRMED.value), basis, _staged.c.since
        )
        .select_from(_people().join(mail_list, mail_list.c.id == _staged.c.list_id))
        .where(~sa.exists().where(_chosen()))
    )
    names = ["subscriber_id", "list_id", "state", "basis", "since"]
    connection.execute(_insert_missing(connection, subscription, names, fresh))


def _insert_missing(
    connection: sa.Connection, table: sa.Table, names: list[str], rows: sa.Select[Any]
) -> sa.Executable:
    """Insert what is not there; on PostgreSQL another import may have been faster by a moment."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(table).from_select(names, rows).on_conflict_do_nothing()
