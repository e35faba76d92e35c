"""Bring a database to the program's schema, or refuse with a sentence.

One linear Alembic history; SQLite is backed up before a migration, and an
advisory lock keeps two programs from migrating one PostgreSQL at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from announcer.errors import StoreError
from announcer.store.database import Database, open_database

_ADVISORY_LOCK = 7_236_118


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configuration


def migrate(database: Database) -> None:
    """Make or upgrade the tables. Raises `StoreError` if a newer program made them."""
    configuration = _configuration()
    head = ScriptDirectory.from_config(configuration).get_current_head()
    found = current_revision(database)
    if found == head:
        return
    refuse_newer(found)
    if found is not None and database.sqlite:
        _back_up(database, found)
    with _migration_lock(database), database.write() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def migrate_to(url: str, revision: str) -> None:
    """Make the tables as an older program did; for tests of the way from there."""
    database = open_database(url)
    configuration = _configuration()
    with database.write() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
    database.close()


def current_revision(database: Database) -> str | None:
    """The schema's revision, None for an empty database."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def refuse_newer(found: str | None) -> None:
    """Raises `StoreError` if the revision is none this program knows."""
    known = {script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the database has schema {found}, which this program doesn't know; "
            "it was used by a newer announcer: upgrade this one, or restore the backup made before that upgrade"
        )


def _back_up(database: Database, revision: str) -> None:
    source = Path(database.url.removeprefix("sqlite:///"))
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    database.copy_to(source.with_name(f"{source.stem}-before-{revision}-{stamp}.db"))


@contextmanager
def _migration_lock(database: Database) -> Iterator[None]:
    if database.sqlite:  # BEGIN IMMEDIATE is lock enough
        yield
        return
    with database.writer.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            connection.commit()
