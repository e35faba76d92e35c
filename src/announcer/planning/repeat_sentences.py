"""Moments that repeat, as sentences: "every Friday at 10:00", "jeden Werktag um 7 Uhr".

    every day | every working day | every WEEKDAY [and WEEKDAY] … at HH:MM
    every second WEEKDAY [from 2026-09-04] at HH:MM     every two weeks; "from" says which ones
    first|second|third|fourth|last WEEKDAY of the month at HH:MM

German is read as well.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import NoReturn

from announcer.errors import PlanningError
from announcer.model.digests import Cadence, Repeat

_EXAMPLE = "'every Friday at 10:00' or 'jeden Werktag um 7 Uhr'"
_WEEKDAYS = (
    ("Monday", "Montag"),
    ("Tuesday", "Dienstag"),
    ("Wednesday", "Mittwoch"),
    ("Thursday", "Donnerstag"),
    ("Friday", "Freitag"),
    ("Saturday", "Samstag"),
    ("Sunday", "Sonntag"),
)
_WEEKDAY_NAMES = {
    **{name.lower(): number for number, names in enumerate(_WEEKDAYS) for name in names},
    **{f"{german.lower()}s": number for number, (_, german) in enumerate(_WEEKDAYS)},
    **{"sonnabend": 5, "sonnabends": 5},
}
_ORDINALS: dict[int, tuple[str, str]] = {
    1: ("first", "ersten"),
    2: ("second", "zweiten"),
    3: ("third", "dritten"),
    4: ("fourth", "vierten"),
    -1: ("last", "letzten"),
}
_ORDINAL_NAMES = {
    **{name: number for number, names in _ORDINALS.items() for name in names},
    **{"other": 2, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "1.": 1, "2.": 2, "3.": 3, "4.": 4},
}
_DAILY = frozenset({"every day", "each day", "daily", "jeden tag", "an jedem tag", "täglich"})
_WORKING = frozenset(
    f"{every} {day}"
    for every in ("every", "each", "on every", "jeden", "an jedem", "an jeden")
    for day in ("working day", "workday", "business day", "weekday", "werktag", "arbeitstag")
) | {"werktags", "werktäglich", "arbeitstäglich"}

_TIME = re.compile(r"^(?P<rest>.+?),? ?\b(?:at|um) (?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?: uhr)?$")
_SINCE = re.compile(
    r"^(?P<rest>.+?),? (?:from|since|ab|seit)(?: dem)? (?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)\. ?(\d\d?)\. ?(\d{4}))$"
)
_LEADING = re.compile(r"^(?:on |an |am )?(?:(?:every|each|the|jeden|jedem|jeder|dem) )?")
_OF_MONTH = re.compile(
    r"^(?P<nth>\S+) (?P<day>\S+) (?:of (?:the|each|every) month|(?:im|des|eines|jedes|jeden) monate?s?)$"
)
_BETWEEN = re.compile(r", (?:and |und )?| and | und ")


def parse_repeat(text: str) -> Repeat:
    """Read a moment that repeats. Raises `PlanningError` with what was wrong and an example."""
    said = " ".join(text.lower().split())
    found = _TIME.match(said)
    if found is None:
        _refuse(text, "the time of day is missing" if said else "it is empty")
    at = _time(found, text)
    rest = found["rest"].strip()
    if rest in _DAILY:
        return Repeat(Cadence.DAY, at)
    if rest in _WORKING:
        return Repeat(Cadence.WORKING_DAY, at)
    return _on_weekdays(rest, at, text)


def repeat_sentence(repeat: Repeat, language: str) -> str:
    """The same in words, English or German; `parse_repeat` reads both back."""
    german = language == "de"
    at = f"{'um' if german else 'at'} {repeat.at:%H:%M}"
    names = [_WEEKDAYS[number][german] for number in repeat.weekdays]
    match repeat.cadence:
        case Cadence.DAY:
            return f"{'jeden Tag' if german else 'every day'} {at}"
        case Cadence.WORKING_DAY:
            return f"{'jeden Werktag' if german else 'every working day'} {at}"
        case Cadence.MONTH:
            nth = _ORDINALS[repeat.nth][german]
            return f"am {nth} {names[0]} im Monat {at}" if german else f"{nth} {names[0]} of the month {at}"
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {'und' if german else 'and'} {names[-1]}"
    step = "" if repeat.step == 1 else f"{_ORDINALS[repeat.step][german]} "
    since = f" {'ab' if german else 'from'} {repeat.since:%Y-%m-%d}" if repeat.since is not None else ""
    return f"{'jeden' if german else 'every'} {step}{listed}{since} {at}"


def _time(found: re.Match[str], text: str) -> time:
    try:
        return time(int(found["hour"]), int(found["minute"] or 0))
    except ValueError:
        _refuse(text, "there is no such time of day")


def _on_weekdays(rest: str, at: time, text: str) -> Repeat:
    rest, since = _since(rest, text)
    rest = _LEADING.sub("", rest, count=1)
    if monthly := _OF_MONTH.match(rest):
        return Repeat(Cadence.MONTH, at, (_weekday(monthly["day"], text),), nth=_ordinal(monthly["nth"], text))
    first, _, behind = rest.partition(" ")
    step = _ordinal(first, text) if first in _ORDINAL_NAMES else 1
    if first in _ORDINAL_NAMES and step in (1, -1):
        _refuse(text, f"it is not said of what it is the {first}; write 'last Friday of the month at 10:00'")
    named = behind if first in _ORDINAL_NAMES else rest
    days = sorted({_weekday(name, text) for name in _BETWEEN.split(named)})
    if since is not None and step == 1:
        _refuse(text, "a date to count from belongs to 'every second', 'every third' or 'every fourth'")
    return Repeat(Cadence.WEEK, at, tuple(days), step, since)


def _since(rest: str, text: str) -> tuple[str, date | None]:
    found = _SINCE.match(rest)
    if found is None:
        return rest, None
    year, month, day, day_de, month_de, year_de = (int(part or 0) for part in found.groups()[1:])
    try:
        return found["rest"], date(year or year_de, month or month_de, day or day_de)
    except ValueError:
        _refuse(text, "there is no such date")


def _weekday(name: str, text: str) -> int:
    if name not in _WEEKDAY_NAMES:
        _refuse(text, f"'{name}' is no day of the week")
    return _WEEKDAY_NAMES[name]


def _ordinal(name: str, text: str) -> int:
    if name not in _ORDINAL_NAMES:
        _refuse(text, f"'{name}' is none of first, second, third, fourth and last")
    return _ORDINAL_NAMES[name]


def _refuse(text: str, problem: str) -> NoReturn:
    raise PlanningError(f"'{text}' gives no moment that repeats: {problem}; write it like {_EXAMPLE}")
