"""Who stands in for whom, and when."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.people import Deputy
from announcer.store.office_tables import deputy


def add(connection: sa.Connection, person: str, stand_in: str, first: date, last: date) -> Deputy:
    """Enter a deputy; raises `Conflict` if exactly this is entered already."""
    values = {"person": person, "deputy": stand_in, "first": first.isoformat(), "last": last.isoformat()}
    if connection.scalar(sa.select(deputy.c.id).filter_by(**values)) is not None:
        raise Conflict(f"{stand_in} already stands in for {person} from {first} to {last}")
    id_ = connection.scalar(deputy.insert().values(**values).returning(deputy.c.id))
    assert id_ is not None
    return Deputy(int(id_), person, stand_in, first, last)


def remove(connection: sa.Connection, id_: int) -> Deputy:
    """Take an entry out; raises `NotFound`."""
    found = next((one for one in listed(connection) if one.id == id_), None)
    if found is None:
        raise NotFound(f"there is no deputy number {id_}; 'announcer deputies list' shows all")
    connection.execute(deputy.delete().where(deputy.c.id == id_))
    return found


def listed(connection: sa.Connection) -> list[Deputy]:
    """Every entry, by its first day."""
    query = sa.select(deputy).order_by(deputy.c.first, deputy.c.last, deputy.c.id)
    return [
        Deputy(row.id, row.person, row.deputy, date.fromisoformat(row.first), date.fromisoformat(row.last))
        for row in connection.execute(query)
    ]
