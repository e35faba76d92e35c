"""Rules that read like sentences: "1 week before start at 10:00", "each day at 18:00".

    [N minutes|hours|days|working days|weeks before|after] ANCHOR [at HH:MM]
    ANCHOR + N UNIT · each day at HH:MM · start of the next day
    at once on a change · at publication · on 2026-09-01 at 09:00

ANCHOR is start, end, doors, registration opens, registration closes, session
start, session end, publication, approval, start of each day. German is read as well.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import NoReturn
from zoneinfo import ZoneInfo

from announcer.errors import PlanningError
from announcer.model.campaign import Anchor, Moment, Unit

_EXAMPLE = "'1 week before start at 10:00'"
_EXACT = frozenset({Unit.MINUTES, Unit.HOURS})

_UNITS: dict[Unit, tuple[tuple[str, str], tuple[str, str]]] = {
    Unit.MINUTES: (("minute", "minutes"), ("Minute", "Minuten")),
    Unit.HOURS: (("hour", "hours"), ("Stunde", "Stunden")),
    Unit.DAYS: (("day", "days"), ("Tag", "Tage")),
    Unit.WORKING_DAYS: (("working day", "working days"), ("Werktag", "Werktage")),
    Unit.WEEKS: (("week", "weeks"), ("Woche", "Wochen")),
}
_UNIT_NAMES: dict[str, Unit] = {
    **{name.lower(): unit for unit, languages in _UNITS.items() for names in languages for name in names},
    **{"minuten": Unit.MINUTES, "min": Unit.MINUTES, "stunden": Unit.HOURS, "tagen": Unit.DAYS},
    **{"business day": Unit.WORKING_DAYS, "business days": Unit.WORKING_DAYS, "werktagen": Unit.WORKING_DAYS},
    **{"arbeitstag": Unit.WORKING_DAYS, "arbeitstage": Unit.WORKING_DAYS, "arbeitstagen": Unit.WORKING_DAYS},
}

#: What each anchor is called: alone in a sentence and after "before" or "after"; first English, then German.
_ANCHORS: dict[Anchor, tuple[tuple[str, str], tuple[str, str]]] = {
    Anchor.START: (("start", "start"), ("Beginn", "Beginn")),
    Anchor.END: (("end", "end"), ("Ende", "Ende")),
    Anchor.DOORS: (("doors", "doors"), ("Einlass", "Einlass")),
    Anchor.EACH_DAY: (("start of each day", "start of each day"), ("Beginn jedes Tages", "Beginn jedes Tages")),
    Anchor.REGISTRATION_OPENS: (
        ("registration opens", "registration opens"),
        ("Beginn der Anmeldung", "Beginn der Anmeldung"),
    ),
    Anchor.REGISTRATION_CLOSES: (
        ("registration closes", "registration closes"),
        ("Ende der Anmeldung", "Ende der Anmeldung"),
    ),
    Anchor.SESSION_START: (
        ("session start", "session start"),
        ("Beginn des Programmpunkts", "Beginn des Programmpunkts"),
    ),
    Anchor.SESSION_END: (("session end", "session end"), ("Ende des Programmpunkts", "Ende des Programmpunkts")),
    Anchor.PUBLICATION: (("at publication", "publication"), ("mit Veröffentlichung", "Veröffentlichung")),
    Anchor.APPROVAL: (("at approval", "approval"), ("mit Freigabe", "Freigabe")),
    Anchor.CHANGE: (("at once on a change", "a change"), ("sofort bei einer Änderung", "einer Änderung")),
}
_ANCHOR_NAMES: dict[str, Anchor] = {
    **{name.lower(): anchor for anchor, languages in _ANCHORS.items() for names in languages for name in names},
    **dict.fromkeys(("event start", "start of the event", "beginn der veranstaltung"), Anchor.START),
    **dict.fromkeys(("event end", "end of the event", "ende der veranstaltung"), Anchor.END),
    **dict.fromkeys(("doors open", "door opening", "opening of doors"), Anchor.DOORS),
    **dict.fromkeys(("registration opening", "opening of registration", "anmeldebeginn"), Anchor.REGISTRATION_OPENS),
    **dict.fromkeys(("registration closing", "closing of registration", "anmeldeschluss"), Anchor.REGISTRATION_CLOSES),
    **dict.fromkeys(("session", "start of session", "start of the session", "programmpunkt"), Anchor.SESSION_START),
    **dict.fromkeys(("end of session", "end of the session"), Anchor.SESSION_END),
    **dict.fromkeys(("the change", "change", "änderung", "sofort bei änderung", "at once"), Anchor.CHANGE),
}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "ein": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1}
_NUMBERS |= {"zwei": 2, "drei": 3}

_ABSOLUTE = re.compile(r"(?:on |am )?(\d{4})-(\d{1,2})-(\d{1,2})|(?:am )?(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_TIME = re.compile(r"^(?P<rest>.*?),? ?\b(?:at|um) (?P<hour>\d{1,2})(?:[:.](?P<minute>\d{1,2}))?(?: uhr)?$")
_OFFSET = re.compile(r"^(?P<count>\d+|[a-zäöü]+) (?P<unit>.+?) (?P<side>before|after|vor|nach) (?P<anchor>.+)$")
_SUM = re.compile(r"^(?P<anchor>.+?) ?(?P<side>[+\-−–]) ?(?P<count>\d+) (?P<unit>.+)$")
_LEADING = re.compile(r"^(?:at|on|the|day of|am tag|von|zum|zur|mit|bei|dem|der|den) ")
_EACH_DAY = frozenset({"each day", "every day", "daily", "jeden tag", "täglich"})
_NEXT_DAY = frozenset({"start of the next day", "start of next day", "beginn des nächsten tages"})


def parse_moment(text: str, zone: ZoneInfo) -> Moment:
    """Read a moment; a date in it is meant in `zone`. Raises `PlanningError` with what was wrong and an example."""
    said = " ".join(text.lower().split()).rstrip(".")
    if not said:
        raise PlanningError(f"the moment is empty; write it like {_EXAMPLE}")
    rest, at = _time_of_day(said, text)
    if absolute := _ABSOLUTE.fullmatch(rest):
        return _absolute(absolute, at, zone, text)
    moment = replace(_relative(rest, at, text), at=at)
    if at is not None and moment.unit in _EXACT:
        _refuse(text, "minutes and hours are counted exactly and take no time of day", "'2 hours before start'")
    return moment


def moment_sentence(moment: Moment, language: str) -> str:
    """The moment in words, English or German; `parse_moment` reads both back."""
    german = language == "de"
    at = f" {'um' if german else 'at'} {moment.at:%H:%M}" if moment.at is not None else ""
    if moment.anchor is Anchor.ABSOLUTE:
        if moment.absolute is None:
            raise PlanningError("a fixed moment has no date; write it like 'on 2026-09-01 at 09:00'")
        return f"{moment.absolute:am %Y-%m-%d um %H:%M}" if german else f"{moment.absolute:on %Y-%m-%d at %H:%M}"
    if moment.anchor is Anchor.EACH_DAY and (special := _each_day_sentence(moment, german)):
        return special + at
    alone, after = _ANCHORS[moment.anchor][german]
    if moment.count == 0:
        return alone + at
    side = (("before", "after"), ("vor", "nach"))[german][moment.count > 0]
    unit = _UNITS[moment.unit][german][abs(moment.count) != 1]
    return f"{abs(moment.count)} {unit} {side} {after}{at}"


def _each_day_sentence(moment: Moment, german: bool) -> str:
    if moment.count == 0 and moment.at is not None:
        return "jeden Tag" if german else "each day"
    if (moment.count, moment.unit, moment.at) == (1, Unit.DAYS, None):
        return "Beginn des nächsten Tages" if german else "start of the next day"
    return ""


def _time_of_day(said: str, text: str) -> tuple[str, time | None]:
    found = _TIME.match(said)
    if found is None:
        return said, None
    try:
        return found["rest"], time(int(found["hour"]), int(found["minute"] or 0))
    except ValueError:
        _refuse(text, "there is no such time of day", _EXAMPLE)


def _absolute(found: re.Match[str], at: time | None, zone: ZoneInfo, text: str) -> Moment:
    year, month, day, day_de, month_de, year_de = (int(part or 0) for part in found.groups())
    if at is None:
        _refuse(text, "a date needs a time of day", "'on 2026-09-01 at 09:00'")
    try:
        moment = datetime(year or year_de, month or month_de, day or day_de, at.hour, at.minute, tzinfo=zone)
    except ValueError:
        _refuse(text, "there is no such date", "'on 2026-09-01 at 09:00'")
    return Moment(Anchor.ABSOLUTE, absolute=moment)


def _relative(rest: str, at: time | None, text: str) -> Moment:
    if rest in _NEXT_DAY:
        return Moment(Anchor.EACH_DAY, 1, Unit.DAYS)
    if rest in _EACH_DAY:
        if at is None:
            _refuse(text, "the time of day is missing", "'each day at 18:00'")
        return Moment(Anchor.EACH_DAY)
    if found := _OFFSET.match(rest) or _SUM.match(rest):
        sign = -1 if found["side"] in {"before", "vor", "-", "−", "–"} else 1
        count = sign * _number(found["count"], text)
        return Moment(_anchor(found["anchor"], text), count, _unit(found["unit"], text) if count else Unit.DAYS)
    return Moment(_anchor(rest, text))


def _number(said: str, text: str) -> int:
    number = int(said) if said.isdecimal() else _NUMBERS.get(said)
    if number is None or number > 10_000:
        _refuse(text, f"'{said}' is no number to count with", _EXAMPLE)
    return number


def _unit(said: str, text: str) -> Unit:
    if said not in _UNIT_NAMES:
        _refuse(text, f"'{said}' is no unit; write minutes, hours, days, working days or weeks", _EXAMPLE)
    return _UNIT_NAMES[said]


def _anchor(said: str, text: str) -> Anchor:
    name = said
    while name not in _ANCHOR_NAMES and _LEADING.match(name):
        name = _LEADING.sub("", name, count=1)
    if name not in _ANCHOR_NAMES:
        known = ", ".join(names[0][1] for names in _ANCHORS.values())
        _refuse(text, f"'{said}' is nothing to count from; there are {known}", _EXAMPLE)
    return _ANCHOR_NAMES[name]


def _refuse(text: str, problem: str, example: str) -> NoReturn:
    raise PlanningError(f"'{text}' gives no moment: {problem}; write it like {example}")
