"""Playbooks as the office left them, every version kept. Rules are the JSON that planning reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.errors import NotFound
from announcer.model.people import Actor
from announcer.store.playbook_tables import playbook, playbook_version, rule

#: Rules by permanent id, in order, each as its definition in JSON.
Rules = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a playbook: who made it, when and why."""

    number: int
    rules: Rules
    actor: str
    at: datetime
    why: str


def save(
    connection: sa.Connection, id_: str, rules: Rules, origin: str, actor: Actor, now: datetime, why: str = ""
) -> int:
    """Make these the rules of a playbook; the number of its new version."""
    number = version(connection, id_) + 1
    if number == 1:
        connection.execute(playbook.insert().values(id=id_, version=number, origin=origin))
    else:
        connection.execute(playbook.update().where(playbook.c.id == id_).values(version=number, origin=origin))
        connection.execute(rule.delete().where(rule.c.playbook_id == id_))
    rows = [
        {"playbook_id": id_, "id": rule_id, "position": position, "definition": definition}
        for position, (rule_id, definition) in enumerate(rules.items())
    ]
    if rows:
        connection.execute(rule.insert(), rows)
    kept = json.dumps([[rule_id, json.loads(text)] for rule_id, text in rules.items()], ensure_ascii=False)
    connection.execute(
        playbook_version.insert().values(playbook_id=id_, version=number, rules=kept, actor=actor.name, at=now, why=why)
    )
    return number


def rules_of(connection: sa.Connection, id_: str) -> dict[str, str]:
    """The definitions of a playbook by rule id; raises `NotFound`."""
    require(connection, id_)
    query = sa.select(rule.c.id, rule.c.definition).where(rule.c.playbook_id == id_).order_by(rule.c.position)
    return {row.id: row.definition for row in connection.execute(query)}


def require(connection: sa.Connection, id_: str) -> None:
    """Raises `NotFound`, naming those there are, if there is no such playbook."""
    if version(connection, id_) == 0:
        known = ", ".join(ids(connection)) or "none"
        raise NotFound(f"there is no playbook {id_!r}; known: {known}")


def ids(connection: sa.Connection) -> list[str]:
    """Every playbook's id."""
    return list(connection.scalars(sa.select(playbook.c.id).order_by(playbook.c.id)))


def version(connection: sa.Connection, id_: str) -> int:
    """The number of a playbook's current version, 0 if there is no such playbook."""
    return connection.scalar(sa.select(playbook.c.version).where(playbook.c.id == id_)) or 0


def history(connection: sa.Connection, id_: str) -> list[Version]:
    """Every version of a playbook, the newest first; raises `NotFound`."""
    require(connection, id_)
    query = sa.select(playbook_version).where(playbook_version.c.playbook_id == id_)
    return [_version(row) for row in connection.execute(query.order_by(playbook_version.c.version.desc()))]


def _version(row: Any) -> Version:
    rules = {rule_id: json.dumps(definition, ensure_ascii=False) for rule_id, definition in json.loads(row.rules)}
    return Version(row.version, rules, row.actor, row.at, row.why)
