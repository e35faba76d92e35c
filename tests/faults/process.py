"""The service as a process: started, listened to, stopped or killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.sink import ROOT

#: How long anything may take before a test gives up, in seconds.
PATIENCE = 60.0
_PAGES = re.compile(r'pages(?:=|": ")(http://[^\s"]+)')  # in either form of the log
SERVE, WEB_ONLY, WORKER = ("serve",), ("serve", "--web-only"), ("worker",)
_READY = re.compile(r"\bready\b.*\bpart\b|\bpart\b.*\bready\b")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def wait_until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Look until it is true; fails with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.02)


class Service:
    """`announcer serve`, or another verb that runs until it is told to end, from its start on."""

    def __init__(
        self, config: Path, *, verb: Sequence[str] = SERVE, before: Sequence[str] = (), **environment: str
    ) -> None:
        """`before` is a program to start it with, such as one that makes a namespace."""
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "announcer", "--config", str(config), *verb],
            cwd=ROOT,
            env=own_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self.url = ""  #: Where the public pages answer, once it is ready; a worker has none.
        self.up = False  #: It has said that it is ready.
        self.seconds_to_ready = 0.0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            plain = _COLOUR.sub("", line.rstrip())
            self._lines.append(plain)
            if not self.url and (found := _PAGES.search(plain)):
                self.url = found[1]
            if not self.up and _READY.search(plain):
                self.seconds_to_ready = time.monotonic() - self._began
                self.up = True

    @property
    def log(self) -> str:
        """What it has said so far."""
        return "\n".join(self._lines)

    @property
    def pid(self) -> int:
        """Its process, or that of the program it was started with."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    @property
    def returncode(self) -> int | None:
        """The exit code; negative is the signal that killed it."""
        return self._process.poll()

    def ready(self) -> Service:
        """Wait until it says that it is ready."""
        wait_until(lambda: self.up or self.ended, "the service to be ready")
        assert self.up, self.log
        return self

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; the exit code."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the service still runs after {seconds:.0f} s:\n{self.log}") from None
        finally:
            if self.ended:
                self._hang_up()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens to a process that is gone."""
        self._process.send_signal(number)

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and how many seconds it took."""
        began = time.monotonic()
        self.send(signal.SIGTERM)
        return self.wait(), time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL, and gather what it had said."""
        self._process.kill()
        self._process.wait()
        self._hang_up()

    def _hang_up(self) -> None:
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


def own_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Of a program that is started: nothing of ours but what is said here."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANNOUNCER_")}
    return {**own, "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def service(
    config: Path, *, verb: Sequence[str] = SERVE, before: Sequence[str] = (), **environment: str
) -> Iterator[Service]:
    """A service that is ready; whatever happens, its process is gone at the end."""
    running = Service(config, verb=verb, before=before, **environment)
    try:
        yield running.ready()
    finally:
        running.kill()
