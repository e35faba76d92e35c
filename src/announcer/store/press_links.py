"""Press links: personal addresses that open an announcement ahead of its embargo. Only a hash of each is kept."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.people import Actor
from announcer.store.office_tables import press_link


@dataclass(frozen=True, slots=True)
class PressLink:
    """One address, given to one person."""

    id: int
    announcement_id: str
    holder: str  #: Whom it was given to.
    actor: str  #: Who gave it.
    at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    opened: int  #: How often its page was opened.
    opened_at: datetime | None  #: When last.

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at


def record(
    connection: sa.Connection,
    announcement_id: str,
    holder: str,
    token_hash: str,
    expires_at: datetime,
    actor: Actor,
    now: datetime,
) -> int:
    """Store a new link; its id."""
    values = {
        "announcement_id": announcement_id, "holder": holder, "token_hash": token_hash,
        "actor": actor.name, "at": now, "expires_at": expires_at, "opened": 0,
    }  # fmt: skip
    result = connection.execute(sa.insert(press_link).values(values).returning(press_link.c.id))
    id_: int = result.scalar_one()
    return id_


def by_hash(connection: sa.Connection, token_hash: str) -> PressLink | None:
    """The link whose secret has this hash."""
    row = connection.execute(_query().where(press_link.c.token_hash == token_hash)).first()
    return PressLink(*row) if row else None


def listed(connection: sa.Connection, announcement_id: str | None = None) -> list[PressLink]:
    """Every link, or those to one announcement, the newest first."""
    query = _query().order_by(press_link.c.id.desc())
    if announcement_id is not None:
        query = query.where(press_link.c.announcement_id == announcement_id)
    return [PressLink(*row) for row in connection.execute(query)]


def one(connection: sa.Connection, id_: int) -> PressLink:
    """The link with this number; raises `NotFound`."""
    row = connection.execute(_query().where(press_link.c.id == id_)).first()
    if row is None:
        raise NotFound(f"there is no press link {id_}; 'announcer press-link list' names them")
    return PressLink(*row)


def revoke(connection: sa.Connection, id_: int, now: datetime) -> None:
    """From now on it opens nothing."""
    connection.execute(sa.update(press_link).where(press_link.c.id == id_).values(revoked_at=now))


def opened(connection: sa.Connection, id_: int, now: datetime) -> None:
    """Its page was opened."""
    values = {"opened": press_link.c.opened + 1, "opened_at": now}
    connection.execute(sa.update(press_link).where(press_link.c.id == id_).values(values))


def _query() -> sa.Select[Any]:
    return sa.select(*(press_link.c[name.name] for name in fields(PressLink)))
