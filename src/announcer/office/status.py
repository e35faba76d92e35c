"""Where everything stands: what is next, what needs a person, what is paused. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from announcer.channels.own_pages import WAITS_FOR_PAGE
from announcer.model.campaign import Message
from announcer.model.digests import Digest
from announcer.model.facts import Announcement, Certainty, Event, EventStatus
from announcer.model.ledger import DeliveryState, MessageState
from announcer.office import duties, editions, preflight
from announcer.office.campaigns import all_campaigns
from announcer.office.duties import Duties
from announcer.office.house import House
from announcer.store import campaign as store
from announcer.store import digests, facts, journal, ledger
from announcer.store.campaign import Campaign
from announcer.store.journal import Entry
from announcer.store.tables import audit, delivery

#: A draft whose moment is nearer than this needs somebody today.
SOON = timedelta(hours=24)
#: A missed message is worth mentioning this long.
RECENT = timedelta(days=7)
ASK = frozenset({"approve", "held"})
_OVER = frozenset({MessageState.CANCELLED, MessageState.SUPERSEDED, MessageState.MISSED})


class Need(StrEnum):
    """Why a message needs a person."""

    APPROVE = "approve"  #: A draft due within a day, or already past its moment.
    WAITING = "waiting"  #: A fact or a text is missing, and its moment is within a day or unknown.
    HELD = "held"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"  #: A correction that its network can't make: a person has to.
    PAGE = "page"  #: A page that it links to does not answer, so it waits.
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Deliveries of one message that failed, of which nobody knows, or which only a person can make."""

    id: int  #: The first of them.
    number: int
    said: str
    mail: bool
    corrects: bool = False  #: It puts right what has left; failed, or a person's task, it can be settled.
    url: str = ""  #: Where that stands.


@dataclass(frozen=True, slots=True)
class Attention:
    """Something a person has to look at."""

    need: Need
    campaign: CampaignStatus
    message: Message
    trouble: Trouble | None = None
    able: tuple[str, ...] = ()  #: Who may approve it today; empty where anybody may, or nobody.


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """One campaign at a glance."""

    key: Campaign
    event: Event | None
    announcement: Announcement | None
    zone: ZoneInfo
    counts: Mapping[MessageState, int]
    next: Message | None  #: The next approved message.
    digest: Digest | None = None

    @property
    def id(self) -> str:
        """The name under which verbs find it."""
        return self.key.name

    @property
    def title(self) -> str:
        """What it is called."""
        if self.event is not None:
            return self.event.name
        if self.digest is not None:
            return self.digest.title
        return self.announcement.headline if self.announcement is not None else self.id

    @property
    def unconfirmed(self) -> bool:
        """Whether its event lacks a confirmed date, so that nothing leaves."""
        if self.event is None or self.event.status is EventStatus.CANCELLED:
            return False
        return self.event.start is None or self.event.certainty is not Certainty.CONFIRMED


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """One way out at a glance."""

    name: str
    kind: str
    paused: str | None  #: The reason, None if it runs.
    waiting: int  #: Deliveries in the queue.
    last_sent: datetime | None
    trouble: str  #: What the network said when it last put a delivery off, or what the look ahead found.


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything `status` shows."""

    campaigns: tuple[CampaignStatus, ...]
    attention: tuple[Attention, ...]
    pauses: Mapping[str, str]
    held: str | None  #: Why the service holds all sending, None if it doesn't.
    channels: tuple[ChannelStatus, ...]
    duties: Duties = field(default_factory=Duties)


def overview(connection: sa.Connection, house: House, now: datetime, only: Campaign | None = None) -> Overview:
    """How things stand at `now`, for all campaigns or one."""
    keys = [only] if only is not None else all_campaigns(connection)
    found = [(campaign_status(connection, house, key), store.messages(connection, key)) for key in keys]
    attention = [
        one for status, messages in found for one in _attention(connection, _counted(status, messages), messages, now)
    ]
    able = duties.who_can(connection, house, now, [(a.campaign.key, a.message) for a in attention if a.need in ASK])
    attention = [replace(one, able=able.get(one.message.id, ())) for one in attention]
    return Overview(
        campaigns=tuple(_counted(status, messages) for status, messages in found),
        attention=tuple(sorted(attention, key=most_urgent)),
        duties=duties.read(connection, house, now, only),
        pauses=journal.pauses(connection),
        held=journal.recall(connection, journal.HOLD),
        channels=tuple(_channels(connection, house)),
    )


def campaign_status(connection: sa.Connection, house: House, key: Campaign) -> CampaignStatus:
    """A campaign with its facts, not yet with its messages; raises `NotFound`."""
    event: Event | None = None
    announcement: Announcement | None = None
    if key.digest_id is not None:
        digest = editions.digest_of(digests.row(connection, key.digest_id))
        return CampaignStatus(key, None, None, house.planning_zone, {}, None, digest)
    if key.event_id is not None:
        event = facts.event_facts(connection, key.event_id)
        ids: Sequence[str] = facts.announcement_ids(connection, key.event_id)
    else:
        ids = [key.announcement_id or ""]
    if ids:
        announcement = facts.announcement_facts(connection, ids[0])
    return CampaignStatus(key, event, announcement, event.zone if event else house.planning_zone, {}, None)


def _counted(status: CampaignStatus, messages: Sequence[Message]) -> CampaignStatus:
    scheduled = (m for m in messages if m.state is MessageState.SCHEDULED)  # in the order of their moments
    counts = Counter(message.state for message in messages)
    return replace(status, counts=dict(counts), next=next(scheduled, None))


def _attention(
    connection: sa.Connection, status: CampaignStatus, messages: Sequence[Message], now: datetime
) -> Iterable[Attention]:
    for message in messages:
        if (need := need_of(message, now)) is not None:
            yield Attention(need, status, message)
    by_id = {message.id: message for message in messages}
    for need, state in NEEDS.items():
        for message_id, trouble in troubles(connection, state, by_id):
            if need is Need.PAGE and not trouble.said.startswith(WAITS_FOR_PAGE):
                continue  # put off by its network, and tried again by itself
            if need is not Need.MISSED or is_rest(by_id[message_id], now):
                yield Attention(need, status, by_id[message_id], trouble)


#: What deliveries tell, beyond the state of their message.
NEEDS = {
    Need.UNKNOWN: DeliveryState.UNKNOWN,
    Need.FAILED: DeliveryState.FAILED,
    Need.BY_HAND: DeliveryState.MANUAL,
    Need.HELD: DeliveryState.HELD,
    Need.PAGE: DeliveryState.DEFERRED,
    Need.MISSED: DeliveryState.MISSED,
}


def is_rest(message: Message, now: datetime) -> bool:
    """Whether its missed deliveries are the rest of a message that has left in part, a short while ago."""
    due = message.planned.due_at
    return message.state is MessageState.PARTLY_SENT and due is not None and now - RECENT <= due


def need_of(message: Message, now: datetime) -> Need | None:
    """Whether a message needs a person at `now`, apart from what its deliveries tell."""
    due = message.planned.due_at
    match message.state:
        case MessageState.HELD:
            return Need.HELD
        case MessageState.DRAFT if due is not None and due <= now + SOON:
            return Need.APPROVE
        case MessageState.WAITING if due is None or due <= now + SOON:
            return Need.WAITING
        # What planning itself dropped was never wanted: nobody missed it.
        case MessageState.MISSED if due is not None and now - RECENT <= due <= now and not message.was_dropped:
            return Need.MISSED
    return None


def troubles(
    connection: sa.Connection, state: DeliveryState, messages: Collection[int]
) -> Iterable[tuple[int, Trouble]]:
    """Failed mails are counted by message: a list has thousands, and their addresses stay out of sight."""
    mail = delivery.c.subscriber_id.isnot(None)
    original = delivery.alias("original")
    query = (
        sa.select(
            delivery.c.message_id,
            sa.func.min(delivery.c.id).label("id"),
            sa.func.count().label("number"),
            sa.func.max(delivery.c.said).label("said"),
            mail.label("mail"),
            sa.func.max(delivery.c.revision).label("revision"),
            sa.func.max(original.c.receipt).label("receipt"),
        )
        .outerjoin(original, (original.c.id == delivery.c.corrects_id) & sa.not_(mail))
        .where(delivery.c.state == state, delivery.c.message_id.in_(list(messages)))
        .group_by(delivery.c.message_id, mail, sa.case((mail, 0), else_=delivery.c.id))
        .order_by(sa.func.min(delivery.c.id))
    )
    for row in connection.execute(query):
        receipt = ledger.read_receipt(row.receipt)
        url = receipt.url if receipt else ""
        yield row.message_id, Trouble(row.id, row.number, row.said or "", bool(row.mail), row.revision > 0, url)


_ORDER = (Need.UNKNOWN, Need.FAILED, Need.BY_HAND, Need.HELD, Need.PAGE, Need.APPROVE, Need.WAITING, Need.MISSED)


def most_urgent(one: Attention) -> tuple[int, float, int]:
    """The order in which a person looks at things."""
    due = one.message.planned.due_at
    return _ORDER.index(one.need), due.timestamp() if due else float("inf"), one.message.id


def _channels(connection: sa.Connection, house: House) -> Iterable[ChannelStatus]:
    pauses = journal.pauses(connection)
    ahead = {name: "; ".join(found.problems) for name, found in preflight.findings(connection).items()}
    waiting = delivery.c.state.in_(("pending", "deferred"))
    query = sa.select(
        delivery.c.channel,
        sa.func.sum(sa.case((waiting, 1), else_=0)).label("waiting"),
        sa.func.max(delivery.c.sent_at).label("last"),
        sa.func.max(sa.case((delivery.c.state == "deferred", delivery.c.said))).label("said"),
    ).group_by(delivery.c.channel)
    rows = {row.channel: row for row in connection.execute(query)}
    for name, way in house.exits.items():
        row = rows.get(name)
        paused = pauses.get(f"channel:{name}")
        if row is None:
            yield ChannelStatus(name, way.kind, paused, 0, None, ahead.get(name, ""))
        else:
            trouble = row.said or ahead.get(name, "")
            yield ChannelStatus(name, way.kind, paused, int(row.waiting), row.last, trouble)


def living(messages: Iterable[Message]) -> list[Message]:
    """The messages that have left or still may."""
    return [message for message in messages if message.state not in _OVER]


def entries(connection: sa.Connection, key: Campaign | None, limit: int) -> list[Entry]:
    """The last lines of the log, of all or of one campaign with its messages; the newest first."""
    if key is None:
        return journal.entries(connection, limit=limit)
    numbers = [f"message {message.id}" for message in store.messages(connection, key)]
    names = [str(key)]
    if key.event_id is not None:
        names += [f"announcement {id_}" for id_ in facts.announcement_ids(connection, key.event_id)]
    mine: list[sa.ColumnElement[bool]] = [audit.c.subject.in_([*numbers, *names, f"event:{key.event_id}"])]
    mine += [audit.c.subject.startswith(f"{name} ", autoescape=True) for name in names]
    query = sa.select(audit).where(sa.or_(*mine)).order_by(audit.c.id.desc()).limit(limit)
    return [Entry(r.at, r.actor, r.verb, r.subject, r.before, r.after, r.why) for r in connection.execute(query)]
