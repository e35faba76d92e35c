"""Items of a programme in running text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from announcer.intake.dates import Mention
from announcer.intake.event_patterns import NO_PLACE, PLACE
from announcer.intake.names import Named, find_people, merged
from announcer.intake.programme import GOES_ON, KIND_IN_PROSE, NO_ITEM, NO_ITEM_SENTENCE, QUOTED, ROOM, Item, day_number
from announcer.intake.sentences import Sentences

_LONGEST_HEADING = 120
_WEEKDAY = re.compile(
    r"\b(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    re.IGNORECASE,
)
_SAME_DAY = re.compile(r"\b(?:am selben|am gleichen|on the same)\s+(?:tag|day)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Telling:
    """What running text is read against."""

    text: str
    begin: int  #: Where the text below the headline begins.
    people: Sequence[Named]
    mentions: Sequence[Mention]
    first: date | None = None  #: The event's days.
    last: date | None = None
    start: int = -1  #: Where the event's own date stands.
    single: bool = False  #: Only times make items; there is no talk of a programme.


def told(telling: Telling) -> list[Item]:
    """Items in running text: a keynote, a panel, what happens "um 18 Uhr", with the day their sentence names.

    A day holds for the sentences that go on from it ("danach", "um 11 Uhr"), within its paragraph.
    """
    text = telling.text
    found: list[Item] = []
    seen: set[str] = set()
    section = day = None
    on: date | None = None
    shown: date | None = None
    before = telling.begin
    for start, end in (span for span in Sentences(text).all() if span[0] >= telling.begin):
        sentence = text[start:end]
        if "\n\n" in text[before - 2 : start]:
            day, on = section, None
        before = end
        if _is_heading(sentence):
            section = day = day_number(sentence)
            continue
        timed = [m for m in telling.mentions if start <= m.start < end and m.begins is not None and not m.until]
        # A heading may speak of one day only ("… eröffnet zweiten Konferenztag"): it gives no day to what has no time.
        goes_on = GOES_ON.match(sentence) is not None or bool(timed)
        named = day_number(sentence)
        day = named if named is not None else day if goes_on else None
        here = _named_day(telling, start, end)
        kept = on if goes_on and named is None and not _WEEKDAY.search(sentence) else None
        on = here or (shown if _SAME_DAY.search(sentence) else kept)
        shown = on or shown
        fresh = [] if telling.single else _of_kinds(telling, start, sentence, seen)
        items = [_with_time(item, telling, timed) for item in fresh] or _of_times(telling, start, sentence, timed)
        found += [_on_day(item, day, on) for item in items]
    return found


def _is_heading(sentence: str) -> bool:
    """ "Raus aus dem Saal: der zweite Tag": a paragraph of its own, and no sentence."""
    said = sentence.strip()
    return sentence.endswith("\n\n") and len(said) <= _LONGEST_HEADING and not said.endswith((".", "!", "“", '"', ":"))


def _named_day(telling: Telling, start: int, end: int) -> date | None:
    """The day of the event a sentence names: a date, or a weekday within its span."""
    days = (_day_of(m, telling) for m in telling.mentions if start <= m.start < end and m.dated)
    first, last = telling.first, telling.last
    if first is None or last is None or first == last:
        return None
    return next((day for day in days if day is not None and first <= day <= last), None)


def _on_day(item: Item, day: int | None, on: date | None) -> Item:
    if item.day is not None or item.on is not None:
        return item
    return replace(item, on=on) if on is not None else replace(item, day=day)


def _of_kinds(telling: Telling, start: int, sentence: str, seen: set[str]) -> list[Item]:
    found: list[Item] = []
    for said in KIND_IN_PROSE.finditer(sentence):
        key = said[1].lower().rstrip("sen")
        if key in seen or _is_only_mentioned(sentence, said.start()):
            continue
        item = _told(telling.text, start, sentence, said, telling.people)
        if not item.people and not _carries(sentence, said, item):
            continue
        titles = _several_titles(sentence, said)
        found += [replace(item, title=title) for title in titles] if titles else [item]
        seen.add(key)
    return found


def _several_titles(sentence: str, said: re.Match[str]) -> list[str]:
    """ "drei Werkstätten: „A“, „B“ und „C“"."""
    rest = sentence[said.end() : said.end() + 600]
    found = re.search(r"[^.„]{0,60}:\s*((?:„[^“]{2,120}“(?:,\s*|\s+und\s+|\s+sowie\s+)?){2,})", rest)
    return re.findall(r"„([^“]{2,120})“", found[1]) if found else []


def _with_time(item: Item, telling: Telling, timed: Sequence[Mention]) -> Item:
    """The time of its sentence, and the day that names."""
    if item.start is not None or not timed:
        return item
    return replace(item, start=timed[0].begins, end=timed[0].ends, on=_day_of(timed[0], telling))


def _of_times(telling: Telling, start: int, sentence: str, timed: Sequence[Mention]) -> list[Item]:
    """What a sentence says happens at a time: one item a time."""
    text = telling.text
    usable = [m for m in timed if m.start != telling.start and not NO_ITEM.search(_beside(text, m))]
    if not usable or NO_ITEM_SENTENCE.search(sentence):
        return []
    found = []
    for number, mention in enumerate(usable):
        begin = start if number == 0 else max(usable[number - 1].end, text.rfind(",", start, mention.start))
        end = start + len(sentence)
        if number + 1 < len(usable):
            cut = max(text.rfind(sign, mention.end, usable[number + 1].start) for sign in (",", ";", " und ", " and "))
            end = cut if cut > mention.end else usable[number + 1].start
        clause = " ".join(text[begin:end].strip(" ,.;").split())
        if len(clause.split()) < 4:
            continue
        marked = (
            any(begin <= p.start < end for p in telling.people) or QUOTED.search(clause) or KIND_IN_PROSE.search(clause)
        )
        if telling.single and not marked:
            continue
        people = tuple(merged([p for p in telling.people if begin <= p.start < end]))
        quoted, kind, room = QUOTED.search(clause), KIND_IN_PROSE.search(clause), ROOM.search(clause)
        found.append(
            Item(
                title=quoted[1] if quoted else clause[:160],
                kind=kind[1] if kind else "",
                words=clause,
                people=people,
                day=day_number(clause),
                on=_day_of(mention, telling),
                start=mention.begins,
                end=mention.ends,
                room=room["room"] if room else _house(clause),
                line=text.count("\n", 0, start) + 1,
            )
        )
    return found


def _house(clause: str) -> str:
    """ "im Speicher am Alten Hafen": a house of its own."""
    found = PLACE.search(clause)
    named = found["place"].strip(" ,.") if found else ""
    return "" if NO_PLACE.match(named) or find_people(named) else named


def _beside(text: str, mention: Mention) -> str:
    return text[max(0, mention.start - 45) : mention.start] + " | " + text[mention.end : mention.end + 25]


def _day_of(mention: Mention, telling: Telling) -> date | None:
    """The day a time names: a date, or a weekday of the event."""
    first, last = telling.first, telling.last
    if mention.first is None or mention.first != mention.last:
        return None
    if first is None or last is None or first <= mention.first <= last:
        return mention.first
    if "relative" in mention.notes and (last - first).days < 7:
        day = first + timedelta(days=(mention.first.weekday() - first.weekday()) % 7)
        return day if day <= last else None
    return None


def _told(text: str, start: int, sentence: str, said: re.Match[str], people: Sequence[Named]) -> Item:
    clause_start, clause_end = _clause(sentence, said)
    clause = sentence[clause_start:clause_end]
    near = [p for p in people if start + clause_start <= p.start < start + clause_end]
    title_found = _title_near(sentence, said, clause_end)
    kind = said[1]
    own = (
        tuple(merged(near))
        if not kind.endswith(("en", "s", "Formate")) or kind in {"Keynotes"} or len(near) <= 4
        else ()
    )
    day = day_number(clause) or day_number(sentence)
    room = ROOM.search(clause)
    title = title_found or kind
    return Item(
        title,
        _singular(kind),
        " ".join(sentence.split()),
        own,
        day,
        room=room["room"] if room else _house(clause),
        line=text.count("\n", 0, start) + 1,
    )


def _clause(sentence: str, said: re.Match[str]) -> tuple[int, int]:
    """The part of a sentence around a kind: up to the "und" before the next kind."""
    others = [found for found in KIND_IN_PROSE.finditer(sentence) if found.start() != said.start()]
    start, end = 0, len(sentence)
    for other in others:
        if other.start() > said.end():
            cut = max(
                sentence.rfind(" und ", said.end(), other.start()),
                sentence.rfind(" and ", said.end(), other.start()),
                sentence.rfind(", ", said.end(), other.start()),
            )
            end = min(end, cut if cut > 0 else other.start())
        elif other.end() <= said.start():
            cut = max(
                sentence.rfind(" und ", other.end(), said.start()),
                sentence.rfind(" and ", other.end(), said.start()),
                sentence.rfind(", ", other.end(), said.start()),
            )
            start = max(start, cut if cut > 0 else other.end())
    return start, end


def _title_near(sentence: str, said: re.Match[str], end: int) -> str:
    found = QUOTED.search(sentence, said.end(), max(end, said.end()))
    if found is not None and found.start() - said.end() < 140:
        return found[1].rstrip(",.")
    before = list(QUOTED.finditer(sentence, 0, said.start()))
    if before and said.start() - before[-1].end() < 30:
        return before[-1][1].rstrip(",.")
    return ""


def _carries(sentence: str, said: re.Match[str], item: Item) -> bool:
    """Whether a kind without people is an item: it has a title, a day, or is spoken of as offered."""
    offered = re.search(
        r"\b(?:biete[nt]|bilden|gibt|stehen|finde[nt]|laden|lädt|kennenlernen|kennenzulernen|"
        r"teilnehmen|statt|laufen|offer(?:s|ed)?|include[sd]?|feature[sd]?|take place|"
        r"will be|there are|nehmen|umfasst|ergänzen|eröffne[nt]|begleite[nt]|geplant|Programm|programme)\b",
        sentence,
    )
    return item.title != said[1] or item.day is not None or offered is not None


def _is_only_mentioned(sentence: str, at: int) -> bool:
    return re.search(r"\b(?:kein(?:e[nrms]?)?|ohne|no|without|statt|nach)\s*$", sentence[:at]) is not None


def _singular(kind: str) -> str:
    return re.sub(r"s$", "", kind) if kind.endswith("Grußworts") else kind
