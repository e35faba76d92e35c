"""What becomes of a delivery after an attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.dispatch import LONGEST_RETRY, MOST_ATTEMPTS, retry_at, settle, settle_mail
from announcer.model.content import Abilities
from announcer.model.ledger import (
    DELIVERY_TRANSITIONS,
    MESSAGE_TRANSITIONS,
    SETTLED,
    Action,
    Deferred,
    Delivery,
    DeliveryState,
    Failed,
    MessageState,
    Outcome,
    Receipt,
    Sent,
    Unknown,
)
from announcer.newsletter.rounds import Letter

NOW = datetime(2026, 9, 18, 10, tzinfo=UTC)
LETTER = Letter(1, 2, 3, "k", 4, "a@b.example", "", "de", "news", 1, False, None)


def delivery(attempts: int = 1, not_after: datetime | None = None) -> Delivery:
    return Delivery(
        id=1, message_id=1, channel="c", target="c:de", language="de", action=Action.PUBLISH, part=0, revision=0,
        content_id=1, key="k", fence=2, attempts=attempts, not_after=not_after,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "can", "state", "doubt"),
    [
        (Sent(Receipt("7")), Abilities(), DeliveryState.SENT, False),
        (Failed("no"), Abilities(), DeliveryState.FAILED, False),
        (Deferred("later"), Abilities(), DeliveryState.DEFERRED, False),
        (Unknown("lost"), Abilities(), DeliveryState.UNKNOWN, True),
        (Unknown("lost"), Abilities(key=True), DeliveryState.DEFERRED, True),
        (Unknown("lost"), Abilities(find=True), DeliveryState.DEFERRED, True),
    ],
)
def test_outcomes(outcome: Outcome, can: Abilities, state: DeliveryState, doubt: bool) -> None:
    settled = settle(delivery(), outcome, NOW, can)
    assert (settled.state, settled.maybe_double, settled.fence) == (state, doubt, 2)


def test_a_mail_without_answer_is_tried_again_as_perhaps_double() -> None:
    settled = settle_mail(LETTER, Unknown("cut off after the dot"), NOW)
    assert (settled.state, settled.maybe_double) == (DeliveryState.DEFERRED, True)


def test_what_would_come_too_late_is_missed() -> None:
    settled = settle(delivery(not_after=NOW + timedelta(seconds=5)), Deferred("later"), NOW, Abilities())
    assert settled.state is DeliveryState.MISSED


def test_it_is_given_up_in_the_end() -> None:
    settled = settle(delivery(attempts=MOST_ATTEMPTS), Deferred("later"), NOW, Abilities())
    assert (settled.state, settled.said) == (DeliveryState.FAILED, f"given up after {MOST_ATTEMPTS} tries: later")


def test_an_attempt_that_never_began_never_gives_up() -> None:
    settled = settle_mail(
        Letter(1, 2, 3, "k", 4, "a@b.example", "", "de", "news", 10_000, False, None), Deferred("", counted=False), NOW
    )
    assert (settled.state, settled.counted) == (DeliveryState.DEFERRED, False)


@given(st.integers(1, MOST_ATTEMPTS - 1), st.floats(0, 1))
def test_pauses_grow_and_stay_bounded(attempts: int, jitter: float) -> None:
    again = retry_at(NOW, attempts, Deferred("x"), jitter)
    assert again is not None
    assert timedelta(0) < again - NOW <= LONGEST_RETRY * 1.2


def test_the_pauses_cover_two_days() -> None:
    pauses = [retry_at(NOW, attempts, Deferred("x"), 0.0) for attempts in range(1, MOST_ATTEMPTS)]
    assert sum(((p or NOW) - NOW for p in pauses), timedelta()) >= timedelta(days=1, hours=22)


@given(st.floats(0.1, 100_000))
def test_the_wish_of_the_other_side_counts(seconds: float) -> None:
    again = retry_at(NOW, 1, Deferred("x", retry_after=seconds), 0.0)
    assert again is not None
    assert again >= NOW + timedelta(seconds=seconds) - timedelta(microseconds=1)


def test_every_state_has_its_row_and_nothing_leads_out_of_what_is_over() -> None:
    assert set(MESSAGE_TRANSITIONS) == set(MessageState)
    assert set(DELIVERY_TRANSITIONS) == set(DeliveryState)
    settled_by_a_person = {DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.MANUAL}
    assert all(not DELIVERY_TRANSITIONS[s] for s in SETTLED - settled_by_a_person)
    assert all(
        DeliveryState.SENT not in DELIVERY_TRANSITIONS[s] or s in {DeliveryState.SENDING, *settled_by_a_person}
        for s in DeliveryState
    )
