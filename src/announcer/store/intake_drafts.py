"""Texts that somebody pasted or uploaded and has not agreed to yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.store.desk_tables import intake_draft


@dataclass(frozen=True, slots=True)
class IntakeDraft:
    """One such text, with what was answered so far."""

    id: str
    actor: str
    name: str
    raw: str
    created_at: datetime
    base: str = ""
    answers: Mapping[str, str] | None = None
    released: date | None = None
    version: int = 1


def add(connection: sa.Connection, draft: IntakeDraft) -> None:
    """Keep a text."""
    values = {
        "id": draft.id, "actor": draft.actor, "name": draft.name, "base": draft.base, "raw": draft.raw,
        "answers": _written(draft.answers), "released": draft.released.isoformat() if draft.released else "",
        "version": draft.version, "created_at": draft.created_at,
    }  # fmt: skip
    connection.execute(intake_draft.insert().values(**values))


def by_id(connection: sa.Connection, id_: str) -> IntakeDraft:
    """A text; raises `NotFound` if it was stored or thrown away."""
    row = connection.execute(sa.select(intake_draft).where(intake_draft.c.id == id_)).first()
    if row is None:
        raise NotFound("this text was stored or thrown away already")
    return _draft(row)


def newest(connection: sa.Connection, limit: int) -> list[IntakeDraft]:
    """Those that wait, the newest first."""
    query = sa.select(intake_draft).order_by(intake_draft.c.created_at.desc(), intake_draft.c.id).limit(limit)
    return [_draft(row) for row in connection.execute(query)]


def answer(connection: sa.Connection, draft: IntakeDraft, answers: Mapping[str, str]) -> None:
    """Keep what was answered. Raises `Conflict` if somebody else answered since `draft` was read."""
    mine = sa.and_(intake_draft.c.id == draft.id, intake_draft.c.version == draft.version)
    values = {"answers": _written(answers), "version": draft.version + 1}
    if connection.execute(intake_draft.update().where(mine).values(**values)).rowcount != 1:
        raise Conflict("somebody else has changed this meanwhile; look at it again")


def remove(connection: sa.Connection, id_: str) -> bool:
    """Throw a text away; False if it is gone."""
    return connection.execute(intake_draft.delete().where(intake_draft.c.id == id_)).rowcount == 1


def forget(connection: sa.Connection, before: datetime) -> None:
    """Throw away what nobody came back to."""
    connection.execute(intake_draft.delete().where(intake_draft.c.created_at < before))


def _written(answers: Mapping[str, str] | None) -> str:
    return json.dumps(dict(answers or {}), ensure_ascii=False)


def _draft(row: sa.Row[tuple[object, ...]]) -> IntakeDraft:
    released = date.fromisoformat(row.released) if row.released else None
    answers = json.loads(row.answers)
    return IntakeDraft(row.id, row.actor, row.name, row.raw, row.created_at, row.base, answers, released, row.version)
