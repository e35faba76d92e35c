"""What a change makes of the facts.

The other questions about a change have rooms of their own: its words
(`announced`), what still says the old value (`stale`), which messages follow
(`notices`), what becomes of the messages there are (`difference`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from announcer.errors import PlanningError
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
    Withdraw,
)
from announcer.model.facts import (
    Announcement,
    Certainty,
    Event,
    EventStatus,
    Person,
    Place,
    PubStatus,
    Registration,
    Session,
)
from announcer.planning import programme
from announcer.planning.announced import ChangeWords, in_words
from announcer.planning.difference import Difference, difference
from announcer.planning.stale import StalePlace, stale_places
from announcer.planning.wallclock import move_wall_clock

__all__ = ["ChangeWords", "Difference", "StalePlace", "apply", "difference", "in_words", "is_seen", "stale_places"]

T = TypeVar("T")
Mend = Callable[[str], str]


def apply(change: Change, facts: Facts, now: datetime) -> Facts:
    """The facts after `change`, as new versions of what it touches.

    An event's `sequence` grows with each change of time, place or status
    (RFC 5545 §3.8.7.4). Raises `PlanningError` that names what isn't there
    or can't be: nothing is moved into the past or to where it already is.
    """
    match change:
        case Withdraw():
            return replace(facts, announcement=_withdrawn(_announcement(facts)))
        case CorrectAnnouncement():
            return replace(facts, announcement=_corrected(change, _announcement(facts)))
        case CorrectWording():
            return _reworded(change, facts)
        case ReplacePerson():
            return replace(facts, event=_with_person(change, _event(facts)))
        case _:
            return replace(facts, event=_rescheduled(change, _event(facts), now))


def is_seen(change: Change, before: Facts, after: Facts) -> bool:
    """Whether the public sees anything of it. Of a programme, what is not public stays inside."""
    if (old := before.event) is None or (new := after.event) is None:
        return True
    match change:
        case UpdateProgramme():
            return bool(programme.differences(old, new))
        case ChangeRoom() | MoveSession() | Delay():
            return programme.touches_calendar(old, new)
        case MoveEvent() | ChangeRegistration() if old.status is not EventStatus.POSTPONED:
            was = old.start, old.end, old.place, old.registration
            return was != (new.start, new.end, new.place, new.registration)
    return True


def _rescheduled(
    change: MoveEvent
    | PostponeEvent
    | CancelEvent
    | ChangeRoom
    | MoveSession
    | CancelSession
    | Delay
    | ChangeRegistration
    | UpdateProgramme,
    event: Event,
    now: datetime,
) -> Event:
    if event.status is EventStatus.CANCELLED:
        raise PlanningError(f"the event '{event.id}' is cancelled; announce it anew instead of changing it")
    match change:
        case MoveEvent():
            changed = _moved(change, event, now)
        case PostponeEvent():
            changed = _postponed(event)
        case CancelEvent():
            changed = replace(event, status=EventStatus.CANCELLED)
        case ChangeRoom():
            changed = _in_room(change, event)
        case MoveSession():
            changed = _session_moved(change, event, now)
        case CancelSession():
            changed = _without_session(change, event)
        case Delay():
            changed = _delayed(change, event)
        case ChangeRegistration():
            return replace(_registered(change, event, now), version=event.version + 1)
        case UpdateProgramme():
            changed = programme.updated(event, change.sessions)
            elsewhere = programme.touches_calendar(event, changed)
            return replace(_reaching(changed), version=event.version + 1, sequence=event.sequence + elsewhere)
    return replace(changed, version=event.version + 1, sequence=event.sequence + 1)


def _moved(change: MoveEvent, event: Event, now: datetime) -> Event:
    if change.start is None:
        return _in_place(change.place, event)
    event = event if change.place is None else replace(event, place=change.place)
    return _on_date(change, change.start, event, now)


def _in_place(place: Place | None, event: Event) -> Event:
    if place is None:
        raise PlanningError(f"the event '{event.id}' gets neither another date nor another place; give one of them")
    if place == event.place:
        raise PlanningError(f"the event '{event.id}' is already at '{place.name}'; give another place")
    return replace(event, place=place)


def _on_date(change: MoveEvent, start: datetime, event: Event, now: datetime) -> Event:
    if event.start is None:
        raise PlanningError(
            f"the event '{event.id}' has no date that could be moved; enter and confirm its date instead"
        )
    _check_times(start, change.end, now, f"the event '{event.id}'")
    zone = event.zone
    same = start == event.start and change.end in {None, event.end} and change.place is None
    if same and event.status is not EventStatus.POSTPONED:
        raise PlanningError(f"the event '{event.id}' already starts then; give another date")
    distance = start.astimezone(zone).replace(tzinfo=None) - event.start.astimezone(zone).replace(tzinfo=None)
    days = start.astimezone(zone).date() - event.start.astimezone(zone).date()

    def along(instant: datetime | None) -> datetime | None:
        return None if instant is None else move_wall_clock(instant, distance, zone)

    return replace(
        event,
        start=start,
        end=change.end or along(event.end),
        doors=along(event.doors),
        sessions=tuple(_session_along(session, event, along, days) for session in event.sessions),
        status=EventStatus.RESCHEDULED,
        certainty=Certainty.CONFIRMED,
        previous_start=event.start,
        previous_end=event.end,
    )


def _session_along(
    session: Session, event: Event, along: Callable[[datetime | None], datetime | None], days: timedelta
) -> Session:
    start = along(session.start)
    day = start.astimezone(event.zone).date() if start else session.day + days if session.day else None
    return replace(session, start=start, end=along(session.end), day=day if session.day or start else None)


def _postponed(event: Event) -> Event:
    """Put off; the old date stays until there is a new one, as schema.org's EventPostponed has it."""
    if event.status is EventStatus.POSTPONED:
        raise PlanningError(f"the event '{event.id}' is already put off; give it a new date or cancel it")
    return replace(event, status=EventStatus.POSTPONED)


def _registered(change: ChangeRegistration, event: Event, now: datetime) -> Event:
    old, what = event.registration, f"the registration for '{event.id}'"
    for moment in (change.opens, change.closes):
        if moment is not None:
            _check_times(moment, None, now, what)
    new = Registration(
        opens=change.opens or old.opens,
        closes=change.closes or old.closes,
        url=old.url if change.url is None else change.url,
    )
    if new == old:
        raise PlanningError(f"{what} is already like this; give another moment or address")
    if new.opens and new.closes and new.closes <= new.opens:
        raise PlanningError(f"{what} would close before it opens; give a later end")
    if new.closes and event.end and new.closes > event.end:
        raise PlanningError(f"{what} would close after the event is over; give an earlier end")
    return replace(event, registration=new)


def _in_room(change: ChangeRoom, event: Event) -> Event:
    session = _session(event, change.session_id)
    if session.room == change.room:
        raise PlanningError(f"the session '{session.id}' is already in '{change.room}'; give another room")
    return _with(event, replace(session, room=change.room))


def _session_moved(change: MoveSession, event: Event, now: datetime) -> Event:
    session = _session(event, change.session_id)
    _check_times(change.start, change.end, now, f"the session '{session.id}'")
    if change.start == session.start and change.end in {None, session.end}:
        raise PlanningError(f"the session '{session.id}' already starts then; give another time")
    end = change.end
    if end is None and session.start is not None and session.end is not None:
        end = change.start + (session.end - session.start)
    day = change.start.astimezone(event.zone).date()
    moved = replace(session, start=change.start, end=end, day=day, status=EventStatus.RESCHEDULED)
    return _reaching(_with(event, moved))


def _without_session(change: CancelSession, event: Event) -> Event:
    session = _session(event, change.session_id)
    return _with(event, replace(session, status=EventStatus.CANCELLED))


def _delayed(change: Delay, event: Event) -> Event:
    session = _session(event, change.session_id)
    if change.minutes <= 0:
        raise PlanningError(f"a delay of {change.minutes} minutes is none; give minutes above 0 or move the session")
    if session.start is None:
        raise PlanningError(f"the session '{session.id}' has no time that could be delayed; give it a time first")
    late = timedelta(minutes=change.minutes)
    found = tuple(
        _later(other, late)
        if other.id == session.id or (change.rest and programme.follows(other, session, event))
        else other
        for other in event.sessions
    )
    return _reaching(replace(event, sessions=found))


def _later(session: Session, late: timedelta) -> Session:
    start, end = session.start, session.end
    return replace(session, start=start + late if start else None, end=end + late if end else None)


def _reaching(event: Event) -> Event:
    """The event ends no earlier than the last of its sessions."""
    ends = [s.end for s in event.sessions if s.end is not None and s.status is not EventStatus.CANCELLED]
    return event if event.end is None else replace(event, end=max([event.end, *ends]))


def _with_person(change: ReplacePerson, event: Event) -> Event:
    names = [person.name for session in event.sessions for person in session.performers]
    if not any(_is(name, change.old) for name in names):
        raise PlanningError(f"nobody called '{change.old}' is on the programme; known: {_listed(names)}")
    sessions = tuple(replace(s, performers=_recast(s.performers, change)) for s in event.sessions)
    return replace(event, sessions=sessions, version=event.version + 1)


def _recast(performers: tuple[Person, ...], change: ReplacePerson) -> tuple[Person, ...]:
    new = (Person(change.new, change.role),) if change.new else ()
    return tuple(one for person in performers for one in (new if _is(person.name, change.old) else (person,)))


def _is(name: str, asked: str) -> bool:
    """Whether a name is the one asked for, be it with or without "Prof. Dr."."""
    return re.search(rf"(?<!\w){re.escape(asked)}$", name) is not None


def _reworded(change: CorrectWording, facts: Facts) -> Facts:
    if not change.old.strip() or change.old == change.new:
        raise PlanningError("a correction needs the wrong words and other, right ones; fill in both")
    pattern = re.compile(rf"(?<!\w){re.escape(change.old)}(?!\w)")

    def mend(text: str) -> str:
        return pattern.sub(lambda _: change.new, text)

    event = _event_reworded(facts.event, mend) if facts.event else None
    announcement = _announcement_reworded(facts.announcement, mend) if facts.announcement else None
    if (event, announcement) == (facts.event, facts.announcement):
        raise PlanningError(f"'{change.old}' stands neither in the event nor in its announcement; check its spelling")
    after = Facts(_next_event(facts.event, event), _next_announcement(facts.announcement, announcement))
    if change.material and after.announcement is not None:
        said = in_words(change, facts, after, after.announcement.language).sentence
        after = replace(
            after, announcement=_next_announcement(facts.announcement, replace(after.announcement, correction=said))
        )
    return after


def _next_event(before: Event | None, after: Event | None) -> Event | None:
    if before is None or after is None or before == after:
        return after
    rooms = [s.room for s in before.sessions], [s.room for s in after.sessions]
    elsewhere = before.place != after.place or rooms[0] != rooms[1]
    return replace(after, version=before.version + 1, sequence=before.sequence + elsewhere)


def _next_announcement(before: Announcement | None, after: Announcement | None) -> Announcement | None:
    if before is None or after is None or before == after:
        return after
    return replace(after, version=before.version + 1)


def _event_reworded(event: Event, mend: Mend) -> Event:
    place = _mended(event.place, mend, "name", "street", "postal_code", "city") if event.place else None
    sessions = tuple(_session_reworded(session, mend) for session in event.sessions)
    tags = tuple(mend(tag) for tag in event.hashtags)
    return replace(_mended(event, mend, "name", "organizer", "host"), place=place, sessions=sessions, hashtags=tags)


def _session_reworded(session: Session, mend: Mend) -> Session:
    performers = tuple(_mended(person, mend, "name", "role", "affiliation") for person in session.performers)
    return replace(_mended(session, mend, "title", "kind", "room", "note"), performers=performers)


def _announcement_reworded(announcement: Announcement, mend: Mend) -> Announcement:
    mended = _mended(announcement, mend, "headline", "kicker", "lead", "body", "source", "contact")
    links = tuple(_mended(link, mend, "label") for link in announcement.links)
    return replace(mended, links=links, topics=tuple(mend(topic) for topic in announcement.topics))


def _mended(value: T, mend: Mend, *fields: str) -> T:
    changed: dict[str, Any] = {field: mend(getattr(value, field)) for field in fields}
    return replace(value, **changed)  # type: ignore[type-var]  # T is one of the model's dataclasses


def _corrected(change: CorrectAnnouncement, announcement: Announcement) -> Announcement:
    said = {"headline": change.headline, "lead": change.lead, "body": change.body}
    new = {name: text for name, text in said.items() if text is not None and text != getattr(announcement, name)}
    if not new:
        raise PlanningError(f"the announcement '{announcement.id}' already says this; change its text or leave it")
    note = change.note if change.material else announcement.correction
    return replace(
        announcement,
        headline=new.get("headline", announcement.headline),
        lead=new.get("lead", announcement.lead),
        body=new.get("body", announcement.body),
        version=announcement.version + 1,
        correction=note,
    )


def _withdrawn(announcement: Announcement) -> Announcement:
    if announcement.status is PubStatus.CANCELED:
        raise PlanningError(f"the announcement '{announcement.id}' is already withdrawn")
    return replace(announcement, status=PubStatus.CANCELED, version=announcement.version + 1)


def _event(facts: Facts) -> Event:
    if facts.event is None:
        raise PlanningError("there is no event to change; correct the announcement instead")
    return facts.event


def _announcement(facts: Facts) -> Announcement:
    if facts.announcement is None:
        raise PlanningError("there is no announcement to change; change the event instead")
    return facts.announcement


def _session(event: Event, session_id: str) -> Session:
    session = event.session(session_id)
    if session is None:
        raise PlanningError(f"no session '{session_id}'; known: {_listed([s.id for s in event.sessions])}")
    if session.status is EventStatus.CANCELLED:
        raise PlanningError(f"the session '{session_id}' is cancelled; add a new one instead of changing it")
    return session


def _with(event: Event, session: Session) -> Event:
    return replace(event, sessions=tuple(session if s.id == session.id else s for s in event.sessions))


def _check_times(start: datetime, end: datetime | None, now: datetime, what: str) -> None:
    if start.tzinfo is None or (end is not None and end.tzinfo is None):
        raise PlanningError(f"{what} got a time without a zone; give it with its offset, e.g. 2026-09-18T13:00+02:00")
    if start < now:
        raise PlanningError(f"{what} can't be moved into the past; give a date after {now:%Y-%m-%d %H:%M} UTC")
    if end is not None and end <= start:
        raise PlanningError(f"{what} would end before it starts; give a later end")


def _listed(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "none"
