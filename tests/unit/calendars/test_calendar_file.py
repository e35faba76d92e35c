"""The bytes of a calendar, read back with icalendar and by RFC 5545's own rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.calendars.file import CalendarInfo, calendar_file
from announcer.calendars.items import Item
from announcer.calendars.zones import vtimezone

BERLIN = ZoneInfo("Europe/Berlin")
INFO = CalendarInfo("Presse: alle Veranstaltungen", "https://p.example/", "https://p.example/feeds/calendar.ics")
ITEM = Item(
    "uid-1", "Keynote: „Zukunft“, vor Ort; und \\ mehr", datetime(2018, 9, 18, 13, 30, tzinfo=BERLIN),
    datetime(2018, 9, 18, 14, 15, tzinfo=BERLIN), BERLIN, "Großer Saal, Dortmund", "eins\nzwei", "https://p.example/e/1",
    cancelled=False, transparent=False, changed=datetime(2018, 6, 1, 10, 0, 0, 5, tzinfo=UTC), sequence=2,
)  # fmt: skip


def parsed(body: bytes) -> Any:
    return icalendar.Calendar.from_ical(body)  # its items may be of many types


def test_a_calendar_to_subscribe_to() -> None:
    calendar = parsed(calendar_file(INFO, [ITEM]))
    assert "METHOD" not in calendar  # a published calendar has none
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == INFO.name
    text = calendar_file(INFO, [ITEM]).decode()
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert f"SOURCE;VALUE=URI:{INFO.source}\r\n" in text
    (event,) = calendar.events
    assert event.start == ITEM.start
    assert event.end == ITEM.end
    assert str(event["SUMMARY"]) == ITEM.summary
    assert str(event["DESCRIPTION"]) == ITEM.description
    assert (int(event["SEQUENCE"]), str(event["STATUS"]), str(event["TRANSP"])) == (2, "CONFIRMED", "OPAQUE")
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == datetime(2018, 6, 1, 10, tzinfo=UTC)
    assert "TZID=Europe/Berlin:20180918T133000" in text


def test_whole_days_and_what_is_cancelled() -> None:
    days = replace(ITEM, start=date(2018, 9, 18), end=date(2018, 9, 20), cancelled=True)
    text = calendar_file(INFO, [days]).decode()
    assert "DTSTART;VALUE=DATE:20180918\r\nDTEND;VALUE=DATE:20180920\r\n" in text
    assert "STATUS:CANCELLED\r\nTRANSP:TRANSPARENT\r\n" in text
    assert "VTIMEZONE" not in text


def test_one_entry_to_add() -> None:
    text = calendar_file(CalendarInfo("Konferenz", "https://p.example/e/1"), [ITEM]).decode()
    assert "METHOD:PUBLISH\r\n" in text
    assert "REFRESH-INTERVAL" not in text


def test_an_empty_calendar_is_one() -> None:
    assert parsed(calendar_file(INFO, [])).events == []


def test_lines_are_folded_and_end_as_the_rfc_wants() -> None:
    long = replace(ITEM, description="ä" * 500)
    body = calendar_file(INFO, [long])
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_the_same_entries_give_the_same_bytes() -> None:
    assert calendar_file(INFO, [ITEM]) == calendar_file(INFO, [replace(ITEM)])


# -- Zones, read as RFC 5545 §3.6.5 says: the last observance whose onset is not after the local time. --


def offset(component: Any, local: datetime) -> timedelta:
    """The offset at a wall-clock time."""
    onsets = [(part["DTSTART"].dt, part["TZOFFSETTO"].td) for part in component.subcomponents]
    found: timedelta = max((onset, to) for onset, to in onsets if onset <= local)[1]
    return found


ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC",
         "Asia/Kolkata", "Pacific/Chatham", "America/Sao_Paulo"]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_says_what_the_clocks_show(name: str) -> None:
    zone = ZoneInfo(name)
    component = vtimezone(zone, 2025, 2026)
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    while moment < datetime(2026, 12, 31, tzinfo=UTC):
        local = moment.astimezone(zone).replace(tzinfo=None)
        shown = local.replace(tzinfo=zone)
        skipped = shown.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local
        if (
            local.year >= 2025
            and not skipped
            and shown.replace(fold=0).utcoffset() == shown.replace(fold=1).utcoffset()
        ):
            assert offset(component, local) == moment.astimezone(zone).utcoffset(), local
        moment += timedelta(minutes=30)


def test_the_change_to_summer_time_is_dated_by_the_clock_before_it() -> None:
    text = vtimezone(BERLIN, 2018, 2018).to_ical().decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20180325T020000\r\n" in text
    assert "BEGIN:STANDARD\r\nDTSTART:20181028T030000\r\n" in text


_zones = st.sampled_from([ZoneInfo(name) for name in ZONES])


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 12, 31), timezones=_zones))  # noqa: DTZ001  Hypothesis wants naive bounds
def test_any_moment_is_read_back(moment: datetime) -> None:
    zone = moment.tzinfo
    assert isinstance(zone, ZoneInfo)
    real = moment.astimezone(UTC).astimezone(zone)  # as its clocks really show it
    item = replace(ITEM, start=real, end=None, zone=zone)
    (event,) = parsed(calendar_file(INFO, [item])).events
    start = event.start
    assert isinstance(start, datetime)
    assert start.replace(tzinfo=None) == real.replace(tzinfo=None, microsecond=0)
