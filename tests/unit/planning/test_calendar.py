from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.planning.calendar import OfficeCalendar, calendar_of, public_holidays
from announcer.settings import Office

BERLIN = ZoneInfo("Europe/Berlin")
NRW = OfficeCalendar()
SIESTA = OfficeCalendar(quiet_from=time(12), quiet_until=time(14))


def test_north_rhine_westphalia_has_eleven_holidays() -> None:
    assert sorted(public_holidays("DE-NW", 2026)) == [
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 25),
        date(2026, 6, 4), date(2026, 10, 3), date(2026, 11, 1), date(2026, 12, 25), date(2026, 12, 26),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 3), True),
        (date(2026, 6, 4), False),  # Fronleichnam, a holiday in NRW but not in Berlin
        (date(2026, 6, 5), False),  # the bridge day the office takes off
        (date(2026, 6, 6), False),
        (date(2026, 6, 7), False),
        (date(2026, 6, 8), True),
    ],
)
def test_working_days_know_weekends_holidays_and_days_off(day: date, works: bool) -> None:
    assert OfficeCalendar(days_off=frozenset({date(2026, 6, 5)})).is_working_day(day) is works


def test_states_differ() -> None:
    assert OfficeCalendar("DE-BE").is_working_day(date(2026, 6, 4))
    assert OfficeCalendar("").is_working_day(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("day", "count", "reached"),
    [
        (date(2025, 12, 23), 1, date(2025, 12, 24)),
        (date(2025, 12, 24), 1, date(2025, 12, 29)),
        (date(2026, 4, 7), -1, date(2026, 4, 2)),
        (date(2026, 4, 4), 0, date(2026, 4, 4)),
        (date(2026, 4, 4), 1, date(2026, 4, 7)),
        (date(2026, 4, 4), -1, date(2026, 4, 2)),
    ],
)
def test_working_days_are_counted_over_holidays(day: date, count: int, reached: date) -> None:
    assert NRW.shift_working_days(day, count) == reached


@given(st.dates(date(2025, 1, 1), date(2035, 12, 31)), st.integers(-30, 30).filter(bool))
def test_the_nth_working_day_has_n_working_days_on_the_way(day: date, count: int) -> None:
    reached = NRW.shift_working_days(day, count)
    first, last = (day + timedelta(days=1), reached) if count > 0 else (reached, day - timedelta(days=1))
    way = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert NRW.is_working_day(reached)
    assert sum(map(NRW.is_working_day, way)) == abs(count)


def test_an_office_that_never_works_is_refused() -> None:
    always_off = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    with pytest.raises(PlanningError, match="'days_off' leaves no working day in a whole year"):
        OfficeCalendar(days_off=always_off).shift_working_days(date(2026, 1, 1), 1)


@pytest.mark.parametrize("code", ["XX", "DE-XX"])
def test_an_unknown_state_is_refused(code: str) -> None:
    with pytest.raises(PlanningError, match=f"has the value '{code}', for which no holidays are known"):
        calendar_of(Office(holidays=code))


def test_the_calendar_comes_from_the_settings() -> None:
    office = Office(holidays="DE-BY", days_off=(date(2026, 2, 16),), quiet_from=time(21), quiet_until=time(6))
    assert calendar_of(office) == OfficeCalendar("DE-BY", frozenset({date(2026, 2, 16)}), time(21), time(6))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [(time(20), False), (time(20, 1), True), (time(0), True), (time(6, 59), True), (time(7), False), (time(12), False)],
)
def test_quiet_hours_span_midnight_and_leave_out_their_ends(at: time, quiet: bool) -> None:
    assert NRW.is_quiet(at) is quiet


def test_equal_ends_mean_no_quiet_hours() -> None:
    assert not any(OfficeCalendar(quiet_from=time(7), quiet_until=time(7)).is_quiet(time(h)) for h in range(24))


@pytest.mark.parametrize(
    ("calendar", "moment", "before", "after"),
    [
        (NRW, "2026-03-01T21:00", "2026-03-01T20:00", "2026-03-02T07:00"),
        (NRW, "2026-03-02T03:00", "2026-03-01T20:00", "2026-03-02T07:00"),
        (NRW, "2026-03-29T01:30", "2026-03-28T20:00", "2026-03-29T07:00"),  # summer time begins at 02:00
        (SIESTA, "2026-03-01T13:00", "2026-03-01T12:00", "2026-03-01T14:00"),
    ],
)  # fmt: skip
def test_both_ways_out_of_the_quiet_hours(calendar: OfficeCalendar, moment: str, before: str, after: str) -> None:
    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN)

    assert calendar.before_quiet(local(moment), BERLIN) == local(before)
    assert calendar.after_quiet(local(moment), BERLIN) == local(after)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis wants naive bounds
def test_the_ways_out_are_never_quiet_and_on_either_side(instant: datetime) -> None:
    if NRW.is_quiet(instant.astimezone(BERLIN).time()):
        before, after = NRW.before_quiet(instant, BERLIN), NRW.after_quiet(instant, BERLIN)
        assert before < instant < after
        assert after - before <= timedelta(hours=12)
        assert not NRW.is_quiet(before.astimezone(BERLIN).time())
        assert not NRW.is_quiet(after.astimezone(BERLIN).time())
