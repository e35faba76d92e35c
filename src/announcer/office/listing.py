"""Every public announcement as lists and searches need it, kept in memory between two requests.

Ten thousand announcements would otherwise be read and judged for every look at
the press room. What is kept can't leak: an announcement is kept only once it
has left the house, in the version in which it was looked at. A new version,
or anything still open, is looked at anew each time.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.model.facts import Announcement, PubStatus
from announcer.store import facts, published

#: From so many open ones on they are looked at in one query: at the start.
_MANY = 50


@dataclass(frozen=True, slots=True)
class ShownAnnouncement:
    """An announcement that is public, with its dates."""

    facts: Announcement  #: In lists without its body, which none shows.
    published: datetime
    updated: datetime | None  #: Only where a later version than the first is shown.
    words: bytes = b""  #: In lists: what a search looks in, see `searchable`.


#: Looks at one announcement; None if it isn't public.
Look = Callable[[sa.Connection, str], ShownAnnouncement | None]


class Listing:
    """Used by several threads; each call sees what its own transaction sees."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp = (-1, -1)
        self._kept: dict[str, ShownAnnouncement] = {}
        self._open: list[str] = []
        self._ordered: tuple[ShownAnnouncement, ...] = ()

    def all(self, connection: sa.Connection, look: Look) -> tuple[ShownAnnouncement, ...]:
        """Every public announcement, the latest first; the same object as before if nothing changed."""
        with self._lock:
            self._catch_up(connection)
            leaving = self._look_again(connection, look)
            shown = self._settled()
            return shown if not leaving else _ordered([*shown, *leaving])

    def _catch_up(self, connection: sa.Connection) -> None:
        stamp = facts.announcements_stamp(connection)
        if stamp == self._stamp:
            return
        versions = facts.announcement_versions(connection)
        self._kept = {id_: one for id_, one in self._kept.items() if versions.get(id_) == one.facts.version}
        self._open = [id_ for id_ in versions if id_ not in self._kept]
        if len(self._open) > _MANY:
            self._read_all(connection)
        self._stamp, self._ordered = stamp, ()

    def _read_all(self, connection: sa.Connection) -> None:
        moments, now = published.first_sent_of_all(connection), self._clock()
        for said, at in facts.all_announcements(connection):
            sent = moments.get(said.id)
            if sent is not None and said.status is not PubStatus.WITHHELD and not _embargoed(said, now):
                self._kept[said.id] = _light(ShownAnnouncement(said, sent, at if said.version > 1 else None))
        self._open = [id_ for id_ in self._open if id_ not in self._kept]

    def _look_again(self, connection: sa.Connection, look: Look) -> list[ShownAnnouncement]:
        """What is open and yet public: it leaves at this moment. What has left meanwhile is kept."""
        leaving = []
        for id_ in list(self._open):
            found = look(connection, id_)
            if found is None:
                continue
            if published.announcement_first_sent(connection, id_) == found.published:
                self._kept[id_] = _light(found)
                self._open.remove(id_)
                self._ordered = ()
            else:
                leaving.append(_light(found))
        return leaving

    def _settled(self) -> tuple[ShownAnnouncement, ...]:
        if not self._ordered:
            self._ordered = _ordered(self._kept.values())
        now = self._clock()
        # Somebody may have set the clock back: what is under embargo then is not shown, whatever was.
        hidden = {one.facts.id for one in self._ordered if _embargoed(one.facts, now)}
        if not hidden:
            return self._ordered
        return tuple(one for one in self._ordered if one.facts.id not in hidden)


def _ordered(shown: Iterable[ShownAnnouncement]) -> tuple[ShownAnnouncement, ...]:
    return tuple(sorted(shown, key=lambda item: (item.published, item.facts.id), reverse=True))


def _embargoed(said: Announcement, now: datetime) -> bool:
    return said.embargoed_until is not None and now < said.embargoed_until


def _light(shown: ShownAnnouncement) -> ShownAnnouncement:
    return replace(shown, facts=replace(shown.facts, body=""), words=searchable(shown.facts))


def searchable(said: Announcement) -> bytes:
    """What a search looks in: the headline, and in further lines the rest.

    What was withdrawn is found by its headline alone, since that is all its page shows.
    """
    rest = () if said.status is PubStatus.CANCELED else (said.kicker, said.lead, said.body, said.source, *said.topics)
    return "\n".join(folded(text) for text in (said.headline, " ".join(rest))).encode("utf-8", "replace")


def folded(text: str) -> str:
    """The text without capitals, accents and doubled blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    for mark in {character for character in set(decomposed) if unicodedata.combining(character)}:
        decomposed = decomposed.replace(mark, "")
    return " ".join(decomposed.split())
