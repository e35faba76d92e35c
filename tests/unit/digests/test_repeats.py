"""When a digest comes: holidays, daylight saving, closed offices, in every zone and year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.model.digests import Cadence, Repeat
from announcer.planning.calendar import OfficeCalendar, days_between, public_holidays
from announcer.planning.repeat_sentences import parse_repeat
from announcer.planning.repeats import Turn, turns, worth_until
from announcer.planning.why import explain
from tests.unit.digests.test_repeat_sentences import REPEATS

BERLIN = ZoneInfo("Europe/Berlin")
NRW = OfficeCalendar()


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


def next_turns(text: str, after: datetime, number: int, calendar: OfficeCalendar = NRW) -> list[Turn]:
    return list(islice(turns(parse_repeat(text), BERLIN, calendar, after), number))


def shown(found: list[Turn]) -> list[str]:
    return [f"{turn.at.astimezone(BERLIN):%a %d.%m. %H:%M}" for turn in found]


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("every Friday at 10:00", local(2026, 9, 3), ["Fri 04.09. 10:00", "Fri 11.09. 10:00", "Fri 18.09. 10:00"]),
        ("every Friday at 10:00", local(2026, 9, 4, 10), ["Fri 11.09. 10:00", "Fri 18.09. 10:00", "Fri 25.09. 10:00"]),
        (
            "every Friday at 10:00",
            local(2026, 9, 4, 9, 59),
            ["Fri 04.09. 10:00", "Fri 11.09. 10:00", "Fri 18.09. 10:00"],
        ),
        # Christmas Day and New Year's Day are Fridays: the Thursdays before are working days.
        (
            "every Friday at 10:00",
            local(2026, 12, 18, 11),
            ["Thu 24.12. 10:00", "Thu 31.12. 10:00", "Fri 08.01. 10:00"],
        ),
        # Good Friday, and Easter Monday after it.
        ("every Monday at 10:00", local(2026, 4, 1), ["Thu 02.04. 10:00", "Mon 13.04. 10:00", "Mon 20.04. 10:00"]),
        (
            "every working day at 07:00",
            local(2026, 4, 2, 8),
            ["Tue 07.04. 07:00", "Wed 08.04. 07:00", "Thu 09.04. 07:00"],
        ),
        (
            "every working day at 07:00",
            local(2026, 12, 24, 8),
            ["Mon 28.12. 07:00", "Tue 29.12. 07:00", "Wed 30.12. 07:00"],
        ),
        ("every day at 18:00", local(2026, 12, 24, 8), ["Thu 24.12. 18:00", "Fri 25.12. 18:00", "Sat 26.12. 18:00"]),
        ("every Saturday at 10:00", local(2026, 12, 13), ["Sat 19.12. 10:00", "Thu 24.12. 10:00", "Sat 02.01. 10:00"]),
        (
            "every second Thursday from 2026-09-03 at 10:00",
            local(2026, 9, 4),
            ["Thu 17.09. 10:00", "Thu 01.10. 10:00", "Thu 15.10. 10:00"],
        ),
        (
            "first Monday of the month at 09:00",
            local(2026, 9, 8),
            ["Mon 05.10. 09:00", "Mon 02.11. 09:00", "Mon 07.12. 09:00"],
        ),
        (
            "last Friday of the month at 09:00",
            local(2026, 11, 28),
            ["Thu 24.12. 09:00", "Fri 29.01. 09:00", "Fri 26.02. 09:00"],
        ),
        # The clock keeps showing ten when summer time ends in between.
        ("every Friday at 10:00", local(2026, 10, 22), ["Fri 23.10. 10:00", "Fri 30.10. 10:00", "Fri 06.11. 10:00"]),
    ],
)
def test_the_next_turns(text: str, after: datetime, expected: list[str]) -> None:
    assert shown(next_turns(text, after, 3)) == expected


def test_a_holiday_is_told() -> None:
    (turn,) = next_turns("every Friday at 10:00", local(2026, 12, 20), 1)
    assert (turn.day, turn.why) == (date(2026, 12, 25), ("holiday:2026-12-25T10:00",))
    assert explain(turn.why[0], "de") == (
        "war für Freitag, 25. Dezember 2026, 10 Uhr vorgesehen; wegen des Feiertags am Werktag davor"
    )


def test_a_turn_falls_out_while_the_office_is_closed() -> None:
    """Not two issues on the Friday before."""
    closed = OfficeCalendar(days_off=frozenset(days_between(date(2026, 12, 21), date(2027, 1, 3))))
    found = next_turns("every Friday at 10:00", local(2026, 12, 17), 2, closed)
    assert [turn.day for turn in found] == [date(2026, 12, 18), date(2027, 1, 8)]


def test_a_time_that_summer_time_skips_comes_an_hour_later_and_says_so() -> None:
    before, (gap,) = local(2026, 3, 28, 12), next_turns("every day at 02:30", local(2026, 3, 28, 12), 1)
    assert gap.at - before == timedelta(hours=14, minutes=30)
    assert shown([gap]) == ["Sun 29.03. 03:30"]
    assert gap.why == ("summer_time:2026-03-29T02:30",)


def test_of_a_time_that_comes_twice_the_first_is_taken() -> None:
    (twice,) = next_turns("every day at 02:30", local(2026, 10, 24, 12), 1)
    assert twice.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_calendar_without_a_working_day_is_refused() -> None:
    never = OfficeCalendar("", frozenset(days_between(date(2026, 1, 1), date(2028, 12, 31))))
    with pytest.raises(PlanningError, match="leaves no working day in a whole year"):
        next_turns("every working day at 07:00", local(2026, 1, 2), 1, never)


@pytest.mark.parametrize(
    ("at", "calendar", "until"),
    [
        (local(2026, 9, 4, 10), NRW, local(2026, 9, 4, 20)),
        (local(2026, 9, 4, 18, 30), NRW, local(2026, 9, 4, 20, 30)),
        (local(2026, 9, 4, 23), NRW, local(2026, 9, 5, 1)),
        (local(2026, 9, 4, 10), OfficeCalendar(quiet_from=time(0), quiet_until=time(0)), local(2026, 9, 5)),
    ],
)
def test_an_issue_is_worth_approving_until_the_evening(at: datetime, calendar: OfficeCalendar, until: datetime) -> None:
    assert worth_until(at, BERLIN, calendar) == until


ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "Europe/Lisbon",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
        "Africa/Casablanca",
        "America/Santiago",
        "UTC",
    ]
).map(ZoneInfo)
MOMENTS = st.integers(0, 10 * 365 * 24 * 60).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
CALENDARS = st.builds(
    OfficeCalendar,
    st.sampled_from(["", "DE-NW", "DE-BY", "US"]),
    st.frozensets(st.dates(date(2025, 1, 1), date(2036, 1, 1)), max_size=20),
)


@settings(max_examples=300)
@given(REPEATS, ZONES, CALENDARS, MOMENTS)
def test_turns_are_what_the_rule_says(
    repeat: Repeat, zone: ZoneInfo, calendar: OfficeCalendar, after: datetime
) -> None:
    """In order, later than asked, each under its own name, at the rule's time of day unless a reason says otherwise."""
    found = list(islice(turns(repeat, zone, calendar, after), 6))
    moments = [turn.at for turn in found]
    assert moments == sorted(set(moments))
    assert moments[0] > after
    assert len({turn.day for turn in found}) == 6
    for turn in found:
        shown = turn.at.astimezone(zone)
        moved = any(reason.startswith("holiday") for reason in turn.why)
        skipped = any(reason.startswith("summer_time") for reason in turn.why)
        assert (shown.time() == repeat.at) != skipped
        assert (shown.date() == turn.day) != moved
        if repeat.cadence is Cadence.WORKING_DAY or moved:
            assert calendar.is_working_day(shown.date())
        if repeat.weekdays:
            assert turn.day.weekday() in repeat.weekdays
            free = turn.day in calendar.days_off or turn.day in public_holidays(calendar.holidays, turn.day.year)
            assert free == moved


@settings(max_examples=100)
@given(REPEATS, ZONES, CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_asking_later_gives_the_same_turns(
    repeat: Repeat, zone: ZoneInfo, calendar: OfficeCalendar, after: datetime, wait: timedelta
) -> None:
    """The turns do not depend on when somebody looks."""
    now = after + wait
    early = [turn for turn in islice(turns(repeat, zone, calendar, after), 60) if turn.at > now]
    late = list(islice(turns(repeat, zone, calendar, now), 60))
    common = min(len(early), len(late))
    assert early[:common] == late[:common]
