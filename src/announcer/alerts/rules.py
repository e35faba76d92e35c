"""Which notices are due now. Pure: the same situation always gives the same answer.

Nothing is remembered here but what was told: after a restart, or an outage of
days, the same rules find what is still to be told, once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from announcer.alerts.notices import Due, Happened, Kind, Recipient, To, Told, Waiting
from announcer.model.people import Colleague
from announcer.office.approval import Staff
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.wallclock import at_wall_clock

#: How long before its moment a message that waits for somebody is brought to mind.
DAY, SHORT, LAST = timedelta(hours=24), timedelta(hours=2), timedelta(hours=1)
#: What comes up this soon afterwards goes into the same mail: a full programme makes one mail, not forty.
AHEAD: Mapping[timedelta, timedelta] = {
    DAY: timedelta(hours=12),
    SHORT: timedelta(hours=1),
    LAST: timedelta(minutes=30),
}
#: Whoever has just planned is about to approve: a reminder that is late anyway waits so long.
GRACE = timedelta(minutes=5)
#: But not if the moment is nearer than this.
HURRY = timedelta(minutes=15)
#: A mail that could not be sent for so long is worth nothing any more.
WORTH = timedelta(days=3)
#: The morning mail is worth writing so long after its time, and sending for as long again.
MORNING_LASTS = timedelta(hours=6)
#: The longest pause between two mails of one kind to one person; it grows by a minute with each of the last hour.
LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told before."""

    told: frozenset[tuple[str, str]] = frozenset()  #: (notice, recipient)
    lately: Mapping[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    """By (kind, recipient): how many mails in the last hour, and when the last one was."""

    def knows(self, key: str, recipient: Recipient) -> bool:
        """Whether this recipient was told."""
        return (key, recipient.id) in self.told

    def paused(self, kind: Kind, recipient: Recipient, now: datetime) -> bool:
        """Whether the last mail of this kind was so recently that the next one waits and gathers more."""
        number, last = self.lately.get((kind.value, recipient.id), (0, now))
        return number > 0 and now - last < min(timedelta(minutes=number), LONGEST_PAUSE)


# -- Reminders before a moment. --


def stages(staff: Staff, one: Waiting, today: date) -> dict[str, tuple[timedelta, ...]]:
    """By person: how long before the moment they are reminded of what waits.

    Words and facts can come from anybody. An approval comes from those who
    approve; two hours before, their deputies are told as well, and an hour
    before everybody who stands in for anybody.
    """
    if one.needs is Kind.WORDS:
        return {person.id: (DAY, SHORT) for person in staff.people}
    able = staff.able(one.authors, today)
    first = [person for person in able if person.approves] or list(staff.approvers) or list(staff.people)
    found: dict[str, tuple[timedelta, ...]] = {person.id: (DAY, SHORT) for person in first}
    for deputies, when in (
        (staff.deputies_of(first, today), (SHORT, LAST)),
        (staff.deputies_of(staff.approvers, today), (LAST,)),
    ):
        for deputy in deputies:
            if deputy in able:
                found[deputy.id] = tuple(sorted({*found.get(deputy.id, ()), *when}, reverse=True))
    return found


def reminder_key(one: Waiting, stage: timedelta) -> str:
    """The key of a reminder: another moment is reminded of anew."""
    return f"{one.needs}:{one.message.id}:{one.moment.astimezone(UTC):%Y%m%dT%H%M}:{stage // timedelta(hours=1)}h"


def stage_of(when: Collection[timedelta], moment: datetime, now: datetime, *, ahead: bool = False) -> timedelta | None:
    """The last of these reminders whose time has come. Of several that are past, only the last counts."""
    come = [stage for stage in when if moment - stage - (AHEAD[stage] if ahead else timedelta(0)) <= now]
    return min(come, default=None)


def reminders(
    waiting: Sequence[Waiting], staff: Staff, ways: Sequence[Recipient], memory: Memory, now: datetime, today: date
) -> Iterator[Due]:
    """What is due before the moments of messages that wait for somebody."""
    by_person = {one.message.id: stages(staff, one, today) for one in waiting}
    everything = (DAY, SHORT, LAST)
    for recipient in (*recipients(staff.people), *ways):
        for kind in (Kind.APPROVE, Kind.WORDS):
            mine = [
                (one, everything if recipient in ways else by_person[one.message.id].get(recipient.id, ()))
                for one in waiting
                if one.needs is kind
            ]
            if (due := _reminder(mine, recipient, kind, memory, now)) is not None:
                yield due


def _reminder(
    mine: Sequence[tuple[Waiting, tuple[timedelta, ...]]],
    recipient: Recipient,
    kind: Kind,
    memory: Memory,
    now: datetime,
) -> Due | None:
    come = _come(mine, recipient, memory, now, ahead=False)
    if not come or memory.paused(kind, recipient, now):
        return None
    soon = [pair for pair in mine if all(pair[0] is not one for one, _ in come)]
    told = [*come, *_come(soon, recipient, memory, now, ahead=True)]
    told.sort(key=lambda pair: (pair[0].moment, pair[0].message.id))
    last = max(one.message.planned.not_after or one.moment + WORTH for one, _ in told)
    return Due(
        recipient,
        kind,
        tuple(Told(reminder_key(one, stage), one) for one, stage in told),
        now + GRACE if all(_may_wait(one, stage, now) for one, stage in come) else now,
        max(min(last, now + WORTH), now + GRACE),
    )


def _come(
    mine: Sequence[tuple[Waiting, tuple[timedelta, ...]]],
    recipient: Recipient,
    memory: Memory,
    now: datetime,
    *,
    ahead: bool,
) -> list[tuple[Waiting, timedelta]]:
    found = []
    for one, when in mine:
        stage = stage_of(when, one.moment, now, ahead=ahead)
        if stage is not None and not memory.knows(reminder_key(one, stage), recipient):
            found.append((one, stage))
    return found


def _may_wait(one: Waiting, stage: timedelta, now: datetime) -> bool:
    """Whether its time was past before anybody could know: it has just been planned."""
    late = now - (one.moment - stage) > GRACE
    return late and not timedelta(0) < one.moment - now < HURRY


# -- What has happened. --


def alerts(
    happened: Sequence[Happened], staff: Staff, ways: Sequence[Recipient], memory: Memory, now: datetime, today: date
) -> Iterator[Due]:
    """What is told at once, one mail per recipient and kind."""
    for recipient in (*recipients(staff.people), *ways):
        for kind in Kind:
            news = [
                Told(one.key, one)
                for one in happened
                if one.kind is kind
                and not memory.knows(one.key, recipient)
                and (recipient in ways or recipient.id in concerned(staff, one, today))
            ]
            if news and not memory.paused(kind, recipient, now):
                yield Due(recipient, kind, tuple(news), now, now + WORTH)


def concerned(staff: Staff, one: Happened, today: date) -> frozenset[str]:
    """The ids of those who have to know."""
    people: Collection[Colleague] = staff.people
    match one.to:
        case To.APPROVERS:
            people = staff.may_approve_today(today) or staff.people
        case To.ABLE:
            people = staff.able(one.authors, today) or staff.approvers or staff.people
        case To.AUTHORS:
            people = [person for person in staff.people if staff.wrote(person, one.authors)]
    return frozenset(person.id for person in people)


# -- The morning mail. --


def morning_moment(today: date, at: time, zone: ZoneInfo) -> datetime:
    """When today's morning mail is due."""
    return at_wall_clock(today, at, zone)


def morning_key(today: date) -> str:
    """The key of a morning mail."""
    return f"morning:{today.isoformat()}"


def is_morning(now: datetime, today: date, at: time, zone: ZoneInfo, since: datetime) -> bool:
    """Whether today's morning mail may be written now: from its time on, for a while, if the office was there then."""
    moment = morning_moment(today, at, zone)
    return since <= moment <= now < moment + MORNING_LASTS


def has_news(calendar: OfficeCalendar, today: date, leaving: int, open_ends: int) -> bool:
    """Whether the morning mail says anything: what leaves today, or on a working day what needs somebody."""
    return leaving > 0 or (open_ends > 0 and calendar.is_working_day(today))


def recipients(people: Collection[Colleague]) -> tuple[Recipient, ...]:
    """The people as recipients of mail."""
    return tuple(Recipient(person.id, "mail", person.name) for person in people)
