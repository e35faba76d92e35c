"""The event a release announces: its name, when, where, whether it still takes place. Pure.

Several dates stand in a release; which one is the event's is decided by what
stands around it, and if two contradict each other, that is a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import time

from announcer.intake.called_off import (
    place_change,
    status_of,
)
from announcer.intake.dates import Mention, Precision, Sure
from announcer.intake.event_name import event_name
from announcer.intake.event_patterns import (
    ADDRESS,
    HAPPENS,
    INVITES,
    LABELLED,
    NAMED_TITLE,
    NOT_THE_EVENT,
    PUBLIC,
    RECURRING,
)
from announcer.intake.event_place import ENGLISH_ADDRESS, event_place
from announcer.intake.event_times import closes_of, doors_of, times_of
from announcer.intake.occasion_reading import (
    Reading,
)
from announcer.intake.sentences import Sentences
from announcer.model.facts import EventStatus

#: News of a person's office gives a day, but there is nothing to come to.
_APPOINTS = re.compile(
    r"\b(?:neue[rn]?\s\w+(?:in|er|ärztin|arzt|leitung|chef|rätin|rat)\b|übernimmt|folgt auf|nachfolg|wechselt|"
    r"ernannt|berufen|"
    r"verabschiedet|new (?:chief|head|director|chair|manager|nurse|principal)|appoint|names|succeeds)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event as the text announces it."""

    name: str = ""
    when: Mention | None = None
    begins: time | None = None
    ends: time | None = None
    place: str = ""
    place_at: int = -1
    street: str = ""
    postal_code: str = ""
    city: str = ""
    doors: time | None = None
    registration_closes: Mention | None = None
    status: str = EventStatus.SCHEDULED.value  #: Also `moved` and `past`.
    previous: Mention | None = None
    previous_place: str = ""
    recurring: bool = False
    contradicting: tuple[Mention, ...] = ()
    invites: bool = False
    named: bool = False  #: Its name stands there as one: in quotation marks, or several times.
    placed: bool = False  #: Its place is labelled, or stands in the sentence of its date, and is the only one there.
    others: tuple[Occasion, ...] = field(default=())


def find_occasion(reading: Reading) -> Occasion | None:
    """The event a release announces, if it announces one."""
    sentences = Sentences(reading.text)
    ranked = _ranked(reading, sentences)
    status, previous, when = status_of(reading, sentences, ranked)
    name = event_name(reading, sentences, when)
    if when is None and not name and status == "scheduled":
        return None
    left = (place_change(reading) or "") if status == "moved" else ""
    where = event_place(reading, sentences, when, left, moved=status == "moved")
    place, at = where.name, where.at
    street, code, city = _address(reading.text, at, place)
    invites = INVITES.search(reading.text) is not None
    if when is None and not _announces(reading, status):
        return None
    named = bool(name) or status in {"cancelled", "postponed", "rescheduled", "moved"}
    over = when is not None and when.sure is Sure.STATED and status == "past"
    told = when is not None and when.begins is None and (over or when.past or sentences.tells_past(when.start))
    idle = when is not None and when.begins is None and not place
    if not named and (told or idle or _APPOINTS.search(reading.headline)) and not PUBLIC.search(reading.text):
        return None  # something has happened; there is nothing to come to
    found = Occasion(
        name=name or reading.headline, when=when, place=place, place_at=at, street=street,
        postal_code=code, city=city, doors=doors_of(reading), registration_closes=closes_of(reading, sentences),
        named=bool(name) and (NAMED_TITLE.search(reading.text) is not None or name in reading.headline),
        placed=where.sure, previous_place=left, status=status, previous=previous,
        recurring=when is None and RECURRING.search(reading.text) is not None,
        contradicting=_contradicting(reading, sentences, when, ranked), invites=invites,
    )  # fmt: skip
    dates = (m for m in found.contradicting if found.when is not None and found.when.begins is None)
    found = replace(found, when=next((m for m in dates if m.begins is not None), found.when))
    if found.place and not found.street and found.when is not None:
        found = replace(found, street=_only_street(sentences.around(found.when.start)))
    begins, ends = times_of(reading, sentences, found.when, found.doors)
    return replace(found, begins=begins, ends=ends)


def _announces(reading: Reading, status: str) -> bool:
    """Whether a text without a usable date announces an event all the same."""
    if status != "scheduled" or RECURRING.search(reading.text):
        return True
    said = re.search(
        r"\b(?:lädt (?:\w+ ){0,8}ein|laden (?:\w+ ){0,8}ein|findet (?:\w+ ){0,14}statt|"
        r"veranstaltet|are invited|takes place|will be held|will take place|invites?)"
        r"\b",
        reading.text,
    )
    return said is not None


def _ranked(reading: Reading, sentences: Sentences) -> list[tuple[int, Mention]]:
    """The dates that may be the event's, the best first."""
    scored = []
    for mention in reading.mentions:
        if not mention.dated or mention.precision in {Precision.MONTH, Precision.WEEK, Precision.YEAR}:
            continue
        scored.append((_score(reading, sentences, mention), mention))
    scored = [(score, mention) for score, mention in scored if score > 0]
    return sorted(scored, key=lambda one: (-one[0], one[1].start))


def _score(reading: Reading, sentences: Sentences, mention: Mention) -> int:
    text = reading.text
    start, end = sentences.span(mention.start)
    before = text[max(start, mention.start - 90) : mention.start]
    sentence = text[start:end]
    score = 4
    line = text[text.rfind("\n", 0, mention.start) + 1 : mention.start]
    if LABELLED.search("\n" + line):
        score += 8
    if HAPPENS.search(sentence):
        score += 3
    if mention.start < len(reading.headline) + 2:
        score += 3
    position = mention.start / max(1, len(text))
    score += 3 if position < 0.35 else 1 if position < 0.6 else 0
    if mention.first != mention.last:
        score += 1
    if mention.begins is not None:
        score += 1
    if mention.sure is Sure.STATED:
        score += 1
    if mention.until:
        score -= 6
    if mention.past:
        score -= 3
    if NOT_THE_EVENT.search(before):
        score -= 5
    if reading.release and mention.first and mention.last and (reading.release - mention.last).days > 0:
        score -= 4
    if mention.first and reading.release and abs((mention.first - reading.release).days) > 800:
        score -= 8
    if "relative" in mention.notes and mention.first == reading.release:
        score -= 2 if mention.begins is not None or PUBLIC.search(sentence) else 12  # "heute erscheint"
    return score


def _address(text: str, at: int, name: str) -> tuple[str, str, str]:
    """Street, postal code and city right behind a place, or in its own name."""
    if at < 0:
        return "", "", ""
    end = min(len(text), at + len(name) + 60)
    if (found := ADDRESS.search(text, at, end)) is not None:
        return found["street"], found["code"] or "", found["city"] or ""
    english = ENGLISH_ADDRESS.search(text, at, end)
    return (english["street"], "", "") if english is not None else ("", "", "")


def _only_street(sentence: str) -> str:
    """The address in the sentence of the date, if it has one and no other."""
    found = [one["street"] for pattern in (ADDRESS, ENGLISH_ADDRESS) for one in pattern.finditer(sentence)]
    return found[0] if len(found) == 1 else ""


def _said_to_be_the_day(reading: Reading) -> list[Mention]:
    """ "am 19. Juni, dem Tag des Festes"."""
    told = re.compile(r",?\s*(?:dem|der|the) (?:Tag|day) (?:de[rs]|of)\b")
    return [m for m in reading.mentions if m.first is not None and told.match(reading.text, m.end)]


def _contradicting(
    reading: Reading, sentences: Sentences, when: Mention | None, ranked: list[tuple[int, Mention]]
) -> tuple[Mention, ...]:
    """Dates of the same event that are not the same: the headline says the 18th, the text the 19th."""
    if when is None or when.first is None or when.last is None:
        return ()
    headline_end = len(reading.headline)
    in_head = [m for _, m in ranked if m.start < headline_end and m.first]
    in_text = [m for score, m in ranked if m.start >= headline_end and m.first and score >= 7]
    for other in _said_to_be_the_day(reading):
        if other.first and other.last and not (other.first <= when.last and when.first <= other.last):
            return (when, other)
    for head in in_head:
        for body in in_text:
            if (
                head.first
                and body.first
                and head.last
                and body.last
                and not (body.first <= head.last and head.first <= body.last)
                and abs((head.first - body.first).days) <= 40
                and "und" not in reading.headline[head.end : head.end + 5]
            ):
                return (head, body)
    labelled = [
        m for _, m in ranked if LABELLED.search("\n" + reading.text[reading.text.rfind("\n", 0, m.start) + 1 : m.start])
    ]
    for one in labelled:
        if one.first and one.last and not (one.first <= when.last and when.first <= one.last) and len(labelled) == 1:
            return (when, one)
    return ()
