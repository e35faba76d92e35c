from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model.campaign import Anchor, Moment, Unit
from announcer.model.changes import Facts
from announcer.model.facts import Announcement, Certainty, Event, Registration, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.moments import Missing, event_days, resolve, start_of_day
from announcer.planning.sentences import parse_moment
from announcer.planning.wallclock import at_wall_clock, is_skipped, move_wall_clock

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
#: When summer time begins and ends in the EU: the last Sundays of March and October.
SPRING = {
    2025: 30, 2026: 29, 2027: 28, 2028: 26, 2029: 25, 2030: 31, 2031: 30, 2032: 28, 2033: 27, 2034: 26, 2035: 25,
}  # fmt: skip
AUTUMN = {
    2025: 26, 2026: 25, 2027: 31, 2028: 29, 2029: 28, 2030: 27, 2031: 26, 2032: 31, 2033: 30, 2034: 29, 2035: 28,
}  # fmt: skip


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]  # mypy fears a second tzinfo in the parts


def found(sentence: str, event: Event | None, **more: Any) -> datetime | Missing:
    facts = Facts(event, more.pop("announcement", None))
    settings = {"calendar": OfficeCalendar(), "published": NOW, **more}
    return resolve(parse_moment(sentence, BERLIN), facts, **settings)


@pytest.mark.parametrize("year", SPRING)
def test_a_week_before_stays_at_nine_when_summer_time_begins(year: int) -> None:
    start = berlin(year, 4, 2, 13)
    assert found("1 week before start at 09:00", Event("e", "E", start=start)) == berlin(year, 3, 26, 9)
    assert found("1 week before start", Event("e", "E", start=start)) == berlin(year, 3, 26, 13)


@pytest.mark.parametrize("year", SPRING)
def test_a_time_that_spring_skips_moves_one_hour_on(year: int) -> None:
    day = date(year, 3, SPRING[year])
    event = Event("e", "E", start=at_wall_clock(day, time(12), BERLIN))
    assert found("start at 02:30", event) == datetime(year, 3, SPRING[year], 1, 30, tzinfo=UTC)
    assert is_skipped(day, time(2, 30), BERLIN)
    assert not is_skipped(day, time(3, 30), BERLIN)


@pytest.mark.parametrize("year", AUTUMN)
def test_of_a_time_that_comes_twice_in_autumn_the_first_is_taken(year: int) -> None:
    event = Event("e", "E", start=at_wall_clock(date(year, 10, AUTUMN[year]), time(12), BERLIN))
    assert found("start at 02:30", event) == datetime(year, 10, AUTUMN[year], 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("year", AUTUMN)
def test_minutes_and_hours_are_exact_over_the_change(year: int) -> None:
    event = Event("e", "E", start=berlin(year, 10, AUTUMN[year], 9))
    assert found("12 hours before start", event) == berlin(year, 10, AUTUMN[year] - 1, 22)
    assert found("1 day before start", event) == berlin(year, 10, AUTUMN[year] - 1, 9)


def test_an_instant_in_the_doubled_hour_is_kept_as_it_is() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time
    assert found("start", Event("e", "E", start=second)) == second


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  Hypothesis wants naive bounds
    st.integers(0, 120),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_days_keep_the_time_of_day(start: datetime, days: int, name: str) -> None:
    zone = ZoneInfo(name)
    event = Event("e", "E", start=start, timezone=name)
    due = found(f"{days} days before start at 09:00", event)
    assert isinstance(due, datetime)
    assert due.astimezone(zone).time() == time(9)
    assert start.astimezone(zone).date() - due.astimezone(zone).date() == timedelta(days=days)


FULL = Event(
    "e",
    "E",
    start=berlin(2026, 9, 18, 13),
    end=berlin(2026, 9, 19, 16),
    doors=berlin(2026, 9, 18, 12),
    registration=Registration(berlin(2026, 7, 1, 9), berlin(2026, 9, 4, 18)),
    sessions=(Session("s", "S", start=berlin(2026, 9, 19, 9), end=berlin(2026, 9, 19, 10)),),
)


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("start", berlin(2026, 9, 18, 13)),
        ("12 weeks before start at 10:00", berlin(2026, 6, 26, 10)),
        ("1 working day after end at 09:00", berlin(2026, 9, 21, 9)),  # the 19th is a Saturday
        ("2 days after end", berlin(2026, 9, 21, 16)),
        ("1 hour after doors", berlin(2026, 9, 18, 13)),
        ("registration opens", berlin(2026, 7, 1, 9)),
        ("3 days before registration closes at 10:00", berlin(2026, 9, 1, 10)),
        ("15 minutes before session", berlin(2026, 9, 19, 8, 45)),
        ("session end", berlin(2026, 9, 19, 10)),
        ("at publication", NOW),
        ("at once on a change", berlin(2026, 9, 18, 10)),
        ("on 2026-03-29 at 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("each day at 18:00", berlin(2026, 9, 18, 18)),
        ("start of the next day", berlin(2026, 9, 19, 9)),
        ("1 hour before start of each day", berlin(2026, 9, 18, 12)),
    ],
)
def test_each_anchor(sentence: str, due: datetime) -> None:
    more = {"session": FULL.sessions[0], "day": date(2026, 9, 18), "changed_at": berlin(2026, 9, 18, 10)}
    assert found(sentence, FULL, **more) == due


@pytest.mark.parametrize(
    ("sentence", "key"),
    [
        ("1 day after end", "event.end"),
        ("doors", "event.doors"),
        ("registration opens", "registration.opens"),
        ("registration closes", "registration.closes"),
        ("session start", "session.start:grusswort"),
        ("session end", "session.end:grusswort"),
    ],
)
def test_what_is_not_known_is_named(sentence: str, key: str) -> None:
    event = Event("e", "E", start=berlin(2026, 9, 18, 13))
    assert found(sentence, event, session=Session("grusswort", "Grußwort")) == Missing((key,))


_WITHOUT_A_DATE = {Anchor.PUBLICATION, Anchor.APPROVAL, Anchor.CHANGE, Anchor.ABSOLUTE}


@pytest.mark.parametrize("anchor", [a for a in Anchor if a not in _WITHOUT_A_DATE])
@pytest.mark.parametrize("certainty", [Certainty.INFERRED, Certainty.MISSING])
def test_nothing_is_counted_from_a_date_nobody_confirmed(anchor: Anchor, certainty: Certainty) -> None:
    event = replace(FULL, certainty=certainty)
    due = resolve(Moment(anchor, -1, Unit.DAYS), Facts(event, None), calendar=OfficeCalendar(), published=NOW)
    assert due == Missing(("event.start",))


def test_without_an_event_its_moments_wait_and_publication_does_not() -> None:
    assert found("1 day before start", None) == Missing(("event.start",))
    assert found("at publication", None) == NOW


def test_publication_is_the_later_of_embargo_and_approval() -> None:
    late = Announcement("a", "A", embargoed_until=NOW + timedelta(days=1))
    early = Announcement("a", "A", embargoed_until=NOW - timedelta(days=1))
    assert found("at publication", None, announcement=late) == NOW + timedelta(days=1)
    assert found("at publication", None, announcement=early) == NOW


def test_the_days_of_an_event() -> None:
    assert event_days(FULL) == (date(2026, 9, 18), date(2026, 9, 19))
    assert event_days(replace(FULL, end=berlin(2026, 9, 20, 0))) == (date(2026, 9, 18), date(2026, 9, 19))
    assert event_days(replace(FULL, end=None)) == (date(2026, 9, 18), date(2026, 9, 19))
    assert event_days(replace(FULL, end=None, sessions=())) == (date(2026, 9, 18),)
    assert event_days(replace(FULL, start=None)) == ()


def test_a_day_begins_with_its_first_session_else_as_the_event_does() -> None:
    assert start_of_day(FULL, date(2026, 9, 18)) == berlin(2026, 9, 18, 13)
    assert start_of_day(FULL, date(2026, 9, 19)) == berlin(2026, 9, 19, 9)
    assert start_of_day(FULL, date(2026, 9, 20)) == berlin(2026, 9, 20, 13)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)), st.integers(-400, 400))  # noqa: DTZ001  Hypothesis wants naive bounds
def test_moving_by_days_keeps_the_clock_unless_spring_skips_it(instant: datetime, days: int) -> None:
    before = instant.astimezone(BERLIN)
    after = move_wall_clock(instant, timedelta(days=days), BERLIN).astimezone(BERLIN)
    assert after.date() == before.date() + timedelta(days=days)
    assert after.time() == before.time() or is_skipped(after.date(), before.time(), BERLIN)
