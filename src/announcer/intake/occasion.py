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
from announcer.intake.dates import Mention, Precision
from announcer.intake.event_name import event_name
from announcer.intake.event_patterns import (
    ADDRESS,
    ANY_PLACE,
    CLOSES,
    DAILY,
    DOORS,
    ENDS,
    HAPPENS,
    HYPHEN_HOUSE,
    INVITES,
    LABELLED,
    NAMED_TITLE,
    NO_PLACE,
    NOT_ITS_END,
    NOT_THE_EVENT,
    ONLINE,
    PLACE,
    PLACE_LABEL,
    PUBLIC,
    RECURRING,
    REGISTRATION,
)
from announcer.intake.names import find_people
from announcer.intake.occasion_reading import (
    Reading,
)
from announcer.intake.sentences import Sentences
from announcer.model.facts import EventStatus


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
    place, at = _place(reading, sentences, when)
    street, code, city = _address(reading.text, at)
    invites = INVITES.search(reading.text) is not None
    if when is None and not _announces(reading, status):
        return None
    named = bool(name) or status in {"cancelled", "postponed", "rescheduled", "moved"}
    told = when is not None and when.begins is None and (when.past or sentences.tells_past(when.start))
    if not named and told and not PUBLIC.search(reading.text):
        return None  # something has happened; there is nothing to come to
    found = Occasion(
        name=name or reading.headline, when=when, place=place, place_at=at, street=street,
        postal_code=code, city=city, doors=_doors(reading), registration_closes=_closes(reading, sentences),
        named=bool(name) and (NAMED_TITLE.search(reading.text) is not None or name in reading.headline),
        placed=_is_placed(reading, sentences, when, place), status=status, previous=previous,
        recurring=when is None and RECURRING.search(reading.text) is not None,
        contradicting=_contradicting(reading, sentences, when, ranked), invites=invites,
    )  # fmt: skip
    return _with_times(found, reading, sentences)


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
        score -= 2
    return score


def _place(reading: Reading, sentences: Sentences, when: Mention | None) -> tuple[str, int]:
    """Where it is: after a label, in the sentence of the date, in the headline, anywhere."""
    if labelled := PLACE_LABEL.search(reading.text):
        return labelled["place"].strip(" .,;"), labelled.start("place")
    spans = []
    if when is not None:
        start, end = sentences.span(when.start)
        spans += [(start, end), (end, min(len(reading.text), end + 300))]
    spans += [(0, len(reading.headline)), (0, len(reading.text))]
    for start, end in spans:
        best = _best_place(reading.text, start, end)
        if best is not None:
            return best
    if when is not None:
        start, end = sentences.span(when.start)
        for begin, stop in ((start, end), (end, min(len(reading.text), end + 200))):
            if (fallback := _any_place(reading.text, begin, stop)) is not None:
                return fallback
    if online := ONLINE.search(reading.text):
        return online[0], online.start()
    return "", -1


def _best_place(text: str, start: int, end: int) -> tuple[str, int] | None:
    """The fullest name of a house in a part of the text."""
    found = [
        (one["place"].strip(" ,."), one.start("place"))
        for pattern in (PLACE, HYPHEN_HOUSE)
        for one in pattern.finditer(text, start, end)
        if "\n" not in one["place"].strip() and not NO_PLACE.match(one["place"])
    ]
    if found:
        return max(found, key=lambda one: (min(len(one[0]), 45), -one[1]))
    address = ADDRESS.search(text, start, end)
    return (address["street"], address.start("street")) if address is not None else None


def _is_placed(reading: Reading, sentences: Sentences, when: Mention | None, place: str) -> bool:
    """Whether nothing else there could be the place as well."""
    if PLACE_LABEL.search(reading.text):
        return True
    if when is None or not place:
        return False
    start, end = sentences.span(when.start)
    if place not in reading.text[start:end]:
        return False
    houses = {" ".join(one["place"].split()) for one in PLACE.finditer(reading.text, start, end)}
    return all(house in place or place in house for house in houses if not NO_PLACE.match(house))


def _any_place(text: str, start: int, end: int) -> tuple[str, int] | None:
    """ "im Pegelhaus", "at the Granary": a name behind a preposition, if no house is named."""
    for found in ANY_PLACE.finditer(text, start, end):
        place = found["place"].strip(" ,.")
        if not NO_PLACE.match(place) and not find_people(place):
            return place, found.start("place")
    return None


def _address(text: str, at: int) -> tuple[str, str, str]:
    if at < 0:
        return "", "", ""
    found = ADDRESS.search(text, at, min(len(text), at + 220))
    if found is None:
        return "", "", ""
    return found["street"], found["code"] or "", found["city"] or ""


def _doors(reading: Reading) -> time | None:
    for mention in reading.mentions:
        if mention.begins is not None and DOORS.search(reading.text[max(0, mention.start - 30) : mention.start]):
            return mention.begins
    for found in re.finditer(r"(\d{1,2})(?:[.:](\d\d))?\s*Uhr\s*\(?Einlass", reading.text):
        if int(found[1]) < 24:
            return time(int(found[1]), int(found[2] or 0) % 60)
    return None


def _closes(reading: Reading, sentences: Sentences) -> Mention | None:
    for mention in reading.mentions:
        if not mention.dated:
            continue
        before = reading.text[max(0, mention.start - 60) : mention.start]
        span = mention.first != mention.last and REGISTRATION.search(before) is not None
        if span and mention.last is not None:
            return replace(mention, first=mention.last)
        if (mention.until or CLOSES.search(before)) and REGISTRATION.search(sentences.around(mention.start)):
            return mention
    return None


def _with_times(found: Occasion, reading: Reading, sentences: Sentences) -> Occasion:
    """The event's times, and where it was before."""
    when = found.when
    begins, ends = (when.begins, when.ends) if when is not None else (None, None)
    doors = found.doors
    if begins is None and when is not None:
        others = [m for m in reading.mentions if _is_time_of(m, when, doors, reading, sentences)]
        if others:
            begins, ends = others[0].begins, others[0].ends
    if begins is not None and begins == doors:
        begins = None
    if ends is None and begins is not None and when is not None:
        ends = _closing_time(reading, sentences, when, begins)
    several = when is not None and (len(when.partial) > 1 or (when.first != when.last))
    if several and when is not None and ends is not None and DAILY.search(sentences.around(when.start)):
        begins = ends = None  # the hours of each day are no start and end of the whole
    previous_place = (place_change(reading) or "") if found.status == "moved" else ""
    place, at = found.place, found.place_at
    if previous_place and place and previous_place in place:
        for other in PLACE.finditer(reading.text):
            if previous_place not in other["place"]:
                place, at = other["place"].strip(" ,."), other.start("place")
                break
    return replace(found, begins=begins, ends=ends, previous_place=previous_place, place=place, place_at=at)


def _closing_time(reading: Reading, sentences: Sentences, when: Mention, begins: time) -> time | None:
    """ "Ende gegen 17 Uhr", "bis etwa 17 Uhr", near the sentence of the event."""
    near = sentences.number(when.start)
    for mention in reading.mentions:
        said = mention.begins
        if said is None or said <= begins or mention.dated or abs(sentences.number(mention.start) - near) > 2:
            continue
        before = reading.text[max(0, mention.start - 30) : mention.start]
        sentence = sentences.around(mention.start)
        if ENDS.search(before) and not NOT_ITS_END.search(sentence):
            return said
    return None


def _is_time_of(mention: Mention, when: Mention, doors: time | None, reading: Reading, sentences: Sentences) -> bool:
    """Whether a mention says at what time the event of that day begins."""
    if mention.begins is None or mention.begins == doors or mention.until:
        return False
    if mention.dated:
        return mention.first == when.first and mention.sure is when.sure
    return _is_start(reading.text, mention, sentences, when)


def _is_start(text: str, mention: Mention, sentences: Sentences, when: Mention) -> bool:
    """Whether a time without a day is the event's own: "Beginn: 19 Uhr", "los geht es um 19 Uhr"."""
    before = text[max(0, mention.start - 40) : mention.start]
    if DOORS.search(before) or re.search(
        r"(?:telefon|öffnungszeiten|geöffnet|sprechzeiten|opening hours|open)\W*(?:\w+\W+){0,3}$", before, re.IGNORECASE
    ):
        return False
    labelled = re.search(
        r"(?:beginn|beginnt|start|startet|los geht(?:'s| es|s)?|anpfiff|anstoß|uhrzeit|"
        r"zeit|wann|time|starts?|begins?|kick-off|treffen|treffpunkt|findet|von|ab|um|"
        r"at|from)\W*(?:\w+\W+){0,2}$",
        before,
        re.IGNORECASE,
    )
    same = abs(sentences.number(mention.start) - sentences.number(when.start)) <= 2
    return labelled is not None and (
        same or re.search(r"beginn|start|los geht|uhrzeit|zeit:|time:", before, re.IGNORECASE) is not None
    )


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
