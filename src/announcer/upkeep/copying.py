"""A database copied row by row into another kind: PostgreSQL into one SQLite file, and back.

Both have the same schema, so a row fits as it is. SQLite into SQLite goes by
its own backup, which is faster and copies pages (`Database.copy_to`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from announcer.errors import StoreError
from announcer.store import schema
from announcer.store.database import Database, open_database

#: Rows read and written at once.
CHUNK = 2_000
_VERSIONS = "alembic_version"


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = sorted(sa.inspect(connection).get_table_names())
    return {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in tables}


def into_file(database: Database, path: Path) -> None:
    """A consistent copy of `database` as a new SQLite file, while it is in use."""
    if database.sqlite:
        database.copy_to(path)
        return
    target = open_database(f"sqlite:///{path}")
    try:
        schema.migrate(target)
        steady = database.reader.connect().execution_options(isolation_level="REPEATABLE READ")
        with steady as source, source.begin(), target.write() as writing:
            writing.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            _pour(source, writing)
    finally:
        target.close()


def out_of_file(path: Path, database: Database) -> None:
    """Fill an empty PostgreSQL database from a SQLite file. Raises `StoreError` if it holds anything."""
    schema.migrate(database)
    with database.read() as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(sa.table("message"))):
            raise StoreError("the PostgreSQL database is in use; name an empty one in [database] url, then restore")
    source = open_database(f"sqlite:///{path}")
    try:
        schema.migrate(source)
        with source.read() as reading, database.write() as writing:
            _pour(reading, writing)
            _set_sequences(writing)
    finally:
        source.close()


def _pour(source: sa.Connection, target: sa.Connection) -> None:
    """Every row of every table, parents first; what the migrations filled in is replaced."""
    known = sa.MetaData()
    known.reflect(target)
    tables = [table for table in known.sorted_tables if table.name != _VERSIONS]
    for table in reversed(tables):
        if table.name != "audit":  # it only grows, and a fresh one is empty
            target.execute(table.delete())
    there = sa.MetaData()
    there.reflect(source)
    for table in tables:
        for rows in _chunks(source, there.tables[table.name]):
            target.execute(table.insert(), rows)


def _chunks(source: sa.Connection, table: sa.Table) -> Iterator[list[Mapping[str, Any]]]:
    result = source.execution_options(yield_per=CHUNK).execute(sa.select(table)).mappings()
    for part in result.partitions(CHUNK):
        yield [dict(row) for row in part]


def _set_sequences(connection: sa.Connection) -> None:
    """The next number comes after the last one that came along."""
    for table in sa.inspect(connection).get_table_names():
        for column in sa.inspect(connection).get_columns(table):
            if str(column.get("default") or "").startswith("nextval("):
                quoted = connection.dialect.identifier_preparer.quote(table)
                name = connection.dialect.identifier_preparer.quote(column["name"])
                # Both names come from the database's own catalogue.
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{quoted}', '{column['name']}'),"  # nosec B608
                    f" (SELECT COALESCE(MAX({name}), 0) + 1 FROM {quoted}), false)"
                )
