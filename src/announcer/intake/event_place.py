"""Where an event is: every house, street and place a text names, weighed by what stands around it. Pure.

A label ("Ort: …", "Veranstaltungsort ist …") settles it. Else a house counts
more in the sentence of the date, behind "im" or "at the", and before its
address; less beside buses, tickets, parking, rain, and in the programme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from announcer.intake.dates import Mention
from announcer.intake.event_patterns import ADDRESS, ANY_PLACE, HAPPENS, NO_PLACE, ONLINE, PLACE_LABEL, VENUE
from announcer.intake.names import find_people
from announcer.intake.occasion_reading import Reading
from announcer.intake.sentences import Sentences

_BEHIND = r"(?:am|an der|im|zur|zum|auf der|auf dem|vor dem|in der|of|der|des)"
#: A house by its name: "Museum am Hafen", "Gasthof zur Linde", "the Boathouse Theatre".
_HOUSE = re.compile(
    r"(?<![\w-])(?P<place>(?:(?:historischen?|alten?|neuen?|großen?|kleinen?|städtischen?|Alten?|Neuen?|Großen?|Kleinen?|"
    r"St\.|St|Sankt|old|new)\s)*(?:[A-ZÄÖÜ][\w&’'-]*\s(?:(?:of|and|&)\s)?){0,4}?"
    rf"(?:[A-ZÄÖÜ][\w’'-]*)?{VENUE}(?:s|es)?(?![\wäöüß])(?:\s\d{{1,3}}\b(?!\.))?(?:-[A-ZÄÖÜ][\w-]*)?(?:\s[„\"“][^„“”\"\n]{{2,40}}[“”\"])?"
    rf"(?:\s(?:{_BEHIND}\s(?:the\s)?(?:[a-zäöü]+en\s)?)?[A-ZÄÖÜ][\wäöüß’'-]+){{0,2}})"
)
_HYPHENED = re.compile(
    r"(?<![\w-])(?P<place>(?:[A-ZÄÖÜ][\wäöüß]+-)+(?:Haus|Halle|Saal|Museum|Theater|Schule|Platz|Park|Forum|Zentrum|"
    r"Kirche|Stadion|Bibliothek|Gymnasium|Straße|Hall|House))(?![\w])"
)
#: "3 Orchard Road".
ENGLISH_ADDRESS = re.compile(
    r"(?<![\w£$€])(?P<street>\d{1,4} (?:[A-Z][\w’'-]+ ){1,3}(?:Road|Street|Lane|Avenue|Way|Drive|Square|Walk|Row|"
    r"Hill))\b"
)
_SAID_TO_BE = re.compile(
    r"(?:veranstaltungsort|tagungsort|treffpunkt|spielort|austragungsort|schauplatz|ort des geschehens|venue|location) "
    r"(?:ist|sind|wird|bleibt|is|will be)\s+(?:diesmal |wieder |erneut )?(?:das|der|die|dem|the)?\s*$|"
    r"(?:getagt|gefeiert|gespielt|geprobt|gelesen|diskutiert|getanzt) wird\s+(?:diesmal )?"
    r"(?:im|in der|in dem|auf dem|auf der|am)\s+$",
    re.IGNORECASE,
)
_NAMED_SO = re.compile(
    r"(?:(?:[Vv]eranstaltungs|[Tt]agungs|[Ss]piel|[Aa]ustragungs)ort|[Tt]reffpunkt|[Ss]tartpunkt|[Vv]enue) (?:ist|"
    r"wird|is)\s+"
    r"(?:diesmal |wieder |erneut )?(?:das |der |die |the )?(?:[a-zäöüß]+e[nrs]? )?"
    rf"(?P<place>[A-ZÄÖÜ][\w’'-]+(?:\s(?:{_BEHIND}\s)?[A-ZÄÖÜ][\wäöüß’'-]+){{0,3}})"
)
_IN = re.compile(
    r"\b(?:im|in der|in den|in die|in das|ins|in|am|an der|auf dem|auf der|auf den|vor dem|vor der|beim|bei der|"
    r"zum|zur|at the|at|"
    r"in the|on the|to the|from the|outside|inside)\s+(?:(?:[a-zäöü]+(?:en|er)|city[’']s|town[’']s)\s+)?$",
    re.IGNORECASE,
)
#: "the curator at the museum", "Leiter im Museum": whose house it is, not where it happens.
_WORKS_THERE = re.compile(
    r"\b(?:[Ll]eit\w+|[Dd]irektor\w*|[Kk]urator\w*|[Pp]rofessor\w*|[Ss]precher\w*|[Ff]orsch\w+|curator|director|warden|teacher|"
    r"head|professor)\s(?:\w+\s){0,2}$"
)
_IN_TOWN = re.compile(r"\bin\s$")
_OF_SOMEBODY = re.compile(r"\b(?:vom|von der|von dem|des|der|of|from)\s+(?:the\s+)?$")
_ELSEWHERE = re.compile(
    r"park(?:plätze|en|ing|haus)|fahrräder|bus(?:se|linie)?\b|\bhält\b|anfahrt|anreise|haltestelle|shuttle|gesperrt|sperr|umleit|"
    r"vorverkauf|erhältlich|karten gibt|tickets?\b|bei regen|falls es regnet|schlechtem wetter|if it rains|"
    r"anmeld|book|steht heute|bahnhof sind|zu fuß|ausgeliehen|not in the",
    re.IGNORECASE,
)
_BEFORE_MOVE = re.compile(r"(?:statt|nicht|instead of|ursprünglich|eigentlich)\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
_OPENS = re.compile(r"\s(?:öffnet|lädt|lockt|verwandelt|ist|hat|opens|invites|is open|welcomes)\b")
_AN_EVENT = re.compile(r"(?i:festival|konzert|concert|fest|nacht|kongress|tagung|konferenz|conference|parade)$")
_NO_HOUSE = re.compile(r"^Haus$|\b(?:Haus|House) Nr$|^Library of\b|\bClub$")
_ON_THE_NET = re.compile(r"\bonline\b", re.IGNORECASE)
_BARE = re.compile(VENUE)
_STREET = re.compile(r"(?:[A-ZÄÖÜ][\w-]*[ -])?[A-ZÄÖÜ]?[\w-]*(?:[Ss]traße|[Ww]eg|[Aa]llee|Street|Road|[Gg]asse)")
_TAKES_PLACE = re.compile(
    r"\b(?:finde[nt]|fand|fanden|findet)\b[^.!?]*\bstatt\b|takes? place|(?:will be|is) held", re.IGNORECASE
)
_CUT = re.compile(
    r"\s(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag\w*|Mittwoch\w*|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
    r"November|Dezember|Uhr|(?:im|am) (?:Wintersemester|Sommersemester|Rahmen|Jahr\w*|Herbst|Winter|Sommer|"
    r"Frühjahr|Frühling|Anschluss|Wochenende|Abend|Nachmittag|Vormittag|Mittag)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b.*$"
)
_LEADING = re.compile(
    r"^(?:Im|Am|In|Beim|Zum|Zur|Auf|Vor|An|Bei|Der|Die|Das|Den|Dem|Ein|Eine|At|On|The|From|Outside|Und|Für|Mit|Vom)\s(?:der\s|dem\s|the\s)?"
)
_CLOSE = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A place, where it stands, and how much speaks for it."""

    name: str = ""
    at: int = -1
    weight: int = 0
    sure: bool = False  #: Labelled, or nothing else comes near it.
    house: bool = False  #: By its name a house, and no town.


def event_place(
    reading: Reading, sentences: Sentences, when: Mention | None, left: str = "", *, moved: bool = False
) -> Found:
    """The place that most speaks for; empty if the text names none. What `moved` is no longer where it `left`."""
    if labelled := PLACE_LABEL.search(reading.text):
        return Found(labelled["place"].strip(" .,;"), labelled.start("place"), 99, sure=True)
    weighed = [
        replace(one, weight=one.weight + 4) if moved and _moved_to(reading.text[max(0, one.at - 20) : one.at]) else one
        for one in _weighed(reading, sentences, when)
        if not (left and _same(one.name, left))
    ]
    found = sorted(weighed, key=lambda one: (-one.weight, -min(len(one.name), 45), one.at))
    if found and found[0].weight > 0:
        best = found[0]
        close = (one for one in found[1:] if one.weight >= best.weight - _CLOSE and not _same(one.name, best.name))
        rivals = [one for one in close if one.house or not best.house]
        online = ONLINE.search(reading.text)
        return Found(best.name, best.at, best.weight, sure=not rivals and not online and best.weight >= 8)
    if online := _ON_THE_NET.search(reading.text) or ONLINE.search(reading.text):
        return Found(online[0], online.start(), 5, sure=True)
    return Found()


def _is_house(text: str, start: int, end: int) -> bool:
    """Whether it is a house by its name; "in Hamburg" is a town, whatever it ends with."""
    name = text[start:end]
    if " " not in name and _IN_TOWN.search(text[max(0, start - 4) : start]):
        return False
    return _HOUSE.fullmatch(name) is not None or _HYPHENED.fullmatch(name) is not None


def _same(one: str, other: str) -> bool:
    return one in other or other in one


def _weighed(reading: Reading, sentences: Sentences, when: Mention | None) -> Iterator[Found]:
    covered = bytearray(len(reading.text))
    for start, end in _houses(reading.text):
        if any(covered[start:end]):
            continue
        covered[start:end] = b"\1" * (end - start)
        name = reading.text[start:end]
        if not _refused(name):
            house = _is_house(reading.text, start, end)
            weight = _weight(reading, sentences, when, (start, end), house=house)
            yield Found(name, start, weight, house=house)


def _houses(text: str) -> Iterator[tuple[int, int]]:
    """Names of houses, then addresses, then names behind a preposition; each without what does not belong to it."""
    for one in _NAMED_SO.finditer(text):
        yield one.span("place")
    for one in ENGLISH_ADDRESS.finditer(text):
        yield one.span("street")
    for pattern in (_HOUSE, _HYPHENED):
        for one in pattern.finditer(text):
            lead = _LEADING.match(one["place"])
            begin = one.start("place") + (lead.end() if lead else 0)
            name = _CUT.sub("", text[begin : one.end("place")]).rstrip(" ,.'’")
            if len(name) >= 3:
                yield begin, begin + len(name)
    for one in ADDRESS.finditer(text):
        yield one.span("street")
    for one in ANY_PLACE.finditer(text):
        name = _CUT.sub("", one["place"]).rstrip(" ,.'’")
        yield one.start("place"), one.start("place") + len(name)


def _refused(name: str) -> bool:
    if name.casefold() == name and _BARE.fullmatch(name):
        return True
    if NO_PLACE.match(name) or len(name) > 90 or _AN_EVENT.search(name) or _NO_HOUSE.search(name):
        return True
    return bool(find_people(name))


def _moved_to(before: str) -> bool:
    return re.search(r"\b(?:in den|in die|in das|ins|nach|to the|into the)\s+$", before, re.IGNORECASE) is not None


def _weight(reading: Reading, sentences: Sentences, when: Mention | None, span: tuple[int, int], *, house: bool) -> int:
    text, (start, end) = reading.text, span
    first, last = sentences.span(start)
    before, sentence = text[max(first, start - 60) : start], text[first:last]
    weight = 3 if house else 1
    said = _NAMED_SO.search(text, max(0, start - 80), end)
    if _SAID_TO_BE.search(text[max(0, start - 70) : start]) or (said is not None and said.start("place") == start):
        return weight + 12
    if _WORKS_THERE.search(before):
        weight -= 3
    elif _IN.search(text[max(0, start - 30) : start]):
        weight += 3
    elif _OF_SOMEBODY.search(before):
        weight -= 3
    elif _OPENS.match(text, end) or re.search(r"(?:öffnet|opens)\s+(?:das|die|der|the)\s+$", before):
        weight += 2
    weight += 3 if house and (ADDRESS.match(text, end + 2) or ENGLISH_ADDRESS.match(text, end + 2)) else 0
    weight += _nearness(sentences, when, start)
    weight += 1 if HAPPENS.search(sentence) else 0
    weight += 1 if start < len(reading.headline) else 0
    weight -= 5 if _ELSEWHERE.search(sentence) else 0
    weight -= 8 if _BEFORE_MOVE.search(before) else 0
    weight += 2 if _TAKES_PLACE.search(sentence) else 0
    weight -= 3 if _STREET.fullmatch(text[start:end]) else 0
    return weight


def _nearness(sentences: Sentences, when: Mention | None, start: int) -> int:
    """What it counts to stand by the date."""
    if when is None:
        return 2 if sentences.number(start) <= 2 else 0
    apart = sentences.number(start) - sentences.number(when.start)
    return {0: 4, 1: 2, -1: 1, 2: 1}.get(apart, 0)
