"""Whose turn it is: of many processes on one PostgreSQL, one holds the clock and one reads each mailbox.

A turn is held for some seconds and renewed by whoever holds it; when its
holder is gone, the next who asks takes it. Nothing rests on it but peace: two
that work at once, because one was frozen meanwhile, are kept apart by
`one_at_a_time` and by what the ledger refuses twice. SQLite has one process.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from announcer.store.database import Database, database_now
from announcer.store.tables import setting
from announcer.store.writelock import Lane

#: How long whoever ticks may be silent before another does.
CLOCK, CLOCK_SECONDS = "clock", 3
_PREFIX = "rota:"
_ADVISORY_LOCK = 7_236_120


def takes_turn(database: Database, name: str, owner: str, seconds: float) -> bool:
    """Whether `owner` has the turn `name`, and then for the next `seconds`."""
    if database.sqlite:
        return True
    name = _PREFIX + name
    with database.write(Lane.TICK, durable=False) as connection:
        free = postgresql.insert(setting).values(name=name, value="0 ").on_conflict_do_nothing()
        connection.execute(free)
        mine = sa.select(setting.c.value).where(setting.c.name == name).with_for_update(skip_locked=True)
        held = connection.scalar(mine)
        if held is None:  # somebody is just taking it
            return False
        now = int(connection.scalar(sa.text(f"SELECT {database_now(False)}")) or 0)
        until, _, holder = held.partition(" ")
        if holder != owner and int(until) > now:
            return False
        value = f"{now + int(seconds * 1e6)} {owner}"
        connection.execute(setting.update().where(setting.c.name == name).values(value=value))
        return True


def leave(database: Database, owner: str) -> None:
    """Hand every turn over at once: at an orderly end nobody need wait for it."""
    if not database.sqlite:
        with database.write(Lane.TICK) as connection:
            own = sa.and_(setting.c.name.startswith(_PREFIX), setting.c.value.endswith(f" {owner}", autoescape=True))
            connection.execute(setting.delete().where(own))


def one_at_a_time(connection: sa.Connection) -> None:
    """Until this transaction ends no other process writes what is due. SQLite has one writer anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
