"""A due message becomes deliveries: one per target, for mail one per recipient."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from announcer.model.campaign import Audience, Kind, Message, Subject, Urgency
from announcer.model.content import parts_of
from announcer.model.ledger import Action
from announcer.planning.manners import Manners
from announcer.planning.wallclock import at_wall_clock
from announcer.store import campaign, caps, changes, facts
from announcer.store.contents import Stored
from announcer.store.tables import delivery, mail_list, message, subscriber, subscription

#: Recipients written in one transaction: 30 ms, short enough that nobody else waits.
CHUNK = 4_000
#: What a person may have read, so that a correction has to reach them.
MAY_HAVE_ARRIVED = ("sent", "unknown", "sending")
#: Why a reminder did not go to somebody who subscribed on its own day or later.
NEWCOMER = "newcomer"
#: Notices for every list, the press and the opted-in too: they may have printed or planned the date.
#: A rule for the press or the opted-in alone stays with them: what it speaks of may not be public.
FOR_EVERYONE = (Kind.CANCELLATION, Kind.MOVE, Kind.POSTPONEMENT)


def lane(urgency: Urgency) -> int:
    """0 overtakes a running newsletter, 1 waits its turn."""
    return 0 if urgency <= Urgency.CHANGE else 1


def queue_targets(
    connection: sa.Connection,
    message_: Message,
    contents: Sequence[Stored],
    now: datetime,
    variant: str = "",
    turn_at: datetime | None = None,
) -> None:
    """One delivery per content language, and one per part of a thread; the message is `sending` from here on.

    It leaves at its moment or, late and one of several, at `turn_at`.
    """
    planned = message_.planned
    assert planned.due_at is not None
    campaign.begin_sending(connection, message_.id, now, variant, turn_at, audience=False)
    rows = [
        {
            "message_id": message_.id,
            "occurrence_id": message_.occurrence_id,
            "channel": planned.channel,
            "target": f"{planned.channel}:{stored.language}",
            "language": stored.language,
            "part": 0,
            "action": Action.PUBLISH,
            "revision": 0,
            "content_id": stored.id,
            "state": "pending",
            "lane": lane(planned.urgency),
            "ready_at": turn_at or planned.due_at,
            "not_after": planned.not_after,
            "key": uuid.uuid4().hex,
            "moment": turn_at or planned.due_at,
        }
        for stored in contents
    ]
    connection.execute(_insert(connection), rows)
    for stored in contents:
        if further := parts_of(stored.payload) - 1:
            _queue_further_parts(connection, message_.id, stored.id, further)


def _queue_further_parts(connection: sa.Connection, message_id: int, content_id: int, further: int) -> None:
    """A thread's other parts, each after the one before it: what failed is taken up where it stopped."""
    first = delivery.alias()
    queued = (
        (first.c.message_id == message_id) & (first.c.content_id == content_id) & (first.c.action == Action.PUBLISH)
    )
    row = connection.execute(sa.select(first).where(queued, first.c.part == 0)).mappings().one_or_none()
    after = row["id"] if row else None
    for part in range(1, further + 1):
        if row is None:
            return
        made = dict(row) | {"part": part, "after_id": after, "key": uuid.uuid4().hex, "state": "pending"}
        own = ("id", "owner", "lease_until", "fence", "attempts", "maybe_double", "receipt", "said", "sent_at")
        new = {name: value for name, value in made.items() if name not in own}
        connection.execute(_insert(connection), new)
        same = delivery.c.target == row["target"]
        after = connection.scalar(
            sa.select(delivery.c.id).where(
                delivery.c.message_id == message_id, same, delivery.c.part == part, delivery.c.action == Action.PUBLISH
            )
        )


def _insert(connection: sa.Connection) -> Any:
    """Into the ledger, unless the row is there: of what was queued before, only what may have arrived is."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(delivery).on_conflict_do_nothing()


def begin_audience(
    connection: sa.Connection,
    message_: Message,
    now: datetime,
    variant: str = "",
    turn_at: datetime | None = None,
) -> None:
    """Mark a mail message as being written to the ledger; `next_chunk` does it."""
    campaign.begin_sending(connection, message_.id, now, variant, turn_at, audience=True)


def next_chunk(
    connection: sa.Connection,
    message_: Message,
    contents: Sequence[Stored],
    stale: Sequence[int] | None,
    now: datetime | None = None,
    manners: Manners = Manners(),  # noqa: B008 - a frozen value
) -> bool:
    """Write the next recipients; whether there are more.

    `stale` are the messages that a change made wrong: its notice goes to whoever
    received one of them, or to everyone if the event itself moved or fell out.
    None is a message of no change, for its audience. Confirmed subscriptions and suppressions are read in
    this very transaction, and so is what each recipient got this week (`caps`).
    """
    state = sa.select(message.c.frozen_to, message.c.turn_at).where(message.c.id == message_.id)
    start, turn_at = connection.execute(state).one()
    if start is None:
        return False
    last = connection.scalar(sa.select(sa.func.max(subscriber.c.id))) or 0
    end = min(start + CHUNK, last)
    window = _chosen(connection, message_, stale, manners).where(subscriber.c.id > start, subscriber.c.id <= end)
    people = window.subquery("chosen")
    cap = caps.cap_of(connection, message_, manners)
    if cap is not None:
        caps.lock(connection)
    rows = _rows(connection, message_, contents, people, turn_at)
    connection.execute(_insert(connection).from_select(_COLUMNS, rows))
    if cap is not None and message_.planned.due_at is not None:
        leaves_at = turn_at or message_.planned.due_at
        caps.respect(connection, message_, cap, leaves_at, now or leaves_at, start, end)
    done = end >= last
    connection.execute(message.update().where(message.c.id == message_.id).values(frozen_to=None if done else end))
    return not done


def _chosen(
    connection: sa.Connection, message_: Message, stale: Sequence[int] | None, manners: Manners
) -> sa.Select[Any]:
    everyone = stale is None or message_.planned.kind in FOR_EVERYONE
    if not everyone:
        return _receivers(stale or (), changes.last_text(connection, message_.change_id))
    return _audience(message_, stale or (), _own_day(connection, message_, manners))


def _own_day(connection: sa.Connection, message_: Message, manners: Manners) -> datetime | None:
    """When a reminder's own day begins, on the venue's clock: it is for those who were there before."""
    due_at = message_.planned.due_at
    if message_.planned.kind is not Kind.REMINDER or due_at is None:
        return None
    zone = facts.event_zone(connection, message_.event_id) if message_.event_id is not None else None
    return at_wall_clock(due_at.astimezone(zone or manners.zone).date(), time(0), zone or manners.zone)


def audience_size(
    connection: sa.Connection,
    message_: Message,
    stale: Sequence[int] | None,
    manners: Manners = Manners(),  # noqa: B008 - a frozen value
) -> int:
    """How many people `next_chunk` would write a mail to now, in all."""
    people = _chosen(connection, message_, stale, manners).subquery("chosen")
    query = sa.select(sa.func.count()).select_from(people).where(sa.not_(people.c.newcomer))
    return connection.scalar(query) or 0


def readers(
    connection: sa.Connection,
    message_: Message,
    stale: Sequence[int] | None,
    after: int,
    most: int,
    manners: Manners = Manners(),  # noqa: B008 - a frozen value
) -> list[Any]:
    """The next people a mail would go to, by number: `id`, `address`, `name`, `language`, `target`."""
    people = _chosen(connection, message_, stale, manners).where(subscriber.c.id > after).subquery("chosen")
    query = (
        sa.select(people.c.id, subscriber.c.address, subscriber.c.name, people.c.language, people.c.target)
        .join(subscriber, subscriber.c.id == people.c.id)
        .where(sa.not_(people.c.newcomer))
        .order_by(people.c.id)
        .limit(most)
    )
    return list(connection.execute(query))


_COLUMNS = [
    "message_id", "occurrence_id", "channel", "target", "subscriber_id", "language", "part", "action", "revision",
    "content_id", "corrects_id", "state", "said", "lane", "ready_at", "not_after", "key",
]  # fmt: skip


def _rows(
    connection: sa.Connection,
    message_: Message,
    contents: Sequence[Stored],
    people: sa.Subquery,
    turn_at: datetime | None,
) -> sa.Select[Any]:
    planned = message_.planned
    by_language = {c.language: c.id for c in contents}
    spoken = sa.case(
        (people.c.language.in_(list(by_language)), people.c.language), else_=sa.literal(contents[0].language)
    )
    sqlite = connection.dialect.name == "sqlite"
    key = sa.text("lower(hex(randomblob(16)))" if sqlite else "replace(gen_random_uuid()::text, '-', '')")
    constant = sa.literal
    return sa.select(
        constant(message_.id),
        constant(message_.occurrence_id),
        constant(planned.channel),
        people.c.target,
        people.c.id,
        spoken,
        constant(0),
        constant(Action.PUBLISH.value),
        constant(0),
        sa.case({language: constant(id_) for language, id_ in by_language.items()}, value=spoken),
        people.c.corrects_id,
        sa.case((people.c.newcomer, "suppressed"), else_="pending"),
        sa.case((people.c.newcomer, NEWCOMER), else_=sa.null()),
        constant(lane(planned.urgency)),
        sa.literal(turn_at or planned.due_at, delivery.c.ready_at.type),
        sa.literal(planned.not_after, delivery.c.not_after.type),
        key,
    ).order_by(people.c.id)


def _audience(message_: Message, stale: Sequence[int], own_day: datetime | None) -> sa.Select[Any]:
    """The confirmed subscribers of the lists this message is for, each once; newcomers as such."""
    joined = subscriber.join(subscription, subscription.c.subscriber_id == subscriber.c.id).join(
        mail_list, mail_list.c.id == subscription.c.list_id
    )
    nothing: sa.ColumnElement[Any] = sa.cast(sa.null(), delivery.c.id.type)
    answered = _last_received(stale) if stale else nothing
    return (
        sa.select(
            subscriber.c.id,
            subscriber.c.language,
            sa.func.min(subscription.c.list_id).label("target"),
            answered.label("corrects_id"),
            _newcomer(own_day).label("newcomer"),
        )
        .select_from(joined)
        .where(subscription.c.state == "confirmed", sa.not_(subscriber.c.suppressed), _lists_for(message_))
        .group_by(subscriber.c.id, subscriber.c.language)
    )


def _newcomer(own_day: datetime | None) -> sa.ColumnElement[bool]:
    """Whether every subscription of a person began on that day or later: they need no reminder yet."""
    if own_day is None:
        return sa.literal(False)
    return sa.func.min(subscription.c.since) >= sa.literal(own_day, subscription.c.since.type)


def _last_received(stale: Sequence[int]) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.max(delivery.c.id))
        .where(delivery.c.subscriber_id == subscriber.c.id, delivery.c.message_id.in_(stale), arrived())
        .scalar_subquery()
    )


def arrived() -> sa.ColumnElement[bool]:
    """Whether a delivery reached its recipient, or may have."""
    return sa.or_(delivery.c.state.in_(MAY_HAVE_ARRIVED), delivery.c.maybe_double)


def _lists_for(message_: Message) -> sa.ColumnElement[bool]:
    if message_.planned.occurrence.subject is Subject.LIST:
        return mail_list.c.id == message_.planned.occurrence.subject_id
    own = sa.or_(mail_list.c.event_id.is_(None), mail_list.c.event_id == message_.event_id)
    if message_.planned.kind in FOR_EVERYONE and message_.planned.audience is Audience.PUBLIC:
        return own
    match message_.planned.audience:
        case Audience.PRESS:
            return sa.and_(own, mail_list.c.press)
        case Audience.OPTED_IN:
            return sa.and_(own, mail_list.c.practical)
        case Audience.PUBLIC:
            return sa.and_(own, sa.not_(mail_list.c.practical), sa.not_(mail_list.c.press))


def _receivers(stale: Sequence[int], last_text: int | None) -> sa.Select[Any]:
    """Those who received, or may have, one of the stale messages, minus who left since.

    Who got it only after the change got the right text already: one that is newer than `last_text`.
    """
    wrong = sa.true() if last_text is None else delivery.c.content_id <= last_text
    joined = subscriber.join(delivery, delivery.c.subscriber_id == subscriber.c.id).join(
        subscription,
        sa.and_(
            subscription.c.subscriber_id == subscriber.c.id,
            subscription.c.list_id == delivery.c.target,
            subscription.c.state == "confirmed",
        ),
    )
    return (
        sa.select(
            subscriber.c.id,
            subscriber.c.language,
            sa.func.min(delivery.c.target).label("target"),
            sa.func.max(delivery.c.id).label("corrects_id"),
            sa.literal(False).label("newcomer"),
        )
        .select_from(joined)
        .where(delivery.c.message_id.in_(stale), wrong, arrived(), sa.not_(subscriber.c.suppressed))
        .group_by(subscriber.c.id, subscriber.c.language)
    )


def reached(connection: sa.Connection, message_ids: Sequence[int]) -> set[int]:
    """Those of these messages of which anything has left, or may have, whatever became of the rest."""
    query = sa.select(delivery.c.message_id).where(delivery.c.message_id.in_(list(message_ids)), arrived()).distinct()
    return set(connection.scalars(query))


def received(connection: sa.Connection, message_ids: Sequence[int]) -> int:
    """How many people received, or may have received, one of these messages by mail."""
    query = sa.select(sa.func.count(sa.distinct(delivery.c.subscriber_id))).where(
        delivery.c.message_id.in_(list(message_ids)), delivery.c.subscriber_id.isnot(None), arrived()
    )
    return connection.scalar(query) or 0
