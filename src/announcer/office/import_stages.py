"""A file of addresses between the dry run and the import: on the disk for an hour, readable by its owner alone."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from announcer.errors import IntakeError, NotFound
from announcer.office.house import House

KEPT = timedelta(hours=1)
LARGEST = 20_000_000
_NAME = re.compile(r"[A-Za-z0-9_-]{20,64}")


@dataclass(frozen=True, slots=True)
class Staged:
    """What was uploaded, and what was said about it."""

    token: str
    data: bytes
    list_id: str
    source: str
    press: bool


def keep(house: House, data: bytes, list_id: str, source: str, press: bool, now: datetime) -> Staged:
    """Keep an uploaded file. Raises `IntakeError` if there is nothing in it, or far too much."""
    if not data.strip():
        raise IntakeError("the file is empty; choose one with addresses")
    if len(data) > LARGEST:
        raise IntakeError("the file is larger than 20 MB; split it")
    folder = _folder(house)
    _forget(folder, now)
    staged = Staged(secrets.token_urlsafe(24), data, list_id, source, press)
    head = json.dumps({"list": list_id, "source": source, "press": press, "at": now.isoformat()})
    descriptor = os.open(folder / staged.token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(head.encode() + b"\n" + data)
    return staged


def find(house: House, token: str, now: datetime) -> Staged:
    """A kept file; raises `NotFound` if it was used or is too old."""
    path = _folder(house) / token
    if not _NAME.fullmatch(token) or not path.is_file():
        raise NotFound("this file was imported already or is too old; upload it again")
    head, _, data = path.read_bytes().partition(b"\n")
    said = json.loads(head)
    if datetime.fromisoformat(said["at"]) < now - KEPT:
        path.unlink(missing_ok=True)
        raise NotFound("this file was imported already or is too old; upload it again")
    return Staged(token, data, said["list"], said["source"], said["press"])


def drop(house: House, token: str) -> None:
    """It is done with."""
    if _NAME.fullmatch(token):
        (_folder(house) / token).unlink(missing_ok=True)


def _folder(house: House) -> Path:
    folder = house.settings.path(house.settings.paths.var) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _forget(folder: Path, now: datetime) -> None:
    for path in folder.iterdir():
        head = path.read_bytes().partition(b"\n")[0]
        if datetime.fromisoformat(json.loads(head)["at"]) < now - KEPT:
            path.unlink(missing_ok=True)
