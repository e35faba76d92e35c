"""The wall clock beside one that nobody can set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.clock import MOST_APART, SteadyClock

BEGIN = datetime(2026, 9, 18, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clocks:
    """Two clocks, set by hand."""

    def __init__(self) -> None:
        self.wall = BEGIN
        self.passed = 0.0

    def go(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds

    def watched(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.passed)


def test_as_long_as_both_agree_the_wall_clock_counts() -> None:
    clocks = Clocks()
    clock = clocks.watched()
    clocks.go(3600)
    clocks.wall += 59 * SECOND  # a minute is corrected now and then
    assert (clock(), clock.apart()) == (BEGIN + timedelta(seconds=3659), None)


@pytest.mark.parametrize("jump", [timedelta(days=7), timedelta(seconds=61), -timedelta(hours=1)])
def test_after_a_jump_it_goes_on_by_the_seconds_that_passed_until_it_is_accepted(jump: timedelta) -> None:
    clocks = Clocks()
    clock = clocks.watched()
    clocks.go(10)
    clocks.wall += jump
    assert (clock(), clock.apart()) == (BEGIN + 10 * SECOND, jump)
    clocks.go(5)
    assert clock() == BEGIN + 15 * SECOND
    clock.accept()
    assert (clock(), clock.apart()) == (BEGIN + 15 * SECOND + jump, None)


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(-100_000, 100_000)), max_size=30))
def test_it_never_shows_a_moment_more_than_a_minute_from_what_passed(steps: list[tuple[float, int]]) -> None:
    clocks = Clocks()
    clock = clocks.watched()
    for seconds, jump in steps:
        clocks.go(seconds)
        clocks.wall += timedelta(seconds=jump)
        assert abs(clock() - BEGIN - timedelta(seconds=clocks.passed)) <= MOST_APART + timedelta(milliseconds=1)
