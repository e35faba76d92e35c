"""Entries of a feed that moved in from elsewhere. They never change; their guids are known to readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.content import Payload, canonical
from announcer.store.tables import adopted_entry


@dataclass(frozen=True, slots=True)
class Adopted:
    """One entry, with its payload as a feed content has it: title, summary, html, link, categories."""

    guid: str  #: As the old feed had it, whatever it looks like.
    language: str
    payload: Payload
    published: datetime
    updated: datetime


def add(connection: sa.Connection, entries: Iterable[Adopted]) -> int:
    """Keep those that are not known yet; how many those are."""
    known = set(connection.scalars(sa.select(adopted_entry.c.guid)))
    rows = [
        {
            "guid": entry.guid,
            "language": entry.language,
            "payload": canonical(entry.payload),
            "published": entry.published,
            "updated": entry.updated,
        }
        for entry in {entry.guid: entry for entry in entries}.values()
        if entry.guid not in known
    ]
    if rows:
        connection.execute(adopted_entry.insert(), rows)
    return len(rows)


def number(connection: sa.Connection) -> int:
    """How many there are."""
    return connection.scalar(sa.select(sa.func.count()).select_from(adopted_entry)) or 0


def entries(connection: sa.Connection) -> list[Adopted]:
    """All of them, by guid."""
    query = sa.select(adopted_entry).order_by(adopted_entry.c.guid)
    return [
        Adopted(row.guid, row.language, json.loads(row.payload), row.published, row.updated)
        for row in connection.execute(query)
    ]
