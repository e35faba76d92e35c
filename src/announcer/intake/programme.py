"""Items of a programme: who, what, which day, when, where; out of lists, tables and running text. Pure.

A day is only given where the text ties an item to one ("am ersten
Konferenztag", a heading with a date); otherwise it stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from announcer.intake.dates import Mention, find_dates
from announcer.intake.document import Block, Kind
from announcer.intake.names import Named, find_people, merged
from announcer.intake.sentences import Sentences
from announcer.intake.wordlist import words

_KIND = (
    r"(?:Eröffnungs|Abschluss|Fest|Haupt|Impuls|Fach|Gast|Abend|Kurz|Rats|Podiums|Publikums|Kuratorinnen|Kuratoren|Stadt|Orgel|Chor|"
    r"Keynote-)?(?:[Kk]eynotes?|[Gg]rußworte?|[Tt]alkrunden?|[Pp]odiumsdiskussion(?:en)?|[Pp]odiumsgespräche?|[Dd]iskussion(?:srunde)?(?:en)?|"
    r"[Ww]orkshops?|[Ww]orkshop-Formate|[Ff]ührungen|[Ff]ührung|[Vv]orträge|[Vv]ortrag|[Ll]esungen|[Ll]esung|[Bb]egrüßung|[Ee]röffnung|"
    r"[Ff]estrede|[Rr]ede|[Pp]anels?|[Ff]ilmvorführung|[Pp]reisverleihung|[Ss]iegerehrung|[Ee]mpfang|[Ff]achforen|[Ff]oren|[Ff]orum|"
    r"[Ss]eminare?|[Ii]mpulse?|[Rr]undgänge|[Rr]undgang|[Gg]ottesdienst|[Kk]onzert|[Mm]usik|[Ff]euerwerk|[Pp]osterausstellung|[Ee]xkursion(?:en)?|"
    r"[Ww]erkstatt|[Ww]erkstätten|[Pp]ressekonferenz|[Ss]prechstunde|opening|closing|"
    r"welcome|talks?|lectures?|workshops?|keynote(?: speech| address)?|"
    r"panel(?: discussion)?|discussion|tours?|guided tours?|reception|address|reading|"
    r"concert|screening|ceremony|session|Q&A)"
)
_KIND_AT_START = re.compile(
    rf"(?P<kind>{_KIND})\b\s*(?P<sign>[:–—-]|„|\"|“|mit|von|durch|with|by|der|des|zum|zur|im|,)?", re.UNICODE
)
_KIND_IN_PROSE = re.compile(
    r"(?<![\w-])(?:(?:Eröffnungs|Abschluss|Fest|Impuls|Fach|Gast|Podiums|parallele? )"
    r"?)(Keynotes?|Grußworte?s?|Talkrunden?|Podiumsdiskussion(?:en)?|"
    r"Podiumsgespräche?|Podiumsrunde|Diskussionsrunden?|Workshop-Formate|Workshops?|Führungen|Vorträge[n]?|Vortrags?|Eröffnungsvortrag|Abendvortrag|Festvortrag|Impulsvortrag|"
    r"Lesungen|Fachforen|Foren|Festrede|Exkursion(?:en)?|Rundgänge|Werkstätten|Panels?|Eröffnungsrede|Empfang|Abendempfang|"
    r"keynote(?: speech| address)?s?|opening (?:speech|address|lecture)|closing (?:speech|"
    r"address)|panel(?: discussion)?s?|workshops?|guided tours?|welcome address|"
    r"lectures?|reception|round ?table)(?![\w-])"
)
_LINE_TIME = re.compile(r"\s*(?:ab |um |from |at )?\d{1,2}(?:[.:]\d{2})?\s*(?:Uhr|h\b|[ap]\.?m\.?|[–-]|bis|to)?")
_ORDINALS = {
    "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "first": 1, "second": 2, "third": 3, "fourth": 4,
    "opening": 1, "eröffnungs": 1,
}  # fmt: skip
_DAY_WORDS = re.compile(
    r"\b(erst|zweit|dritt|viert|fünft)e[nrs]?\s+(?:\w+)?tag(?:e?s)?\b|\b(first|second|third|fourth|opening)\s+(?:\w+\s)?day\b|\b(?:tag|day)\s+(\d|one|two|three|four|eins|zwei|drei)\b|"
    r"\b(\d)\.\s*(?:\w+)?tag\b|\b(auftakttag|eröffnungstag|ersttag)\b|\b(zum auftakt)"
    r"\b|\b(?:am |an )?(abschlusstag|schlusstag|letzten tag|final day|last day|closing "
    r"day)\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "eins": 1, "zwei": 2, "drei": 3}
_QUOTED = re.compile(r"[„“\"»]([^„“”\"»«\n]{2,300})[“”\"«]")
_ROOM = re.compile(
    r"(?:\(|,\s*|\bim |\bin der |\bin |\bauf der |\bon the )(?P<room>(?:(?:the )?(?:Großen?r?|"
    r"Kleinen?r?|Blauen?r?|Grünen?r?|Roten?r?|Main|Small|Large|Great|Upper|Lower)\s+)"
    r"?"
    r"(?:[A-ZÄÖÜ][\w-]*\s)?(?:[A-ZÄÖÜ]?[\w-]*(?:[Ss]aal|[Rr]aum|[Zz]elt|[Ff]oyer|[Hh]alle|[Bb]ühne|[Zz]immer|[Hh]of|[Aa]ula|[Ff]orum|[Ll]ounge|[Kk]eller|Room|Hall|Stage|Theatre|Tent|Auditorium))"
    r"(?:\s(?:[A-Z]?\d{1,3}(?:\.\d{1,3})?|[A-Z]\b|I{1,3}\b))?)\)?"
)
_BREAK = words("pause mittagspause kaffeepause lunch break coffee ende schluss end einlass doors")


@dataclass(frozen=True, slots=True)
class Item:
    """A programme item as the text gives it."""

    title: str
    kind: str = ""
    words: str = ""  #: The passage it was read from.
    people: tuple[Named, ...] = ()
    day: int | None = None  #: Counted from 1.
    on: date | None = None
    start: time | None = None
    end: time | None = None
    room: str = ""
    line: int = 0


def listed(blocks: Sequence[Block], release: date | None, english: bool) -> list[Item]:
    """Items that stand on lines of their own, each beginning with its time."""
    found: list[Item] = []
    day: date | None = None
    number: int | None = None
    for text, line, kind in _lines(blocks):
        heading = _day_heading(text, release, kind)
        if heading is not None:
            day, number = heading
            continue
        item = _timed_line(text, line, release, english)
        if item is not None:
            found.append(replace(item, on=item.on or day, day=None if item.on or day else number))
    return found if len(found) >= 2 else []


def _lines(blocks: Sequence[Block]) -> Iterator[tuple[str, int, Kind]]:
    for block in blocks:
        for number, line in enumerate(block.lines or (block.text,)):
            yield line.strip(), block.line + number, block.kind


def _day_heading(text: str, release: date | None, kind: Kind) -> tuple[date | None, int | None] | None:
    """A line that only says which day the following items are on."""
    if len(text) > 90:
        return None
    dates = [m for m in find_dates(text, release=release) if m.first is not None and m.begins is None]
    if len(dates) == 1 and dates[0].first == dates[0].last:
        rest = (text[: dates[0].start] + text[dates[0].end :]).strip(" :,–-*|()")
        if len(rest) <= 24 or (kind is Kind.HEADING and len(rest) <= 60):
            return dates[0].first, None
    number = day_number(text)
    if (
        number is not None
        and number > 0
        and len(text) <= 60
        and not re.search(r"[.!?]$", text)
        and not _LINE_TIME.match(text)
    ):
        return None, number
    return None


def day_number(text: str) -> int | None:
    """ "am zweiten Konferenztag" is 2, "Day one" 1, the last day -1; None if the text names none."""
    found = _DAY_WORDS.search(text)
    if found is None:
        return None
    ordinal = (found[1] or found[2] or "").lower()
    if ordinal:
        return _ORDINALS.get(ordinal)
    if said := found[3] or found[4]:
        return _NUMBER_WORDS.get(said.lower()) or int(said)
    return -1 if found[7] else 1


def _timed_line(text: str, line: int, release: date | None, english: bool) -> Item | None:
    cells = [cell.strip() for cell in text.split("\t")] if "\t" in text else []
    mentions = [m for m in find_dates(text, release=release, english=english) if m.begins is not None]
    if not mentions or (mentions[0].start > 3 and not (cells and _time_cell(cells, mentions[0]))):
        return None
    first = mentions[0]
    rest = text[first.end :].lstrip(" \t:–—-|,.)")
    rest = re.sub(r"^(?:Uhr|h)\b\s*[:–-]?\s*", "", rest)
    if not rest or len(rest) > 300 or (rest[0].islower() and not cells):
        return None
    on = first.first if first.first and first.first == first.last else None
    if cells:
        rest_cells = [cell for cell in cells if cell and first.text not in cell]
        rest = " | ".join(rest_cells)
    if not rest or rest.lower().split()[0].strip(",.:") in _BREAK:
        return None
    return _item(rest, line, on, first.begins, first.ends, cells=bool(cells), whole=text)


def _time_cell(cells: Sequence[str], mention: Mention) -> bool:
    return any(mention.text.startswith(cell[:4]) for cell in cells if cell)


def _item(
    rest: str, line: int, on: date | None, start: time | None, end: time | None, *, cells: bool, whole: str
) -> Item:
    """What, by whom and where, out of the words behind the time."""
    people = tuple(merged(find_people(rest)))
    kind_found = _KIND_AT_START.match(rest)
    kind = kind_found["kind"] if kind_found else ""
    room_found = _ROOM.search(rest)
    room = room_found["room"] if room_found else ""
    title = _title(rest, kind, people, room, cells)
    return Item(title or kind or rest[:120], kind, whole.replace("\t", " "), people, None, on, start, end, room, line)


def _title(rest: str, kind: str, people: Sequence[Named], room: str, cells: bool) -> str:
    if quoted := _QUOTED.search(rest):
        return quoted[1]
    text = rest.split(" | ")[0] if cells else rest
    if kind and re.match(rf"{re.escape(kind)}\s*[:–—-]\s*", text):
        text = re.sub(rf"^{re.escape(kind)}\s*[:–—-]\s*", "", text)
    if room:
        text = re.sub(rf"\s*[,(–-]?\s*(?:im |in der |in |auf der )?{re.escape(room)}\)?", "", text)
    cut = len(text)
    for person in people:
        at = text.find(person.name)
        if at > 3:
            cut = min(cut, at)
    if cut < len(text):
        head = text[:cut]
        head = (
            re.sub(r"(?:[,(–—:|-]|\b(?:mit|von|durch|with|by))(?:\s*[\w.-]+){0,4}\s*$", "", head.rstrip())
            if head.strip()
            else ""
        )
        text = head.rstrip(" ,(–—:|-") or text
    return text.strip(" .,;")


def told(text: str, people: Sequence[Named]) -> list[Item]:
    """Items in running text: a keynote, a panel, workshops, with the day their sentence names."""
    sentences = Sentences(text)
    spans = sentences.all()
    found: list[Item] = []
    seen: set[str] = set()
    for number, (start, end) in enumerate(spans):
        sentence = text[start:end]
        for said in _KIND_IN_PROSE.finditer(sentence):
            key = said[1].lower().rstrip("sen")
            if key in seen or _is_only_mentioned(sentence, said.start()):
                continue
            item = _told(text, start, sentence, said, people)
            if not item.people and not _carries(sentence, said, item):
                continue
            day = item.day
            if day is None and number and _continues(sentence):
                day = day_number(text[spans[number - 1][0] : spans[number - 1][1]])
            found.append(replace(item, day=day))
            seen.add(key)
    return found


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
    room = _ROOM.search(clause)
    title = title_found or kind
    return Item(
        title,
        _singular(kind),
        " ".join(sentence.split()),
        own,
        day,
        room=room["room"] if room else "",
        line=text.count("\n", 0, start) + 1,
    )


def _clause(sentence: str, said: re.Match[str]) -> tuple[int, int]:
    """The part of a sentence around a kind: up to the "und" before the next kind."""
    others = [found for found in _KIND_IN_PROSE.finditer(sentence) if found.start() != said.start()]
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
    found = _QUOTED.search(sentence, said.end(), max(end, said.end()))
    if found is not None and found.start() - said.end() < 140:
        return found[1].rstrip(",.")
    before = list(_QUOTED.finditer(sentence, 0, said.start()))
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


def _continues(sentence: str) -> bool:
    return (
        re.match(
            r"\s*(?:danach|anschließend|im anschluss|später|zudem|außerdem|then|afterwards|later|after that)\b",
            sentence,
            re.IGNORECASE,
        )
        is not None
    )


def _singular(kind: str) -> str:
    return re.sub(r"s$", "", kind) if kind.endswith("Grußworts") else kind
