"""What the ledger says that somebody has to know. Reads only; `rules` decides what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from announcer.alerts.notices import Happened, Kind, To, Waiting
from announcer.alerts.rules import AHEAD, DAY
from announcer.channels.own_pages import WAITS_FOR_PAGE
from announcer.model.campaign import Message
from announcer.model.ledger import DeliveryState, MessageState
from announcer.model.people import Actor
from announcer.office import preflight, staff
from announcer.office.approval import FACTUAL, Staff
from announcer.office.house import House
from announcer.store import by_hand, campaign, journal, requests
from announcer.store.campaign import Campaign
from announcer.store.office_tables import change_request
from announcer.store.requests import RequestState
from announcer.store.tables import audit, change, delivery, message

#: What happened longer ago is history.
HISTORY = timedelta(days=7)
#: No message is worth sending for longer than this after its moment, unless for ever.
LONGEST_WORTH = timedelta(days=400)
#: A page that does not answer for so long needs somebody.
PAGE_PATIENCE = timedelta(minutes=5)
_FACTUAL = [kind.__name__ for kind in FACTUAL]
_NEEDS = {MessageState.DRAFT: Kind.APPROVE, MessageState.WAITING: Kind.WORDS}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that may have to be told, told already or not."""

    staff: Staff
    waiting: tuple[Waiting, ...]
    happened: tuple[Happened, ...]


def gather(connection: sa.Connection, house: House, since: datetime, now: datetime) -> Situation:
    """How things stand; what was over before `since` is left out, what still is so counts however old."""
    people = staff.read(connection, house)

    @cache
    def wrote(key: Campaign, id_: int) -> frozenset[str]:
        if not people.four_eyes:
            return frozenset()
        return staff.authors(connection, key, campaign.message_by_id(connection, id_))

    begin = max(since, now - HISTORY)
    return Situation(
        people,
        tuple(_waiting(connection, wrote, since, now)),
        (
            *_held_messages(connection, wrote),
            *_held_deliveries(connection),
            *_missed(connection, begin, now),
            *_partly_missed(connection, begin),
            *_trouble(connection, begin),
            *_without_page(connection, now),
            *_by_hand(connection),
            *_preflight(connection, begin),
            *_stopped(connection),
            *(_changes(connection, begin) if people.four_eyes else ()),
            *_requests(connection, begin),
        ),
    )


def campaign_of(one: Message) -> Campaign:
    """Whose message it is."""
    return campaign.campaign_of(one)


_Authors = Callable[[Campaign, int], frozenset[str]]


def _waiting(connection: sa.Connection, wrote: _Authors, since: datetime, now: datetime) -> Iterator[Waiting]:
    until = now + DAY + AHEAD[DAY]
    worth = sa.or_(message.c.not_after.is_(None), message.c.not_after >= now)
    dated = sa.and_(message.c.due_at <= until, worth)
    for one in _either(connection, _NEEDS, dated, sa.and_(message.c.not_after <= until, worth)):
        moment = one.planned.due_at or one.planned.not_after
        if moment is not None and moment >= since:
            key = campaign_of(one)
            needs = _NEEDS[one.state]
            yield Waiting(one, key, needs, moment, wrote(key, one.id) if needs is Kind.APPROVE else frozenset())


def _either(
    connection: sa.Connection,
    states: Iterable[MessageState],
    dated: sa.ColumnElement[bool],
    undated: sa.ColumnElement[bool],
) -> Iterator[Message]:
    """Messages with a moment, and those without: apart, so that the index finds them among 100,000."""
    yield from campaign.messages(connection, states=states, only=dated)
    yield from campaign.messages(connection, states=states, only=sa.and_(message.c.due_at.is_(None), undated))


def _held_messages(connection: sa.Connection, wrote: _Authors) -> Iterator[Happened]:
    for one in campaign.messages(connection, states=[MessageState.HELD]):
        key = campaign_of(one)
        reasons = len(one.planned.why)  # one more each time it is held
        yield Happened(
            f"held:{one.id}:{reasons}", Kind.DECIDE, To.ABLE, key, one, wrote(key, one.id), {"why": _last(one)}
        )


def _held_deliveries(connection: sa.Connection) -> Iterator[Happened]:
    """Late deliveries, and mails above the weekly limit: approved long ago, so whoever approves decides."""
    by_message = delivery.c.message_id + 0  # as in `_trouble`
    query = (
        sa.select(
            by_message.label("message_id"),
            sa.func.min(delivery.c.id).label("id"),
            sa.func.count().label("number"),
            sa.func.max(delivery.c.said).label("said"),
        )
        .where(sa.text("state = 'held'"))  # spelt as in the partial index
        .group_by(by_message)
        .order_by(by_message)
    )
    for row in connection.execute(query):
        one = campaign.message_by_id(connection, row.message_id)
        details = {"deliveries": str(row.number), "said": row.said or ""}
        key = f"decide:{one.id}:{row.id}"
        yield Happened(key, Kind.DECIDE, To.APPROVERS, campaign_of(one), one, details=details)


def _last(one: Message) -> str:
    return one.planned.why[-1] if one.planned.why else ""


def _missed(connection: sa.Connection, begin: datetime, now: datetime) -> Iterator[Happened]:
    # What is worth sending for ever ends only by being late, soon after its moment.
    over = sa.or_(message.c.not_after >= begin, sa.and_(message.c.not_after.is_(None), message.c.due_at >= begin))
    dated = sa.and_(message.c.due_at >= begin - LONGEST_WORTH, over)
    for one in _either(connection, [MessageState.MISSED], dated, message.c.not_after >= begin):
        if not one.was_dropped and not (one.planned.due_at and one.planned.due_at > now):
            yield Happened(
                f"missed:{one.id}", Kind.MISSED, To.EVERYBODY, campaign_of(one), one, details={"why": _last(one)}
            )


def _partly_missed(connection: sa.Connection, begin: datetime) -> Iterator[Happened]:
    """Messages of which some mails or posts came too late to leave."""
    for one in campaign.messages(connection, states=[MessageState.PARTLY_SENT], only=message.c.settled_at >= begin):
        lost = sa.select(sa.func.count()).where(delivery.c.message_id == one.id, delivery.c.state == "missed")
        if number := connection.scalar(lost):
            details = {"why": "late", "number": str(number)}
            yield Happened(f"partly:{one.id}", Kind.MISSED, To.EVERYBODY, campaign_of(one), one, details=details)


def _trouble(connection: sa.Connection, begin: datetime) -> Iterator[Happened]:
    """Each post that failed or is in doubt; what has to be done by hand is told apart.

    Failed mails once per message, with their number and nobody's address.
    """
    mail = delivery.c.subscriber_id.isnot(None)
    by_message = delivery.c.message_id + 0  # or the planner groups by going through the whole ledger
    query = (
        sa.select(
            by_message.label("message_id"),
            delivery.c.state,
            sa.func.min(delivery.c.id).label("id"),
            sa.func.count().label("number"),
            sa.func.max(delivery.c.said).label("said"),
            mail.label("mail"),
        )
        .where(
            # The states spelt as in the partial index; a task is told as such.
            sa.text("state IN ('failed', 'unknown', 'manual')"),
            delivery.c.state != "manual",
            delivery.c.ready_at >= begin,
        )
        .group_by(by_message, delivery.c.state, mail, sa.case((mail, 0), else_=delivery.c.id))
        .order_by(sa.func.min(delivery.c.id))
    )
    for row in connection.execute(query):
        one = campaign.message_by_id(connection, row.message_id)
        state = DeliveryState(row.state).value
        key = f"{state}:mails:{one.id}" if row.mail else f"{state}:{row.id}"
        details = {
            "state": state, "delivery": str(row.id), "number": str(row.number),
            "said": row.said or "", "mail": "yes" if row.mail else "",
        }  # fmt: skip
        yield Happened(key, Kind.TROUBLE, To.EVERYBODY, campaign_of(one), one, details=details)


def _without_page(connection: sa.Connection, now: datetime) -> Iterator[Happened]:
    """Messages that wait for a page of our own; one look at each that is being sent and late."""
    late = message.c.due_at <= now - PAGE_PATIENCE
    for one in campaign.messages(connection, states=[MessageState.SENDING], only=late):
        waits = sa.and_(delivery.c.message_id == one.id, delivery.c.state == "deferred")
        row = connection.execute(sa.select(delivery.c.id, delivery.c.said).where(waits).limit(1)).one_or_none()
        if row is not None and (row.said or "").startswith(WAITS_FOR_PAGE):
            url, _, said = row.said.removeprefix(WAITS_FOR_PAGE).partition("|")
            details = {"state": "page", "delivery": str(row.id), "number": "1", "said": said, "mail": "", "url": url}
            key = campaign_of(one)
            yield Happened(f"page:{one.id}", Kind.TROUBLE, To.EVERYBODY, key, one, details=details)


def _by_hand(connection: sa.Connection) -> Iterator[Happened]:
    """Each task that only a person can do, from its moment on."""
    for task in by_hand.tasks(connection):
        one = campaign.message_by_id(connection, task.message_id)
        details = {"delivery": str(task.id), "said": task.said, "action": task.action.value}
        yield Happened(f"hand:{task.id}", Kind.HAND, To.EVERYBODY, campaign_of(one), one, details=details)


def _preflight(connection: sa.Connection, begin: datetime) -> Iterator[Happened]:
    """What the look at a channel found that is needed soon."""
    for name, found in preflight.findings(connection).items():
        if found.problems and found.at >= begin:
            details = {"channel": name, "why": "; ".join(found.problems)}
            yield Happened(f"preflight:{name}:{found.at:%Y%m%dT%H%M}", Kind.PREFLIGHT, To.EVERYBODY, details=details)


def _stopped(connection: sa.Connection) -> Iterator[Happened]:
    """Channels that paused themselves, and the hold of everything; a pause by somebody is known to the office."""
    for what, why in journal.pauses(connection).items():
        if what.startswith("channel:"):
            name = what.removeprefix("channel:")
            found = _latest(connection, "pause", [what, f"channel {name}"])
            if found is not None and found.actor == Actor.clock().name:
                details = {"channel": name, "why": why}
                yield Happened(f"paused:{name}:{found.id}", Kind.STOPPED, To.EVERYBODY, details=details)
    held = journal.recall(connection, journal.HOLD)
    if held is not None:
        found = _latest(connection, "hold", [journal.ALL])
        if found is not None:
            yield Happened(f"hold:{found.id}", Kind.STOPPED, To.EVERYBODY, details={"hold": held, "why": held})


def _latest(connection: sa.Connection, verb: str, subjects: Sequence[str]) -> Any:
    query = (
        sa.select(audit.c.id, audit.c.actor)
        .where(audit.c.verb == verb, audit.c.subject.in_(subjects))
        .order_by(audit.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def _changes(connection: sa.Connection, begin: datetime) -> Iterator[Happened]:
    query = sa.select(change).where(change.c.at >= begin, change.c.kind.in_(_FACTUAL)).order_by(change.c.id)
    for row in connection.execute(query):
        key = Campaign(row.event_id) if row.event_id else Campaign(None, row.announcement_id)
        details = {"change": str(row.id), "who": row.actor, "why": row.reason}
        yield Happened(f"change:{row.id}", Kind.CHANGE, To.APPROVERS, key, details=details)


def _requests(connection: sa.Connection, begin: datetime) -> Iterator[Happened]:
    open_or_new = sa.or_(change_request.c.decided_at.is_(None), change_request.c.decided_at >= begin)
    for one in requests.listed(connection, state=None, only=open_or_new):
        details = {"request": str(one.id), "who": one.actor, "why": one.reason}
        wrote = frozenset({one.actor})
        if one.state is RequestState.OPEN:
            yield Happened(f"request:{one.id}", Kind.REQUEST, To.ABLE, one.campaign, authors=wrote, details=details)
        elif one.decided_by != one.actor:
            details |= {"who": one.decided_by or "", "why": one.answer, "state": one.state.value}
            yield Happened(f"decided:{one.id}", Kind.DECIDED, To.AUTHORS, one.campaign, authors=wrote, details=details)
