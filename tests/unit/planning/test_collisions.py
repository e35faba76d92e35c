from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model.campaign import Audience, Kind, Occurrence, Planned, Spoken, Subject, Urgency
from announcer.planning.collisions import Carries, part

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)  # 10:00 in Berlin


def message(rule: str, minutes: int, urgency: Urgency, *, anchor: str = "start", channel: str = "mastodon") -> Planned:
    due = TEN + timedelta(minutes=minutes)
    return Planned(
        Occurrence(Subject.EVENT, "e", rule, anchor), channel, Kind.REMINDER, due, due + 3 * HOUR, urgency=urgency
    )


def parted(
    *messages: Planned, window: timedelta = HOUR, carries: Carries = lambda leader, message: True
) -> dict[str, Planned]:
    result = part(messages, window, lambda m, due: m.not_after is None or due <= m.not_after, BERLIN, carries)
    return {planned.occurrence.rule_id: planned for planned in result}


def test_the_less_urgent_one_waits_for_the_end_of_the_window() -> None:
    deadline, reminder = message("deadline", 10, Urgency.DEADLINE), message("reminder", 0, Urgency.REMINDER)
    assert parted(reminder, deadline) == {
        "deadline": deadline,
        "reminder": replace(reminder, due_at=TEN + timedelta(minutes=70), why=("collision:deadline|2026-03-02T10:00",)),
    }


@pytest.mark.parametrize("higher", [Urgency.CANCELLATION, Urgency.CHANGE, Urgency.DEADLINE, Urgency.REMINDER])
def test_the_order_of_urgency(higher: Urgency) -> None:
    lower = Urgency(higher + 1)
    result = parted(message("low", 0, lower), message("high", 1, higher))
    assert (result["high"].due_at, result["low"].due_at) == (TEN + timedelta(minutes=1), TEN + timedelta(minutes=61))


def test_one_that_waited_can_run_into_the_next() -> None:
    result = parted(
        message("a", 0, Urgency.DEADLINE), message("b", 70, Urgency.DEADLINE), message("c", 30, Urgency.RECAP)
    )
    assert result["c"].due_at == TEN + timedelta(minutes=130)
    assert result["c"].why == ("collision:b|2026-03-02T10:30",)


REMINDER = replace(message("reminder", 30, Urgency.REMINDER), not_after=TEN + timedelta(minutes=40), template="kurz")


def test_what_cannot_wait_is_said_along_and_says_by_what() -> None:
    deadline = message("deadline", 0, Urgency.DEADLINE)
    assert parted(deadline, REMINDER) == {
        "deadline": replace(
            deadline, speaks_for=(Spoken(REMINDER.occurrence, Kind.REMINDER, "kurz"),), why=("also_says:reminder",)
        ),
        "reminder": replace(REMINDER, drop=True, why=("superseded:deadline",)),
    }


def test_the_most_urgent_one_near_speaks_for_all_of_them() -> None:
    late = replace(REMINDER, urgency=Urgency.RECAP, occurrence=replace(REMINDER.occurrence, rule_id="late"))
    found = parted(message("deadline", 50, Urgency.DEADLINE), message("change", -10, Urgency.CHANGE), REMINDER, late)
    assert [spoken.occurrence.rule_id for spoken in found["change"].speaks_for] == ["reminder", "late"]
    assert found["deadline"].speaks_for == ()
    assert [found[rule].why for rule in ("reminder", "late")] == [("superseded:change",)] * 2


def test_where_it_cannot_be_said_along_it_stays() -> None:
    deadline = message("deadline", 0, Urgency.DEADLINE)
    kept = {"deadline": deadline, "reminder": replace(REMINDER, why=("collision_kept:deadline",))}
    assert parted(deadline, REMINDER, carries=lambda leader, message: False) == kept


def test_what_waits_for_words_is_not_said_without_them() -> None:
    waiting = replace(REMINDER, waits_for=("words:reminder",))
    found = parted(message("deadline", 0, Urgency.DEADLINE), waiting)
    assert (found["reminder"].drop, found["deadline"].speaks_for) == (False, ())


def test_exactly_one_window_apart_is_no_collision() -> None:
    first, second = message("a", 0, Urgency.DEADLINE), message("b", 60, Urgency.RECAP)
    assert parted(first, second) == {"a": first, "b": second}


def test_notices_of_changes_never_wait() -> None:
    room = message("room", 5, Urgency.CHANGE, anchor="change:1")
    delay = message("delay", 6, Urgency.CHANGE, anchor="change:2")
    late = message("late", 7, Urgency.RECAP, anchor="change:3")
    assert parted(room, delay, late, message("a", 0, Urgency.CANCELLATION))["a"].due_at == TEN + timedelta(minutes=67)
    assert parted(room, delay, late) == {"room": room, "delay": delay, "late": late}


def test_other_channels_and_audiences_do_not_collide() -> None:
    feed = message("a", 0, Urgency.REMINDER, channel="feed")
    press = replace(message("b", 0, Urgency.REMINDER), audience=Audience.PRESS)
    public = message("c", 0, Urgency.REMINDER)
    assert parted(feed, press, public) == {"a": feed, "b": press, "c": public}


def test_what_waits_or_is_dropped_takes_no_place() -> None:
    waiting = replace(message("a", 0, Urgency.CANCELLATION), due_at=None)
    dropped = replace(message("b", 0, Urgency.CANCELLATION), drop=True)
    reminder = message("c", 0, Urgency.REMINDER)
    assert parted(waiting, dropped, reminder) == {"a": waiting, "b": dropped, "c": reminder}


_crowds = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from(Urgency), st.booleans()), min_size=1, max_size=12
).map(
    lambda rows: [
        message(f"r{n}", minutes, urgency, anchor=f"change:{n}" if notice else "start")
        for n, (minutes, urgency, notice) in enumerate(rows)
    ]
)


@given(_crowds, st.integers(0, 120))
def test_what_stays_is_apart_unless_it_is_urgent(crowd: list[Planned], minutes: int) -> None:
    window = timedelta(minutes=minutes)
    result = parted(*crowd, window=window)
    shuffled = sorted(crowd, key=lambda planned: planned.channel + planned.occurrence.rule_id[::-1])
    assert result == parted(*shuffled, window=window)
    staying = [p for p in result.values() if not p.drop and not p.occurrence.anchor.startswith("change:")]
    others = [p for p in result.values() if not p.drop]
    for planned in staying:
        assert planned.due_at is not None
        assert planned.not_after is not None
        assert planned.due_at <= planned.not_after
        for other in others:
            assert other.due_at is not None
            assert other is planned or abs(other.due_at - planned.due_at) >= window
    assert {p.occurrence for p in result.values()} == {p.occurrence for p in crowd}
    # Nothing is lost: what does not leave itself is said by exactly one that does.
    said = [spoken.occurrence for p in others for spoken in p.speaks_for]
    assert sorted(said, key=str) == sorted((p.occurrence for p in result.values() if p.drop), key=str)
