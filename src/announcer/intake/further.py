"""More events of equal weight in one text: each has its own name and date in a paragraph of its own. Pure.

A text that announces two events becomes one announcement with two proposed
events and the question whether they belong together; none is dropped in
silence, and what is only a deadline, a rehearsal or a past year is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from announcer.intake.dates import Mention, Precision
from announcer.intake.event_patterns import NOT_THE_EVENT
from announcer.intake.occasion import Occasion, find_occasion
from announcer.intake.occasion_reading import Reading
from announcer.intake.programme import Item

#: A list of dates of several events, and no programme of one.
_DIARY = re.compile(
    r"\b(?:termine\b|terminübersicht|terminvorschau|wochenvorschau|veranstaltungs(?:tipps|kalender|übersicht)|"
    r"diary|what[’']s on|week ahead|dates for)",
    re.IGNORECASE,
)
_MOST = 12
_AND = re.compile(r"\s+(?:und|and|&)\s+")


def further_occasions(reading: Reading, first: Occasion) -> list[Occasion]:
    """The other events of a text, each read from its own paragraph as if that were a text."""
    if first.when is None or first.status in {"rescheduled", "past"} or first.contradicting:
        return []
    found: list[Occasion] = []
    for part in _paragraphs(reading):
        if part.text and not _holds(part, first.when, reading) and _dates(part, first):
            one = find_occasion(part)
            if one is not None and _is_another(one, part, [first, *found]):
                found.append(replace(one, invites=first.invites or one.invites))
        if len(found) >= _MOST:
            break
    return found


def named_apart(first: Occasion, others: Sequence[Occasion]) -> Occasion:
    """ "Orgelnacht und Chorfest" is the first's name no longer once the Chorfest is an event of its own."""
    names = {one.name.casefold() for one in others}
    rest = [part for part in _AND.split(first.name) if part.casefold() not in names]
    return replace(first, name=rest[0]) if len(rest) == 1 else first


def _joined(name: str) -> list[str]:
    parts = _AND.split(name)
    return parts if len(parts) > 1 else []


def is_diary(reading: Reading, items: Sequence[Item]) -> bool:
    """Whether the items are events of their own: a week's appointments, a month of evenings."""
    days = {item.on for item in items if item.on}
    return len(days) >= 2 and _DIARY.search(reading.headline) is not None


def _paragraphs(reading: Reading) -> list[Reading]:
    """Each paragraph below the headline, with its dates counted from its own beginning."""
    parts, at = [], 0
    for text in reading.text.split("\n\n"):
        end = at + len(text)
        if at > 0:
            inside = tuple(
                replace(m, start=m.start - at, end=m.end - at) for m in reading.mentions if at <= m.start < end
            )
            parts.append(Reading(text, "", "", inside, reading.release))
        at = end + 2
    return parts


def _holds(part: Reading, when: Mention, reading: Reading) -> bool:
    """Whether the first event's own date stands in this paragraph."""
    at = reading.text.find(part.text)
    return at <= when.start < at + len(part.text)


def _dates(part: Reading, first: Occasion) -> list[Mention]:
    """The days in a paragraph on which something else could take place."""
    assert first.when is not None
    days = []
    for mention in part.mentions:
        usable = mention.first is not None and mention.precision in {Precision.DAY, Precision.TIME}
        if not usable or mention.until or mention.past or mention.first is None or mention.last is None:
            continue
        if part.release is not None and mention.last < part.release:
            continue
        within = (
            first.when.first is not None
            and first.when.last is not None
            and mention.first <= first.when.last
            and first.when.first <= mention.last
        )
        if not within and not NOT_THE_EVENT.search(part.text[max(0, mention.start - 60) : mention.start]):
            days.append(mention)
    return days


def _is_another(one: Occasion, part: Reading, known: Sequence[Occasion]) -> bool:
    """Whether it has a name and a date of its own, both told of what is to come."""
    if not one.name or one.name == part.headline or one.when is None or one.when.first is None:
        return False
    if one.status in {"past", "rescheduled", "postponed"} or one.recurring:
        return False
    for other in known:
        left, right = one.name.casefold(), other.name.casefold()
        if (left in right or right in left) and left not in _joined(right):
            return False
        if other.when is not None and other.when.first == one.when.first:
            return False
    return True
