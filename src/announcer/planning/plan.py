"""Event + playbook → what is said when, on which channel, and why.

An event that is already over is no error: each rule whose moment has passed
is planned as dropped with its reason, the publication too, and what comes after the event
(thanks, documentation) is planned as usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from announcer.errors import PlanningError
from announcer.model.campaign import Anchor, Occurrence, Planned, Rule, Subject
from announcer.model.changes import ChangeRegistration, Delay, MoveEvent, MoveSession, UpdateProgramme
from announcer.model.facts import Event, EventStatus, Session
from announcer.planning import collisions, notices, retiming, sessions
from announcer.planning.campaign import Campaign, ConfirmedChange
from announcer.planning.moments import event_days, is_confirmed
from announcer.planning.rules import SESSION_ANCHORS
from announcer.planning.timing import Scene, Slot, is_exempt, keeps_side, settle
from announcer.planning.why import local_why, why

__all__ = ["Campaign", "ConfirmedChange", "plan", "scene_of"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
#: What has nothing to do with the event's date stays where it is when the event moves.
_UNMOVED = frozenset(
    {
        Anchor.PUBLICATION,
        Anchor.APPROVAL,
        Anchor.ABSOLUTE,
        Anchor.REGISTRATION_OPENS,
        Anchor.REGISTRATION_CLOSES,
        Anchor.CHANGE,
    }
)


def plan(campaign: Campaign) -> tuple[Planned, ...]:
    """All messages of a campaign in the order of their moments; those without one come last.

    The same campaign always gives the same plan. Of a cancelled or postponed
    event, or a withdrawn announcement, only the notices are left; the rest is
    absent. Raises `PlanningError` for instants or zones nobody can count with.
    """
    _check(campaign)
    scene = scene_of(campaign)
    told = [*_notices(campaign, scene)]
    items: list[Planned] = []
    if not campaign.is_silent:
        told += _campaign_messages(campaign, scene)
        items = _session_messages(campaign, scene)
    found = [retiming.kept(message, campaign) for message in (*_parted(told, campaign, scene), *items)]
    return tuple(sorted(found, key=_order))


def _parted(told: Sequence[Planned], campaign: Campaign, scene: Scene) -> list[Planned]:
    """Apart from each other; what is over takes no place, and what was said along is not said again."""
    over = [message for message in told if _place(message) in campaign.ended]
    said = [m for m in told if _place(m) in campaign.said and m not in over and not m.drop]
    rest = [message for message in told if message not in over and message not in said]
    parted = collisions.part(
        rest,
        timedelta(minutes=campaign.collision_minutes),
        lambda message, due: _may_leave(message, due, campaign, scene),
        scene.zone,
        lambda leader, message: _may_say(leader, message, campaign, scene),
    )
    return [*over, *parted, *(collisions.superseded_by(m, campaign.said[_place(m)]) for m in said)]


def _place(message: Planned) -> tuple[Occurrence, str]:
    return message.occurrence, message.channel


def _may_say(leader: Planned, message: Planned, campaign: Campaign, scene: Scene) -> bool:
    """Whether `leader` can say `message` along: it will leave, to the same people, while that is true."""
    if leader.due_at is None or message.due_at is None or leader.waits_for or _place(leader) in campaign.out:
        return False
    if _place(message) in campaign.out:
        return False
    mail = leader.channel in campaign.channels.get("mail", ())
    if mail and collisions.is_notice(leader) and leader.kind not in notices.FOR_EVERYONE:
        return False  # it goes only to those who were told something wrong
    in_time = message.not_after is None or leader.due_at <= message.not_after
    return in_time and keeps_side(scene, message.due_at, leader.due_at)


def _check(campaign: Campaign) -> None:
    try:
        zone = campaign.place_zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PlanningError(
            f"the event has the time zone {campaign.facts.event.timezone if campaign.facts.event else ''!r}, "
            "which does not exist; write it like Europe/Berlin"
        ) from error
    event = campaign.facts.event
    if event is not None and event.start is not None and event.end is not None and event.end < event.start:
        raise PlanningError(
            f"the event '{event.id}' ends before it starts, at {event.end.astimezone(zone):%Y-%m-%d %H:%M}; "
            "correct its end"
        )


def scene_of(campaign: Campaign) -> Scene:
    """What the rules of a campaign are read against."""
    return Scene(
        facts=campaign.facts,
        calendar=campaign.calendar,
        zone=campaign.place_zone,
        published=campaign.approved_at,
        floor=campaign.first_planned or campaign.now,
        horizon=campaign.now,
    )


def _campaign_messages(campaign: Campaign, scene: Scene) -> Iterator[Planned]:
    for rule in campaign.playbook.rules:
        if not rule.enabled or rule.when.anchor in SESSION_ANCHORS | {Anchor.CHANGE}:
            continue
        for occurrence, place in _repetitions(rule, campaign, scene):
            yield from _on_channels(rule, occurrence, settle(rule, place), campaign)


def _repetitions(rule: Rule, campaign: Campaign, scene: Scene) -> Iterator[tuple[Occurrence, Scene]]:
    event = campaign.facts.event
    if rule.when.anchor is not Anchor.EACH_DAY:
        occurrence = _again(rule, Occurrence(*_subject(rule, campaign), rule.id, rule.when.anchor.value), campaign)
        yield occurrence, _placed(rule, occurrence, campaign, scene)
        return
    days = event_days(event) if event is not None and is_confirmed(event) else (None,)
    for number, day in enumerate(days, start=1):
        occurrence = Occurrence(*_subject(rule, campaign), rule.id, f"day:{number}")
        yield occurrence, replace(_placed(rule, occurrence, campaign, scene), day=day)


def _again(rule: Rule, occurrence: Occurrence, campaign: Campaign) -> Occurrence:
    """The occurrence, or a new one if registration was moved after the one before had left: its date was another."""
    moved = {Anchor.REGISTRATION_OPENS: "opens", Anchor.REGISTRATION_CLOSES: "closes"}.get(rule.when.anchor)
    for confirmed in campaign.changes if moved is not None else ():
        change, left = confirmed.change, campaign.left.get(occurrence)
        applies = isinstance(change, ChangeRegistration) and getattr(change, moved or "") is not None
        if applies and left is not None and left < confirmed.at:
            occurrence = replace(occurrence, anchor=f"{rule.when.anchor.value}:{confirmed.id}")
    return occurrence


def _subject(rule: Rule, campaign: Campaign) -> tuple[Subject, str]:
    event, announcement = campaign.facts.event, campaign.facts.announcement
    if announcement is not None and (event is None or rule.when.anchor in {Anchor.PUBLICATION, Anchor.APPROVAL}):
        return Subject.ANNOUNCEMENT, announcement.id
    return Subject.EVENT, event.id if event else ""


def _placed(rule: Rule, occurrence: Occurrence, campaign: Campaign, scene: Scene) -> Scene:
    words = not rule.needs_words or not campaign.words.isdisjoint({rule.id, f"{rule.id}@{occurrence.anchor}"})
    # A new rule "at approval" has not been approved yet, however long ago the rest was planned.
    fresh = rule.when.anchor is Anchor.APPROVAL and occurrence not in campaign.known
    published = max(scene.published, campaign.now) if fresh else scene.published
    return replace(scene, horizon=_horizon(rule, occurrence, campaign), words=words, published=published)


def _horizon(rule: Rule, occurrence: Occurrence, campaign: Campaign, session: Session | None = None) -> datetime:
    """Before which moment this occurrence was already past when it got its place in the plan.

    For a new one that is now. One that is known got its place at the first
    planning, or anew with the last change of the times it is counted from;
    what has passed since then is not planning's to drop.
    """
    if occurrence not in campaign.known:
        return campaign.now
    moved = [c.at for c in campaign.changes if rule.when.anchor not in _UNMOVED and _moves(c, session)]
    return max([*moved, campaign.first_planned or _LONG_AGO])


def _moves(confirmed: ConfirmedChange, session: Session | None) -> bool:
    change = confirmed.change
    if isinstance(change, MoveEvent):
        return change.start is not None
    if session is not None and isinstance(change, UpdateProgramme):
        return session.status is EventStatus.RESCHEDULED and any(s.start == session.start for s in change.sessions)
    return session is not None and isinstance(change, MoveSession | Delay) and change.session_id == session.id


def _session_messages(campaign: Campaign, scene: Scene) -> list[Planned]:
    event = campaign.facts.event
    if event is None:
        return []
    found: list[Planned] = []
    for rule in campaign.playbook.rules:
        if rule.enabled and rule.when.anchor in SESSION_ANCHORS:
            slots = [
                _session_slot(rule, session, event, campaign, scene) for session in sessions.spoken_of(rule, event)
            ]
            for session, slot, others in sessions.parallel(slots):
                found += _on_channels(rule, _of_session(rule, event, session), slot, campaign, others)
    return sessions.capped(found, event, campaign.session_cap)


def _session_slot(rule: Rule, session: Session, event: Event, campaign: Campaign, scene: Scene) -> tuple[Session, Slot]:
    horizon = _horizon(rule, _of_session(rule, event, session), campaign, session)
    words = not rule.needs_words or rule.id in campaign.words
    return session, settle(rule, replace(scene, session=session, horizon=horizon, words=words))


def _of_session(rule: Rule, event: Event, session: Session) -> Occurrence:
    return Occurrence(Subject.SESSION, f"{event.id}/{session.id}", rule.id, rule.when.anchor.value)


def _notices(campaign: Campaign, scene: Scene) -> Iterator[Planned]:
    overtaken = notices.overtaken(campaign.changes)
    for confirmed in campaign.changes:
        for rule in campaign.playbook.rules:
            if not rule.enabled or rule.when.anchor is not Anchor.CHANGE:
                continue
            if not notices.is_told(rule, confirmed, campaign.facts):
                continue
            occurrence = notices.occurrence_of(rule, confirmed, campaign.facts)
            slot = _notice_slot(rule, confirmed, occurrence, campaign, scene)
            if (later := overtaken.get(confirmed.id)) is not None:
                slot = replace(slot, drop=True, why=(*slot.why, why("superseded_change", later)))
            yield from _on_channels(rule, occurrence, slot, campaign)


def _notice_slot(
    rule: Rule, confirmed: ConfirmedChange, occurrence: Occurrence, campaign: Campaign, scene: Scene
) -> Slot:
    event = campaign.facts.event
    session_id = getattr(confirmed.change, "session_id", None)
    history = notices.is_history(occurrence, confirmed, campaign)
    place = replace(
        _placed(rule, occurrence, campaign, scene),
        facts=notices.as_announced(confirmed, campaign.facts),
        session=event.session(session_id) if event and session_id else None,
        changed_at=confirmed.at,
        horizon=_LAST if history else _LONG_AGO,
    )
    return settle(rule, place)


def _on_channels(
    rule: Rule, occurrence: Occurrence, slot: Slot, campaign: Campaign, merged: tuple[str, ...] = ()
) -> Iterator[Planned]:
    names = [name for kind in rule.channels for name in campaign.channels.get(kind, ())]
    for name in dict.fromkeys(names):
        against = _new_here(occurrence, name, slot, campaign)
        yield Planned(
            occurrence=occurrence,
            channel=name,
            kind=rule.kind,
            due_at=slot.due_at,
            not_after=slot.not_after,
            audience=rule.audience,
            late=rule.late,
            urgency=rule.urgency,
            waits_for=slot.waits_for,
            why=(*slot.why, *against),
            drop=slot.drop or bool(against),
            merged=merged,
            template=rule.template,
        )


def _new_here(occurrence: Occurrence, channel: str, slot: Slot, campaign: Campaign) -> tuple[str, ...]:
    """What is new on one channel alone does not fire there for a moment that has passed."""
    if slot.drop or slot.due_at is None or campaign.placed is None or slot.due_at >= campaign.now:
        return ()
    if occurrence not in campaign.known or (occurrence, channel) in campaign.placed:
        return ()
    return (local_why("past", slot.due_at, campaign.place_zone),)


def _may_leave(message: Planned, due: datetime, campaign: Campaign, scene: Scene) -> bool:
    """Whether a message that gives way to another may leave at the later moment `due`."""
    if message.due_at is None or (message.not_after is not None and due > message.not_after):
        return False
    rule = next(r for r in campaign.playbook.rules if r.id == message.occurrence.rule_id)
    local = due.astimezone(scene.zone)
    quiet = scene.calendar.is_quiet(local.time()) and not is_exempt(rule)
    idle = rule.working_days and not scene.calendar.is_working_day(local.date())
    return not quiet and not idle and keeps_side(scene, message.due_at, due)


def _order(message: Planned) -> tuple[bool, datetime, int, str, str, str, str]:
    occurrence = message.occurrence
    due = message.due_at or _LAST
    return (
        message.due_at is None,
        due,
        message.urgency,
        occurrence.rule_id,
        occurrence.anchor,
        occurrence.subject_id,
        message.channel,
    )
