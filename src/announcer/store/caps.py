"""At most so many campaign mails for one recipient within seven days.

A mail that would be one too many waits for the first moment that fits; where
that is too late, or in the quiet hours until it is too late, a person decides.
It is never dropped in silence. Changes, cancellations and corrections don't
count and are not counted, nor do mails to the press, practical ones that
somebody asked for, and issues of a digest, whose rhythm is what they asked for.

Decided when the audience is written to the ledger, in one look at the other
campaign mails of the week, and only where there are enough of them. Once more
at the claim for a mail that was put off or is late: what it was counted
against may have left later than planned.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from announcer.model.campaign import Audience, Kind, Message
from announcer.planning.manners import Manners
from announcer.store import facts
from announcer.store.driver import Statement
from announcer.store.intervention import CAP
from announcer.store.tables import from_micros, message, to_micros

WEEK = timedelta(days=7)
#: One key for all who count: two campaigns queued at once by two processes must see each other.
_ADVISORY_LOCK = 7_236_119


@dataclass(frozen=True, slots=True)
class Cap:
    """The limit as it holds for one message."""

    most: int
    zone: ZoneInfo  #: Whose quiet hours count.
    manners: Manners

    def first_fit(self, latest: datetime, not_after: datetime | None) -> datetime | None:
        """The first moment a week after `latest` and outside the quiet hours; None if that is too late."""
        # To the full second: so that the many who wait have few moments, and none is a microsecond early.
        fits = (latest + WEEK).replace(microsecond=0) + timedelta(seconds=1)
        calendar = self.manners.calendar
        if calendar is not None and calendar.is_quiet(fits.astimezone(self.zone).time()):
            fits = calendar.after_quiet(fits, self.zone)
        return fits if not_after is None or fits <= not_after else None


@dataclass(frozen=True, slots=True)
class _Week:
    """Whose mails are counted: those after `since` and until `until`; what is overdue counts as leaving `now`."""

    since: datetime
    until: datetime
    now: datetime


_EVER = datetime(9000, 1, 1, tzinfo=UTC)


def counts(one: Message) -> bool:
    """Whether a mail message counts towards the limit, and is held to it."""
    of_campaign = one.planned.kind is not Kind.DIGEST and one.change_id is None
    return one.planned.audience is Audience.PUBLIC and of_campaign


def cap_of(connection: sa.Connection, one: Message, manners: Manners) -> Cap | None:
    """The limit that holds for a message; None if none does."""
    if not manners.mails_per_week or not counts(one):
        return None
    zone = facts.event_zone(connection, one.event_id) if one.event_id is not None else None
    return Cap(manners.mails_per_week, zone or manners.zone, manners)


def lock(connection: sa.Connection) -> None:
    """Let nobody else count until this transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


_AT = "CASE WHEN sent_at IS NOT NULL THEN sent_at WHEN ready_at > :now THEN ready_at ELSE :now END"
_MAILS = """
    FROM delivery WHERE occurrence_id IN ({others}) AND subscriber_id IS NOT NULL AND {whose} AND action = 'publish'
    AND state IN ('pending', 'sending', 'deferred', 'paused', 'sent', 'unknown')
"""
#: Who of a chunk has had so many: without sorting anything, because hardly anybody has.
_MANY = f"SELECT subscriber_id {_MAILS} AND {_AT} > :since GROUP BY subscriber_id HAVING count(*) >= :most"
#: The `most`-th latest mail of each recipient: a week after it there is room for another.
_LATEST = f"""
SELECT subscriber_id, at FROM (
    SELECT subscriber_id, at, row_number() OVER (PARTITION BY subscriber_id ORDER BY at DESC) AS place
    FROM (SELECT subscriber_id, {_AT} AS at {_MAILS}) AS mails WHERE at > :since AND at <= :until
) AS places WHERE place = :most
"""
_BETWEEN = "subscriber_id > :first AND subscriber_id <= :last"
_SQLITE = {
    "others": "SELECT value FROM json_each(:others)",
    "whose": "subscriber_id IN (SELECT value FROM json_each(:people))",
}
_POSTGRESQL = {
    "others": "SELECT value::bigint FROM json_array_elements_text(CAST(:others AS json))",
    "whose": "subscriber_id IN (SELECT value::bigint FROM json_array_elements_text(CAST(:people AS json)))",
}
_FIND_MANY = Statement(
    _MANY.format(**{**_SQLITE, "whose": _BETWEEN}), _MANY.format(**{**_POSTGRESQL, "whose": _BETWEEN})
)
_FIND_LATEST = Statement(_LATEST.format(**_SQLITE), _LATEST.format(**_POSTGRESQL))
_MOVE = """
UPDATE delivery SET said = :said, ready_at = coalesce(:at, ready_at), state = :state
WHERE occurrence_id = :occurrence AND {whose} AND action = 'publish' AND revision = 0
AND state IN ('pending', 'deferred')
"""
_PUT_OFF = Statement(_MOVE.format(**_SQLITE), _MOVE.format(**_POSTGRESQL))


def respect(
    connection: sa.Connection, one: Message, cap: Cap, at: datetime, now: datetime, first: int, last: int
) -> int:
    """Put off or hold, of a message just written for subscribers `first` (excluded) to `last`, what is too much."""
    week = _Week(max(at, now) - WEEK, _EVER, now)
    others = _others(connection, one, week.since)
    if len(others) < cap.most:
        return 0  # the usual case: nobody can have had so many
    values = {"first": first, "last": last, **_values(others, cap, week)}
    people = [person for (person,) in _FIND_MANY.rows(connection, values)]
    return len(_put_off(connection, one, cap, _latest(connection, people, others, cap, week)))


def recount(connection: sa.Connection, one: Message, cap: Cap, people: Sequence[int], now: datetime) -> frozenset[int]:
    """Those of these recipients for whom a mail of this message would be too much right now; it is put off or held."""
    # What waits for later does not count against what leaves now: it is counted again when its time comes.
    week = _Week(now - WEEK, now, now)
    found = _latest(connection, people, _others(connection, one, week.since), cap, week)
    return _put_off(connection, one, cap, found)


def _others(connection: sa.Connection, one: Message, since: datetime) -> list[int]:
    """The other campaign mails of which something may leave, or has left, after `since`."""
    campaign_mail = sa.and_(
        message.c.channel == one.planned.channel,
        message.c.audience == Audience.PUBLIC,
        message.c.change_id.is_(None),
        message.c.kind != Kind.DIGEST,
    )
    open_ = sa.select(message.c.occurrence_id).where(message.c.state == "sending", campaign_mail)
    over = sa.select(message.c.occurrence_id).where(message.c.settled_at > since, campaign_mail)
    return sorted(set(connection.scalars(sa.union(open_, over))) - {one.occurrence_id})


def _latest(
    connection: sa.Connection, people: Sequence[int], others: Sequence[int], cap: Cap, week: _Week
) -> list[tuple[int, datetime]]:
    """Who of these has had, or will have had, the most other mails in that time: with the first of these mails."""
    if not people or len(others) < cap.most:
        return []
    values = {"people": json.dumps(list(people)), "until": to_micros(week.until), **_values(others, cap, week)}
    return [(person, from_micros(at)) for person, at in _FIND_LATEST.rows(connection, values)]


def _values(others: Sequence[int], cap: Cap, week: _Week) -> Mapping[str, object]:
    since, now = to_micros(week.since), to_micros(week.now)
    return {"others": json.dumps(others), "most": cap.most, "since": since, "now": now}


def _put_off(
    connection: sa.Connection, one: Message, cap: Cap, latest: Iterable[tuple[int, datetime]]
) -> frozenset[int]:
    """Move them, all with the same moment in one step: there are few, as they are kept to the second."""
    fits: dict[datetime, datetime | None] = {}
    moved: dict[datetime | None, list[int]] = {}
    for person, at in latest:
        if at not in fits:
            fits[at] = cap.first_fit(at, one.planned.not_after)
        moved.setdefault(fits[at], []).append(person)
    for fit, people in moved.items():
        values = {
            "said": CAP,
            "at": None if fit is None else to_micros(fit),
            "state": "held" if fit is None else "pending",
            "occurrence": one.occurrence_id,
            "people": json.dumps(people),
        }
        _PUT_OFF.change(connection, values)
    return frozenset(person for people in moved.values() for person in people)
