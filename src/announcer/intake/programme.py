"""Items of a programme: who, what, which day, when, where; out of lists, tables and running text. Pure.

A day is only given where the text ties an item to one ("am ersten
Konferenztag", a heading with a date); otherwise it stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import islice

from announcer.intake.columns import head_of
from announcer.intake.dates import Mention, find_dates
from announcer.intake.document import Block, Kind
from announcer.intake.names import Named, find_people, merged
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
KIND_IN_PROSE = re.compile(
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
QUOTED = re.compile(r"[„“\"»]([^„“”\"»«\n]{2,300})[“”\"«]")
ROOM = re.compile(
    r"(?:\(|,\s*|\bim |\bin der |\bin |\bauf der |\bon the )(?P<room>(?:(?:the )?(?:Großen?r?|"
    r"Kleinen?r?|Blauen?r?|Grünen?r?|Roten?r?|Main|Small|Large|Great|Upper|Lower)\s+)"
    r"?"
    r"(?:[A-ZÄÖÜ][\w-]*\s)?(?:[A-ZÄÖÜ]?[\w-]*(?:[Ss]aal|[Rr]aum|[Zz]elt|[Ff]oyer|[Hh]alle|[Bb]ühne|[Zz]immer|[Hh]of|[Aa]ula|[Ff]orum|[Ll]ounge|[Kk]eller|Room|Hall|Stage|Theatre|Tent|Auditorium))"
    r"(?:\s(?:[A-Z]?\d{1,3}(?:\.\d{1,3})?|[A-Z]\b|I{1,3}\b))?)\)?"
)
#: "Lesung mit Tarek Nassar (Bücherei)".
_BRACKET = re.compile(r"\((?P<room>[A-ZÄÖÜ][^()\n]{2,50})\)\s*$")
#: A time beside these is no item of a programme.
NO_ITEM = re.compile(
    r"einlass|türöffnung|doors|telefon|tel\.|hotline|öffnungszeit|geöffnet|sprechzeit|erreichbar|anmeld|registr|frist|sperrfrist|"
    r"embargo|gesperrt|sperrung|bus|bahn|shuttle|parken|ticket|karten|abfahrt|uhr für autos|open daily|office hours",
    re.IGNORECASE,
)
NO_ITEM_SENTENCE = re.compile(
    r"\b(?:sperrfrist|embargo|öffnungszeiten|geöffnet|täglich|anmeldung|anmeldeschluss|vorverkauf|tickets?|rückfragen|gesperrt|daily|"
    r"opening hours|registration|lädt (?:\w+ ){0,12}ein|laden (?:\w+ ){0,12}ein|findet (?:\w+ ){0,20}statt|invites?)\b",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\s*(?:danach|anschließend|im anschluss|später|gleich danach|zum (?:abschluss|auftakt)"
    r"|den (?:abschluss|auftakt)|abends|"
    r"am (?:abend|nachmittag|mittag|vormittag)|ab \d|um \d|gegen \d|von \d|zwischen \d|"
    r"then|afterwards|later|after that|at \d|"
    r"in the (?:evening|afternoon|morning))\b",
    re.IGNORECASE,
)
MOST_ITEMS, MOST_LINES = 500, 3_000
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
    columns: Mapping[str, int] = {}
    for text, line, kind in islice(_lines(blocks), MOST_LINES):
        if kind is Kind.ROW and (named := head_of(text.split("\t"))):
            columns = named
            continue
        heading = _day_heading(text, release, kind)
        if heading is not None:
            day, number = heading
            continue
        item = _timed_line(text, line, release, english, columns)
        if item is not None:
            found.append(replace(item, on=item.on or day, day=None if item.on or day else number))
        if len(found) >= MOST_ITEMS:
            break
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


def _timed_line(text: str, line: int, release: date | None, english: bool, columns: Mapping[str, int]) -> Item | None:
    cells = [cell.strip() for cell in text.split("\t")] if "\t" in text else []
    mentions = [m for m in find_dates(text, release=release, english=english) if m.begins is not None]
    if not mentions and not cells:
        return _dated_line(text, line, release, english)
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
    item = _item(rest, line, on, first.begins, first.ends, cells=bool(cells), whole=text)
    return _by_columns(item, cells, columns) if cells and columns else item


def _dated_line(text: str, line: int, release: date | None, english: bool) -> Item | None:
    """ "9. Februar: „Erben und vererben“, Referentin: Karin Blau"."""
    days = [m for m in find_dates(text, release=release, english=english) if m.first is not None and m.first == m.last]
    if not days or days[0].start > 3 or days[0].until or not re.match(r"\s*(?::|,|–|-|\|)\s*\S", text[days[0].end :]):
        return None
    rest = text[days[0].end :].lstrip(" :,–-|")
    return _item(rest, line, days[0].first, None, None, cells=False, whole=text) if 3 < len(rest) <= 300 else None


def _by_columns(item: Item, cells: Sequence[str], columns: Mapping[str, int]) -> Item:
    """What the head of the table says of its columns holds."""

    def cell(key: str) -> str:
        at = columns.get(key)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    title, room = cell("title"), cell("room")
    quoted = QUOTED.search(title)
    kind = _KIND_AT_START.match(title)
    named = quoted[1] if quoted else title
    own_kind = kind["kind"] if kind else cell("kind") or item.kind
    return replace(item, title=named or item.title, room=room or item.room, kind=own_kind)


def _time_cell(cells: Sequence[str], mention: Mention) -> bool:
    return any(mention.text.startswith(cell[:4]) for cell in cells if cell)


def _item(
    rest: str, line: int, on: date | None, start: time | None, end: time | None, *, cells: bool, whole: str
) -> Item:
    """What, by whom and where, out of the words behind the time."""
    people = tuple(merged(find_people(rest)))
    kind_found = _KIND_AT_START.match(rest)
    kind = kind_found["kind"] if kind_found else ""
    bracket, room_found = _BRACKET.search(rest), ROOM.search(rest)
    room = room_found["room"] if room_found else ""
    if bracket and not find_people(bracket["room"]):
        room = bracket["room"]
    title = _title(rest, kind, people, room, cells)
    return Item(title or kind or rest[:120], kind, whole.replace("\t", " "), people, None, on, start, end, room, line)


def _title(rest: str, kind: str, people: Sequence[Named], room: str, cells: bool) -> str:
    if quoted := QUOTED.search(rest):
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
