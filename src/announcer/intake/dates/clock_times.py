"""Times of day: "19 Uhr", "9.30 bis 11 Uhr", "ab 13 Uhr", "7:30 p.m.", "halb acht"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time

from announcer.intake.dates.tokens import NUMBER, WORD, Tokens
from announcer.intake.dates.vocabulary import (
    AND,
    CLOCK_PARTS,
    COUNTS,
    DASHES,
    UNTIL,
)
from announcer.intake.wordlist import words

#: What may stand before "19:30" if nothing behind it says that it is a time.
_BEFORE = words(
    "um ab bis von gegen circa ca etwa seit uhrzeit beginn start ende einlass zeit zwischen und "
    "at from until to by around between and begins begin start starts ends doors time time"
)
_SIGNS_BEFORE = frozenset(",(|;:/–—-•*")
_NO_TIME_BEFORE = words("maßstab verhältnis endstand stand ergebnis scale ratio score vers joh mt lk")
_LIST = frozenset({",", "und", "u", "sowie", "and"})
_BEFORE_LIST = frozenset({"um", "jeweils", "at", *_LIST})
_UNITS = frozenset({"uhr", "h"})
_MERIDIEMS = frozenset({"am", "pm"})
_ARTICLES = frozenset({"ein", "eine", "einem", "einer", "a"})
_SPOKEN_PARTS = {"morning": "am", "afternoon": "pm", "evening": "pm", "night": "night"}
_SPOKEN_PARTS |= {"morgen": "am", "vormittag": "am", "nachmittag": "pm", "abend": "pm"}
_MIDNIGHT = frozenset({"mitternacht", "midnight"})


@dataclass(frozen=True, slots=True)
class Clock:
    """A time or a span of times, up to the token `end`."""

    begins: time | None
    ends: time | None
    end: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Moment:
    hour: int
    minute: int
    end: int
    form: str = "bare"  #: bare, colon or dot
    unit: str = ""  #: uhr, am, pm, noon …
    note: str = ""
    late: str = ""  #: 24 Uhr and midnight belong to the day before.

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(note for note in (self.note, self.late) if note)

    @property
    def marked(self) -> bool:
        return bool(self.unit)

    def time(self) -> time:
        return time(self.hour % 24, self.minute)


def read_clock(tokens: Tokens, index: int, english: bool, *, beside_date: bool = False) -> Clock | None:
    """The time that begins at this token, if one does. Beside a date "19:30" needs nothing that marks it."""
    first = _moment(tokens, index, english)
    if first is None:
        return None
    if listed := _several(tokens, index, first, english, beside_date):
        return listed
    found = _range(tokens, first, english)
    if found is not None:
        begin, end = found
        both_colon = begin.form == end.form == "colon"
        if end.marked or both_colon or _another_range(tokens, index, end.end, english):
            notes = tuple(dict.fromkeys(note for note in (*begin.notes, end.note) if note))
            return Clock(begin.time(), end.time(), end.end, notes)
    if first.marked or (first.form == "colon" and (beside_date or _placed_as_time(tokens, index, first))):
        return Clock(first.time(), None, first.end, first.notes)
    return None


def _another_range(tokens: Tokens, index: int, end: int, english: bool) -> bool:
    """ "von 8–12 und von 14–18 Uhr": the unit stands once."""
    if tokens.word(index - 1) not in {"von", "from", "jeweils"} or tokens.word(end) not in _LIST:
        return False
    ahead = end + 2 if tokens.word(end + 1) in {"von", "from"} else end + 1
    first = _moment(tokens, ahead, english)
    further = None if first is None else _range(tokens, first, english)
    return further is not None and further[1].marked


def _range(tokens: Tokens, first: _Moment, english: bool) -> tuple[_Moment, _Moment] | None:
    joint = first.end
    word = tokens.word(joint)
    if not tokens.near(joint) or not (word in UNTIL or word in DASHES or (word in AND and not first.marked)):
        return None
    if word in AND and tokens.word(joint - 2) in _BEFORE - {"zwischen", "between"}:
        return None
    second = _moment(tokens, joint + 1, english) if tokens.near(joint + 1) else None
    if second is None:
        return None
    return _in_same_half(first, second), second


def _in_same_half(first: _Moment, second: _Moment) -> _Moment:
    """ "7 to 9 pm" begins at 19:00, "11 to 1 pm" at 11:00."""
    if second.unit not in {"am", "pm"} or first.marked or first.hour > 12:
        return first
    noon = 12 if second.unit == "pm" else 0
    hour = first.hour % 12 + noon
    later = hour * 60 + first.minute < second.hour * 60 + second.minute
    return replace(first, hour=hour if later else first.hour % 12)


def _several(tokens: Tokens, index: int, first: _Moment, english: bool, beside_date: bool) -> Clock | None:
    """ "um 11, 13 und um 15 Uhr": each number is a time, because the last one is."""
    listed = tokens.word(index - 1) in _BEFORE_LIST or beside_date
    if first.marked or tokens.word(first.end) not in _LIST or not listed:
        return None
    end = first.end
    for _ in range(12):
        if tokens.word(end) not in _LIST or not tokens.near(end):
            return None
        ahead = end + 2 if tokens.word(end + 1) in {"um", "ab", "at", "."} else end + 1
        following = _moment(tokens, ahead, english)
        if following is None or (tokens.word(index - 1) in {"zwischen", "between"}):
            return None
        end = following.end
        if following.marked:
            first = _in_same_half(first, following)
            return Clock(first.time(), None, first.end, first.notes)
    return None


def _placed_as_time(tokens: Tokens, index: int, moment: _Moment) -> bool:
    if tokens.word(moment.end) == ":" and tokens.joined(moment.end) and tokens.kind(moment.end + 1) == NUMBER:
        return False  # 1:23:45 is how long a race took
    before = tokens.word(index - 1)
    if before in _NO_TIME_BEFORE or tokens.joined(index):
        return False
    return tokens.line_start(index) or before in _BEFORE or before in _SIGNS_BEFORE


def _moment(tokens: Tokens, index: int, english: bool) -> _Moment | None:
    kind = tokens.kind(index)
    if kind == NUMBER:
        return _numeric(tokens, index, english)
    if kind == WORD:
        return _in_words(tokens, index)
    return None


def _numeric(tokens: Tokens, index: int, english: bool) -> _Moment | None:
    hour = tokens.number(index)
    if hour is None or hour > 24:
        return None
    minute, end, form = 0, index + 1, "bare"
    sign = tokens.word(end)
    if sign in {":", "."} and tokens.joined(end) and tokens.joined(end + 1) and len(tokens.word(end + 1)) == 2:
        number = tokens.number(end + 1)
        if number is not None:
            if number > 59 or _goes_on(tokens, end + 2, sign):
                return None
            minute, end, form = number, end + 2, "colon" if sign == ":" else "dot"
    if hour == 24 and minute:
        return None
    return _with_unit(tokens, _Moment(hour, minute, end, form), english)


def _goes_on(tokens: Tokens, index: int, sign: str) -> bool:
    """18.09.2018 is no 18.09 Uhr, and 1.234.567 no time."""
    return (
        tokens.word(index) == sign
        and tokens.joined(index)
        and tokens.joined(index + 1)
        and tokens.kind(index + 1) == NUMBER
    )


def _with_unit(tokens: Tokens, moment: _Moment, english: bool) -> _Moment:
    index = moment.end
    if not tokens.near(index):
        return moment
    word = tokens.word(index)
    if word in _UNITS:
        return _after_unit(tokens, replace(moment, unit="uhr", end=index + 1))
    if word == "o" and tokens.word(index + 2) == "clock":
        return _in_part(tokens, replace(moment, unit="clock", end=index + 3))
    if word in {"noon", "midday"} and moment.hour == 12:
        return replace(moment, unit="noon", end=index + 1)
    if word == "midnight" and moment.hour == 12:
        return replace(moment, hour=24, unit="noon", end=index + 1, late="midnight")
    half = _meridiem(tokens, index, english)
    if half is None or not 1 <= moment.hour <= 12:
        return moment
    unit, end = half
    hour = moment.hour % 12 + (12 if unit == "pm" else 0)
    return replace(moment, hour=hour, unit=unit, end=end)


def _after_unit(tokens: Tokens, moment: _Moment) -> _Moment:
    """ "19 Uhr 30", "7 Uhr abends"."""
    minutes = tokens.number(moment.end)
    if moment.form == "bare" and minutes is not None and minutes < 60 and len(tokens.word(moment.end)) == 2:
        follows = tokens.word(moment.end + 1)
        counts = tokens.as_written(moment.end + 1)[:1].isupper()  # "um 9 Uhr 30 Personen"
        if tokens.near(moment.end) and follows not in {".", "uhr", ":"} and not counts:
            moment = replace(moment, minute=minutes, end=moment.end + 1)
    moment = replace(moment, late="next_day" if moment.hour == 24 else "")
    return _in_part(tokens, moment)


def _in_part(tokens: Tokens, moment: _Moment) -> _Moment:
    """ "7 Uhr abends", "half past seven in the evening"; 7 o'clock alone may be either."""
    part, end = CLOCK_PARTS.get(tokens.word(moment.end)), moment.end + 1
    if part is None and tokens.word(moment.end) in {"in", "at", "am"}:
        ahead = moment.end + 2 if tokens.word(moment.end + 1) == "the" else moment.end + 1
        part, end = _SPOKEN_PARTS.get(tokens.word(ahead)), ahead + 1
    if part is None or not tokens.near(moment.end):
        return replace(moment, note="half_of_day") if moment.unit == "clock" and moment.hour <= 12 else moment
    hour = moment.hour + 12 if part == "pm" and moment.hour < 12 else moment.hour
    if part == "night" and 8 <= moment.hour < 12:
        hour = moment.hour + 12
    return replace(moment, hour=hour, end=end, note="")


def _meridiem(tokens: Tokens, index: int, english: bool) -> tuple[str, int] | None:
    word = tokens.word(index)
    if word in _MERIDIEMS:
        # "Platz 3 am Rathaus" is German; so is "um 10 am Freitag".
        if tokens.joined(index) or (english and word == "am") or word == "pm":
            return word, index + 1
        return None
    if (
        word in {"a", "p"}
        and tokens.word(index + 1) == "."
        and tokens.word(index + 2) == "m"
        and tokens.joined(index + 2)
    ):
        dot = tokens.word(index + 3) == "." and tokens.joined(index + 3)
        return f"{word}m", index + (4 if dot else 3)
    return None


def _in_words(tokens: Tokens, index: int) -> _Moment | None:
    """ "acht Uhr", "halb acht", "Mitternacht", "noon"."""
    word = tokens.word(index)
    if word in _MIDNIGHT:
        return _Moment(24, 0, index + 1, unit="noon", late="midnight")
    if word in {"noon", "midday"} or (word == "mittags" and tokens.word(index - 1) in {"um", "ab", "bis"}):
        return _Moment(12, 0, index + 1, unit="noon")
    if word in COUNTS and tokens.word(index + 1) == "uhr":
        return _after_unit(tokens, _Moment(COUNTS[word], 0, index + 2, unit="uhr"))
    return _spoken(tokens, index)


def _spoken(tokens: Tokens, index: int) -> _Moment | None:
    """ "halb acht", "drei viertel acht", "Viertel nach zehn", "half past seven", "quarter to nine"."""
    word, after = tokens.word(index), tokens.word(index + 1)
    if word in {"half", "quarter", "viertel"} and after in {"past", "to", "nach", "vor"}:
        minutes = 30 if word == "half" else 15
        return _about(tokens, index, index + 2, minutes if after in {"past", "nach"} else -minutes)
    if word == "halb":
        return _about(tokens, index, index + 1, -30)
    if word == "dreiviertel" or (word == "drei" and after == "viertel"):
        return _about(tokens, index, index + (1 if word == "dreiviertel" else 2), -15)
    return None


def _about(tokens: Tokens, index: int, hour_at: int, minutes: int) -> _Moment | None:
    word = tokens.word(hour_at)
    hour = None if word in _ARTICLES else COUNTS.get(word) or tokens.number(hour_at)
    if not hour or not 1 <= hour <= 12 or not tokens.near(hour_at):
        return None
    end = hour_at + 1 if tokens.word(hour_at + 1) != "uhr" else hour_at + 2
    told = tokens.word(index - 1) in _BEFORE or tokens.word(end) in CLOCK_PARTS or tokens.word(end - 1) == "uhr"
    if not told:
        return None  # "halb zehn Millionen"
    total = hour * 60 + minutes
    return _in_part(tokens, _Moment(total // 60 % 12, total % 60, end, unit="clock"))
