"""A database of yesterday comes along, also if the machine dies meanwhile; one of tomorrow does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from announcer.errors import StoreError
from announcer.store import schema
from announcer.store.database import Database, open_database

_VERSIONS = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
HISTORY = [script.revision for script in _VERSIONS.walk_revisions()][::-1]

#: Dies by SIGKILL at the given statement of the migration.
_KILLED = """
import os, signal, sys
import sqlalchemy as sa
from announcer.store import schema
from announcer.store.database import open_database
database = open_database(sys.argv[1])
left = int(sys.argv[2])
def counting(connection, cursor, statement, *rest):
    global left
    if statement.lstrip().split()[0].upper() in {"CREATE", "ALTER", "INSERT", "UPDATE", "DROP", "DELETE"}:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sa.event.listen(database.writer, "before_cursor_execute", counting)
schema.migrate(database)
database.close()
"""


def _bare(database: Database) -> None:
    """Take away every table."""
    with database.write() as connection:
        if not database.sqlite:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
            return
        known = sa.MetaData()
        known.reflect(connection)
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        known.drop_all(connection)  # triggers go with their tables


def _bring_to(database: Database, revision: str) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with database.write() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)


def _subscriber(database: Database) -> None:
    with database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO subscriber (address, name, language, suppressed, created_at)"
                " VALUES ('anna@people.example', 'Anna', 'de', :no, 1)"
            ),
            {"no": False},
        )


def _shape(database: Database) -> dict[str, set[str]]:
    with database.read() as connection:
        looked = sa.inspect(connection)
        return {table: {column["name"] for column in looked.get_columns(table)} for table in looked.get_table_names()}


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(sa.text("SELECT address FROM subscriber ORDER BY id")))


@pytest.fixture
def old(database_url: str) -> Database:
    """An empty database without a schema, open."""
    database = open_database(database_url)
    _bare(database)
    return database


@pytest.mark.parametrize("revision", [HISTORY[0], HISTORY[len(HISTORY) // 2], HISTORY[-2]])
def test_an_older_database_comes_along_with_what_is_in_it(revision: str, old: Database, tmp_path: Path) -> None:
    _bring_to(old, revision)
    _subscriber(old)
    schema.migrate(old)
    assert schema.current_revision(old) == HISTORY[-1]
    assert _names(old) == ["anna@people.example"]
    fresh = open_database(f"sqlite:///{tmp_path}/fresh.db")
    schema.migrate(fresh)
    assert _shape(old) == _shape(fresh)
    if old.sqlite:  # and a copy of what it was lies beside it
        (copy,) = tmp_path.glob(f"announcer-before-{revision}-*.db")
        kept = open_database(f"sqlite:///{copy}")
        assert (schema.current_revision(kept), _names(kept)) == (revision, ["anna@people.example"])
        kept.close()
    fresh.close()
    old.close()


@pytest.mark.parametrize("statement", [1, 2, 9, 17])
def test_a_migration_killed_midway_leaves_the_old_or_the_new(statement: int, old: Database, database_url: str) -> None:
    """Never something in between; and the next start completes it."""
    revision = HISTORY[len(HISTORY) // 2]
    _bring_to(old, revision)
    _subscriber(old)
    before = _shape(old)
    old.close()
    ran = subprocess.run(
        [sys.executable, "-c", _KILLED, database_url, str(statement)],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    again = open_database(database_url)
    assert (schema.current_revision(again), _shape(again)) == (revision, before)
    schema.migrate(again)
    assert (schema.current_revision(again), _names(again)) == (HISTORY[-1], ["anna@people.example"])
    again.close()


def test_a_newer_database_is_refused_with_a_sentence(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"schema 9999.*newer announcer: upgrade this one, or restore the backup"):
        schema.migrate(database)
    assert schema.current_revision(database) == "9999"
