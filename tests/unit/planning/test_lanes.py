"""The timeline as data: what stands where, what the days bring, which days are looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model.campaign import Kind, Message, Occurrence, Planned, Subject
from announcer.model.facts import Event, EventStatus
from announcer.model.ledger import MessageState
from announcer.planning import lanes
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.lanes import Band, BandKind, Look, Mark, Window, Zoom

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = OfficeCalendar()


def local(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2018) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


EVENT = Event("konferenz", "Konferenz", start=local(9, 18, 12), end=local(9, 19, 15))


def mark(at: datetime, channel: str = "feed", state: MessageState = MessageState.DRAFT, why: str = "") -> Mark:
    occurrence = Occurrence(Subject.EVENT, "konferenz", "reminder", f"x:{at.timestamp()}")
    planned = Planned(occurrence, channel, Kind.REMINDER, at, None, why=(why,) if why else ())
    return Mark(Message(int(at.timestamp()), 1, "konferenz", None, state, planned), at)


def test_every_state_of_a_message_has_a_look() -> None:
    assert {mark(local(9, 1), state=state).look for state in MessageState} == set(Look)


def test_of_several_looks_the_most_urgent_is_known() -> None:
    assert sorted(lanes.URGENT) == sorted(Look)


def test_the_days_of_an_event_are_those_of_its_own_calendar() -> None:
    late = Event("gala", "Gala", start=local(9, 18, 22), end=local(9, 19, 1), timezone="Europe/Berlin")
    assert lanes.event_days(EVENT) == [date(2018, 9, 18), date(2018, 9, 19)]
    assert lanes.event_days(late) == [date(2018, 9, 18), date(2018, 9, 19)]
    assert lanes.event_days(Event("tag", "Tag", start=local(9, 18))) == [date(2018, 9, 18)]
    off = Event("aus", "Aus", start=local(9, 18), status=EventStatus.CANCELLED)
    assert lanes.event_days(None) == lanes.event_days(Event("offen", "Offen")) == lanes.event_days(off) == []


@pytest.mark.parametrize(
    ("zoom", "today", "first", "days"),
    [
        (Zoom.CAMPAIGN, date(2018, 8, 1), date(2018, 6, 28), 87),  # two days before the first, two behind the last
        (Zoom.TWELVE_WEEKS, date(2018, 8, 1), date(2018, 6, 28), 84),  # the event at the end
        (Zoom.FOUR_WEEKS, date(2018, 8, 1), date(2018, 7, 30), 28),  # from this week's Monday on
        (Zoom.FOUR_WEEKS, date(2018, 1, 10), date(2018, 8, 27), 28),  # not begun: three weeks before the event
        (Zoom.WEEK, date(2018, 8, 1), date(2018, 7, 30), 7),
        (Zoom.WEEK, date(2019, 1, 1), date(2018, 9, 17), 7),  # over: the event's week
        (Zoom.DAY, date(2018, 8, 1), date(2018, 9, 18), 1),  # the first day of the event
        (Zoom.DAY, date(2018, 9, 19), date(2018, 9, 19), 1),  # on the event's second day, today
    ],
)
def test_a_zoom_looks_where_most_is(zoom: Zoom, today: date, first: date, days: int) -> None:
    marks = [mark(local(6, 30, 10)), mark(local(9, 20, 10))]
    found = lanes.window_of(zoom, None, event=EVENT, marks=marks, today=today, zone=BERLIN)
    assert found == Window(first, days, BERLIN)


def test_a_zoom_begins_where_somebody_asks() -> None:
    wanted = date(2018, 7, 4)
    found = lanes.window_of(Zoom.WEEK, wanted, event=EVENT, marks=[], today=date(2018, 1, 1), zone=BERLIN)
    assert (found, found.moved(1).first, found.moved(-1).last) == (
        Window(wanted, 7, BERLIN), date(2018, 7, 11), date(2018, 7, 3),
    )  # fmt: skip


def test_a_campaign_without_anything_begins_today() -> None:
    found = lanes.window_of(Zoom.CAMPAIGN, None, event=None, marks=[], today=date(2018, 1, 10), zone=BERLIN)
    assert (found.first, found.last) == (date(2018, 1, 8), date(2018, 2, 8))


def test_a_window_across_the_end_of_summer_time_has_all_its_hours() -> None:
    window = Window(date(2018, 10, 28), 1, BERLIN)
    assert window.end - window.start == timedelta(hours=25)


def _bands(window: Window, embargo: datetime | None = None, begins: datetime | None = None) -> list[Band]:
    return list(lanes.bands(window, CALENDAR, EVENT, embargo, "de", begins or local(1, 1)))


def test_what_the_days_bring() -> None:
    window = Window(date(2018, 9, 17), 3, BERLIN)
    embargo = local(9, 17, 10)
    kinds = [(b.kind, b.start, b.end, b.name) for b in _bands(window, embargo, local(6, 1))]
    assert kinds == [
        (BandKind.EMBARGO, local(9, 17), embargo, ""),
        (BandKind.EVENT, local(9, 18), local(9, 19), "1"),
        (BandKind.EVENT, local(9, 19), local(9, 20), "2"),
        (BandKind.QUIET, local(9, 17), local(9, 17, 7), ""),
        (BandKind.QUIET, local(9, 17, 20), local(9, 18, 7), ""),
        (BandKind.QUIET, local(9, 18, 20), local(9, 19, 7), ""),
        (BandKind.QUIET, local(9, 19, 20), local(9, 20), ""),
    ]


def test_nights_are_shown_of_two_weeks_at_most() -> None:
    def nights(days: int) -> int:
        return sum(b.kind is BandKind.QUIET for b in _bands(Window(date(2018, 9, 1), days, BERLIN)))

    assert (nights(14), nights(15)) == (15, 0)


def test_holidays_have_their_names_and_days_off_none() -> None:
    calendar = OfficeCalendar(days_off=frozenset({date(2018, 10, 2)}))
    found = lanes.bands(Window(date(2018, 10, 1), 30, BERLIN), calendar, None, None, "de", local(1, 1))
    assert [(b.start, b.name) for b in found] == [(local(10, 2), ""), (local(10, 3), "Tag der Deutschen Einheit")]


def test_the_timeline_counts_what_lies_outside_and_leaves_out_what_was_never_wanted() -> None:
    marks = [
        mark(local(9, 10, 9)),
        mark(local(9, 18, 9), "mail"),
        mark(local(9, 18, 8)),
        mark(local(9, 18, 7), state=MessageState.MISSED, why="past:2018-09-18T07:00"),
        mark(local(9, 30, 9)),
    ]
    found = lanes.timeline(
        marks, {"feed": "feed", "mail": "mail", "post": "social"}, Window(date(2018, 9, 18), 1, BERLIN),
        zoom=Zoom.DAY, now=local(9, 18), calendar=CALENDAR, event=EVENT, embargo=None, language="de",
    )  # fmt: skip
    assert (found.before, found.after) == (1, 1)
    assert [(lane.channel, lane.marks) for lane in found.lanes] == [
        ("feed", (marks[2],)), ("mail", (marks[1],)), ("post", ()),
    ]  # fmt: skip
    assert found.marks == [marks[2], marks[1]]


DAYS = st.dates(date(2017, 1, 1), date(2020, 12, 31))
TIMES = st.times()


@given(DAYS, st.integers(1, 40), st.builds(OfficeCalendar, quiet_from=TIMES, quiet_until=TIMES))
def test_no_band_leaves_its_window_and_none_is_empty(first: date, days: int, calendar: OfficeCalendar) -> None:
    window = Window(first, days, BERLIN)
    embargo = datetime.combine(first + timedelta(days=3), time(9), UTC)
    for band in lanes.bands(window, calendar, EVENT, embargo, "en", embargo - timedelta(days=60)):
        assert window.start <= band.start < band.end <= window.end, band
