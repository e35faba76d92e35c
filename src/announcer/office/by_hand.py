"""What a person posts, corrects or deletes: the tasks, ready to be copied, and saying that one is done."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from announcer.errors import IntakeError
from announcer.model.campaign import Message
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.store import by_hand, campaign, journal
from announcer.store.by_hand import Task


@dataclass(frozen=True, slots=True)
class Shown:
    """A task with the message it belongs to."""

    task: Task
    message: Message

    @property
    def text(self) -> str:
        """The text to be copied."""
        said = self.task.payload
        return str(said.get("text") or said.get("status") or "")

    @property
    def pictures(self) -> list[Mapping[str, Any]]:
        """The pictures to be shown with it."""
        return list(self.task.payload.get("pictures") or ())


def tasks(house: House) -> list[Shown]:
    """Everything that waits for a person's hand."""
    with house.database.read() as connection:
        found = by_hand.tasks(connection)
        return [Shown(one, campaign.message_by_id(connection, one.message_id)) for one in found]


def task(house: House, id_: int) -> Shown:
    """One of them; raises `NotFound` or `Conflict`."""
    with house.database.read() as connection:
        found = by_hand.task(connection, id_)
        return Shown(found, campaign.message_by_id(connection, found.message_id))


def copy_pictures(house: House, shown: Shown, folder: Path) -> list[Path]:
    """The pictures of a task as files in `folder`, under names a person knows; raises `IntakeError`."""
    copied = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(shown.pictures, 1):
            name = re.sub(r"[^\w.-]+", "-", str(picture.get("name") or f"{number}.jpg"))
            target = folder / f"{number}-{name}"
            shutil.copyfile(house.assets.path(picture["hash"]), target)
            copied.append(target)
    except OSError as error:
        raise IntakeError(f"{folder}: {error.strerror}; choose another folder, or restore var/assets") from error
    return copied


def done(house: House, id_: int, link: str, actor: Actor, now: datetime) -> Task:
    """Say that a task is done and where it stands.

    Raises `NotFound`, `Conflict` for what is no open task, or `IntakeError` for a link that is none.
    """
    parts = urlsplit(link.strip())
    if link and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise IntakeError(f"{link!r} is no link; copy the post's address from the browser, with https://")
    with house.database.write() as connection:
        found = by_hand.done(connection, id_, link.strip(), now)
        journal.note(connection, actor, now, "by hand", f"delivery {id_}", after=link.strip(), why=found.said)
    return found
