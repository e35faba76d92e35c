"""A person's own moment for one message on one channel: what forbids it, and how the plan keeps it. Pure.

It counts as long as the plan alone would give the moment it was chosen
instead of: if the event moves, the rule's own moment counts again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from announcer.errors import NotAllowed
from announcer.model.campaign import Planned, Rule
from announcer.planning.campaign import Campaign
from announcer.planning.phrases import moment_words, time_words
from announcer.planning.timing import Scene, is_exempt, keeps_side
from announcer.planning.why import local_why


def kept(planned: Planned, campaign: Campaign) -> Planned:
    """A planned message at the moment a person gave it, if one did and the plan has not moved since."""
    chosen = campaign.retimed.get((planned.occurrence, planned.channel))
    if chosen is None or planned.drop or planned.due_at != chosen.instead_of:
        return planned
    reason = local_why("retimed", chosen.instead_of, campaign.place_zone)
    return replace(planned, due_at=chosen.due_at, why=(*planned.why, reason))


@dataclass(frozen=True, slots=True)
class _Wall:
    """A moment in words of both languages, on the scene's wall clock."""

    english: str
    german: str


def against(rule: Rule, planned: Planned, due: datetime, scene: Scene, now: datetime) -> NotAllowed | None:
    """Why a message may not leave at `due`; None if it may. The same rules as planning keeps."""
    if due <= now:
        return NotAllowed(
            f"{_said(due, scene).english} has passed; choose a moment that is still to come",
            f"{_said(due, scene).german} ist schon vorbei; wählen Sie einen Zeitpunkt, der noch kommt",
        )
    if planned.not_after is not None and due > planned.not_after:
        end = _said(planned.not_after, scene)
        return NotAllowed(
            f"this message is only worth sending until {end.english}; choose an earlier moment",
            f"Diese Nachricht lohnt sich nur bis {end.german}; wählen Sie einen früheren Zeitpunkt",
        )
    if scene.embargo is not None and due < scene.embargo and not rule.under_embargo:
        end = _said(scene.embargo, scene)
        return NotAllowed(
            f"the embargo ends on {end.english}; choose that moment or a later one",
            f"Die Sperrfrist endet am {end.german}; wählen Sie diesen Zeitpunkt oder einen späteren",
        )
    return _quiet(rule, due, scene) or _idle(rule, due, scene) or _crossing(planned, due, scene)


def _quiet(rule: Rule, due: datetime, scene: Scene) -> NotAllowed | None:
    calendar = scene.calendar
    if is_exempt(rule) or not calendar.is_quiet(due.astimezone(scene.zone).time()):
        return None
    begin, end = calendar.quiet_from, calendar.quiet_until
    return NotAllowed(
        f"the quiet hours last from {begin:%H:%M} to {end:%H:%M}; choose a time between {end:%H:%M} and {begin:%H:%M}",
        f"Von {time_words(begin, 'de')} bis {time_words(end, 'de')} ist Ruhezeit; wählen Sie eine Uhrzeit "
        f"zwischen {end:%H:%M} und {begin:%H:%M}",
    )


def _idle(rule: Rule, due: datetime, scene: Scene) -> NotAllowed | None:
    if not rule.working_days or scene.calendar.is_working_day(due.astimezone(scene.zone).date()):
        return None
    return NotAllowed(
        "this message leaves on working days only, as its playbook says; choose another day",
        "Diese Nachricht geht laut Ablaufplan nur an Arbeitstagen hinaus; wählen Sie einen anderen Tag",
    )


def _crossing(planned: Planned, due: datetime, scene: Scene) -> NotAllowed | None:
    if planned.due_at is None or keeps_side(scene, planned.due_at, due):
        return None
    event = scene.facts.event
    registration = (event.registration.opens, event.registration.closes) if event else ()
    before = planned.due_at
    borders = [b for b in (scene.start, *registration) if b is not None and (due >= b) != (before >= b)]
    border = _said(borders[0], scene) if borders else _said(before, scene)
    later = due > before
    return NotAllowed(
        f"what this message says holds {'until' if later else 'from'} {border.english} (start or deadline); "
        f"choose {'an earlier' if later else 'a later'} moment",
        f"Was diese Nachricht sagt, gilt {'bis' if later else 'ab'} {border.german} (Beginn oder Frist); "
        f"wählen Sie einen {'früheren' if later else 'späteren'} Zeitpunkt",
    )


def _said(moment: datetime, scene: Scene) -> _Wall:
    local = moment.astimezone(scene.zone)
    return _Wall(moment_words(local, "en"), moment_words(local, "de"))
