"""The issues of digests that have left, as the public pages show them: no more of each than is public now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from announcer.clock import Clock
from announcer.model.ledger import MessageState
from announcer.office import editions, signup
from announcer.office.shown import Shown, ShownAnnouncement
from announcer.settings import Settings
from announcer.store import digests
from announcer.store.database import Database

#: An issue in one of these has left as far as it could.
_LEFT = (MessageState.SENT, MessageState.PARTLY_SENT)


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """An issue that has left, with those of its announcements that are public."""

    id: int  #: Of its message.
    title: str
    number: int
    at: datetime
    announcements: tuple[ShownAnnouncement, ...]


class ShownIssues:
    """The archive of issues. A list that nobody may subscribe to by themselves has none here."""

    def __init__(self, db: Database, settings: Settings, shown: Shown, clock: Clock) -> None:
        self._db = db
        self._settings = settings
        self._shown = shown
        self._clock = clock

    def all(self, announcements: Sequence[ShownAnnouncement] | None = None) -> list[ShownIssue]:
        """Every issue with anything to show, the latest first; `announcements` are the public ones, if known."""
        open_ = signup.open_lists(self._settings, self._shown, self._clock())
        with self._db.read() as connection:
            titles = {
                row.id: editions.digest_of(row).title
                for row in digests.rows(connection, active=False)
                if row.list_id in open_
            }
            left = [one for one in digests.issues(connection, states=_LEFT) if one.digest_id in titles]
        if not left:
            return []
        known = self._shown.announcements() if announcements is None else announcements
        public = {one.facts.id: one for one in known}
        found = []
        for issue in reversed(left):
            told = tuple(public[id_] for id_ in issue.items if id_ in public)
            at = issue.message.planned.due_at
            if told and at is not None:
                found.append(ShownIssue(issue.message.id, titles[issue.digest_id], issue.number, at, told))
        return found
