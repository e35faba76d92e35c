"""Items of a programme: who, what, which day, when, where; out of lists, tables and running text. Pure.

A day is only given where the text ties an item to one ("am ersten
Konferenztag", a heading with a date); otherwise it stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import islice

from announcer.intake.columns import head_of
from announcer.intake.dates import Mention, find_dates
from announcer.intake.document import Block, Kind
from announcer.intake.event_patterns import VENUE
from announcer.intake.names import Named, find_people, is_role, merged
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
_LINE_TIME = re.compile(
    r"\s*(?:ab |um |from |at )?(?:\d{1,2}[.:]\d{2}|\d{1,2}\s*(?:Uhr|h\b|[ap]\.?m\.?\b|[–-]\s*\d|bis \d|to \d))"
)
#: A cell below "Uhrzeit": "11.00", "9:30–10:15", "Sat 9:00"; the column's head says that it is a time.
_CELL_TIME = re.compile(
    r"\s*(?P<day>[A-Za-zÄÖÜäöü]{2,10})?\.?,?\s*(?P<h>\d{1,2})[.:](?P<m>\d\d)\s*(?:Uhr|h)?"
    r"(?:\s*(?:[–-]|bis|to)\s*(?P<h2>\d{1,2})[.:](?P<m2>\d\d)\s*(?:Uhr|h)?)?\s*"
)
#: What stands below a timed line and belongs to it: "A „Musik und Demenz“, Leitung: …".
_LETTERED = re.compile(r"\s*(?:[A-H]|\d|Workshop \d)[.):]?\s+(?=[„“\"»])")
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
    r"(?:[A-ZÄÖÜ][\w-]*\s)?(?:[A-ZÄÖÜ]?[\w-]*(?:[Ss]aal|[Rr]aum|[Zz]elt|[Ff]oyer|[Hh]alle|[Bb]ühne|[Zz]immer|[Hh]of|[Aa]ula|[Ff]orum|[Ll]ounge|[Kk]eller|[Aa]trium|Studio|Station|Room|Hall|Stage|Theatre|Tent|Auditorium))"
    r"(?:\s(?:[A-Z]?\d{1,3}(?:\.\d{1,3})?|[A-Z]\b|I{1,3}\b|(?<=Saal )[A-ZÄÖÜ]\w+|(?<=Raum )[A-ZÄÖÜ]\w+))?)\)?"
)
#: "18.30 Uhr, Museum am Hafen: „…“": the house before what happens in it.
_HOUSE_FIRST = re.compile(r"(?P<room>[A-ZÄÖÜ][^:„“\"()\n]{2,50}):\s+(?P<rest>.{3,})")
#: "Lesung mit Tarek Nassar (Bücherei)".
_BRACKET = re.compile(r"\((?P<room>[A-ZÄÖÜ][^()\n]{2,50})\)\s*$")
#: A time beside these is no item of a programme.
NO_ITEM = re.compile(
    r"einlass|türöffnung|doors|telefon|tel\.|hotline|öffnungszeit|geöffnet|sprechzeit|erreichbar|anmeld|registr|frist|sperrfrist|"
    r"embargo|gesperrt|sperrung|bus|bahn|shuttle|parken|ticket|karten|abfahrt|pressegespräch|pressekonferenz|"
    r"uhr für autos|open daily|office hours",
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
_BELOW = 2
_WEEK = 7
_WEEKDAYS = (("mo",), ("di", "tu"), ("mi", "we"), ("do", "th"), ("fr",), ("sa",), ("so", "su"))
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
    weekday: int | None = None  #: Monday is 0; which day it is follows from the event's.


def on_weekdays(items: Sequence[Item], first: date | None, last: date | None) -> list[Item]:
    """Items with the day their weekday is within the event, if it is shorter than a week."""
    if first is None or last is None or (last - first).days >= _WEEK:
        return list(items)
    days = {(first + timedelta(days=n)).weekday(): first + timedelta(days=n) for n in range((last - first).days + 1)}
    return [item if item.weekday is None or item.on else replace(item, on=days.get(item.weekday)) for item in items]


def listed(blocks: Sequence[Block], release: date | None, english: bool) -> list[Item]:
    """Items that stand on lines of their own, each beginning with its time."""
    found: list[Item] = []
    day: date | None = None
    number: int | None = None
    columns: Mapping[str, int] = {}
    last = -9
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
            last = line
        elif found and line - last <= _BELOW and kind is Kind.TEXT:
            _take_below(found, text, line)
        if len(found) >= MOST_ITEMS:
            break
    return found if len(found) >= 2 else []


def _take_below(found: list[Item], text: str, line: int) -> None:
    """A line below a timed one: who speaks there, or one of several things at that time."""
    above = found[-1]
    if _LETTERED.match(text) and len(text) <= 200:
        rest = _LETTERED.sub("", text, count=1)
        item = _item(rest, line, above.on, above.start, above.end, cells=False, whole=text)
        found.append(replace(item, day=above.day))
    elif not above.people and len(text) <= 120 and not text.endswith((".", "!", "?")) and (who := find_people(text)):
        found[-1] = replace(above, people=tuple(merged(who)), words=f"{above.words} {text}")


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
    if cells and columns and (item := _row(text, cells, line, columns)) is not None:
        return item
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


def _row(text: str, cells: Sequence[str], line: int, columns: Mapping[str, int]) -> Item | None:
    """A row of a table whose head says which column is the time."""
    at = columns.get("start", -1)
    found = _CELL_TIME.fullmatch(cells[at]) if 0 <= at < len(cells) else None
    if found is None or int(found["h"]) > 23 or int(found["m"]) > 59:
        return None
    end = time(int(found["h2"]) % 24, int(found["m2"]) % 60) if found["h2"] else None
    rest = " | ".join(cell for number, cell in enumerate(cells) if cell and number != at)
    if not rest or rest.lower().split()[0].strip(",.:") in _BREAK:
        return None
    item = _item(rest, line, None, time(int(found["h"]), int(found["m"])), end, cells=True, whole=text)
    return replace(_by_columns(item, cells, columns), weekday=_weekday(found["day"] or ""))


def _weekday(said: str) -> int | None:
    """Monday is 0; None for what is no weekday."""
    start = said.lower()[:2]
    return next((n for n, names in enumerate(_WEEKDAYS) if start in names), None)


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
    before = _HOUSE_FIRST.match(rest) if not cells else None
    if before is not None and re.search(VENUE, before["room"]) and not find_people(before["room"]):
        inside = _item(before["rest"], line, on, start, end, cells=cells, whole=whole)
        return replace(inside, room=inside.room or before["room"])
    people = tuple(merged(find_people(rest)))
    kind_found = _KIND_AT_START.match(rest)
    kind = kind_found["kind"] if kind_found else ""
    bracket, room_found = _BRACKET.search(rest), ROOM.search(rest)
    room = _with_house(rest, room_found) if room_found else _house_at_end(rest)
    if bracket and not find_people(bracket["room"]):
        room = bracket["room"]
    title = _title(rest, kind, people, room, cells)
    return Item(title or kind or rest[:120], kind, whole.replace("\t", " "), people, None, on, start, end, room, line)


def _with_house(rest: str, found: re.Match[str]) -> str:
    """ "Rathaus, Saal 1": the house belongs to the room."""
    house = re.search(r"(?:^|[\s,|])([A-ZÄÖÜ][\wäöüß-]*(?:\s[A-ZÄÖÜ][\wäöüß-]+)?)$", rest[: found.start()])
    if rest[found.start()] == "," and house is not None and re.search(rf"{VENUE}(?:\s|$)", house[1]):
        return f"{house[1]}, {found['room']}"
    return found["room"]


def _house_at_end(rest: str) -> str:
    """ "… besucht die Jahresversammlung, Pegelhaus"."""
    found = re.search(r"[,–]\s*([A-ZÄÖÜ][^,()„“\"|–]{2,50})$", rest)
    named = found[1].strip() if found else ""
    return named if re.search(rf"{VENUE}(?![\wäöüß])", named) and not find_people(named) else ""


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
        # "Bürgermeisterin Maria Muster besucht …": what stands before the name is no title, but who it is.
        text = text if is_role(head.strip()) else head.rstrip(" ,(–—:|-") or text
    return text.strip(" .,;")
