"""Rehearsals that the desk starts: the command line's own, in a process of its own, its lines kept in a file.

In a process of its own, because a rehearsal closes every way but the one to
this machine: inside the service that would stop what really leaves.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from announcer.errors import Conflict
from announcer.feeds.names import event_stem
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.store import facts, journal

#: A rehearsal that takes longer is ended.
LONGEST_SECONDS = 600
#: So many lines are read at most; a story of thousands is read by nobody.
MOST_LINES = 3_000


@dataclass(frozen=True, slots=True)
class Played:
    """How far a rehearsal is, and what it told."""

    lines: tuple[Mapping[str, Any], ...]
    running: bool
    at: datetime | None  #: When it was started; None: never.
    failed: str = ""  #: What it said before it broke off.

    @property
    def problems(self) -> list[str]:
        """What went wrong in the play, as it says itself at its end."""
        return [str(one) for line in self.lines if line.get("type") == "ended" for one in line["problems"]]

    @property
    def ended(self) -> bool:
        """Whether it was played to its end."""
        return any(line.get("type") == "ended" for line in self.lines)


class Rehearsals:
    """One rehearsal at a time for one house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._running: tuple[str, subprocess.Popen[bytes]] | None = None

    def start(self, event_id: str, language: str, actor: Actor, now: datetime) -> None:
        """Begin; raises `NotFound` for an event that isn't there, `Conflict` while one is being played."""
        with self._lock:
            if self._now_playing() is not None:
                raise Conflict("a rehearsal is being played; wait until it has ended")
            with self._house.database.write() as connection:
                facts.event_facts(connection, event_id)
                journal.note(connection, actor, now, "rehearse", f"event {event_id}")
            target = self._file(event_id)
            target.parent.mkdir(parents=True, exist_ok=True)
            config = self._house.settings.root / "config.toml"
            command = [sys.executable, "-m", "announcer", "--config", str(config), "rehearse", event_id, "--json"]
            with target.open("wb") as out, target.with_suffix(".err").open("wb") as errors:
                process = subprocess.Popen(
                    [*command, "--lang", language], stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                    cwd=self._house.settings.root, env={**os.environ, "PYTHONUNBUFFERED": "1"},
                )  # fmt: skip
            self._running = (event_id, process)
            threading.Thread(target=_end_in_time, args=(process,), name="rehearsal", daemon=True).start()

    def read(self, event_id: str) -> Played:
        """How far it is."""
        target = self._file(event_id)
        running = self._now_playing() == event_id
        if not target.exists():
            return Played((), False, None)
        lines = tuple(_lines(target))
        at = datetime.fromtimestamp(target.stat().st_ctime, self._house.planning_zone)
        ended = any(line.get("type") == "ended" for line in lines)
        failed = "" if running or ended else _tail(target.with_suffix(".err"))
        return Played(lines, running, at, failed)

    def stop(self) -> None:
        """End what is being played, as the desk ends."""
        with self._lock:
            if self._running is not None:
                _end(self._running[1])
                self._running = None

    def _now_playing(self) -> str | None:
        running = self._running
        return running[0] if running is not None and running[1].poll() is None else None

    def _file(self, event_id: str) -> Path:
        settings = self._house.settings
        return settings.path(settings.paths.var) / "rehearsals" / f"{event_stem(event_id)}.jsonl"


def _end_in_time(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number >= MOST_LINES or not line.endswith("\n"):
                return  # the rest of a line that is just being written comes next time
            with contextlib.suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict):
                    yield found


def _tail(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
    return text.splitlines()[-1][:400] if text else ""
