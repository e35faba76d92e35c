"""Limits, with a clock of their own."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.newsletter.pace import MAX_IN_FLIGHT, Breaker, Bucket, Permit, next_limit, round_limit


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.integers(1, 200), st.integers(1, 50), st.none() | st.floats(0.01, 10_000))
def test_never_more_in_flight_than_allowed(wanted: int, connections: int, per_second: float | None) -> None:
    limit = round_limit(wanted, connections, per_second)
    assert 1 <= limit <= wanted
    assert limit * connections <= MAX_IN_FLIGHT


@pytest.mark.parametrize(
    ("wanted", "connections", "per_second", "expected"),
    [(50, 4, None, 50), (200, 4, None, 50), (50, 50, None, 4), (50, 4, 10.0, 2), (50, 1, 0.5, 1), (1, 1, None, 1)],
)
def test_round_limit(wanted: int, connections: int, per_second: float | None, expected: int) -> None:
    assert round_limit(wanted, connections, per_second) == expected


@pytest.mark.parametrize(
    ("letters", "seconds", "expected"),
    [(50, 0.01, 50), (50, 1.0, 50), (50, 2.0, 25), (50, 100.0, 1), (1, 0.0, 50), (1, 0.1, 10), (3, 0.01, 50)],
)
def test_a_slow_relay_gets_short_rounds(letters: int, seconds: float, expected: int) -> None:
    assert next_limit(50, letters, seconds) == expected


@pytest.mark.parametrize("rate", [0.5, 3.0, 100.0])
def test_the_bucket_keeps_its_rate_also_after_a_quiet_hour(rate: float) -> None:
    time = Time()
    permit = Permit(lambda: False, Bucket(rate, time), time.sleep)
    time.now += 3600
    moments = [time.now for _ in range(20) if permit.wait()]
    # One may go at once for the time that passed; from then on the distance holds.
    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in pairwise(moments[1:]))
    assert moments[-1] - moments[0] == pytest.approx(18 / rate, rel=0.1)


def test_ready_never_waits() -> None:
    time = Time()
    permit = Permit(lambda: False, Bucket(1.0, time), time.sleep)
    assert [permit.ready(), permit.ready(), time.now] == [True, False, 100.0]
    time.now += 1.0
    assert permit.ready()


def test_nothing_begins_after_the_end() -> None:
    time = Time()
    permit = Permit(lambda: time.now >= 101, Bucket(0.1, time), time.sleep)
    assert [permit.wait(), permit.wait(), permit.ready()] == [True, False, False]
    assert time.now <= 101.25


def test_the_breaker_stays_away_longer_each_time_up_to_its_most() -> None:
    time = Time()
    breaker = Breaker(time, lambda: 1.0)
    waits = []
    for _ in range(8):
        breaker.trip()
        waits.append(breaker.seconds_left())
        time.now += breaker.seconds_left()
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert (breaker.tripped, breaker.seconds_left()) == (True, 0)
    breaker.mend()
    assert (breaker.tripped, breaker.seconds_left()) == (False, 0)
    breaker.trip()
    assert breaker.seconds_left() == 1


def test_the_same_trouble_seen_by_four_workers_counts_once() -> None:
    breaker = Breaker(Time(), lambda: 1.0)
    for _ in range(4):
        breaker.trip()
    assert breaker.seconds_left() == 1


@given(st.floats(0, 1))
def test_chance_spreads_the_return(chance: float) -> None:
    breaker = Breaker(Time(), lambda: chance)
    breaker.trip(fully=True)
    assert 15 <= breaker.seconds_left() <= 30
