"""The morning mail: what leaves today and what it lacks, and what else needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from announcer.alerts import rules
from announcer.alerts.gathering import Situation, campaign_of
from announcer.alerts.notices import Due, Happened, Kind, Recipient, To, Told
from announcer.model.campaign import Message
from announcer.model.ledger import MessageState
from announcer.office.house import House
from announcer.planning.calendar import calendar_of
from announcer.planning.wallclock import at_wall_clock
from announcer.store import campaign, journal
from announcer.store.tables import message

#: The setting with the day whose morning was looked at.
LOOKED = "morning-looked"
#: What leaves today, or would if it had what it lacks.
_TODAY = (
    MessageState.DRAFT, MessageState.WAITING, MessageState.SCHEDULED, MessageState.HELD,
    MessageState.PAUSED, MessageState.SENDING,
)  # fmt: skip


def morning(
    connection: sa.Connection,
    house: House,
    situation: Situation,
    others: Sequence[Recipient],
    memory: rules.Memory,
    since: datetime,
    now: datetime,
) -> Iterator[Due]:
    """Today's mail to everybody who has not got it, if there is anything to say."""
    zone = house.planning_zone
    today = now.astimezone(zone).date()
    at = house.settings.alerts.morning
    if not rules.is_morning(now, today, at, zone, since) or journal.recall(connection, LOOKED) == today.isoformat():
        return
    key = rules.morning_key(today)
    new = [one for one in (*rules.recipients(situation.staff.people), *others) if not memory.knows(key, one)]
    if not new:
        return
    leaving = [*_leaving(connection, house, today)]
    open_ends = _open_ends(situation, {one.id for one in leaving})
    if not rules.has_news(calendar_of(house.settings.office), today, len(leaving), len(open_ends)):
        return
    items = [*(_of_today(one) for one in leaving), *open_ends]
    # The first stands for the whole mail: whoever has its key has got today's.
    told = [Told(f"{key}:{number}" if number else key, one) for number, one in enumerate(items)]
    until = rules.morning_moment(today, at, zone) + 2 * rules.MORNING_LASTS
    for recipient in new:
        yield Due(recipient, Kind.MORNING, tuple(told), now, until)


def looked(connection: sa.Connection, house: House, now: datetime) -> None:
    """There was nothing to say this morning: what turns up later today is told as it happens."""
    today = now.astimezone(house.planning_zone).date()
    if now >= rules.morning_moment(today, house.settings.alerts.morning, house.planning_zone):
        journal.remember(connection, LOOKED, today.isoformat())


def is_over(connection: sa.Connection, house: House, now: datetime) -> bool:
    """Whether this morning was looked at already, or is still to come."""
    today = now.astimezone(house.planning_zone).date()
    early = now < rules.morning_moment(today, house.settings.alerts.morning, house.planning_zone)
    return early or journal.recall(connection, LOOKED) == today.isoformat()


def _leaving(connection: sa.Connection, house: House, today: date) -> list[Message]:
    zone = house.planning_zone
    begin, end = (at_wall_clock(day, time(), zone) for day in (today, today + timedelta(days=1)))
    dated = sa.and_(message.c.due_at >= begin, message.c.due_at < end)
    ending = sa.and_(message.c.due_at.is_(None), message.c.not_after >= begin, message.c.not_after < end)
    return campaign.messages(connection, states=_TODAY, only=sa.or_(dated, ending))


def _of_today(one: Message) -> Happened:
    why = one.planned.why[-1] if one.state is MessageState.HELD and one.planned.why else ""
    return Happened("", Kind.MORNING, To.EVERYBODY, campaign_of(one), one, details={"why": why})


def _open_ends(situation: Situation, leaving: set[int]) -> list[Happened]:
    """What needs somebody and does not leave today: held messages, deliveries in doubt, requests.

    A delivery that failed was told when it did, and nobody can mend it.
    """
    kinds = {Kind.DECIDE, Kind.TROUBLE, Kind.STOPPED, Kind.REQUEST}
    return [
        one
        for one in situation.happened
        if one.kind in kinds
        and one.details.get("state") != "failed"
        and not (one.message is not None and one.message.id in leaving)
    ]
