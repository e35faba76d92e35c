"""Postfix's test tools: `smtp-sink` takes mails and throws them away, `smtp-source` is the generator to beat."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: Octets of a mail of smtp-source.
MAIL_BYTES = 8_000
SESSIONS = (2, 4, 8, 16)
_FOLDERS = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/libexec/postfix"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run came to."""

    name: str
    mails: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Mails per second."""
        return self.mails / self.seconds

    def __str__(self) -> str:
        cost = self.cpu_seconds / self.mails * 1e6
        return f"{self.name:34} {self.rate:8,.0f} mails/s, {cost:5.1f} µs CPU each"


def is_there() -> bool:
    """Whether both tools are installed."""
    return _found("smtp-sink") is not None and _found("smtp-source") is not None


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_FOLDERS}")


def _tool(name: str) -> str:
    """Where a tool is; ends the program with advice if it isn't installed."""
    return _found(name) or sys.exit(f"{name} is missing; it comes with Postfix: apt install postfix")


@contextmanager
def sink() -> Iterator[int]:
    """A running smtp-sink; gives its port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 and pwd.getpwnam("nobody") else []
    process = subprocess.Popen([_tool("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    sys.exit("smtp-sink does not answer")


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    """What this process, or its children, used of the processors."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def best_source(port: int, mails: int) -> Figure:
    """`smtp-source -d` with 2, 4, 8 and 16 sessions: the fastest of them."""
    return max((_source(port, sessions, mails) for sessions in SESSIONS), key=lambda figure: figure.rate)


def _source(port: int, sessions: int, mails: int) -> Figure:
    command = [_tool("smtp-source"), "-d", "-s", str(sessions), "-m", str(mails), "-l", str(MAIL_BYTES)]
    addresses = ["-f", "presse@city.example", "-t", "leserin@y.example", f"127.0.0.1:{port}"]
    before, start = cpu_seconds(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, *addresses], check=True)
    seconds = time.perf_counter() - start
    return Figure(f"smtp-source -d -s {sessions}", mails, seconds, cpu_seconds(resource.RUSAGE_CHILDREN) - before)
