"""At what time an event begins and ends, when its doors open and its registration closes. Pure.

The day is known already; here the times that stand with it, or elsewhere in
the text, are given to it. Hours of every day, closed roads and hotlines are
no times of the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from announcer.intake.dates import Mention
from announcer.intake.event_patterns import (
    CLOSES,
    DAILY,
    DOORS,
    ENDS,
    NOT_ITS_END,
    NOUN,
    REGISTRATION,
)
from announcer.intake.occasion_reading import Reading
from announcer.intake.sentences import Sentences

#: Roads, hotlines, ticket offices and trains have times of their own.
_OTHER_HOURS = re.compile(
    r"gesperrt|sperrung|telefon|hotline|erreichbar|besetzt|vorverkauf|kasse|anmeld|akkredit|pressegespräch|pressekonferenz|"
    r"bus(?:se)?\b|züge|zugverkehr|shuttle|abfahrt|parken|closed to|traffic|phone|hotline|box office|register|"
    r"rsvp|accredit",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"eröffn|startschuss|auftakt|los geht|geht(?:'s| es)? los|beginn|startet|anpfiff|anstoß|fassanstich|"
    r"\bopens\b|begins|starts|kicks off|gets under way",
    re.IGNORECASE,
)
_WEEKLY = re.compile(
    r"täglich|tägl\.|jeden|(?:mon|diens|donners|frei|sams|sonn)tags\b|mittwochs|werktags|wochentags|daily|every|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days\b",
    re.IGNORECASE,
)
_EACH = re.compile(r"\bjeweils\b|\beach\b", re.IGNORECASE)
_MIDNIGHT = re.compile(r"\b(?:bis|until|till) (?:um )?(?:Mitternacht|midnight)\b", re.IGNORECASE)
_LASTS = re.compile(
    r"\b(?:dauert|lasts?|dauer:|duration:)\s+(?:etwa |rund |ca\. |circa |about |around )?"
    r"(?P<n>\d{1,3}|eine?|anderthalb|zwei|drei|vier|one|two|three|an?)\s+(?P<unit>stunden?|minuten|hours?|minutes)\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "ein": 1, "eine": 1, "anderthalb": 1.5, "zwei": 2, "drei": 3, "vier": 4,
    "one": 1, "two": 2, "three": 3, "a": 1, "an": 1,
}  # fmt: skip
_ENDS_AT = re.compile(
    rf"\b(?:endet|schließt|ends?|closes)\s+(?:das|der|die|the)?\s*[\w-]{{0,30}}?(?:{NOUN})\w{{0,3}}\s+(?:gegen|um|at|around)\s*$",
    re.IGNORECASE,
)
_LABELLED_START = re.compile(
    r"(?:beginn|beginnt|start|startet|los geht(?:'s| es|s)?|anpfiff|anstoß|uhrzeit|zeit|wann|time|starts?|begins?|"
    r"kick-off|treffen|"
    r"treffpunkt|findet|von|ab|um|at|from)\W*(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_PLAIN_START = re.compile(r"beginn|start|los geht|uhrzeit|zeit:|time:", re.IGNORECASE)
_NO_START = re.compile(
    r"(?:telefon|öffnungszeiten|sprechzeiten|opening hours|office hours)\W*(?:\w+\W+){0,3}$", re.IGNORECASE
)
_NEAR = 2
_AROUND = 70
_WEEK = 7


def doors_of(reading: Reading) -> time | None:
    """When one may come in."""
    for mention in reading.mentions:
        if mention.begins is not None and DOORS.search(reading.text[max(0, mention.start - 30) : mention.start]):
            ranged = mention.ends is not None or re.match(
                r"\s*(?:to|bis|–|-)", reading.text[mention.end : mention.end + 5]
            )
            return None if ranged else mention.begins
    for found in re.finditer(r"(\d{1,2})(?:[.:](\d\d))?\s*Uhr\s*\(?Einlass", reading.text):
        if int(found[1]) < 24:
            return time(int(found[1]), int(found[2] or 0) % 60)
    return None


def closes_of(reading: Reading, sentences: Sentences) -> Mention | None:
    """Until when one may register."""
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


def times_of(
    reading: Reading, sentences: Sentences, when: Mention | None, doors: time | None
) -> tuple[time | None, time | None]:
    """When the event begins and ends, as far as the text tells."""
    if when is None:
        return None, None
    several = len(when.partial) > 1 or when.first != when.last
    begins, ends = when.begins, when.ends
    if begins is not None and _is_weekly(when, sentences.around(when.start)):
        begins = ends = None
    found = None if begins is not None else next(_starts(reading, sentences, when, doors, several=several), None)
    if found is not None:
        begins, ends = found.begins, found.ends
    if begins is not None and begins == doors:
        begins = None
    if (
        several
        and ends is not None
        and ((found is not None and not found.dated) or DAILY.search(sentences.around(when.start)))
    ):
        begins = ends = None  # the hours of each day are no start and end of the whole
    if several:
        return begins, ends or _closing_of_last_day(reading, sentences)
    if ends is None and begins is not None:
        ends = _closing_time(reading, sentences, when, begins) or _lasting(reading, sentences, when, begins)
    return begins, ends


def _starts(
    reading: Reading, sentences: Sentences, when: Mention, doors: time | None, *, several: bool
) -> Iterator[Mention]:
    """Times that may be the event's start: said to be its opening first, then in the order of the text."""
    usable = [
        mention
        for mention in reading.mentions
        if mention.begins is not None
        and mention.begins != doors
        and not mention.until
        and not _OTHER_HOURS.search(_clause(reading, sentences, mention))
        and not _is_weekly(mention, _clause(reading, sentences, mention))
    ]
    yield from (m for m in usable if _opens(m, when, reading, sentences))
    for mention in usable:
        if mention.dated:
            if mention.first == when.first and mention.sure is when.sure:
                yield mention
        elif _is_start(reading.text, mention, sentences, when, several=several):
            yield mention


def _clause(reading: Reading, sentences: Sentences, mention: Mention) -> str:
    """What stands right around a time, in its sentence and on its line."""
    start, end = sentences.span(mention.start)
    begin = max(start, reading.text.rfind("\n", 0, mention.start) + 1, mention.start - _AROUND)
    stop = reading.text.find("\n", mention.end)
    return reading.text[begin : min(end, stop if stop >= 0 else end, mention.end + _AROUND)]


def _is_weekly(mention: Mention, clause: str) -> bool:
    """Hours that come again; "jeweils um 18 Uhr" is when each evening begins, "jeweils von 10 bis 17 Uhr" is open."""
    return _WEEKLY.search(clause) is not None or (mention.ends is not None and _EACH.search(clause) is not None)


def _opens(mention: Mention, when: Mention, reading: Reading, sentences: Sentences) -> bool:
    """ "Eröffnet wird am Mittwoch um 18 Uhr": a weekday of the event, or no day, and a word for its opening."""
    start, end = sentences.span(mention.start)
    if not _OPENING.search(reading.text[start:end]) or when.first is None or when.last is None:
        return False
    if not mention.dated:
        return abs(sentences.number(mention.start) - sentences.number(when.start)) <= 1 and mention.ends is None
    if mention.first is None or mention.first != mention.last:
        return False
    weekday = "relative" in mention.notes and mention.first.weekday() == when.first.weekday()
    return mention.first == when.first or (weekday and (when.last - when.first).days < _WEEK)


def _is_start(text: str, mention: Mention, sentences: Sentences, when: Mention, *, several: bool) -> bool:
    """Whether a time without a day is the event's own: "Beginn: 19 Uhr", "los geht es um 19 Uhr"."""
    before = text[max(0, mention.start - 40) : mention.start]
    opening = re.search(r"\b(?:geöffnet|open|offen)\b", before, re.IGNORECASE) is not None
    if _NO_START.search(before) or (opening and (several or mention.ends is None)):
        return False
    if DOORS.search(before) and mention.ends is None:
        return False
    near = abs(sentences.number(mention.start) - sentences.number(when.start)) <= _NEAR
    labelled = _LABELLED_START.search(before) is not None
    return (labelled or opening) and (near or _PLAIN_START.search(before) is not None)


def _closing_time(reading: Reading, sentences: Sentences, when: Mention, begins: time) -> time | None:
    """ "Ende gegen 17 Uhr", "bis etwa 17 Uhr", "bis Mitternacht", near the sentence of the event."""
    near = sentences.number(when.start)
    for found in _MIDNIGHT.finditer(reading.text):
        if abs(sentences.number(found.start()) - near) <= _NEAR:
            return time()
    for mention in reading.mentions:
        said = mention.begins
        if said is None or mention.dated or abs(sentences.number(mention.start) - near) > _NEAR:
            continue
        before = reading.text[max(0, mention.start - 30) : mention.start]
        late = said > begins or (begins.hour >= 18 and said.hour < 6)
        if late and ENDS.search(before) and not NOT_ITS_END.search(sentences.around(mention.start)):
            return said
    return None


def _closing_of_last_day(reading: Reading, sentences: Sentences) -> time | None:
    """ "… endet der Kongress gegen 13 Uhr", wherever it stands."""
    for mention in reading.mentions:
        start, _ = sentences.span(mention.start)
        if mention.begins is not None and _ENDS_AT.search(reading.text[start : mention.start]):
            return mention.begins
    return None


def _lasting(reading: Reading, sentences: Sentences, when: Mention, begins: time) -> time | None:
    """ "Die Führung dauert 90 Minuten", within a few sentences."""
    for found in _LASTS.finditer(reading.text):
        if abs(sentences.number(found.start()) - sentences.number(when.start)) > _NEAR:
            continue
        number = _NUMBERS.get(found["n"].lower()) or float(found["n"] if found["n"].isdigit() else 1)
        minutes = number * (60 if found["unit"].lower().startswith(("st", "h")) else 1)
        late = begins.hour * 60 + begins.minute + round(minutes)
        return time(late // 60 % 24, late % 60)
    return None


def time_of_each(reading: Reading, sentences: Sentences) -> tuple[time | None, time | None]:
    """ "Die Abende beginnen jeweils um 18.30 Uhr": when every item of a series begins."""
    for mention in reading.mentions:
        clause = _clause(reading, sentences, mention)
        if (
            mention.begins is not None
            and not mention.dated
            and _EACH.search(clause)
            and not _OTHER_HOURS.search(clause)
        ):
            return mention.begins, mention.ends
    return None, None
