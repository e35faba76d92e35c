"""Press links: who reads an announcement ahead of its embargo, until when, and how to stop it.

The address holds a secret that is shown once, when the link is made; the
database keeps a hash of it. Whatever is wrong with an address, it opens
nothing and says nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from announcer.errors import Conflict
from announcer.model.facts import Announcement, PubStatus
from announcer.model.people import Actor
from announcer.store import facts, journal, press_links
from announcer.store.database import Database
from announcer.store.press_links import PressLink

LONGEST = timedelta(days=366)
_LONGEST_HOLDER = 200
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Given:
    """A link just made; its address can't be shown again."""

    link: PressLink
    path: str  #: Below the site's address.


def give(database: Database, announcement_id: str, holder: str, lasts: timedelta, actor: Actor, now: datetime) -> Given:
    """Make a link for one person. Raises `NotFound`, or `Conflict` for a withdrawn announcement or an odd wish."""
    holder = " ".join(holder.split())
    if not holder or len(holder) > _LONGEST_HOLDER:
        raise Conflict("a press link is personal; say in a few words whom it is for")
    if not timedelta() < lasts <= LONGEST:
        raise Conflict(f"a press link lasts between a moment and {LONGEST.days} days; give another number")
    secret = secrets.token_urlsafe(32)
    with database.write() as connection:
        announcement = facts.announcement_facts(connection, announcement_id)
        if announcement.status is PubStatus.CANCELED:
            raise Conflict(f"announcement {announcement_id!r} was withdrawn; nobody is to read it any more")
        id_ = press_links.record(connection, announcement_id, holder, _hash(secret), now + lasts, actor, now)
        journal.note(connection, actor, now, "press link", f"announcement {announcement_id}", after=holder)
        link = press_links.one(connection, id_)
    return Given(link, f"/presse/{secret}")


def revoke(database: Database, id_: int, actor: Actor, now: datetime) -> PressLink:
    """Close a link for good; closing it twice changes nothing. Raises `NotFound`."""
    with database.write() as connection:
        before = press_links.one(connection, id_)
        if before.revoked_at is None:
            press_links.revoke(connection, id_, now)
            what = f"announcement {before.announcement_id}"
            journal.note(connection, actor, now, "press link closed", what, before=before.holder)
        return press_links.one(connection, id_)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a press link shows at this moment."""

    link: PressLink
    announcement: Announcement


def opened(database: Database, secret: str, now: datetime) -> Opened | None:
    """What the address with this secret opens; None for every address that opens nothing, whyever."""
    if not _SECRET.fullmatch(secret):
        return None
    with database.read() as connection:
        link = press_links.by_hash(connection, _hash(secret))
        if link is None or not link.is_open(now):
            return None
        announcement = facts.announcement_facts(connection, link.announcement_id)
    return None if announcement.status is PubStatus.CANCELED else Opened(link, announcement)


def note_opening(database: Database, link: PressLink, now: datetime) -> None:
    """Count that the page was opened; who it was is not kept, the link itself is personal."""
    with database.write() as connection:
        press_links.opened(connection, link.id, now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
