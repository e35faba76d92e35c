from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from announcer.sandbox.arrivals import AS_PLANNED, Arrival, Arrivals, Post, Story

START = datetime(2018, 6, 26, 8, tzinfo=UTC)


def _post(arrivals: Arrivals, text: str, at: datetime) -> Post:
    arrivals.now = at
    return arrivals.record(lambda number, at, story: Post(number, at, story, f"s{number}", text, "https://x.example"))


def _texts(some: tuple[Arrival, ...]) -> list[str]:
    return [arrival.text for arrival in some if isinstance(arrival, Post)]


def test_an_arrival_is_stamped_with_number_simulated_time_and_story() -> None:
    arrivals = Arrivals(now=START)
    made = _post(arrivals, "one", START + timedelta(days=1))
    assert made == Post(1, START + timedelta(days=1), AS_PLANNED, "s1", "one", "https://x.example")
    assert arrivals.all() == (made,)


def test_a_variant_shares_what_came_strictly_before_it_left() -> None:
    arrivals = Arrivals()
    for day in range(4):
        _post(arrivals, f"day {day}", START + timedelta(days=day))
    arrivals.tell(Story("Absage", AS_PLANNED, START + timedelta(days=2)))
    _post(arrivals, "cancelled", START + timedelta(days=2, minutes=1))
    assert _texts(arrivals.seen()) == ["day 0", "day 1", "cancelled"]
    assert _texts(arrivals.seen(AS_PLANNED)) == ["day 0", "day 1", "day 2", "day 3"]


def test_a_variant_of_a_variant_shares_both_pasts() -> None:
    arrivals = Arrivals()
    _post(arrivals, "first", START)
    arrivals.tell(Story("b", AS_PLANNED, START + timedelta(hours=1)))
    _post(arrivals, "second", START + timedelta(hours=2))
    arrivals.tell(Story("c", "b", START + timedelta(hours=3)))
    _post(arrivals, "third", START + timedelta(hours=4))
    assert _texts(arrivals.seen("c")) == ["first", "second", "third"]


def test_what_came_is_seen_in_simulated_order_even_if_time_was_set_back() -> None:
    arrivals = Arrivals()
    _post(arrivals, "late", START + timedelta(days=1))
    _post(arrivals, "early", START)
    assert _texts(arrivals.seen()) == ["early", "late"]
    assert _texts(arrivals.all()) == ["late", "early"]


def test_a_story_can_only_leave_one_that_was_told() -> None:
    with pytest.raises(ValueError, match="'Plan B', which was never told"):
        Arrivals().tell(Story("c", "Plan B", START))


def test_now_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        Arrivals().now = START.replace(tzinfo=None)


def test_the_listener_hears_every_arrival_and_its_errors_stay_away_from_the_sender() -> None:
    heard: list[Arrival] = []
    fault = RuntimeError("printer on fire")

    def listen(arrival: Arrival) -> None:
        heard.append(arrival)
        if len(heard) == 2:
            raise fault

    arrivals = Arrivals(on_arrival=listen)
    made = [_post(arrivals, text, START) for text in ("one", "two", "three")]
    assert heard == made
    assert arrivals.errors == [fault]
