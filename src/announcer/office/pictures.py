"""The pictures of an announcement: taken in with it, or added and described later."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from announcer.channels.pictures import LARGEST_FILE, check_picture
from announcer.errors import ComposeError, IntakeError, NotFound
from announcer.intake.proposal import Passage, Proposal, Remark
from announcer.model.facts import Announcement, Picture
from announcer.model.people import Actor
from announcer.office.house import House
from announcer.office.material import announcement_of, save
from announcer.store import assets


def looked_at(announcement: Announcement, folder: Path) -> Announcement:
    """The announcement with the hash of each picture; nothing is stored.

    Raises `IntakeError` naming the file that is not there or no usable picture.
    """
    found = [replace(one, hash=hashlib.sha256(_read(one, folder)).hexdigest()) for one in announcement.pictures]
    return replace(announcement, pictures=tuple(found))


def keep(house: House, announcement: Announcement, folder: Path) -> Announcement:
    """Store the pictures of an announcement from `folder`; the announcement with their hashes."""
    kept = []
    for one in announcement.pictures:
        data = _read(one, folder)
        kept.append(replace(one, hash=house.assets.put(data)))
        with house.database.write() as connection:
            assets.note(connection, kept[-1].hash, check_picture(data, one.file), len(data), one.alt, one.credit)
    return replace(announcement, pictures=tuple(kept))


def came_along(proposal: Proposal) -> list[tuple[Picture, bytes]]:
    """The pictures whose bytes a Word file or a mail brought, each with what the text says of it."""
    files = {one.label: one.data for one in proposal.enclosures if one.data}
    named = [one for one in proposal.pictures if one.src in files]
    found = [(Picture(one.src, alt=one.alt, credit=one.credit, caption=one.caption), files[one.src]) for one in named]
    return list({picture.file: (picture, data) for picture, data in found}.values())


def unusable(proposal: Proposal) -> list[Remark]:
    """Which of them no network or page could show, as things to look at."""
    said = []
    for picture, data in came_along(proposal):
        try:
            check_picture(data, picture.file)
        except ComposeError as error:
            said.append(Remark("picture_unusable", {"why": str(error)}, Passage(picture.file, 0)))
    return said


def keep_enclosed(house: House, proposal: Proposal) -> tuple[Picture, ...]:
    """Store what came along and can be used; the rest stays in the kept input, as `unusable` said."""
    kept = []
    for picture, data in came_along(proposal):
        try:
            kind = check_picture(data, picture.file)
        except ComposeError:
            continue
        stored = replace(picture, hash=house.assets.put(data))
        with house.database.write() as connection:
            assets.note(connection, stored.hash, kind, len(data), stored.alt, stored.credit)
        kept.append(stored)
    return tuple(kept)


def add(
    house: House,
    announcement_id: str,
    path: Path,
    alt: str,
    credit: str,
    actor: Actor,
    now: datetime,
    *,
    licence: str = "",
) -> Picture:
    """Add a picture to an announcement, as its next version; raises `IntakeError` or `NotFound`."""
    announcement = announcement_of(house, announcement_id)
    new = Picture(path.name, alt=alt.strip(), credit=credit.strip(), licence=licence.strip())
    kept = keep(house, replace(announcement, pictures=(new,)), path.parent).pictures[0]
    save(
        house,
        replace(announcement, pictures=(*announcement.pictures, kept)),
        "picture",
        f"{kept.file} added",
        actor,
        now,
    )
    return kept


def describe(
    house: House,
    announcement_id: str,
    file: str,
    alt: str | None,
    credit: str | None,
    actor: Actor,
    now: datetime,
    *,
    licence: str | None = None,
) -> Picture:
    """Say what a picture shows, whose it is, or what others may do with it; raises `NotFound`."""
    announcement = announcement_of(house, announcement_id)
    chosen = _chosen(announcement, file)
    better = replace(
        chosen,
        alt=chosen.alt if alt is None else alt.strip(),
        credit=chosen.credit if credit is None else credit.strip(),
        licence=chosen.licence if licence is None else licence.strip(),
    )
    pictures = tuple(better if one is chosen else one for one in announcement.pictures)
    save(house, replace(announcement, pictures=pictures), "picture", f"{chosen.file}: {better.alt}", actor, now)
    return better


def remove(house: House, announcement_id: str, file: str, actor: Actor, now: datetime) -> Picture:
    """Take a picture off an announcement; posts that are out keep theirs. Raises `NotFound`."""
    announcement = announcement_of(house, announcement_id)
    chosen = _chosen(announcement, file)
    rest = tuple(one for one in announcement.pictures if one is not chosen)
    save(house, replace(announcement, pictures=rest), "picture", f"{chosen.file} removed", actor, now)
    return chosen


def _chosen(announcement: Announcement, file: str) -> Picture:
    for one in announcement.pictures:
        if one.file == file or (len(file) >= 6 and one.hash.startswith(file)):
            return one
    known = ", ".join(one.file for one in announcement.pictures) or "none"
    raise NotFound(f"announcement {announcement.id!r} has no picture {file!r}; it has: {known}")


def _read(picture: Picture, folder: Path) -> bytes:
    path = folder / picture.file
    try:
        if path.stat().st_size > LARGEST_FILE:
            size = path.stat().st_size / 1e6
            raise IntakeError(
                f"the picture {picture.file} has {size:.1f} MB, more than {LARGEST_FILE // 1_000_000}; save it smaller"
            )
        data = path.read_bytes()
        check_picture(data, picture.file)
    except OSError as error:
        raise IntakeError(f"the picture {path}: {error.strerror}; check the path") from error
    except ComposeError as error:
        raise IntakeError(str(error)) from error
    return data
