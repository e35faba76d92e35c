"""Whether the database is the one this house last worked with: a mark in it and the same mark in a file beside it.

The mark is a random id of the house and a counter. It moves forward at every
start of the service, once a minute while it runs, and at its end; so a copy
of the database falls behind the file within a minute. The database is marked
first, durably, the file after it, replaced as a whole:

    stopped between   database   file   at the next start
    nothing               n        n    they agree
    the two writes      n + 1      n    they agree: the file is one behind, and nothing left under n + 1

So a crash never makes the database look older than the file, and an older
database always does: the file only holds what a database had before. The
very first start writes the file with 0 before the database, because a
database with a mark and no file means that it came from elsewhere.

What is not seen: a copy put back within the minute it was made in, and a copy
put back together with the file of the same moment, as a snapshot of a whole
machine does. The latter is told by the clock (`office.holding`), if it is old.

On PostgreSQL several services share the database, each with its own file: the
others move the mark on, so there a file may be behind by any number.
"""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from announcer.errors import StoreError
from announcer.store import journal
from announcer.store.tables import setting

#: The name of the setting that holds the mark in the database.
NAME = "epoch"


@dataclass(frozen=True, slots=True)
class Epoch:
    """A mark: whose database, and how far it has come."""

    house: str
    count: int


class Doubt(StrEnum):
    """Why the database may not be the one that last worked here."""

    RESTORED = "restored"  #: It is behind the file: an older copy was put back.
    FOREIGN = "foreign"  #: It belongs to another house than the file.
    MOVED = "moved"  #: It has worked before, but its file is not here.
    OLD_FILE = "old_file"  #: The file itself is an old copy, and so tells nothing.
    UNREADABLE = "epoch_unreadable"  #: The file is there and can't be understood.


def fresh() -> Epoch:
    """The mark before the first one: nothing has left under it."""
    return Epoch(uuid.uuid4().hex, 0)


def judge(file: Epoch | None, database: Epoch | None, *, shared: bool = False) -> Doubt | None:
    """What file and database say together. `shared` is a database with several services."""
    if file is None:
        return None if database is None else Doubt.MOVED
    if database is None:
        return None if file.count == 0 else Doubt.RESTORED
    if database.house != file.house:
        return Doubt.FOREIGN
    if database.count < file.count:
        return Doubt.RESTORED
    return Doubt.OLD_FILE if database.count > file.count + 1 and not shared else None


def following(file: Epoch | None, database: Epoch | None) -> Epoch:
    """The mark to set next: never below any that either has had.

    Where the database is ahead, the file only catches up, so that a file
    that can't be written for a while never falls behind by more than one.
    """
    if file is None:
        known = database or fresh()
        return Epoch(known.house, known.count + 1)
    if database is not None and database.house == file.house and database.count > file.count:
        return database
    return Epoch(file.house, file.count + 1)


def stored(connection: sa.Connection) -> Epoch | None:
    """The database's mark, locked until the end of the transaction; None if it never had one."""
    query = sa.select(setting.c.value).where(setting.c.name == NAME).with_for_update()
    text = connection.scalar(query)
    return None if text is None else _parsed(text)


def store(connection: sa.Connection, epoch: Epoch) -> None:
    """Mark the database."""
    journal.remember(connection, NAME, _text(epoch))


def read_file(path: Path) -> Epoch | None:
    """The file's mark, None if there is no file; raises `StoreError` if it can't be understood."""
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} can't be read ({error}); check its owner and mode, or put it right") from error


def write_file(path: Path, epoch: Epoch) -> None:
    """Replace the file, durably; raises `StoreError` when the disk says no."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as handle:
            handle.write(_text(epoch) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path} can't be written: {error.strerror}; make room, or check the owner and mode of its folder"
        ) from error


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's entries: a new file's name is one of them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(epoch: Epoch) -> str:
    return json.dumps({"house": epoch.house, "count": epoch.count})


def _parsed(text: str) -> Epoch:
    value = json.loads(text)
    return Epoch(str(value["house"]), int(value["count"]))
