"""What has left the house or leaves right now, and so may be shown on the public pages.

A page opens the very moment a public message about it is due and stands in
the ledger, so that it can be read by whoever follows the link: a moment
earlier would break an embargo, a moment later would be a dead link.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Audience
from announcer.model.ledger import DeliveryState, MessageState
from announcer.store import journal
from announcer.store.tables import announcement, announcement_version, delivery, message


def announcement_first_sent(
    connection: sa.Connection, announcement_id: str, now: datetime | None = None
) -> datetime | None:
    """When the announcement first went to the public, or goes at `now`; None while it has not.

    A message of its event that belongs to no announcement counts for the
    event's oldest one only: a later draft about the same event must not come
    to light because a reminder went out. Mail to the press alone is not
    publication.
    """
    belongs: sa.ColumnElement[bool] = message.c.announcement_id == announcement_id
    event_id = _event_of_oldest(connection, announcement_id)
    if event_id is not None:
        of_event = sa.and_(message.c.event_id == event_id, message.c.announcement_id.is_(None))
        belongs = sa.or_(belongs, of_event)
    return _first_sent(connection, belongs, now)


def event_first_sent(connection: sa.Connection, event_id: str, now: datetime | None = None) -> datetime | None:
    """When anything about the event first went to the public, or goes at `now`; None while nothing has."""
    return _first_sent(connection, message.c.event_id == event_id, now)


def _event_of_oldest(connection: sa.Connection, announcement_id: str) -> str | None:
    """The announcement's event, if this is the event's oldest announcement."""
    own = announcement.alias()
    older = sa.exists().where(
        announcement.c.event_id == own.c.event_id,
        sa.tuple_(announcement.c.created_at, announcement.c.id) < sa.tuple_(own.c.created_at, own.c.id),
    )
    return connection.scalar(sa.select(own.c.event_id).where(own.c.id == announcement_id, ~older))


def _first_sent(connection: sa.Connection, belongs: sa.ColumnElement[bool], now: datetime | None) -> datetime | None:
    sent = sa.exists().where(delivery.c.message_id == message.c.id, delivery.c.state == DeliveryState.SENT)
    public = sa.or_(sent, _leaves(connection, now)) if now is not None else sent
    query = sa.select(sa.func.min(_moment())).where(belongs, message.c.audience != Audience.PRESS, public)
    return connection.scalar(query)


def first_sent_of_all(connection: sa.Connection) -> dict[str, datetime]:
    """When each announcement that went to the public first did, as `announcement_first_sent` says it of one."""
    sent = sa.exists().where(delivery.c.message_id == message.c.id, delivery.c.state == DeliveryState.SENT)
    query = (
        sa.select(message.c.announcement_id, message.c.event_id, sa.func.min(_moment()).label("at"))
        .where(message.c.audience != Audience.PRESS, sent)
        .group_by(message.c.announcement_id, message.c.event_id)
    )
    result: dict[str, datetime] = {}
    of_event: dict[str, datetime] = {}
    for row in connection.execute(query):
        if row.announcement_id is not None:
            result[row.announcement_id] = min(row.at, result.get(row.announcement_id, row.at))
        elif row.event_id is not None:
            of_event[row.event_id] = row.at
    for event_id, oldest in _oldest_of_events(connection).items():
        if (at := of_event.get(event_id)) is not None:
            result[oldest] = min(at, result.get(oldest, at))
    return result


def _oldest_of_events(connection: sa.Connection) -> dict[str, str]:
    query = sa.select(announcement.c.event_id, announcement.c.id).where(announcement.c.event_id.isnot(None))
    newest_first = query.order_by(announcement.c.created_at.desc(), announcement.c.id.desc())
    return {row.event_id: row.id for row in connection.execute(newest_first)}


def _moment() -> sa.ColumnElement[datetime]:
    """When a message first left."""
    # One delivery is proof enough. The earliest of a million would take seconds to find,
    # so the date is the message's own, and never before it was due.
    late = message.c.sending_since >= message.c.due_at
    of_message = sa.case((late, message.c.sending_since), else_=message.c.due_at)
    first = (
        sa.select(delivery.c.sent_at)
        .where(delivery.c.message_id == message.c.id, delivery.c.state == DeliveryState.SENT)
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(of_message, message.c.sending_since, first)


def _leaves(connection: sa.Connection, now: datetime) -> sa.ColumnElement[bool]:
    """Whether a message is due, stands in the ledger, and nobody stopped it: it leaves once its page answers."""
    stops = journal.pauses(connection)
    if journal.ALL in stops or journal.recall(connection, journal.HOLD) is not None:
        return sa.false()
    events = [what.removeprefix("event:") for what in stops if what.startswith("event:")]
    channels = [what.removeprefix("channel:") for what in stops if what.startswith("channel:")]
    due = sa.func.coalesce(message.c.turn_at, message.c.due_at)
    queued = sa.exists().where(
        delivery.c.message_id == message.c.id,
        delivery.c.action == "publish",
        delivery.c.state.in_(("pending", "deferred", "sending")),
    )
    return sa.and_(
        message.c.state == MessageState.SENDING,
        due <= now,
        sa.or_(message.c.not_after.is_(None), message.c.not_after >= now),
        sa.or_(message.c.event_id.is_(None), message.c.event_id.notin_(events)),
        message.c.channel.notin_(channels),
        queued,
    )


@dataclass(frozen=True, slots=True)
class Publication:
    """When an announcement first went to the public, or will."""

    announcement_id: str
    at: datetime
    sure_at: datetime | None  #: The same of what has left or still waits; what is on its way may fail.


def publications(
    connection: sa.Connection, *, after: datetime | None = None, only: Collection[str] | None = None
) -> dict[str, Publication]:
    """The announcements that are public or surely will be, because a message to everybody is approved.

    `after` leaves out what first went to the public up to then; `only` looks at these alone.
    """
    sent = sa.exists().where(delivery.c.message_id == message.c.id, delivery.c.state == DeliveryState.SENT)
    paused = journal.paused_events(connection)
    approved = message.c.state == MessageState.SCHEDULED
    if paused:
        approved &= sa.or_(message.c.event_id.is_(None), message.c.event_id.notin_(paused))
    moment = sa.func.min(sa.func.coalesce(message.c.sending_since, message.c.due_at))
    sure = sa.func.min(sa.case((sa.or_(sent, approved), sa.func.coalesce(message.c.sending_since, message.c.due_at))))
    query = (
        sa.select(message.c.announcement_id, moment.label("at"), sure.label("sure_at"))
        .where(
            message.c.announcement_id.isnot(None) if only is None else message.c.announcement_id.in_(list(only)),
            message.c.audience == Audience.PUBLIC,
            sa.or_(approved, message.c.state == MessageState.SENDING, sent),
        )
        .group_by(message.c.announcement_id)
    )
    if after is not None:
        query = query.having(moment > after)
    return {
        one.announcement_id: Publication(one.announcement_id, one.at, one.sure_at)
        for one in connection.execute(query)
        if one.at is not None
    }


def announcement_updated(connection: sa.Connection, announcement_id: str, version: int) -> datetime | None:
    """When this version of an announcement was made."""
    at, id_, made = (announcement_version.c[name] for name in ("at", "announcement_id", "version"))
    return connection.scalar(sa.select(at).where(id_ == announcement_id, made == version))
