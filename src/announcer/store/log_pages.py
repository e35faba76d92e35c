"""The log page by page, narrowed down; and whole, for a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.store.journal import Entry
from announcer.store.tables import audit


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; an empty field lets all through."""

    actor: str = ""
    verb: str = ""
    words: str = ""  #: Anywhere in subject, values or reason.
    since: datetime | None = None
    until: datetime | None = None  #: Before this.


def page(connection: sa.Connection, wanted: Wanted, before: int | None, size: int) -> tuple[list[Entry], int | None]:
    """The newest lines before a number, and the number to go on with (None at the end)."""
    query = _query(wanted).order_by(audit.c.id.desc()).limit(size + 1)
    if before is not None:
        query = query.where(audit.c.id < before)
    rows = connection.execute(query).all()
    return [_entry(row) for row in rows[:size]], rows[size - 1].id if len(rows) > size else None


def following(connection: sa.Connection, wanted: Wanted, after: int, size: int) -> tuple[list[Entry], int | None]:
    """The oldest lines after a number, and the number to go on with (None at the end)."""
    rows = connection.execute(_query(wanted).where(audit.c.id > after).order_by(audit.c.id).limit(size)).all()
    return [_entry(row) for row in rows], rows[-1].id if len(rows) == size else None


def verbs(connection: sa.Connection) -> list[str]:
    """What was ever done, by name."""
    return list(connection.scalars(sa.select(audit.c.verb).distinct().order_by(audit.c.verb)))


def _query(wanted: Wanted) -> sa.Select[tuple[object, ...]]:
    query = sa.select(audit)
    if wanted.actor:
        query = query.where(audit.c.actor == wanted.actor)
    if wanted.verb:
        query = query.where(audit.c.verb == wanted.verb)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    for word in wanted.words.split()[:8]:
        columns = (audit.c.subject, audit.c.before, audit.c.after, audit.c.why, audit.c.actor)
        query = query.where(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return query


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    return Entry(row.at, row.actor, row.verb, row.subject, row.before, row.after, row.why)
