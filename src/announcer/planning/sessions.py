"""Messages about single items of the programme: "soon", "live now".

Only sessions that take place, as the rule asks: all or the public ones, of
its kinds. Parallel ones share a message, and each channel has a cap per day;
keynotes and words of greeting come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from announcer.model.campaign import Planned, Rule, Sessions
from announcer.model.facts import Event, Session
from announcer.planning.moments import FALLEN_OUT
from announcer.planning.timing import Slot
from announcer.planning.why import why

#: Which kinds come first when there are more sessions than a channel may speak of.
_FIRST = ("keynote", "grußwort", "begrüßung", "eröffnung", "welcome", "talk", "podiumsdiskussion", "podium")


def spoken_of(rule: Rule, event: Event) -> Iterator[Session]:
    """The sessions a rule speaks of, in the order of the programme."""
    kinds = {kind.lower() for kind in rule.session_kinds}
    for session in event.sessions:
        asked = rule.sessions is Sessions.ALL or (rule.sessions is Sessions.PUBLIC and session.public)
        if asked and session.status not in FALLEN_OUT and (not kinds or session.kind.lower() in kinds):
            yield session


def parallel(slots: Iterable[tuple[Session, Slot]]) -> Iterator[tuple[Session, Slot, tuple[str, ...]]]:
    """Put together what leaves at the same moment: who leads, its slot, the ids of the others.

    What is dropped or waits for a time stays by itself, so that its reason is seen.
    """
    together: dict[datetime, list[tuple[Session, Slot]]] = defaultdict(list)
    for session, slot in slots:
        if slot.due_at is None or slot.drop:
            yield session, slot, ()
        else:
            together[slot.due_at].append((session, slot))
    for group in together.values():
        (lead, slot), *others = sorted(group, key=lambda pair: rank(pair[0]))
        yield lead, _joined(slot, others), tuple(session.id for session, _ in others)


def rank(session: Session) -> tuple[int, str]:
    """The order among sessions: keynotes and words of greeting first, then by id."""
    kind = session.kind.lower()
    return (_FIRST.index(kind) if kind in _FIRST else len(_FIRST)), session.id


def capped(messages: Sequence[Planned], event: Event, cap: int) -> list[Planned]:
    """Drop, with the reason, what exceeds `cap` messages per channel and local day."""
    ranks = {f"{event.id}/{session.id}": rank(session) for session in event.sessions}
    taken: dict[tuple[str, date], int] = defaultdict(int)
    kept: list[Planned] = []
    for message in sorted(messages, key=lambda m: _order(m, ranks)):
        if message.due_at is None or message.drop:
            kept.append(message)
            continue
        key = (message.channel, _day(message.due_at, event.zone))
        taken[key] += 1
        over = taken[key] > cap
        kept.append(replace(message, drop=True, why=(*message.why, why("session_cap", cap))) if over else message)
    return kept


def _order(message: Planned, ranks: dict[str, tuple[int, str]]) -> tuple[int, bool, datetime | None, str, str]:
    place, _ = ranks[message.occurrence.subject_id]
    occurrence = message.occurrence
    return place, message.due_at is None, message.due_at, occurrence.subject_id, occurrence.rule_id


def _joined(slot: Slot, others: Sequence[tuple[Session, Slot]]) -> Slot:
    """One slot for all of them, worth sending as long as it is for the first that ends."""
    if not others:
        return slot
    limits = [s.not_after for s in (slot, *(other for _, other in others)) if s.not_after is not None]
    reason = why("parallel", ", ".join(session.title for session, _ in others))
    return replace(slot, not_after=min(limits, default=None), why=(*slot.why, reason))


def _day(due: datetime, zone: ZoneInfo) -> date:
    return due.astimezone(zone).date()
