"""Dates, times and fixed words, as the press office writes them in German and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from announcer.errors import TemplateError

_LOCALES = {"de": "de_DE", "en": "en_GB"}
_FULL = {"de": "EEEE, d. MMMM y", "en": "EEEE, d MMMM y"}
_YEARLESS = {"de": "EEEE, d. MMMM", "en": "EEEE, d MMMM"}
_STARTING = {"de": ", Beginn {}", "en": ", starting at {}"}
_RANGE = {"de": "{}, bis {}", "en": "{}, to {}"}
_MIDNIGHT = time(0, 0)
_END_OF_DAY = time(23, 59)

LANGUAGES = tuple(_LOCALES)


@dataclass(frozen=True, slots=True)
class Fixed:
    """The fixed words of one language, from `words.<language>.toml`."""

    labels: Mapping[str, str]
    kinds: Mapping[str, str]  #: What a message of this kind is called.
    notices: Mapping[str, Mapping[str, str]]  #: Prefix and sentence where nobody wrote a notice.


def fixed(texts: Sequence[tuple[str, str]]) -> Fixed:
    """The words of several files, each (name, text); later files win word by word.

    Raises `TemplateError` for a file that is no TOML or has something else than words.
    """
    labels: dict[str, str] = {}
    kinds: dict[str, str] = {}
    notices: dict[str, Mapping[str, str]] = {}
    for name, text in texts:
        data = _parse(name, text)
        labels |= _words(name, "labels", data.get("labels", {}))
        kinds |= _words(name, "kinds", data.get("kinds", {}))
        said = data.get("notices", {})
        if not isinstance(said, dict):
            raise TemplateError(f"{name}: [notices] takes only tables like [notices.move]; correct it")
        for key, notice in said.items():
            notices[key] = {**notices.get(key, {}), **_words(name, f"notices.{key}", notice)}
    return Fixed(labels, kinds, notices)


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{name}: {error}; correct the line") from error


def _words(name: str, section: str, table: object) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(word, str) for word in table.values()):
        raise TemplateError(f'{name}: [{section}] takes only lines of the form name = "text"; correct it')
    return table


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=_LOCALES[language])


def day(value: date, language: str) -> str:
    """ "Dienstag, 18. September 2018", "Tuesday, 18 September 2018"."""
    return _formatted(_date(value), _FULL[language], language)


def short_day(value: date, language: str) -> str:
    """ "18. September 2018", "18 September 2018"."""
    return _formatted(_date(value), {"de": "d. MMMM y", "en": "d MMMM y"}[language], language)


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def clock(value: datetime | time, language: str) -> str:
    """ "13 Uhr", "13.30 Uhr"; "1 p.m.", "1.30 p.m.", "12 noon", "12 midnight"."""
    if language == "de":
        return f"{_digits(value)} Uhr"
    if value.minute == 0 and value.hour % 12 == 0:
        return "12 noon" if value.hour else "12 midnight"
    half = "a.m." if value.hour < 12 else "p.m."
    return f"{_digits(value, value.hour % 12 or 12)} {half}"


def _digits(value: datetime | time, hour: int | None = None) -> str:
    hour = value.hour if hour is None else hour
    return f"{hour}.{value.minute:02}" if value.minute else str(hour)


def moment(value: datetime, language: str) -> str:
    """ "Dienstag, 18. September 2018, 13 Uhr"; midnight means that the time is not known."""
    if _wall(value) == _MIDNIGHT:
        return day(value, language)
    return f"{day(value, language)}, {clock(value, language)}"


def deadline(value: datetime, language: str) -> str:
    """The last moment of something; 23:59 is just that day, and midnight is said with its hour."""
    if _wall(value) == _END_OF_DAY:
        return day(value, language)
    return f"{day(value, language)}, {clock(value, language)}"


def _wall(value: datetime) -> time:
    return time(value.hour, value.minute)


def hours(start: datetime, end: datetime | None, language: str) -> str:
    """ "13 Uhr" or "13 bis 14.15 Uhr"; the end counts if it is later on the same day, or midnight."""
    if end is None or not same_day(start, end):
        return clock(start, language)
    if language == "en":
        return f"{clock(start, language)} to {clock(end, language)}"
    closing = "24" if _wall(end) == _MIDNIGHT else _digits(end)
    return f"{_digits(start)} bis {closing} Uhr"


def same_day(start: datetime | None, end: datetime | None) -> bool:
    """Whether `end` is later than `start` and on its day; midnight belongs to the day before."""
    if start is None or end is None:
        return False
    return start < end and (end - timedelta(minutes=1)).date() == start.date()


def period(start: datetime, end: datetime | None, language: str) -> str:
    """When an event is, from its local start and end.

    A start at midnight means that the time of day is not known and is left out.
    """
    timed = _wall(start) != _MIDNIGHT
    if end is None or end <= start or (end - timedelta(minutes=int(timed))).date() == start.date():
        return f"{day(start, language)}, {hours(start, end, language)}" if timed else day(start, language)
    days = days_from_to(start, end, language)
    return days + (_STARTING[language].format(clock(start, language)) if timed else "")


def days_from_to(start: date, end: date, language: str) -> str:
    """ "Dienstag, 18. September, bis Mittwoch, 19. September 2018"."""
    pattern = _YEARLESS if start.year == end.year else _FULL
    first = _formatted(_date(start), pattern[language], language)
    return _RANGE[language].format(first, day(end, language))


def stop(value: str) -> str:
    """`value` as the end of a sentence: with a full stop, unless it has one ("1.30 p.m.")."""
    return value if not value or value[-1] in ".!?…" else f"{value}."


def listed(parts: Sequence[str], language: str) -> str:
    """ "A, B und C"."""
    if len(parts) < 2:
        return "".join(parts)
    word = {"de": "und", "en": "and"}[language]
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(value: str, language: str) -> str:
    """In quotation marks; those inside become single ones."""
    if language == "de":
        return f"„{value.replace('„', '‚').replace('“', '‘').replace('”', '’')}“"
    # “ closes in German and opens in English: what stands in the value decides.
    inner = value.replace("“", "’" if "„" in value else "‘").replace("„", "‘").replace("”", "’")
    return f"“{inner}”"
