"""What would be wrong with an announcement out there: too long for a network, a dead link, a picture nobody describes.

Asked while it is written; it changes nothing and may wait for other servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import regex

from announcer.errors import AnnouncerError, FetchError
from announcer.fetching import Bounds, Fetcher
from announcer.model.facts import Announcement
from announcer.office.house import House

#: A link is asked briefly: a writer waits.
_BRIEF = Bounds(connect=3.0, read=3.0, total=5.0, most_bytes=2_000_000)
_MOST_LINKS = 12


class Fault(StrEnum):
    """What is wrong."""

    LONG = "long"  #: Headline and link don't fit into a post of the network; it would be shortened.
    DEAD_LINK = "dead_link"
    NO_ADDRESS = "no_address"  #: A link that has only a label.
    NO_ALT = "no_alt"
    NO_LEAD = "no_lead"
    NO_CONTACT = "no_contact"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where, and what was said about it."""

    fault: Fault
    where: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a network's post headline, lead and link take."""

    channel: str
    taken: int
    limit: int

    @property
    def left(self) -> int:
        """Characters that are left; below zero the lead is shortened."""
        return self.limit - self.taken


def rooms(house: House, announcement: Announcement, now: datetime) -> list[Room]:
    """Per network that counts characters: how long headline, lead and link are there."""
    found: list[Room] = []
    for name, way in house.exits.items():
        if way.kind != "social":
            continue
        try:
            limits = house.limits(name, now)
        except AnnouncerError:
            continue  # a network that can't be asked now; the preview asks again
        if limits.max_characters:
            found.append(Room(name, _length(house, announcement, limits.characters_per_url), limits.max_characters))
    return found


def _length(house: House, announcement: Announcement, per_url: int | None) -> int:
    link = f"{house.settings.site.url}/{announcement.id}"
    said = "\n\n".join(part for part in (announcement.headline, announcement.lead) if part)
    # As people count them, and as the networks do: an emoji with its skin colour is one.
    return len(regex.findall(r"\X", said)) + 2 + (len(link) if per_url is None else per_url)


def look(house: House, announcement: Announcement, now: datetime) -> list[Finding]:
    """Everything that is wrong, the worst first."""
    return [*_links(house, announcement), *_gaps(announcement), *_lengths(house, announcement, now)]


def _links(house: House, announcement: Announcement) -> Iterator[Finding]:
    fetcher = Fetcher(house.settings, bounds=_BRIEF)
    for link in announcement.links[:_MOST_LINKS]:
        if not link.url:
            yield Finding(Fault.NO_ADDRESS, link.label)
            continue
        try:
            fetcher.get(link.url)
        except FetchError as error:
            yield Finding(Fault.DEAD_LINK, link.url, str(error))


def _gaps(announcement: Announcement) -> Iterator[Finding]:
    if not announcement.lead:
        yield Finding(Fault.NO_LEAD)
    if not announcement.contact:
        yield Finding(Fault.NO_CONTACT)
    for picture in announcement.pictures:
        if not picture.alt:
            yield Finding(Fault.NO_ALT, picture.file)


def _lengths(house: House, announcement: Announcement, now: datetime) -> Iterator[Finding]:
    for room in rooms(house, announcement, now):
        headline_alone = room.taken - len(announcement.lead)
        if headline_alone > room.limit:
            yield Finding(Fault.LONG, room.channel, str(headline_alone - room.limit))
