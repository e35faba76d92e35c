"""Versions of playbooks, on both stores; and what a database that knew none gets."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from announcer.errors import NotFound
from announcer.model.people import Actor
from announcer.store import playbooks, schema
from announcer.store.database import Database, open_database
from announcer.store.playbooks import Version

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FIRST, SECOND = {"b": '{"x": 1}', "a": "{}"}, {"a": '{"ä": "„"}'}


def test_every_version_is_kept_in_its_order(database: Database) -> None:
    with database.write() as connection:
        assert playbooks.version(connection, "p") == 0
        assert playbooks.save(connection, "p", FIRST, "shipped", Actor("one"), NOW) == 1
        assert playbooks.save(connection, "p", SECOND, "office", Actor("two"), LATER, "weil") == 2
    with database.read() as connection:
        assert playbooks.rules_of(connection, "p") == SECOND
        found = playbooks.history(connection, "p")
        assert found == [Version(2, SECOND, "two", LATER, "weil"), Version(1, FIRST, "one", NOW, "")]
        assert list(found[1].rules) == ["b", "a"]
        with pytest.raises(NotFound, match="there is no playbook 'q'; known: p"):
            playbooks.history(connection, "q")


def test_a_database_without_versions_keeps_what_it_has_as_the_first(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/old.db")
    try:
        configuration = schema._configuration()
        with database.write() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "0009")
            connection.execute(sa.text("INSERT INTO playbook VALUES ('p', 3, 'office')"))
            for position, (rule_id, definition) in enumerate(FIRST.items()):
                values = {"id": rule_id, "position": position, "definition": definition}
                connection.execute(sa.text("INSERT INTO rule VALUES ('p', :id, :position, :definition)"), values)
        schema.migrate(database)
        with database.read() as connection:
            ((number, rules),) = [(v.number, v.rules) for v in playbooks.history(connection, "p")]
        assert (number, [(id_, json.loads(text)) for id_, text in rules.items()]) == (3, [("b", {"x": 1}), ("a", {})])
    finally:
        database.close()
