"""Moments that repeat: what is read, what is written, and what is refused."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.model.digests import Cadence, Repeat
from announcer.planning.repeat_sentences import parse_repeat, repeat_sentence

FRIDAY_AT_TEN = Repeat(Cadence.WEEK, time(10), (4,))
WORKING_AT_SEVEN = Repeat(Cadence.WORKING_DAY, time(7))


@pytest.mark.parametrize(
    ("text", "repeat"),
    [
        ("every Friday at 10:00", FRIDAY_AT_TEN),
        ("jeden Freitag um 10:00", FRIDAY_AT_TEN),
        ("freitags um 10 Uhr", FRIDAY_AT_TEN),
        ("an jedem Freitag um 10.00 Uhr", FRIDAY_AT_TEN),
        ("each friday,  at 10", FRIDAY_AT_TEN),
        ("every working day at 07:00", WORKING_AT_SEVEN),
        ("an jedem Werktag um 7 Uhr", WORKING_AT_SEVEN),
        ("werktags um 7:00", WORKING_AT_SEVEN),
        ("every day at 18:00", Repeat(Cadence.DAY, time(18))),
        ("täglich um 18 Uhr", Repeat(Cadence.DAY, time(18))),
        ("every second Thursday at 10:00", Repeat(Cadence.WEEK, time(10), (3,), 2)),
        ("every other Thursday at 10:00", Repeat(Cadence.WEEK, time(10), (3,), 2)),
        ("jeden zweiten Donnerstag um 10 Uhr", Repeat(Cadence.WEEK, time(10), (3,), 2)),
        (
            "every second Thursday from 2026-09-03 at 10:00",
            Repeat(Cadence.WEEK, time(10), (3,), 2, date(2026, 9, 3)),
        ),
        ("jeden zweiten Donnerstag ab 3.9.2026 um 10 Uhr", Repeat(Cadence.WEEK, time(10), (3,), 2, date(2026, 9, 3))),
        ("every Thursday and Monday at 8:30", Repeat(Cadence.WEEK, time(8, 30), (0, 3))),
        ("montags, mittwochs und freitags um 8.30 Uhr", Repeat(Cadence.WEEK, time(8, 30), (0, 2, 4))),
        ("first Monday of the month at 09:00", Repeat(Cadence.MONTH, time(9), (0,), nth=1)),
        ("am ersten Montag im Monat um 9 Uhr", Repeat(Cadence.MONTH, time(9), (0,), nth=1)),
        ("every second Tuesday of the month at 9:00", Repeat(Cadence.MONTH, time(9), (1,), nth=2)),
        ("jeden letzten Freitag des Monats um 12:15", Repeat(Cadence.MONTH, time(12, 15), (4,), nth=-1)),
        ("an jedem 3. Samstag jedes Monats um 12 Uhr", Repeat(Cadence.MONTH, time(12), (5,), nth=3)),
    ],
)
def test_both_languages_are_read(text: str, repeat: Repeat) -> None:
    assert parse_repeat(text) == repeat


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("every Friday", "the time of day is missing"),
        ("every Friday at 25:00", "there is no such time of day"),
        ("every Fryday at 10:00", "'fryday' is no day of the week"),
        ("every fifth Friday of the month at 10:00", "'fifth' is none of first, second, third, fourth and last"),
        (
            "every last Friday at 10:00",
            "it is not said of what it is the last; write 'last Friday of the month at 10:00'",
        ),
        (
            "every Friday from 2026-09-04 at 10:00",
            "a date to count from belongs to 'every second', 'every third' or 'every fourth'",
        ),
        ("every second Friday from 2026-02-30 at 10:00", "there is no such date"),
        ("1 week before start at 10:00", "'1 week before start' is no day of the week"),
    ],
)
def test_what_is_refused_says_why_and_what_would_be_right(text: str, problem: str) -> None:
    with pytest.raises(PlanningError) as caught:
        parse_repeat(text)
    assert str(caught.value) == (
        f"'{text}' gives no moment that repeats: {problem}; "
        "write it like 'every Friday at 10:00' or 'jeden Werktag um 7 Uhr'"
    )


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
SINCE = st.none() | st.dates(date(2000, 1, 1), date(2060, 1, 1))
REPEATS = (
    st.builds(Repeat, st.sampled_from([Cadence.DAY, Cadence.WORKING_DAY]), TIMES)
    | st.builds(Repeat, st.just(Cadence.WEEK), TIMES, DAYS)
    | st.builds(Repeat, st.just(Cadence.WEEK), TIMES, DAYS, st.integers(2, 4), SINCE)
    | st.builds(
        lambda at, day, nth: Repeat(Cadence.MONTH, at, (day,), nth=nth),
        TIMES,
        st.integers(0, 6),
        st.sampled_from([1, 2, 3, 4, -1]),
    )
)


@given(REPEATS, st.sampled_from(["de", "en"]))
def test_what_is_written_is_read_back(repeat: Repeat, language: str) -> None:
    assert parse_repeat(repeat_sentence(repeat, language)) == repeat
