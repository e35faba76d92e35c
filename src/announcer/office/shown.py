"""What the public pages may show, read from the store. The embargo is kept here, in one place.

Whatever isn't public is `None`, exactly as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.clock import Clock
from announcer.errors import NotFound
from announcer.model.facts import Announcement, Event, PubStatus
from announcer.office.listing import Listing, ShownAnnouncement
from announcer.store import facts, published
from announcer.store.database import Database

__all__ = ["IsPublic", "Shown", "ShownAnnouncement", "ShownEvent", "ShownVersion"]

#: Whether an announcement has been released; beside it embargo and status still hold.
IsPublic = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One state of an announcement's text that was public."""

    number: int
    at: datetime
    correction: str  #: What was wrong before; empty for what was mended in silence.
    first: bool = False


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event that is public, with its public announcements."""

    facts: Event
    announcements: tuple[ShownAnnouncement, ...]


class Shown:
    """The public side of the store. `is_public` None: what the ledger says has been sent."""

    def __init__(self, db: Database, clock: Clock, is_public: IsPublic | None = None) -> None:
        self._db = db
        self._clock = clock
        self._is_public = is_public
        self._listing = Listing(clock)

    def announcement(self, announcement_id: str) -> ShownAnnouncement | None:
        """The announcement, if it is public."""
        with self._db.read() as connection:
            return self._announcement(connection, announcement_id)

    def announcements(self) -> Sequence[ShownAnnouncement]:
        """Every public announcement, the latest first, for lists: without their bodies."""
        with self._db.read() as connection:
            return self._listed(connection)

    def _listed(self, connection: sa.Connection) -> Sequence[ShownAnnouncement]:
        if self._is_public is None:
            return self._listing.all(connection, self._announcement)
        return self._announcements(connection, None)  # somebody else's judgement may change at any time

    def event(self, event_id: str) -> ShownEvent | None:
        """The event, if it is public: one of its announcements is, or it has none and has been announced itself."""
        with self._db.read() as connection:
            return self.event_in(connection, event_id)

    def event_in(self, connection: sa.Connection, event_id: str) -> ShownEvent | None:
        """The same within a transaction of the caller's."""
        try:
            event = facts.event_facts(connection, event_id)
        except NotFound:
            return None
        if facts.announcement_ids(connection, event_id):
            shown = self._announcements(connection, event_id)
            return ShownEvent(event, tuple(shown)) if shown else None
        sent = published.event_first_sent(connection, event_id, self._clock())
        return None if sent is None else ShownEvent(event, ())

    def event_ids(self) -> list[str]:
        """Every public event, the newest first."""
        with self._db.read() as connection:
            announced = {one.facts.event_id for one in self._listed(connection)}
            others = facts.announced_event_ids(connection)
            return [
                id_
                for id_ in facts.event_ids(connection)
                if id_ in announced or (id_ not in others and self.event_in(connection, id_) is not None)
            ]

    def versions(self, shown: ShownAnnouncement) -> list[ShownVersion]:
        """What became of an announcement since it was public, the latest first; empty if nothing did."""
        with self._db.read() as connection:
            history = facts.announcement_history(connection, shown.facts.id)
        public = [said for said, at in history if at <= shown.published][-1:] or [said for said, _ in history[:1]]
        last, result = public[0], [ShownVersion(public[0].version, shown.published, "", first=True)]
        for said, at in history:
            if said.version > public[0].version:
                new = said.correction if said.correction != last.correction else ""
                result.append(ShownVersion(said.version, at, new))
                last = said
        return result[::-1] if len(result) > 1 else []

    def _announcements(self, connection: sa.Connection, event_id: str | None) -> list[ShownAnnouncement]:
        ids = facts.announcement_ids(connection, event_id)
        shown = [found for id_ in ids if (found := self._announcement(connection, id_))]
        return sorted(shown, key=lambda item: (item.published, item.facts.id), reverse=True)

    def _announcement(self, connection: sa.Connection, announcement_id: str) -> ShownAnnouncement | None:
        sent = published.announcement_first_sent(connection, announcement_id, self._clock())
        released = sent is not None if self._is_public is None else self._is_public(announcement_id)
        if not released:
            return None
        try:
            found = facts.announcement_facts(connection, announcement_id)
        except NotFound:
            return None
        if found.status is PubStatus.WITHHELD or self._is_embargoed(found):
            return None
        first = published.announcement_updated(connection, announcement_id, 1)
        latest = published.announcement_updated(connection, announcement_id, found.version)
        assert first is not None  # a version is written with its announcement
        return ShownAnnouncement(found, sent or found.embargoed_until or first, latest if found.version > 1 else None)

    def _is_embargoed(self, announcement: Announcement) -> bool:
        # Not `<=`: at the very instant the embargo is over.
        return announcement.embargoed_until is not None and self._clock() < announcement.embargoed_until
