"""From a moment as a rule states it to an instant, or to the fact that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from announcer.model.campaign import Anchor, Moment, Unit
from announcer.model.changes import Facts
from announcer.model.facts import Certainty, Event, EventStatus, Session
from announcer.planning.calendar import OfficeCalendar, days_between
from announcer.planning.wallclock import at_wall_clock

_EXACT = {Unit.MINUTES: timedelta(minutes=1), Unit.HOURS: timedelta(hours=1)}
_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
#: Items that no longer take place; nothing is said of them.
FALLEN_OUT = frozenset({EventStatus.CANCELLED, EventStatus.POSTPONED})


@dataclass(frozen=True, slots=True)
class Missing:
    """What has to be known first, as keys like `session.start:grusswort`."""

    keys: tuple[str, ...]


def resolve(
    moment: Moment,
    facts: Facts,
    *,
    calendar: OfficeCalendar,
    published: datetime,
    zone: ZoneInfo | None = None,
    session: Session | None = None,
    day: date | None = None,
    changed_at: datetime | None = None,
) -> datetime | Missing:
    """The instant, in UTC, that `moment` means for these facts.

    Days and weeks are counted on the venue's wall clock: "7 days before,
    09:00" stays 09:00 when summer time begins in between. Minutes and hours
    are exact. `published` is the approval; an embargo that ends later takes
    its place. `zone` counts only for facts without an event. What hangs on a
    date that nobody confirmed is `Missing`, never guessed.
    """
    place = facts.event.zone if facts.event else zone or ZoneInfo("Europe/Berlin")
    anchor = _anchored(moment, facts, published, session, changed_at)
    if isinstance(anchor, Missing):
        return anchor
    if moment.anchor is Anchor.EACH_DAY and facts.event is not None:
        return _each_day(moment, facts.event, day or anchor.astimezone(place).date(), calendar)
    return _counted(moment, anchor, place, calendar)


def is_confirmed(event: Event | None) -> bool:
    """Whether a person stands for the event's date. Only then anything is counted from it."""
    return event is not None and event.start is not None and event.certainty is Certainty.CONFIRMED


def event_days(event: Event) -> tuple[date, ...]:
    """The local calendar days of the event; an end at midnight belongs to the day before.

    Without an end the last item of the programme tells the last day.
    """
    if event.start is None:
        return ()
    items = [s.start for s in event.sessions if s.start is not None]
    close = event.end - timedelta(microseconds=1) if event.end else max(items, default=event.start)
    last = max(event.start, close)
    return tuple(days_between(event.start.astimezone(event.zone).date(), last.astimezone(event.zone).date()))


def start_of_day(event: Event, day: date) -> datetime | Missing:
    """When the programme of `day` begins: its first item, else the time of day at which the event starts."""
    if event.start is None:
        return Missing(("event.start",))
    zone = event.zone
    starts = [s.start for s in event.sessions if s.start is not None and s.status not in FALLEN_OUT]
    of_day = [start for start in starts if start.astimezone(zone).date() == day]
    first = event.start.astimezone(zone)
    if day == first.date():
        return min([event.start, *of_day]).astimezone(UTC)
    return min(of_day).astimezone(UTC) if of_day else at_wall_clock(day, first.time(), zone)


def published_at(facts: Facts, published: datetime) -> datetime:
    """The announcement's embargo or its approval, whichever is later."""
    embargo = facts.announcement.embargoed_until if facts.announcement else None
    return max(embargo, published) if embargo else published


def _anchored(
    moment: Moment, facts: Facts, published: datetime, session: Session | None, changed_at: datetime | None
) -> datetime | Missing:
    match moment.anchor:
        case Anchor.ABSOLUTE:
            return _known(moment.absolute, "rule.absolute")
        case Anchor.PUBLICATION:
            return published_at(facts, published)
        case Anchor.APPROVAL:
            return published
        case Anchor.CHANGE:
            return _known(changed_at, "change")
    if not is_confirmed(facts.event):
        return Missing(("event.start",))
    if moment.anchor in {Anchor.SESSION_START, Anchor.SESSION_END}:
        return _of_session(moment.anchor, session)
    assert facts.event is not None  # is_confirmed said so
    return _of_event(moment.anchor, facts.event)


def _of_session(anchor: Anchor, session: Session | None) -> datetime | Missing:
    if session is None:
        return Missing(("session",))
    if anchor is Anchor.SESSION_START:
        return _known(session.start, f"session.start:{session.id}")
    return _known(session.end, f"session.end:{session.id}")


def _of_event(anchor: Anchor, event: Event) -> datetime | Missing:
    match anchor:
        case Anchor.END:
            return _known(event.end, "event.end")
        case Anchor.DOORS:
            return _known(event.doors, "event.doors")
        case Anchor.REGISTRATION_OPENS:
            return _known(event.registration.opens, "registration.opens")
        case Anchor.REGISTRATION_CLOSES:
            return _known(event.registration.closes, "registration.closes")
        case _:
            return _known(event.start, "event.start")


def _known(instant: datetime | None, key: str) -> datetime | Missing:
    return Missing((key,)) if instant is None else instant


def _counted(moment: Moment, anchor: datetime, zone: ZoneInfo, calendar: OfficeCalendar) -> datetime:
    if moment.unit in _EXACT:
        return anchor.astimezone(UTC) + moment.count * _EXACT[moment.unit]
    if moment.count == 0 and moment.at is None:
        return anchor.astimezone(UTC)  # not by the wall clock, which may show this time twice
    local = anchor.astimezone(zone)
    return at_wall_clock(_shifted(local.date(), moment, calendar), moment.at or local.time(), zone)


def _each_day(moment: Moment, event: Event, day: date, calendar: OfficeCalendar) -> datetime | Missing:
    if moment.unit in _EXACT:
        begin = start_of_day(event, day)
        return begin if isinstance(begin, Missing) else begin + moment.count * _EXACT[moment.unit]
    target = _shifted(day, moment, calendar)
    if moment.at is None:
        return start_of_day(event, target)
    return at_wall_clock(target, moment.at, event.zone)


def _shifted(day: date, moment: Moment, calendar: OfficeCalendar) -> date:
    if moment.unit is Unit.WORKING_DAYS:
        return calendar.shift_working_days(day, moment.count)
    return day + timedelta(days=moment.count * _DAYS[moment.unit])
