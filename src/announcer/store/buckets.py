"""What may happen only so often: buckets of tokens that fill up again, and marks that last a while.

Names hold keyed hashes, never an address of a person or a machine. Each
function is one or two statements that no second worker can come between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from announcer.store.tables import from_micros, limit_bucket, to_micros

_at = sa.type_coerce(limit_bucket.c.at, sa.BigInteger)


def take(connection: sa.Connection, name: str, capacity: int, period: timedelta, now: datetime) -> bool:
    """Take a token of a bucket that holds `capacity` and fills up within `period`; False if it is empty."""
    fresh = _insert(connection).values(name=name, tokens=float(capacity - 1), at=now)
    if connection.execute(fresh.on_conflict_do_nothing().returning(limit_bucket.c.name)).first() is not None:
        return True
    since = sa.literal(to_micros(now), sa.BigInteger) - _at
    filled = limit_bucket.c.tokens + since * (capacity / (period / timedelta(microseconds=1)))
    # A clock that was set back takes nothing away.
    level = sa.case((since < 0, limit_bucket.c.tokens), (filled > capacity, float(capacity)), else_=filled)
    mine = sa.and_(limit_bucket.c.name == name, level >= 1)
    return connection.execute(limit_bucket.update().where(mine).values(tokens=level - 1, at=now)).rowcount == 1


def once(connection: sa.Connection, name: str, window: timedelta, now: datetime) -> bool:
    """Set a mark; False if it was set less than `window` ago, which then stays as it is."""
    mark = _insert(connection).values(name=name, tokens=0.0, at=now)
    again = mark.on_conflict_do_update(
        index_elements=[limit_bucket.c.name], set_={"at": now}, where=_at <= to_micros(now - window)
    )
    return connection.execute(again.returning(limit_bucket.c.name)).first() is not None


def marked(connection: sa.Connection, name: str) -> datetime | None:
    """When a mark was set last."""
    micros = connection.scalar(sa.select(_at).where(limit_bucket.c.name == name))
    return None if micros is None else from_micros(micros)


def mark(connection: sa.Connection, name: str, moment: datetime) -> None:
    """Move a mark that is set to another moment."""
    connection.execute(limit_bucket.update().where(limit_bucket.c.name == name).values(at=moment))


def forget(connection: sa.Connection, prefix: str, before: datetime) -> int:
    """Remove what begins with `prefix` and was last touched earlier; how much."""
    old = sa.and_(limit_bucket.c.name.startswith(prefix, autoescape=True), _at < to_micros(before))
    return connection.execute(limit_bucket.delete().where(old)).rowcount


def _insert(connection: sa.Connection) -> Any:
    return (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(limit_bucket)
