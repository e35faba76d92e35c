"""The watched folder: a file dropped there becomes a draft, and is moved to `done`, or to `failed` with the reason.

A file that is still being written is left alone: it is taken when two looks
in a row find it the same. Moving is one rename within the folder. If the
service dies between storing and moving, the next look finds the text known
and only moves the file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from announcer.errors import AnnouncerError, IntakeError
from announcer.intake import asking
from announcer.intake.release import Beside
from announcer.model.people import Actor
from announcer.office import newer, taking_in
from announcer.office.house import House

ACTOR = Actor("inbox")
#: A file that was touched so recently may still grow.
SETTLED = timedelta(seconds=2)
_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart", ".swp", "~")
_NOTES = (".reason.txt", ".questions.txt")


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one file."""

    file: str
    id: str = ""  #: Of the draft; empty if it failed.
    why: str = ""  #: Why it failed.
    questions: int = 0


@dataclass(slots=True)
class Inbox:
    """Looks at the folder; remembers what it saw, to tell a file that is still being written."""

    house: House
    folder: Path
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def look(self, now: datetime) -> list[Moved]:
        """Take in every file that has settled since the last look."""
        if not self.folder.is_dir():
            return []
        before, self._seen = self._seen, {}
        moved = []
        for path in sorted(self.folder.iterdir()):
            state = _state(path)
            if state is None:
                continue
            self._seen[path.name] = state
            if before.get(path.name) == state and _settled(state, now):
                del self._seen[path.name]
                moved.append(self._take(path, now))
        return moved

    def _take(self, path: Path, now: datetime) -> Moved:
        try:
            taken = taking_in.look(self.house, path, Beside(release=now.astimezone(self.house.planning_zone).date()))
            id_ = newer.draft_or_request(self.house, taken, ACTOR, now)
        except AnnouncerError as error:
            self._move(path, "failed", ".reason.txt", f"{error}\n")
            return Moved(path.name, why=str(error))
        except Exception as error:  # noqa: BLE001  whatever a file does, the folder goes on
            said = f"{path.name} can't be taken in ({type(error).__name__}: {error}); give its text as a .txt file"
            self._move(path, "failed", ".reason.txt", f"{said}\n")
            return Moved(path.name, why=said)
        language = self.house.settings.site.language
        asked = [asking.question(question, language) for question in taken.proposal.questions]
        self._move(path, "done", ".questions.txt", "".join(f"{line}\n" for line in asked))
        return Moved(path.name, id_, questions=len(asked))

    def _move(self, path: Path, to: str, suffix: str, note: str) -> None:
        folder = self.folder / to
        try:
            folder.mkdir(exist_ok=True)
            target = _free(folder, path.name)
            if note:
                part = folder / f".{target.name}{suffix}.part"
                part.write_text(note, encoding="utf-8")
                part.replace(folder / f"{target.name}{suffix}")
            path.replace(target)
        except OSError as error:
            raise IntakeError(
                f"{path} can't be moved to {folder}: {error.strerror}; check the folder's mode"
            ) from error


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of a file that may be taken; None for anything else."""
    name = path.name
    if name.startswith(".") or name.lower().endswith(_UNFINISHED) or name.endswith(_NOTES) or path.is_symlink():
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if path.is_file() and os.access(path, os.R_OK) else None


def _settled(state: tuple[int, int], now: datetime) -> bool:
    return now.timestamp() - state[1] / 1e9 >= SETTLED.total_seconds()


def _free(folder: Path, name: str) -> Path:
    """A name nobody has there."""
    target, number = folder / name, 2
    while target.exists():
        stem, dot, ending = name.rpartition(".")
        target = folder / (f"{stem}-{number}.{ending}" if dot and stem else f"{name}-{number}")
        number += 1
    return target
