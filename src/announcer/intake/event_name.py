"""What an event is called: a title beside its kind, a compound, what people are invited to. Pure."""

from __future__ import annotations

import re

from announcer.intake.dates import Mention
from announcer.intake.event_patterns import COMPOUND, NAMED_TITLE, NO_NAME, SMALL_NAME, SPOKEN, TITLED
from announcer.intake.names import find_people
from announcer.intake.occasion_reading import Reading
from announcer.intake.sentences import Sentences

#: "Was: Pressetermin", "What: Annual weigh-in".
_LABELLED = re.compile(
    r"(?:^|\n)\W*(?:was|what|veranstaltung|event|titel der veranstaltung)\s*:\s*(?P<name>[^\n]{3,120})", re.IGNORECASE
)


#: "das Stadtteilfest Neuenbrück-West".
_DISTRICT = re.compile(r" [A-ZÄÖÜ][a-zäöüß]+-[A-ZÄÖÜ][a-zäöüß]+(?![\w-])")


def event_name(reading: Reading, sentences: Sentences, when: Mention | None) -> str:
    """A title beside what kind of event it is; else a compound such as "Lesefest"; else the headline has to do."""
    if labelled := _LABELLED.search(reading.text):
        return labelled["name"].strip(' .,;„“"')
    for source in (reading.headline, reading.kicker):
        if found := NAMED_TITLE.search(source):
            return found["name"].strip()
    for found in NAMED_TITLE.finditer(reading.text):
        if not _of_another_day(reading, sentences, found.start(), when):
            return found["name"].strip()
    span = sentences.span(when.start) if when is not None else (0, 0)
    text, offset = reading.text[:4000], len(reading.headline)
    counts: dict[str, int] = {}
    for pattern in (COMPOUND, TITLED, SMALL_NAME):
        for found in pattern.finditer(text):
            district = _DISTRICT.match(text, found.end("name"))
            name = _trimmed(" ".join(found["name"].split())) + (district[0] if district else "")
            if len(name) >= 5 and not NO_NAME.fullmatch(name):
                weight = 4 if found.start() < offset else 1
                weight += 3 if span[0] <= found.start() < span[1] else 0
                counts[name] = counts.get(name, 0) + weight
    if not counts:
        return _spoken_of(text, span)
    best = max(counts, key=lambda name: (counts[name], len(name)))
    fuller = [name for name in counts if name.lower().endswith(best.lower()) and len(name) > len(best)]
    if fuller and not any(best in other for other in (reading.headline,)):
        best = max(fuller, key=lambda name: counts[name])
    return best


def _of_another_day(reading: Reading, sentences: Sentences, at: int, when: Mention | None) -> bool:
    """Whether the sentence there gives a date, and another one than the event's."""
    start, end = sentences.span(at)
    days = [m for m in reading.mentions if start <= m.start < end and m.dated and m.first]
    return when is not None and bool(days) and all(m.first != when.first for m in days)


def _spoken_of(text: str, span: tuple[int, int]) -> str:
    """What people are invited to, or what takes place, in the sentence of the date, else anywhere."""
    for start, end in (span, (0, len(text))):
        for found in SPOKEN.finditer(text, start, min(end, len(text))):
            name = found["to"] or found["subject"] or found["during"]
            done = found["to"] is not None and name.endswith("en") and "zum" in found[0]  # "zum Mitmachen"
            if not done and not NO_NAME.fullmatch(name) and not find_people(name):
                return name
    return ""


def _trimmed(name: str) -> str:
    article = r"^(?:Die|Der|Das|Eine?n?|The|Zum|Zur|Am|Im|Beim|Bei|Vom|At|On|In|For|Our|This|Its)\s+"
    return re.sub(article, "", name)
