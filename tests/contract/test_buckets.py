"""Counting on both stores: never more than the cap within the time, never less than is due."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.store import buckets
from announcer.store.database import Database
from announcer.store.tables import limit_bucket

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def take(db: Database, at: timedelta, name: str = "a", capacity: int = 3) -> bool:
    with db.write(durable=False) as connection:
        return buckets.take(connection, name, capacity, HOUR, NOW + at)


@pytest.mark.parametrize(
    ("minutes", "taken"),
    [
        ([0, 0, 0, 0], [True, True, True, False]),
        ([0, 0, 0, 19, 20, 20], [True, True, True, False, True, False]),
        ([0, 0, 0, 60, 60, 60, 60], [True, True, True, True, True, True, False]),
        ([0, 600, 600, 600, 600], [True, True, True, True, False]),  # it never holds more than the cap
        ([60, 0, 0, 0, 19, 20], [True, True, True, False, False, True]),  # a clock set back takes nothing away
    ],
)
def test_a_bucket_fills_up_again(database: Database, minutes: list[int], taken: list[bool]) -> None:
    assert [take(database, timedelta(minutes=m)) for m in minutes] == taken
    assert take(database, timedelta(minutes=minutes[-1]), "b")


def test_whoever_comes_at_once_shares_it(database: Database) -> None:
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(take(database, timedelta()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True] * 3


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 2000), min_size=1, max_size=25), st.integers(1, 4))
def test_in_no_hour_is_more_taken_than_twice_the_cap(pauses: list[int], capacity: int) -> None:
    """A bucket that was full lets a cap through at once, and a cap more while it fills."""
    engine = sa.create_engine("sqlite://")
    at, moments = timedelta(), list[timedelta]()
    with engine.begin() as connection:
        limit_bucket.create(connection)
        for pause in pauses:
            at += timedelta(seconds=pause)
            if buckets.take(connection, "a", capacity, HOUR, NOW + at):
                moments.append(at)
    engine.dispose()
    assert moments[:1] == [timedelta(seconds=pauses[0])]
    for start in moments:
        assert sum(start <= moment < start + HOUR for moment in moments) <= 2 * capacity


@pytest.mark.parametrize(("hours", "set_again"), [(0, False), (23, False), (24, True), (100, True)])
def test_a_mark_lasts(database: Database, hours: int, set_again: bool) -> None:
    day, then = timedelta(days=1), NOW + timedelta(hours=hours)
    with database.write() as connection:
        assert buckets.marked(connection, "m") is None
        assert buckets.once(connection, "m", day, NOW)
        assert buckets.once(connection, "m", day, then) is set_again
        assert buckets.marked(connection, "m") == (then if set_again else NOW)
        buckets.mark(connection, "m", NOW + day)
        assert not buckets.once(connection, "m", day, NOW + timedelta(hours=47))
        assert buckets.forget(connection, "other", NOW + 9 * day) == 0
        assert buckets.forget(connection, "m", NOW + 9 * day) == 1
