"""Dates and times as the pages write them, on the venue's wall clock. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

# Day and month stay on one line.
_DATE = {"de": "d.\N{NO-BREAK SPACE}MMMM y", "en": "d\N{NO-BREAK SPACE}MMMM y"}
_DAY = {language: f"EEEE, {pattern}" for language, pattern in _DATE.items()}


def day(value: date, language: str) -> str:
    """ "Dienstag, 18. September 2018"."""
    return format_date(value, _DAY[language], locale=_locale(language))


def short_day(value: datetime, zone: ZoneInfo, language: str) -> str:
    """ "18. September 2018"."""
    return format_date(value.astimezone(zone).date(), _DATE[language], locale=_locale(language))


def clock(value: datetime, zone: ZoneInfo) -> str:
    """ "13:30", on the zone's wall clock."""
    return format_time(value, "HH:mm", tzinfo=zone, locale="en_GB")


def clock_range(start: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    """ "13:30–14:15"."""
    return clock(start, zone) if end is None else f"{clock(start, zone)}–{clock(end, zone)}"


def moment(value: datetime, zone: ZoneInfo, language: str) -> str:
    """ "Dienstag, 18. September 2018, 13:00 Uhr"."""
    return f"{day(value.astimezone(zone).date(), language)}, {_spoken(clock(value, zone), language)}"


def span(start: datetime, end: datetime | None, zone: ZoneInfo, language: str) -> str:
    """From start to end: on one day with the date once, else with both."""
    if end is None:
        return moment(start, zone, language)
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        times = _spoken(clock_range(start, end, zone), language)
        return f"{day(start.astimezone(zone).date(), language)}, {times}"
    between = " bis " if language == "de" else " to "
    return moment(start, zone, language) + between + moment(end, zone, language)


def _spoken(times: str, language: str) -> str:
    return f"{times}\N{NO-BREAK SPACE}Uhr" if language == "de" else times


def _locale(language: str) -> str:
    return "de_DE" if language == "de" else "en_GB"


def zone_of(zone: ZoneInfo | str) -> ZoneInfo:
    """A zone or its name, as the zone."""
    return ZoneInfo(zone) if isinstance(zone, str) else zone
