"""How things stand for a page that is opened all day: the same as `status`, asked of what is near. Reads only.

`status.overview` reads every message there is; here the database looks only
for what needs somebody and what comes next, so that it stays quick with
thousands of announcements and a million deliveries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from announcer.channels.own_pages import WAITS_FOR_PAGE
from announcer.model.campaign import Message
from announcer.model.ledger import MessageState
from announcer.office import duties, preflight
from announcer.office.duties import Duties
from announcer.office.house import House
from announcer.office.status import (
    ASK,
    NEEDS,
    RECENT,
    SOON,
    Attention,
    CampaignStatus,
    ChannelStatus,
    Need,
    campaign_status,
    is_rest,
    most_urgent,
    need_of,
    troubles,
)
from announcer.store import campaign as store
from announcer.store import journal
from announcer.store.campaign import Campaign
from announcer.store.requests import Request
from announcer.store.tables import (
    announcement,
    announcement_version,
    delivery,
    event,
    event_version,
    message,
    to_micros,
)

_Named = Callable[[Message], CampaignStatus]


@dataclass(frozen=True, slots=True)
class Coming:
    """A message that leaves next, with its campaign."""

    message: Message
    campaign: CampaignStatus


@dataclass(frozen=True, slots=True)
class Glance:
    """What the first page of the desk shows."""

    attention: tuple[Attention, ...]
    coming: tuple[Coming, ...]
    channels: tuple[ChannelStatus, ...]
    pauses: Mapping[str, str]
    held: str | None  #: Why the service holds all sending.
    duties: Duties


def glance(connection: sa.Connection, house: House, now: datetime, shown: int = 12) -> Glance:
    """How things stand at `now`; `shown` is how many of the coming messages."""
    known: dict[Campaign, CampaignStatus] = {}

    def campaign(one: Message) -> CampaignStatus:
        key = store.campaign_of(one)
        if key not in known:
            known[key] = campaign_status(connection, house, key)
        return known[key]

    attention = [Attention(need, campaign(one), one) for one, need in _needing(connection, now)]
    attention += _in_trouble(connection, campaign, now)
    able = duties.who_can(connection, house, now, [(a.campaign.key, a.message) for a in attention if a.need in ASK])
    attention = [replace(one, able=able.get(one.message.id, ())) for one in attention]
    coming = store.messages(connection, only=message.c.id.in_(_next_ids(now, shown)))
    return Glance(
        attention=tuple(sorted(attention, key=most_urgent)),
        coming=tuple(Coming(one, campaign(one)) for one in coming),
        channels=tuple(channels(connection, house)),
        pauses=journal.pauses(connection),
        held=journal.recall(connection, journal.HOLD),
        duties=duties.read(connection, house, now),
    )


def _next_ids(now: datetime, shown: int) -> sa.Select[tuple[int]]:
    query = sa.select(message.c.id).where(message.c.state.in_(("scheduled", "sending")), message.c.due_at > now)
    return query.order_by(message.c.due_at, message.c.id).limit(shown)


def _needing(connection: sa.Connection, now: datetime) -> Iterable[tuple[Message, Need]]:
    near, recent = message.c.due_at <= now + SOON, message.c.due_at.between(now - RECENT, now)
    state = message.c.state
    asks = sa.or_(
        state == "held",
        sa.and_(state == "draft", near),
        sa.and_(state == "waiting", sa.or_(near, message.c.due_at.is_(None))),
        sa.and_(state == "missed", recent),
    )
    for one in store.messages(connection, only=asks):
        if (need := need_of(one, now)) is not None:
            yield one, need


def _in_trouble(connection: sa.Connection, campaign: _Named, now: datetime) -> list[Attention]:
    """What single deliveries tell. Each state is looked for where an index finds it."""
    found: list[Attention] = []
    for need, state in NEEDS.items():
        ids = _with_deliveries(connection, need, state.value, now)
        if not ids:
            continue
        by_id = {one.id: one for one in store.by_ids(connection, ids)}
        for message_id, trouble in troubles(connection, state, by_id):
            if need is Need.PAGE and not trouble.said.startswith(WAITS_FOR_PAGE):
                continue
            if need is not Need.MISSED or is_rest(by_id[message_id], now):
                found.append(Attention(need, campaign(by_id[message_id]), by_id[message_id], trouble))
    return found


def _with_deliveries(connection: sa.Connection, need: Need, state: str, now: datetime) -> Sequence[int]:
    if need is Need.MISSED:  # a million may have this state; only a message that left in part has a rest
        part = message.c.state == MessageState.PARTLY_SENT
        return connection.scalars(sa.select(message.c.id).where(part, message.c.due_at >= now - RECENT)).all()
    condition, order = _PARTS[need]
    query = sa.select(delivery.c.message_id).where(condition, delivery.c.state == state).order_by(*order).limit(_MOST)
    if need is Need.PAGE:
        query = query.where(delivery.c.said.startswith(WAITS_FOR_PAGE, autoescape=True))
    return list(dict.fromkeys(connection.scalars(query)))


#: A list may have thousands of failed mails; what lies behind so many is found once these are settled.
_MOST = 20_000
#: Condition and order of the partial indexes, word for word: only then does the database see that they fit.
_TROUBLE = sa.text("state IN ('failed', 'unknown', 'manual')"), (delivery.c.ready_at,)
_PARTS: Mapping[Need, tuple[sa.TextClause, tuple[sa.Column[Any], ...]]] = {
    Need.UNKNOWN: _TROUBLE,
    Need.FAILED: _TROUBLE,
    Need.BY_HAND: _TROUBLE,
    Need.HELD: (sa.text("state = 'held'"), (delivery.c.not_after,)),
    Need.PAGE: (
        sa.text("state IN ('pending', 'deferred')"),
        (delivery.c.channel, delivery.c.lane, delivery.c.ready_at, delivery.c.id),
    ),
}


def channels(connection: sa.Connection, house: House) -> Iterable[ChannelStatus]:
    """Every way out; when it was used last is counted by messages, not by their deliveries."""
    pauses = journal.pauses(connection)
    ahead = {name: "; ".join(found.problems) for name, found in preflight.findings(connection).items()}
    last = {
        row.channel: row.last
        for row in connection.execute(
            sa.select(message.c.channel, sa.func.max(message.c.sending_since).label("last")).group_by(message.c.channel)
        )
    }
    claimable = sa.text("state IN ('pending', 'deferred')")
    queued = {
        row.channel: row
        for row in connection.execute(
            sa.select(
                delivery.c.channel,
                sa.func.count().label("waiting"),
                sa.func.max(sa.case((delivery.c.state == "deferred", delivery.c.said))).label("said"),
            )
            .where(claimable)
            .group_by(delivery.c.channel)
        )
    }
    for name, way in house.exits.items():
        row = queued.get(name)
        said = (row.said if row else "") or ahead.get(name, "")
        yield ChannelStatus(
            name, way.kind, pauses.get(f"channel:{name}"), row.waiting if row else 0, last.get(name), said
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign in a list."""

    key: Campaign
    title: str
    status: str  #: Of its event; empty for an announcement alone.
    start: datetime | None  #: When its event begins.
    zone: ZoneInfo  #: On whose clock.
    counts: Mapping[str, int]
    next_at: datetime | None  #: When its next approved message leaves.

    @property
    def open(self) -> int:
        """How many of its messages wait for somebody."""
        return self.counts.get("draft", 0) + self.counts.get("held", 0)

    @property
    def total(self) -> int:
        """How many messages it has in all."""
        return sum(self.counts.values())


def lines(
    connection: sa.Connection, house: House, now: datetime, *, first: int = 0, number: int = 50, waiting: bool = False
) -> tuple[list[Line], int]:
    """The campaigns, those with something ahead first, then the newest; and how many there are.

    `waiting` leaves only those with messages that wait for an approval.
    """
    counted = _counted(connection, now)
    keys = [
        Campaign(event_id=id_) for id_ in connection.scalars(sa.select(event.c.id).order_by(event.c.created_at.desc()))
    ]
    alone = sa.select(announcement.c.id).where(announcement.c.event_id.is_(None))
    keys += [
        Campaign(announcement_id=id_) for id_ in connection.scalars(alone.order_by(announcement.c.created_at.desc()))
    ]
    if waiting:
        keys = [key for key in keys if _waits(counted.get(key, ({}, None))[0])]
    far = to_micros(now) * 2
    keys.sort(key=lambda key: to_micros(at) if (at := counted.get(key, ({}, None))[1]) else far)
    shown = keys[first : first + number]
    facts = {**_facts(connection, event, event_version, "event_id", [k.event_id for k in shown if k.event_id])}
    alone_ids = [k.announcement_id for k in shown if k.announcement_id]
    facts |= _facts(connection, announcement, announcement_version, "announcement_id", alone_ids)
    return [
        _line(key, facts.get(key.name, {}), *counted.get(key, ({}, None)), house.planning_zone) for key in shown
    ], len(keys)


def _waits(counts: Mapping[str, int]) -> bool:
    return counts.get("draft", 0) + counts.get("held", 0) > 0


def _line(
    key: Campaign,
    known: Mapping[str, object],
    counts: Mapping[str, int],
    next_at: datetime | None,
    office: ZoneInfo,
) -> Line:
    start = str(known.get("start") or "") if key.event_id else ""
    return Line(
        key=key,
        title=str(known.get("name") or known.get("headline") or key.name),
        status=str(known.get("status") or "") if key.event_id else "",
        start=datetime.fromisoformat(start) if start else None,
        zone=ZoneInfo(str(known["timezone"])) if known.get("timezone") else office,
        counts=counts,
        next_at=next_at,
    )


def _counted(connection: sa.Connection, now: datetime) -> dict[Campaign, tuple[dict[str, int], datetime | None]]:
    """How many messages of each campaign are in which state, and when the next one leaves."""
    query = sa.select(
        message.c.event_id, message.c.announcement_id, message.c.state, sa.func.count().label("number"),
        sa.func.min(sa.case((message.c.due_at > now, message.c.due_at))).label("next"),
    ).group_by(message.c.event_id, message.c.announcement_id, message.c.state)  # fmt: skip
    found: dict[Campaign, tuple[dict[str, int], datetime | None]] = {}
    for row in connection.execute(query):
        key = Campaign(row.event_id) if row.event_id else Campaign(None, row.announcement_id)
        counts, next_at = found.get(key, ({}, None))
        counts[row.state] = counts.get(row.state, 0) + row.number
        leaves = row.state in ("scheduled", "sending") and row.next is not None
        found[key] = (counts, min(row.next, next_at or row.next) if leaves else next_at)
    return found


def _facts(
    connection: sa.Connection, table: sa.Table, versions: sa.Table, column: str, ids: Sequence[str]
) -> dict[str, Mapping[str, object]]:
    query = (
        sa.select(table.c.id, versions.c.facts)
        .select_from(
            table.join(versions, sa.and_(versions.c[column] == table.c.id, versions.c.version == table.c.version))
        )
        .where(table.c.id.in_(ids))
    )
    return {row.id: json.loads(row.facts) for row in connection.execute(query)}


def requests_that_wait(
    connection: sa.Connection, house: House, now: datetime
) -> Sequence[tuple[Request, tuple[str, ...]]]:
    """Changes that wait for a second person, with the names of those who may confirm them."""
    return duties.read(connection, house, now).requests
