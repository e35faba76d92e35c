from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.model.campaign import Kind, Message, Occurrence, Planned, Subject
from announcer.model.ledger import MessageState
from announcer.planning.difference import Difference, Dropped, Replanned, difference

NOON = datetime(2026, 9, 18, 12, tzinfo=UTC)


def planned(rule: str, due: datetime = NOON) -> Planned:
    return Planned(Occurrence(Subject.EVENT, "e", rule, "start"), "mastodon", Kind.REMINDER, due, None)


def message(rule: str, state: MessageState = MessageState.SCHEDULED) -> Message:
    return Message(len(rule), 1, "e", None, state, planned(rule))


LATER = replace(planned("a"), due_at=NOON + timedelta(days=7))
GONE = replace(planned("a"), drop=True, why=("event_past",))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([], [planned("a")], Difference(appeared=(planned("a"),))),
        ([], [GONE], Difference()),
        ([message("a")], [planned("a")], Difference(unchanged=(message("a"),))),
        ([message("a")], [replace(planned("a"), why=("event_past",))], Difference(unchanged=(message("a"),))),
        ([message("a")], [LATER], Difference(moved=(Replanned(message("a"), LATER),))),
        ([message("a")], [], Difference(dropped=(Dropped(message("a")),))),
        ([message("a")], [GONE], Difference(dropped=(Dropped(message("a"), ("event_past",)),))),
        (
            [message("a")],
            [replace(planned("a"), channel="feed")],
            Difference(dropped=(Dropped(message("a")),), appeared=(replace(planned("a"), channel="feed"),)),
        ),
        (
            [message("a", MessageState.SENT)],
            [LATER],
            Difference(sent=(message("a", MessageState.SENT),)),
        ),
        (
            [message("a", MessageState.CANCELLED)],
            [LATER],
            Difference(stopped=(Replanned(message("a", MessageState.CANCELLED), LATER),)),
        ),
        (
            [message("a", MessageState.CANCELLED)],
            [],
            Difference(unchanged=(message("a", MessageState.CANCELLED),)),
        ),
        (
            [message("a", MessageState.MISSED)],
            [LATER],
            Difference(unchanged=(message("a", MessageState.MISSED),)),
        ),
    ],
)
def test_what_a_new_plan_changes(before: list[Message], after: list[Planned], found: Difference) -> None:
    assert difference(before, after) == found


_rules = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(_rules, _rules, st.data())
def test_every_message_is_in_exactly_one_list(old: list[str], new: list[str], data: st.DataObject) -> None:
    before = [message(rule, data.draw(st.sampled_from(MessageState))) for rule in old]
    after = [planned(rule, data.draw(st.sampled_from([NOON, NOON + timedelta(1)]))) for rule in new]
    found = difference(before, after)
    lists: list[Sequence[Message]] = [
        [pair.message for pair in found.moved],
        [dropped.message for dropped in found.dropped],
        found.unchanged,
        found.sent,
        [pair.message for pair in found.stopped],
    ]
    seen = [one.planned.occurrence.rule_id for messages in lists for one in messages]
    assert sorted(seen) == sorted(old)
    assert [p.occurrence.rule_id for p in found.appeared] == [rule for rule in new if rule not in old]
