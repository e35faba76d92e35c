"""The issues of digests: put together ahead of their moment, each announcement once.

What an issue tells is fixed when it is put together; what comes later waits
for the next. An announcement counts as told only when its issue has left: what
an issue that was never approved was to tell comes with the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from announcer.errors import AnnouncerError, Conflict
from announcer.model.campaign import Kind, Late, Message, Occurrence, Planned, Subject
from announcer.model.digests import Digest
from announcer.model.people import Actor
from announcer.office import editions, issue_words
from announcer.office.house import House
from announcer.planning.calendar import OfficeCalendar, calendar_of
from announcer.planning.digests import Candidate, gathered
from announcer.planning.repeats import Turn, turns, worth_until
from announcer.planning.why import local_why, why
from announcer.store import campaign as store
from announcer.store import digests, journal, published, replanned
from announcer.store.campaign import Campaign
from announcer.store.digests import DigestRow
from announcer.store.writelock import Lane

#: So far back of the last gathering an issue looks once more: another worker's clock may have been behind.
_OVERLAP = timedelta(days=1)
#: So begins the anchor of an issue that somebody asked for in between.
SPECIAL = "now:"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where issues are put together: the office's clock and calendar, and the way they go."""

    zone: ZoneInfo
    calendar: OfficeCalendar
    channel: str  #: Empty while there is no newsletter.

    @classmethod
    def of(cls, house: House) -> Desk:
        """The desk of this house; raises `PlanningError` for a calendar that can't be used."""
        ways = house.names_by_kind().get("mail", ())
        return cls(house.planning_zone, calendar_of(house.settings.office), next(iter(ways), ""))

    def next_turn(self, row: DigestRow, now: datetime) -> Turn:
        """The next turn of a digest that had no issue yet."""
        return next(turns(editions.digest_of(row).when, self.zone, self.calendar, max(now, row.considered)))

    def planned(self, digest: Digest, anchor: str, at: datetime, reasons: tuple[str, ...] = ()) -> Planned:
        """An issue of `digest` at this moment, which a person chose: quiet hours don't move it."""
        if self.calendar.is_quiet(at.astimezone(self.zone).time()):
            reasons = (*reasons, local_why("quiet_hours_exempt", at, self.zone))
        return Planned(
            occurrence=Occurrence(Subject.LIST, digest.list_id, digest.id, anchor),
            channel=self.channel,
            kind=Kind.DIGEST,
            due_at=at,
            not_after=worth_until(at, self.zone, self.calendar),
            late=Late.SEND,
            why=reasons,
        )


# -- Each tick --


def keep(house: House, now: datetime) -> None:
    """Put together what is due to be, and keep true what waits. One digest's fault doesn't stop another."""
    with house.database.read() as connection:
        rows = digests.rows(connection)
    desk = Desk.of(house) if rows else None
    if desk is None or not desk.channel:
        return
    for row in rows:
        try:
            _compose_due(house, desk, row, now)
        except AnnouncerError as error:
            log.error("the digest could not be put together", digest=row.id, why=str(error))
    with house.database.read() as connection:
        waiting = digests.issues(connection, states=store.OPEN)
        stale = [issue.message.id for issue in waiting if issue_words.is_stale(connection, issue, now)]
    for message_id in stale:
        issue_words.refresh(house, message_id, now)


def _compose_due(house: House, desk: Desk, row: DigestRow, now: datetime) -> None:
    digest = editions.digest_of(row)
    for turn in turns(digest.when, desk.zone, desk.calendar, row.considered):
        if turn.at - timedelta(hours=digest.compose_hours_before) > now:
            return
        with house.database.write(Lane.TICK) as connection:
            current = digests.lock(connection, row.id)
            if current.version != row.version or current.considered >= turn.at:
                return  # the office or another worker was faster; the next tick looks again
            _compose_turn(connection, desk, current, turn, now)


def _compose_turn(connection: sa.Connection, desk: Desk, row: DigestRow, turn: Turn, now: datetime) -> None:
    digest, day = editions.digest_of(row), turn.day.isoformat()
    clock, key = Actor.clock(), str(_key(digest))
    gathering: datetime | None = None
    if worth_until(turn.at, desk.zone, desk.calendar) < now:
        journal.note(connection, clock, now, "miss", key, after=day, why="late")
    else:
        chosen = _gather(connection, row, digest, turn.at, now)
        if len(chosen) < digest.min_items:
            reason = why("too_few", len(chosen), digest.min_items) if chosen else "nothing_new"
            journal.note(connection, clock, now, "no issue", key, after=day, why=reason)
        elif _place(connection, digest, desk.planned(digest, day, turn.at, turn.why), chosen, clock, now) is not None:
            gathering = now
    digests.advance(connection, row.id, turn.at, gathering or row.gathered)


def _key(digest: Digest) -> Campaign:
    return Campaign(digest_id=digest.id)


def _gather(
    connection: sa.Connection, row: DigestRow, digest: Digest, moment: datetime, now: datetime
) -> list[Candidate]:
    """What is new: public since the last gathering, or in an issue that never left."""
    done, left_over = digests.told(connection, row.id)
    fresh = published.publications(connection, after=max(row.since, row.gathered - _OVERLAP))
    again = published.publications(connection, only=left_over) if left_over else {}
    found = {id_: one for id_, one in {**fresh, **again}.items() if id_ not in done}
    return gathered(digest, [editions.candidate(connection, one) for one in found.values()], moment, now)


def _place(
    connection: sa.Connection,
    digest: Digest,
    planned: Planned,
    chosen: Sequence[Candidate],
    actor: Actor,
    now: datetime,
) -> Message | None:
    """Store an issue, still without words; None if this turn had its issue already."""
    message = replanned.place(connection, _key(digest), planned)
    if message is not None:
        items = [one.announcement.id for one in chosen]
        digests.add_issue(connection, message.id, digest.id, items)
        said = f"message {message.id}: {', '.join(items)}"
        journal.note(connection, actor, now, "compose", str(_key(digest)), after=said)
    return message


# -- When somebody asks --


def upcoming(connection: sa.Connection, desk: Desk, row: DigestRow, now: datetime) -> list[Candidate]:
    """What the next issue would tell if it were put together now."""
    return _gather(connection, row, editions.digest_of(row), desk.next_turn(row, now).at, now)


def compose(house: House, digest_id: str, actor: Actor, now: datetime, *, special: bool) -> Message:
    """Put the next issue together ahead of its hour, or a `special` one that leaves as soon as it is approved.

    Raises `Conflict` if there is nothing new to tell, or the turn has its issue already.
    """
    desk = Desk.of(house)
    if not desk.channel:
        raise Conflict("there is no newsletter to send a digest by; set up [mail] in config.toml first")
    with house.database.write() as connection:
        row = digests.lock(connection, digest_id)
        if not row.active:
            raise Conflict(f"the digest {digest_id!r} was removed; set it up again with 'announcer digest set'")
        message = _compose_asked(connection, desk, row, actor, now, special=special)
    issue_words.refresh(house, message.id, now)
    with house.database.read() as connection:
        return store.message_by_id(connection, message.id)


def _compose_asked(
    connection: sa.Connection, desk: Desk, row: DigestRow, actor: Actor, now: datetime, *, special: bool
) -> Message:
    digest, turn = editions.digest_of(row), desk.next_turn(row, now)
    anchor, at = (
        (f"{SPECIAL}{now.astimezone(desk.zone):%Y-%m-%dT%H:%M:%S}", now) if special else (str(turn.day), turn.at)
    )
    chosen = _gather(connection, row, digest, at, now)
    if not chosen:
        raise Conflict(f"the digest {row.id!r} has nothing new to tell; 'announcer digest show {row.id}' shows more")
    planned = desk.planned(digest, anchor, at, () if special else turn.why)
    message = _place(connection, digest, planned, chosen, actor, now)
    if message is None:
        raise Conflict(f"the digest {row.id!r} has its issue for this moment; see 'announcer status digest:{row.id}'")
    digests.advance(connection, row.id, row.considered if special else turn.at, now)
    return message
