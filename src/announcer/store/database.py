"""Connections: SQLite by default, PostgreSQL when one machine is not enough.

`write()` is the one write path of a process and `read()` never blocks it.
Errors of the driver become `StoreError`s here and nowhere else.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.pool import QueuePool, StaticPool

from announcer.errors import Conflict, StoreError
from announcer.store.writelock import Lane, WriteLock

#: `UPDATE … RETURNING` and `MATERIALIZED` came with 3.35.
OLDEST_SQLITE = (3, 35, 0)
BUSY_SECONDS = 30.0
#: How long a worker may hold what it claimed, unless it renews, before another takes it for dead.
LEASE_SECONDS = int(os.environ.get("ANNOUNCER_LEASE_SECONDS", "120"))
#: A PostgreSQL that is gone without a word is missed within half a minute.
_ALIVE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def check_sqlite_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Refuse an SQLite that lacks what the ledger needs; raises `StoreError` with the remedy."""
    if version < OLDEST_SQLITE:
        found, needed = (".".join(map(str, v)) for v in (version, OLDEST_SQLITE))
        raise StoreError(
            f"Python was built with SQLite {found}, announcer needs {needed} or newer; "
            "use a newer Python or set [database] url to PostgreSQL"
        )


class Database:
    """An open database. Make it with `open_database`."""

    def __init__(self, url: str, writer: sa.Engine, reader: sa.Engine) -> None:
        self.url = url
        self.writer = writer
        self.reader = reader
        self.sqlite = writer.dialect.name == "sqlite"
        self._lock = WriteLock()
        self._durable: bool | None = None

    @contextmanager
    def write(self, lane: Lane = Lane.OFFICE, *, durable: bool = True) -> Iterator[sa.Connection]:
        """A transaction that may write, committed at the end of the block.

        `durable` waits for the disk: for what people did. What a send recorded
        may be lost with the power, never with the process: it is repaired by
        the same ledger that would have sent it.
        """
        with _translated(self.writer):
            if not self.sqlite:
                with self.writer.begin() as connection:
                    if not durable:
                        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                    yield connection
                return
            with self._lock.held(lane), self.writer.connect() as connection:
                self._set_durable(connection, durable)
                with connection.begin():
                    yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent view; keep it short."""
        with _translated(self.reader), self.reader.connect() as connection, connection.begin():
            yield connection

    def _set_durable(self, connection: sa.Connection, durable: bool) -> None:
        # SQLite ignores this pragma inside a transaction.
        if durable != self._durable:
            raw: Any = connection.connection.driver_connection
            raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def copy_to(self, path: Path) -> None:
        """A consistent copy of a SQLite database while it is in use; `path` must not exist yet."""
        with _translated(self.reader), self.reader.connect() as connection:
            raw: Any = connection.connection.driver_connection
            target = sqlite3.connect(path)
            try:
                raw.backup(target)
            finally:
                target.close()

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()


def open_database(url: str) -> Database:
    """Open `url` (`sqlite:///path` or `postgresql://…`); the folder of a SQLite file is made."""
    if url.startswith("sqlite:"):
        check_sqlite_version()
        return _open_sqlite(url)
    if url.startswith(("postgresql:", "postgres:")):
        address = "postgresql+psycopg:" + url.split(":", 1)[1]
        engine = sa.create_engine(
            address, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=dict(_ALIVE), pool_timeout=10
        )
        sa_event.listen(engine, "connect", _set_up_postgres)
        return Database(url, engine, engine)
    raise StoreError(
        f"config.toml: [database] url {url.split(':')[0]!r} is not known; begin it with sqlite:/// or postgresql://"
    )


def _open_sqlite(url: str) -> Database:
    path = Path(url.removeprefix("sqlite:///"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder {path.parent} can't be made: {error.strerror}; check its owner and mode"
        ) from error
    arguments = {"check_same_thread": False, "isolation_level": None, "timeout": BUSY_SECONDS}
    writer = sa.create_engine(f"sqlite:///{path}", connect_args=arguments, poolclass=StaticPool)
    reader = sa.create_engine(
        f"sqlite:///{path}", connect_args=arguments, poolclass=QueuePool, pool_size=10, max_overflow=50
    )
    # IMMEDIATE: a transaction that reads first and writes later would otherwise lose updates.
    sa_event.listen(writer, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    sa_event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    sa_event.listen(writer, "connect", _set_up_writer)
    sa_event.listen(reader, "connect", _set_up_reader)
    return Database(url, writer, reader)


def _set_up_postgres(raw: Any, _record: object) -> None:
    # What a frozen or cut-off process has locked would else be locked until its machine is missed, after hours.
    raw.execute(f"SET idle_in_transaction_session_timeout = '{LEASE_SECONDS}s'")
    raw.execute("SET tcp_keepalives_idle = 30")
    raw.execute("SET tcp_keepalives_interval = 10")
    raw.execute("SET tcp_keepalives_count = 3")
    raw.commit()


def _set_up_writer(raw: sqlite3.Connection, _record: object) -> None:
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA temp_store = MEMORY")
    raw.execute("PRAGMA cache_size = -32000")


def _set_up_reader(raw: sqlite3.Connection, _record: object) -> None:
    # Only the writer checkpoints: SQLite before 3.51.3 can corrupt a WAL reset under two that do.
    raw.execute("PRAGMA wal_autocheckpoint = 0")
    raw.execute("PRAGMA query_only = ON")


@contextmanager
def _translated(engine: sa.Engine) -> Iterator[None]:
    """Map what SQLAlchemy raises, and what the driver does where it is asked directly (`store.driver`)."""
    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except (sa.exc.IntegrityError, driver.IntegrityError) as error:
        raise Conflict(f"the database refused a second or dangling row: {_said(error)}") from error
    except (sa.exc.DBAPIError, driver.Error) as error:
        raise StoreError(_remedy(_said(error))) from error


def _said(error: Exception) -> str:
    return str(error.orig if isinstance(error, sa.exc.DBAPIError) else error)


def _remedy(said: str) -> str:
    remedies = {
        "locked": "another program holds the database; wait until it is done",
        "full": "the disk is full; make room, sending resumes by itself",
        "readonly": "the database can't be written; check the owner and mode of its file and folder",
        "unable to open": "the database can't be opened; check the path, owner and mode",
        "connection": "PostgreSQL can't be reached; check [database] url and that it runs",
        "no such table": "the database has no tables yet; run 'announcer serve' or any verb once to make them",
    }
    remedy = next((text for word, text in remedies.items() if word in said), "see 'announcer status'")
    return f"database: {said.strip()}; {remedy}"


#: The database's own clock, in microseconds: leases never depend on a worker's.
def database_now(database_is_sqlite: bool) -> str:
    """The SQL expression for it."""
    if database_is_sqlite:
        return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
