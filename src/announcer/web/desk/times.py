"""Dates and times as the desk writes them: on the event's wall clock, with its zone named. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta, get_timezone_name

from announcer.web import moments

_SHORT = {"de": "EEE, d. MMM", "en": "EEE d MMM"}
_SHORT_YEAR = {"de": "EEE, d. MMM y", "en": "EEE d MMM y"}


class Times:
    """Words for instants, in one language. A zone is given each time: an event's, or the office's."""

    def __init__(self, language: str, now: datetime, office: ZoneInfo) -> None:
        """`now` decides what is today; `office` is the zone where none is given."""
        self._language = language
        self._locale = "de_DE" if language == "de" else "en_GB"
        self._now = now
        self._office = office

    def zone(self, value: datetime, zone: ZoneInfo | str | None = None) -> str:
        """ "MESZ": the name of the zone at that instant."""
        return get_timezone_name(value.astimezone(self._of(zone)), width="short", locale=self._locale)

    def day(self, value: datetime | date, zone: ZoneInfo | str | None = None) -> str:
        """ "Dienstag, 18. September 2018"."""
        return moments.day(self._date(value, zone), self._language)

    def short_day(self, value: datetime | date, zone: ZoneInfo | str | None = None) -> str:
        """ "Di., 18. Sept.", with the year if it is not this one."""
        found = self._date(value, zone)
        same_year = found.year == self._now.astimezone(self._of(zone)).year
        return format_date(found, (_SHORT if same_year else _SHORT_YEAR)[self._language], locale=self._locale)

    def clock(self, value: datetime, zone: ZoneInfo | str | None = None) -> str:
        """ "13:30", where the zone stands beside it already."""
        return moments.clock(value, self._of(zone))

    def short(self, value: datetime, zone: ZoneInfo | str | None = None) -> str:
        """ "heute, 13:30 MESZ", "Di., 18. Sept., 13:30 MESZ"."""
        return f"{self._near(value, zone)}, {self.clock(value, zone)}\N{NO-BREAK SPACE}{self.zone(value, zone)}"

    def moment(self, value: datetime, zone: ZoneInfo | str | None = None) -> str:
        """ "Dienstag, 18. September 2018, 13:00 Uhr (MESZ)"."""
        return f"{moments.moment(value, self._of(zone), self._language)} ({self.zone(value, zone)})"

    def span(self, start: datetime, end: datetime | None, zone: ZoneInfo | str | None = None) -> str:
        """From start to end, with the zone."""
        return f"{moments.span(start, end, self._of(zone), self._language)} ({self.zone(start, zone)})"

    def ago(self, value: datetime) -> str:
        """ "vor 5 Minuten", "in 2 Tagen"."""
        return format_timedelta(value - self._now, add_direction=True, locale=self._locale)

    def machine(self, value: datetime, zone: ZoneInfo | str | None = None) -> str:
        """For the attribute `datetime` of `<time>`."""
        return value.astimezone(self._of(zone)).isoformat(timespec="minutes")

    def field(self, value: datetime | None, zone: ZoneInfo | str | None = None) -> str:
        """For the value of `<input type="datetime-local">`, on the zone's wall clock."""
        return "" if value is None else value.astimezone(self._of(zone)).strftime("%Y-%m-%dT%H:%M")

    def is_today(self, value: datetime, zone: ZoneInfo | str | None = None) -> bool:
        """Whether it is on the present day of the zone's calendar."""
        return self._date(value, zone) == self._date(self._now, zone)

    def _near(self, value: datetime, zone: ZoneInfo | str | None) -> str:
        away = self._date(value, zone) - self._date(self._now, zone)
        german = self._language == "de"
        if away == timedelta(0):
            return "heute" if german else "today"
        if away == timedelta(days=1):
            return "morgen" if german else "tomorrow"
        if away == timedelta(days=-1):
            return "gestern" if german else "yesterday"
        return self.short_day(value, zone)

    def _date(self, value: datetime | date, zone: ZoneInfo | str | None) -> date:
        return value.astimezone(self._of(zone)).date() if isinstance(value, datetime) else value

    def _of(self, zone: ZoneInfo | str | None) -> ZoneInfo:
        return self._office if zone is None else moments.zone_of(zone)
