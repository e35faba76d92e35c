"""The files that go with an announcement: a programme as PDF, a table, a recording."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from announcer.errors import IntakeError, NotFound
from announcer.model.facts import Announcement, Attachment
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.office.material import announcement_of, save
from announcer.store import assets

LARGEST_FILE = 50_000_000


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is taken under a file name's ending, and how such a file begins."""

    media_type: str
    begins: tuple[bytes, ...] = ()


_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_ZIP = (b"PK\x03\x04",)
#: No HTML, SVG or script: they would run in the name of the site.
_KINDS = {
    "pdf": _Kind("application/pdf", (b"%PDF-",)),
    "docx": _Kind(f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": _Kind(f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "pptx": _Kind(f"{_OFFICE}.presentationml.presentation", _ZIP),
    "odt": _Kind(f"{_ODF}.text", _ZIP),
    "ods": _Kind(f"{_ODF}.spreadsheet", _ZIP),
    "odp": _Kind(f"{_ODF}.presentation", _ZIP),
    "zip": _Kind("application/zip", _ZIP),
    "epub": _Kind("application/epub+zip", _ZIP),
    "ics": _Kind("text/calendar", (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR")),
    "csv": _Kind("text/csv"),
    "txt": _Kind("text/plain"),
    "mp3": _Kind("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "ogg": _Kind("audio/ogg", (b"OggS",)),
    "mp4": _Kind("video/mp4"),
    "webm": _Kind("video/webm", (b"\x1aE\xdf\xa3",)),
}


def looked_at(announcement: Announcement, folder: Path) -> Announcement:
    """The announcement with type, size and hash of each file; nothing is stored.

    Raises `IntakeError` naming the file that is not there or not taken.
    """
    return replace(announcement, attachments=tuple(_read(one, folder)[0] for one in announcement.attachments))


def keep(house: House, announcement: Announcement, folder: Path) -> Announcement:
    """Store the files of an announcement from `folder`; the announcement with their hashes."""
    kept = []
    for one in announcement.attachments:
        known, data = _read(one, folder)
        house.assets.put(data)
        kept.append(known)
        with house.database.write() as connection:
            assets.note(connection, known.hash, known.media_type, known.size, known.title)
    return replace(announcement, attachments=tuple(kept))


def add(house: House, announcement_id: str, path: Path, title: str, actor: Actor, now: datetime) -> Attachment:
    """Add a file to an announcement, as its next version; raises `IntakeError` or `NotFound`."""
    announcement = announcement_of(house, announcement_id)
    new = Attachment(path.name, title=title.strip())
    kept = keep(house, replace(announcement, attachments=(new,)), path.parent).attachments[0]
    save(
        house,
        replace(announcement, attachments=(*announcement.attachments, kept)),
        "attachment",
        f"{kept.file} added",
        actor,
        now,
    )
    return kept


def remove(house: House, announcement_id: str, file: str, actor: Actor, now: datetime) -> Attachment:
    """Take a file off an announcement; its address then answers like one that never was. Raises `NotFound`."""
    announcement = announcement_of(house, announcement_id)
    chosen = next((one for one in announcement.attachments if one.file == file), None)
    if chosen is None:
        known = ", ".join(one.file for one in announcement.attachments) or "none"
        raise NotFound(f"announcement {announcement.id!r} has no file {file!r}; it has: {known}")
    rest = tuple(one for one in announcement.attachments if one is not chosen)
    save(house, replace(announcement, attachments=rest), "attachment", f"{chosen.file} removed", actor, now)
    return chosen


def _read(one: Attachment, folder: Path) -> tuple[Attachment, bytes]:
    kind = _KINDS.get(one.file.rpartition(".")[2].lower())
    if kind is None:
        raise IntakeError(f"the file {one.file} is of a kind that is not taken; possible are: {', '.join(_KINDS)}")
    path = folder / one.file
    try:
        if path.stat().st_size > LARGEST_FILE:
            size = path.stat().st_size / 1e6
            raise IntakeError(f"the file {one.file} has {size:.1f} MB, more than {LARGEST_FILE // 1_000_000}; link it")
        data = path.read_bytes()
    except OSError as error:
        raise IntakeError(f"the file {path}: {error.strerror}; check the path") from error
    if not data or (kind.begins and not data.startswith(kind.begins)):
        raise IntakeError(f"the file {one.file} is empty or not what its name says; save it again")
    return replace(one, hash=hashlib.sha256(data).hexdigest(), media_type=kind.media_type, size=len(data)), data
