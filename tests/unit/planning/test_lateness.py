"""What becomes of a late message, and its turn among others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model.campaign import Kind, Late, Occurrence, Planned, Subject, Urgency
from announcer.planning.lateness import LATE, Fate, fate, in_turn
from announcer.planning.manners import Manners, Turns

DUE = datetime(2026, 9, 18, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
END = DUE + timedelta(hours=3)
REMINDER = Planned(Occurrence(Subject.EVENT, "tag", "reminder", "start"), "mastodon", Kind.REMINDER, DUE, END)


@pytest.mark.parametrize(
    ("late", "rewritten", "on_time", "a_bit", "late_now", "over"),
    [
        (Late.SEND, False, Fate.GO, Fate.GO, Fate.GO, Fate.MISS),
        (Late.DROP, False, Fate.GO, Fate.GO, Fate.MISS, Fate.MISS),
        (Late.ASK, False, Fate.GO, Fate.GO, Fate.ASK, Fate.MISS),
        (Late.ASK, True, Fate.GO, Fate.GO, Fate.ASK, Fate.MISS),
        (Late.REWRITE, True, Fate.GO, Fate.GO, Fate.REWRITE, Fate.MISS),
        (Late.REWRITE, False, Fate.GO, Fate.GO, Fate.ASK, Fate.MISS),
    ],
)
def test_the_policy_decides_from_ten_minutes_on_until_the_end(
    late: Late, rewritten: bool, on_time: Fate, a_bit: Fate, late_now: Fate, over: Fate
) -> None:
    planned = replace(REMINDER, late=late)
    moments = (DUE, DUE + LATE, DUE + LATE + timedelta(microseconds=1), END, END + timedelta(microseconds=1))
    found = [fate(planned, moment, rewritten=rewritten) for moment in moments]
    assert found == [on_time, a_bit, late_now, late_now, over]


@pytest.mark.parametrize(("late", "becomes"), [(Late.ASK, Fate.GO), (Late.REWRITE, Fate.GO), (Late.DROP, Fate.MISS)])
def test_an_approval_after_its_moment_answers_the_question_and_nothing_else(late: Late, becomes: Fate) -> None:
    planned = replace(REMINDER, late=late)
    assert fate(planned, DUE + 20 * MINUTE, approved_at=DUE + MINUTE) is becomes
    assert fate(planned, DUE + 20 * MINUTE, approved_at=DUE) is fate(planned, DUE + 20 * MINUTE)


def test_what_had_begun_is_late_counted_from_where_it_stood_still() -> None:
    planned = replace(REMINDER, late=Late.DROP)
    stopped = DUE + timedelta(hours=1)
    assert fate(planned, stopped + LATE, stopped_at=stopped) is Fate.GO
    assert fate(planned, stopped + LATE + MINUTE, stopped_at=stopped) is Fate.MISS
    assert fate(planned, DUE + LATE, stopped_at=DUE - timedelta(hours=9)) is Fate.GO


def test_without_a_moment_nothing_is_late() -> None:
    assert fate(replace(REMINDER, due_at=None, late=Late.DROP), END) is Fate.GO


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=30),
    st.integers(0, 30),
    st.lists(st.sampled_from(Urgency), min_size=30, max_size=30),
)
def test_late_ones_keep_their_distance_or_leave_while_they_are_worth_it(
    ends: list[int], gap: int, urgencies: list[Urgency]
) -> None:
    now = DUE + timedelta(hours=2)
    turns = Turns(Manners(catch_up=gap * MINUTE))
    given_turns = []
    for number, (end, urgency) in enumerate(zip(ends, urgencies, strict=False)):
        occurrence = replace(REMINDER.occurrence, anchor=f"day:{number}")
        limit = now + end * MINUTE
        turn = turns.take(replace(REMINDER, occurrence=occurrence, urgency=urgency, not_after=limit), now)
        assert (turn is None) == (urgency <= Urgency.CHANGE)
        if turn is not None:
            assert now <= turn <= limit
            given_turns.append(turn)
    spaced = [turn for turn in given_turns if turn > now]
    assert all(second - first >= gap * MINUTE for first, second in pairwise(spaced))


def test_a_turn_follows_the_last_one_and_never_lies_in_the_past() -> None:
    assert in_turn(None, DUE, 5 * MINUTE, None) == DUE
    assert in_turn(DUE - MINUTE, DUE, 5 * MINUTE, None) == DUE + 4 * MINUTE
    assert in_turn(DUE - 9 * MINUTE, DUE, 5 * MINUTE, None) == DUE
    assert in_turn(DUE, DUE, 5 * MINUTE, DUE + MINUTE) == DUE


@pytest.mark.parametrize("channel", ["feed", "mastodon"])
def test_feeds_and_what_is_on_time_wait_for_nobody(channel: str) -> None:
    turns = Turns(Manners(catch_up=5 * MINUTE, unspaced=("feed",)))
    planned = replace(REMINDER, channel=channel)
    assert turns.take(planned, DUE + LATE) is None
    late = [turns.take(planned, DUE + timedelta(hours=1)) for _ in range(2)]
    hour = DUE + timedelta(hours=1)
    assert late == ([None, None] if channel == "feed" else [hour, hour + 5 * MINUTE])
