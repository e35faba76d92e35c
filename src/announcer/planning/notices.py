"""What a confirmed change makes the campaign say: `change:17` of the rule whose kind fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from announcer.model.campaign import Kind, Occurrence, Rule, Sessions, Subject
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
from announcer.model.facts import Session
from announcer.planning import programme
from announcer.planning.campaign import Campaign, ConfirmedChange

#: After this a change that no plan ever contained is history, and a new rule doesn't bring it up again.
FRESH = timedelta(days=1)

#: Told to everybody; other notices go by mail only to those who received what was wrong.
FOR_EVERYONE = frozenset({Kind.CANCELLATION, Kind.MOVE, Kind.POSTPONEMENT})

_OF_EVENT = (MoveEvent, PostponeEvent, CancelEvent)
_OF_SESSION = (ChangeRoom, MoveSession, CancelSession, Delay)


def kind_of(change: Change) -> Kind | None:
    """What a change makes us say; None for what is mended in silence."""
    match change:
        case ChangeRoom():
            return Kind.ROOM_CHANGE
        case MoveEvent():
            return Kind.MOVE
        case CancelEvent():
            return Kind.CANCELLATION
        case PostponeEvent():
            return Kind.POSTPONEMENT
        case MoveSession() | CancelSession() | Delay() | ReplacePerson() | UpdateProgramme():
            return Kind.PROGRAMME_CHANGE
        case ChangeRegistration():
            return Kind.REGISTRATION_CHANGE
        case CorrectWording() | CorrectAnnouncement():
            return Kind.CORRECTION if change.material else None
        case Withdraw():
            return None


def is_told(rule: Rule, confirmed: ConfirmedChange, facts: Facts) -> bool:
    """Whether this rule speaks of this change. What happens to sessions that are not public stays inside."""
    if not confirmed.told or kind_of(confirmed.change) is not rule.kind:
        return False
    if not isinstance(confirmed.change, _OF_SESSION):
        return True
    session = facts.event.session(confirmed.change.session_id) if facts.event else None
    if session is None or facts.event is None:
        return not rule.session_kinds
    if _is_shown(rule, session):
        return True
    takes_along = isinstance(confirmed.change, Delay) and confirmed.change.rest
    return takes_along and any(
        programme.follows(other, session, facts.event) and _is_shown(rule, other) for other in facts.event.sessions
    )


def _is_shown(rule: Rule, session: Session) -> bool:
    kinds = {kind.lower() for kind in rule.session_kinds}
    return (session.public or rule.sessions is Sessions.ALL) and (not kinds or session.kind.lower() in kinds)


def occurrence_of(rule: Rule, confirmed: ConfirmedChange, facts: Facts) -> Occurrence:
    """The one occurrence of a change on a rule: about the session, the announcement or the event.

    If only what a delay takes along is told, and not its own session, it is about the event.
    """
    anchor = f"change:{confirmed.id}"
    event, announcement = facts.event, facts.announcement
    if event is not None and isinstance(confirmed.change, _OF_SESSION):
        session = event.session(confirmed.change.session_id)
        if session is None or _is_shown(rule, session):
            return Occurrence(Subject.SESSION, f"{event.id}/{confirmed.change.session_id}", rule.id, anchor)
    if announcement is not None and (event is None or rule.kind is Kind.CORRECTION):
        return Occurrence(Subject.ANNOUNCEMENT, announcement.id, rule.id, anchor)
    return Occurrence(Subject.EVENT, event.id if event else "", rule.id, anchor)


def is_history(occurrence: Occurrence, confirmed: ConfirmedChange, campaign: Campaign) -> bool:
    """Whether a change was told, or not, long ago, so that a new rule must not bring it up again."""
    if occurrence in campaign.known:
        return False
    told = any(known.anchor == occurrence.anchor for known in campaign.known)
    return told or confirmed.at < campaign.now - FRESH


def overtaken(changes: Sequence[ConfirmedChange]) -> dict[int, int]:
    """Which change is overtaken by which later one, by their ids.

    What happens to the whole event overtakes everything before it, except
    that a new date leaves what was said about single sessions; two changes
    of one session, of the registration or of the whole programme in the same
    respect: the later one counts. A new programme overtakes what it contradicts.
    """
    ordered = sorted(changes, key=lambda confirmed: (confirmed.at, confirmed.id))
    found: dict[int, int] = {}
    for number, earlier in enumerate(ordered):
        for later in ordered[number + 1 :]:
            if _overtakes(later.change, earlier.change):
                found[earlier.id] = later.id
                break
    return found


def joined(changes: Sequence[ConfirmedChange]) -> dict[int, int]:
    """What is left to tell of these changes: each last word with the first change it overtook, itself if none."""
    over = overtaken(changes)
    first: dict[int, int] = {}
    for earlier in sorted(changes, key=lambda confirmed: (confirmed.at, confirmed.id)):
        first.setdefault(last_word(earlier.id, over), earlier.id)
    return first


def last_word(change_id: int, over: Mapping[int, int]) -> int:
    """The change that in the end overtook this one; itself if none did."""
    while change_id in over:
        change_id = over[change_id]
    return change_id


def as_announced(confirmed: ConfirmedChange, facts: Facts) -> Facts:
    """The facts a notice's `not_after` counts from: a moved event is worth telling until its old end."""
    event, change = facts.event, confirmed.change
    moved = isinstance(change, MoveEvent) and change.start is not None
    if event is None or not moved or event.previous_start is None:
        return facts
    return replace(facts, event=replace(event, start=event.previous_start, end=event.previous_end))


def _overtakes(later: Change, earlier: Change) -> bool:
    if isinstance(later, CancelEvent | PostponeEvent):
        return True
    if isinstance(later, MoveEvent):
        # Another place alone leaves the event put off or cancelled, as it was.
        return isinstance(earlier, MoveEvent if later.start is None else _OF_EVENT)
    if isinstance(later, ChangeRegistration):
        return isinstance(earlier, ChangeRegistration)
    if isinstance(later, UpdateProgramme):
        return isinstance(earlier, UpdateProgramme) or _contradicts(later, earlier)
    if not isinstance(later, _OF_SESSION) or not isinstance(earlier, _OF_SESSION):
        return False
    same = later.session_id == earlier.session_id
    respect = isinstance(later, ChangeRoom) == isinstance(earlier, ChangeRoom)
    return same and (respect or isinstance(later, CancelSession))


def _contradicts(programme: UpdateProgramme, earlier: Change) -> bool:
    """Whether a new programme says something else than an earlier change of one session did."""
    if not isinstance(earlier, ChangeRoom | MoveSession | CancelSession):
        return False
    session = next((s for s in programme.sessions if s.id == earlier.session_id), None)
    match earlier:
        case ChangeRoom():
            return session is None or session.room != earlier.room
        case MoveSession():
            return session is None or session.start != earlier.start
        case CancelSession():
            return session is not None
