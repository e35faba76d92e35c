"""Counts and logs each attempt as it ends: which message, which delivery, what the other side said, how late it was."""

from __future__ import annotations

import re
import threading
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog

from announcer.clock import Clock
from announcer.dispatch import Attempted
from announcer.errors import AnnouncerError
from announcer.model.ledger import Deferred, Failed, Outcome, Sent, Unknown
from announcer.newsletter.rounds import Letter
from announcer.settings import Settings
from announcer.store.database import Database
from announcer.store.tables import content, message
from announcer.upkeep.figures import Figures

log = structlog.get_logger(__name__)

#: An SMTP or HTTP status, as it stands in what the other side said.
_CODE = re.compile(r"(?<!\d)([2-5]\d\d)(?!\d)")
#: Contents whose message is remembered; a newsletter has one per language.
_REMEMBERED = 500


class _Origin(NamedTuple):
    message_id: int | None
    due_at: datetime | None
    channel: str


class Attempts:
    """Told of every attempt by the workers, from their threads; slow ones would slow them."""

    def __init__(self, settings: Settings, figures: Figures, clock: Clock) -> None:
        self._figures, self._clock = figures, clock
        self._hosts = {name: urlsplit(one.url).hostname or name for name, one in settings.channels.items()}
        self._origins: dict[int, _Origin] = {}
        self._lock = threading.Lock()
        self.database: Database | None = None  #: Where a mail's message is looked up, once it is open.

    def sent(self, attempted: Attempted) -> None:
        """A post, a feed entry, anything that is no mail."""
        one, outcome = attempted.delivery, attempted.outcome
        kind = "feed" if one.channel == "feed" else "post"
        self._count(one.channel, self._hosts.get(one.channel, one.channel), outcome, mail=False)
        if one.attempts <= 1:
            self._measure(kind, outcome, one.moment)
        _log(outcome, quiet=False, channel=one.channel, message=one.message_id, delivery=one.id, attempt=one.attempts)

    def mailed(self, letter: Letter, outcome: Outcome) -> None:
        """A mail. Of a hundred thousand that went well, no line each."""
        origin = self._origin(letter.content_id)
        self._count(origin.channel, letter.address.rpartition("@")[2], outcome, mail=True)
        if letter.attempts <= 1:
            self._measure("mail", outcome, origin.due_at)
        _log(
            outcome,
            quiet=True,
            channel=origin.channel,
            message=origin.message_id,
            delivery=letter.id,
            attempt=letter.attempts,
        )

    def _measure(self, kind: str, outcome: Outcome, moment: datetime | None) -> None:
        if isinstance(outcome, Sent) and moment is not None:
            self._figures.lateness.labels(kind).observe(max(0.0, (self._clock() - moment).total_seconds()))

    def _count(self, channel: str, domain: str, outcome: Outcome, *, mail: bool) -> None:
        self._figures.sent(channel, domain, code_of(outcome), mail=mail)

    def _origin(self, content_id: int) -> _Origin:
        with self._lock:
            if (found := self._origins.get(content_id)) is None:
                if len(self._origins) >= _REMEMBERED:
                    self._origins.clear()
                found = self._origins[content_id] = self._look_up(content_id)
            return found

    def _look_up(self, content_id: int) -> _Origin:
        query = (
            sa.select(message.c.id, message.c.due_at, message.c.channel)
            .join(content, content.c.message_id == message.c.id)
            .where(content.c.id == content_id)
        )
        try:
            if self.database is not None:
                with self.database.read() as connection:
                    if (row := connection.execute(query).first()) is not None:
                        return _Origin(*row)
        except AnnouncerError:  # the mail has left; that it can't be counted exactly must not stop the next
            pass
        return _Origin(None, None, "newsletter")


def code_of(outcome: Outcome) -> str:
    """What the other side answered: its status code where it is known, else how the attempt ended."""
    match outcome:
        case Sent():
            return "sent"
        case Deferred(said=said):
            return _coded(said, "deferred")
        case Failed(said=said):
            return _coded(said, "failed")
        case Unknown(said=said):
            return _coded(said, "unknown")


def _coded(said: str, otherwise: str) -> str:
    found = _CODE.search(said)
    return found[1] if found else otherwise


def _log(outcome: Outcome, *, quiet: bool, **about: object) -> None:
    match outcome:
        case Sent(receipt=receipt):
            (log.debug if quiet else log.info)("sent", **about, receipt=receipt.id)
        case Deferred(said=said):
            log.info("deferred", **about, why=said)
        case Failed(said=said):
            log.warning("failed", **about, why=said)
        case Unknown(said=said):
            log.warning("unknown", **about, why=said)
