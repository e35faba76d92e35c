"""When one occurrence leaves: embargo, quiet hours, until when it is worth it, and why.

Order: the rule's moment; not before the embargo, unless the rule is for the
press under embargo; out of the quiet hours and, if the rule asks for it, off
days without work, earlier ahead of the event and later from its start on;
never after the moment it is worth sending until.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from announcer.model.campaign import Anchor, Kind, Moment, Rule
from announcer.model.changes import Facts
from announcer.model.facts import PubStatus, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.moments import Missing, is_confirmed, resolve, start_of_day
from announcer.planning.rules import SESSION_ANCHORS
from announcer.planning.wallclock import at_wall_clock, end_of_day, is_skipped
from announcer.planning.why import local_why, why


@dataclass(frozen=True, slots=True)
class Scene:
    """What one occurrence of a rule is read against."""

    facts: Facts
    calendar: OfficeCalendar
    zone: ZoneInfo
    published: datetime
    floor: datetime  #: Nothing is moved to before this.
    horizon: datetime  #: A moment before this was already past when it was planned.
    session: Session | None = None
    day: date | None = None
    changed_at: datetime | None = None
    words: bool = True  #: A person's text is there, or none is needed.

    def resolve(self, moment: Moment) -> datetime | Missing:
        """The instant of a moment in this scene."""
        return resolve(
            moment,
            self.facts,
            calendar=self.calendar,
            published=self.published,
            zone=self.zone,
            session=self.session,
            day=self.day,
            changed_at=self.changed_at,
        )

    @property
    def embargo(self) -> datetime | None:
        """Until when nothing may be said."""
        return self.facts.announcement.embargoed_until if self.facts.announcement else None

    @property
    def start(self) -> datetime | None:
        """The event's confirmed start."""
        event = self.facts.event
        return event.start if event is not None and is_confirmed(event) else None

    @property
    def over(self) -> datetime | None:
        """When the event is over; None while its date isn't sure."""
        event = self.facts.event
        if event is None or self.start is None:
            return None
        return event.end or end_of_day(self.start, self.zone)


@dataclass(frozen=True, slots=True)
class Slot:
    """What `settle` found for one occurrence; the same on each of its channels."""

    due_at: datetime | None
    not_after: datetime | None
    waits_for: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    drop: bool = False


def settle(rule: Rule, scene: Scene) -> Slot:
    """Find the moment of one occurrence. What speaks against sending it is in `why`, never silent."""
    raw = scene.resolve(rule.when)
    waits = _waits(rule, scene)
    if isinstance(raw, Missing):
        return _waiting(rule, scene, tuple(dict.fromkeys((*raw.keys, *waits))))
    limit, reasons = _not_after(rule, scene, raw)
    if raw < scene.horizon:
        return Slot(raw, limit, waits, (*reasons, local_why("past", raw, scene.zone)), drop=True)
    due, shifted = _shifted(rule, scene, raw, limit)
    slot = Slot(due, limit, waits, (*_skipped(rule, scene, raw), *shifted, *reasons))
    against = _against(rule, scene, slot)
    return replace(slot, why=(*slot.why, *against), drop=bool(against))


def is_exempt(rule: Rule) -> bool:
    """Whether quiet hours don't count: urgent changes, sessions, and the moment a person chose to publish."""
    of_release = rule.when.anchor in {Anchor.PUBLICATION, Anchor.APPROVAL}
    published = of_release and rule.when.count == 0 and rule.when.at is None
    return published or rule.when.anchor is Anchor.CHANGE or rule.when.anchor in SESSION_ANCHORS


def keeps_side(scene: Scene, due: datetime, candidate: datetime) -> bool:
    """Whether a shift crosses neither start nor embargo nor the registration's opening or closing."""
    event = scene.facts.event
    registration = (event.registration.opens, event.registration.closes) if event else ()
    borders = [border for border in (scene.start, scene.embargo, *registration) if border is not None]
    return all((candidate >= border) == (due >= border) for border in borders)


def _waits(rule: Rule, scene: Scene) -> tuple[str, ...]:
    announcement = scene.facts.announcement
    withheld = announcement is not None and announcement.status is PubStatus.WITHHELD
    words = rule.needs_words and not scene.words
    return (("announcement.withheld",) if withheld else ()) + ((f"words:{rule.id}",) if words else ())


def _waiting(rule: Rule, scene: Scene, keys: tuple[str, ...]) -> Slot:
    limit, reasons = _not_after(rule, scene, None)
    if limit is not None and limit < scene.horizon:
        return Slot(None, limit, keys, (*reasons, local_why("too_late", limit, scene.zone)), drop=True)
    if scene.over is not None and scene.over < scene.horizon:
        return Slot(None, limit, keys, (*reasons, why("event_past")), drop=True)
    return Slot(None, limit, keys, reasons)


def _not_after(rule: Rule, scene: Scene, due: datetime | None) -> tuple[datetime | None, tuple[str, ...]]:
    """Until when it is worth sending.

    If that hangs on a missing fact, it is the event's start, for a session of
    a later day the start of that day; for what comes after it anyway, the end
    of its own day.
    """
    if rule.not_after is None:
        return None, ()
    found = scene.resolve(rule.not_after)
    if not isinstance(found, Missing):
        return found, ()
    start = _fallback(scene)
    if start is not None and (due is None or due < start):
        limit = start.astimezone(UTC)
    elif due is not None:
        limit = end_of_day(due, scene.zone)
    else:
        return None, (why("not_after_unknown", found.keys[0]),)
    return limit, (why("not_after_fallback", found.keys[0], limit.astimezone(scene.zone)),)


def _fallback(scene: Scene) -> datetime | None:
    event, session = scene.facts.event, scene.session
    if scene.start is None or event is None or session is None or session.day is None:
        return scene.start
    begin = start_of_day(event, session.day)
    return scene.start if isinstance(begin, Missing) else max(scene.start, begin)


def _skipped(rule: Rule, scene: Scene, raw: datetime) -> tuple[str, ...]:
    at = rule.when.at
    day = raw.astimezone(scene.zone).date()
    if at is None or rule.when.anchor is Anchor.ABSOLUTE or not is_skipped(day, at, scene.zone):
        return ()
    return (why("summer_time", datetime.combine(day, at)),)


def _shifted(rule: Rule, scene: Scene, raw: datetime, limit: datetime | None) -> tuple[datetime, tuple[str, ...]]:
    due: datetime = raw
    reasons: tuple[str, ...] = ()
    if scene.embargo is not None and raw < scene.embargo:
        if rule.under_embargo:
            reasons = (local_why("under_embargo", scene.embargo, scene.zone),)
        else:
            due, reasons = scene.embargo.astimezone(UTC), (local_why("embargo", raw, scene.zone),)
    awake, quiet = _out_of_quiet(rule, scene, due, limit)
    moved, idle = _onto_working_day(rule, scene, awake, limit)
    return moved, reasons + quiet + idle


def _out_of_quiet(rule: Rule, scene: Scene, due: datetime, limit: datetime | None) -> tuple[datetime, tuple[str, ...]]:
    if not scene.calendar.is_quiet(due.astimezone(scene.zone).time()):
        return due, ()
    if is_exempt(rule):
        return due, (local_why("quiet_hours_exempt", due, scene.zone),)
    earlier, later = scene.calendar.before_quiet(due, scene.zone), scene.calendar.after_quiet(due, scene.zone)
    found = _allowed(scene, due, limit, earlier, later)
    if found is not None:
        return found, (local_why("quiet_hours", due, scene.zone),)
    return due, (local_why("quiet_hours_kept", due, scene.zone),)


def _onto_working_day(
    rule: Rule, scene: Scene, due: datetime, limit: datetime | None
) -> tuple[datetime, tuple[str, ...]]:
    local = due.astimezone(scene.zone)
    if not rule.working_days or scene.calendar.is_working_day(local.date()):
        return due, ()
    earlier, later = (
        at_wall_clock(day, local.time(), scene.zone)
        for day in (scene.calendar.last_working_day(local.date()), scene.calendar.next_working_day(local.date()))
    )
    found = _allowed(scene, due, limit, earlier, later)
    if found is not None:
        return found, (local_why("working_day", due, scene.zone),)
    return due, (local_why("working_day_kept", due, scene.zone),)


def _allowed(
    scene: Scene, due: datetime, limit: datetime | None, earlier: datetime, later: datetime
) -> datetime | None:
    """Where a message may move to: earlier ahead of the event, later from its start on; None if it may not move.

    Ahead of the event the later moment counts only if an embargo or a deadline bars the earlier one.
    """
    ahead = scene.start is not None and due < scene.start
    for candidate in (earlier, later) if ahead else (later,):
        in_time = limit is None or candidate <= limit
        if in_time and candidate >= min(scene.floor, due) and keeps_side(scene, due, candidate):
            return candidate
    return None


def _against(rule: Rule, scene: Scene, slot: Slot) -> tuple[str, ...]:
    """What forbids sending at all."""
    if slot.due_at is not None and slot.not_after is not None and slot.due_at > slot.not_after:
        return (local_why("too_late", slot.not_after, scene.zone),)
    of_release = rule.when.anchor in {Anchor.PUBLICATION, Anchor.APPROVAL}
    if of_release and scene.over is not None and scene.over < scene.horizon:
        return (why("event_past"),)  # entered too late: an invitation to it would be wrong
    if _before_registration(rule, scene, slot):
        return (why("not_open_yet"),)
    of_registration = rule.when.anchor in {Anchor.REGISTRATION_OPENS, Anchor.REGISTRATION_CLOSES}
    if of_registration and scene.start is not None and slot.due_at is not None and slot.due_at >= scene.start:
        return (why("after_start"),)
    return ()


def _before_registration(rule: Rule, scene: Scene, slot: Slot) -> bool:
    """Whether it would say how long one can register before one can."""
    event = scene.facts.event
    opens = event.registration.opens if event else None
    if rule.kind is not Kind.REGISTRATION_CLOSES or opens is None or slot.due_at is None:
        return False
    return slot.due_at < opens
