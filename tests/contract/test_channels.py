"""What every channel keeps, whatever its network (networks: channel_cases.py)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from announcer.errors import ComposeError, Credentials, Permanent, Transient, UnknownOutcome
from announcer.model.content import Payload
from announcer.model.ledger import Action, Receipt
from tests.contract.channel_cases import BREAKAGES, CASES, FACT, Stage, content, delivery


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with request.param.open() as opened:
        yield opened


def composed(stage: Stage, fact: str = FACT, **more: object) -> Payload:
    return stage.channel.compose(stage.channel.prepare(content(fact, **more)), stage.channel.limits())


def published(stage: Stage, number: int = 1, fact: str = FACT) -> Receipt:
    return stage.channel.send(delivery(number), composed(stage, fact), None)


def test_a_publication_gives_a_receipt_that_can_be_found(stage: Stage) -> None:
    payload = composed(stage)
    receipt = stage.channel.send(delivery(), payload, None)
    assert list(stage.visible()) == [receipt.id]
    assert receipt.url
    if stage.channel.can.find:
        assert stage.channel.find(delivery(), payload, None) == receipt


def test_what_was_never_sent_is_not_found(stage: Stage) -> None:
    published(stage, fact="Etwas ganz anderes")
    assert stage.channel.find(delivery(2), composed(stage), None) is None


def test_the_same_key_twice_makes_one_post_where_the_network_keeps_keys(stage: Stage) -> None:
    receipts = {published(stage).id, published(stage).id}
    assert set(stage.visible()) == receipts
    assert len(receipts) == (1 if stage.keeps_keys else 2)
    assert stage.keeps_keys or not stage.channel.can.key


@pytest.mark.parametrize("how", BREAKAGES)
def test_a_publication_whose_answer_was_lost_is_unknown_and_then_found(stage: Stage, how: str) -> None:
    payload = composed(stage)
    stage.break_next(how)
    with pytest.raises(UnknownOutcome):
        stage.channel.send(delivery(), payload, None)
    assert_found_alone(stage, payload)


def assert_found_alone(stage: Stage, payload: Payload) -> None:
    """One post is there, and a network that can be asked says which; elsewhere a person looks."""
    assert len(stage.visible()) == 1
    if stage.channel.can.find:
        found = stage.channel.find(delivery(), payload, None)
        assert found is not None
        assert list(stage.visible()) == [found.id]


def test_a_timeout_after_the_request_was_written_is_unknown_and_then_found(stage: Stage) -> None:
    payload = composed(stage)
    stage.break_next("hold_answers")
    with pytest.raises(UnknownOutcome):
        stage.impatient.send(delivery(), payload, None)
    _until(lambda: bool(stage.visible()))
    assert_found_alone(stage, payload)


def test_a_failure_that_stored_nothing_is_unknown_and_may_be_repeated(stage: Stage) -> None:
    payload = composed(stage)
    stage.break_next("fail_before_storing")
    with pytest.raises(UnknownOutcome):
        stage.channel.send(delivery(), payload, None)
    assert stage.channel.find(delivery(), payload, None) is None
    receipt = stage.channel.send(delivery(), payload, None)
    assert list(stage.visible()) == [receipt.id]


def test_two_messages_with_equal_text_do_not_take_each_others_post(stage: Stage) -> None:
    first = published(stage, 1)
    payload = composed(stage)
    assert stage.channel.find(delivery(2), payload, None) is None
    stage.break_next("lose_answers")
    with pytest.raises(UnknownOutcome):
        stage.channel.send(delivery(2), payload, None)
    if not stage.channel.can.find:
        return
    second = stage.channel.find(delivery(2), payload, None)
    assert second is not None
    assert set(stage.visible()) == {first.id, second.id}
    assert stage.channel.find(delivery(1), payload, None) == first


def needs(stage: Stage, **abilities: bool) -> None:
    """Pass over a network of other abilities; another test says what it does instead."""
    for name, wanted in abilities.items():
        if getattr(stage.channel.can, name) is not wanted:
            pytest.skip(f"this network {'can not' if wanted else 'can'} {name}")


def corrects(stage: Stage) -> None:
    """Pass over a network that can neither edit nor answer: there a person corrects by hand."""
    if not (stage.channel.can.edit or stage.channel.can.thread):
        pytest.skip("this network can neither edit nor answer")


def test_what_can_not_be_edited_stays_as_it_is(stage: Stage) -> None:
    needs(stage, edit=False)
    first, better = published(stage), composed(stage, "jetzt um 12 Uhr")
    before = stage.visible()[first.id]
    with suppress(Permanent):
        stage.channel.send(delivery(2, Action.CORRECT, corrects_id=1), better, first)
    assert stage.visible()[first.id] == before


def test_what_can_be_neither_edited_nor_answered_is_refused_and_nothing_is_posted(stage: Stage) -> None:
    needs(stage, edit=False, thread=False)
    first, better = published(stage), composed(stage, "jetzt um 12 Uhr")
    for attempt in (delivery(2, Action.CORRECT, corrects_id=1), delivery(3, corrects_id=1)):
        with pytest.raises(Permanent):
            stage.channel.send(attempt, better, first)
    assert list(stage.visible()) == [first.id]


def test_an_answer_stands_below_what_it_corrects(stage: Stage) -> None:
    needs(stage, thread=True)
    first, answer = published(stage), composed(stage, "12 Uhr statt 11 Uhr")
    receipt = stage.channel.send(delivery(2, corrects_id=1), answer, first)
    assert list(stage.visible()) == [first.id, receipt.id]
    if stage.channel.can.find:
        assert stage.channel.find(delivery(2, corrects_id=1), answer, first) == receipt


def test_what_is_published_anew_stands_alone_once_the_old_is_gone(stage: Stage) -> None:
    needs(stage, delete=True)
    first, better = published(stage), composed(stage, "jetzt um 12 Uhr")
    stage.channel.send(delivery(2, Action.WITHDRAW, corrects_id=1), better, first)
    receipt = stage.channel.send(delivery(3, after_id=2), better, None)
    assert list(stage.visible()) == [receipt.id]
    if stage.channel.can.find:
        assert stage.channel.find(delivery(3, after_id=2), better, None) == receipt


def test_what_can_not_be_deleted_stays(stage: Stage) -> None:
    needs(stage, delete=False)
    receipt, payload = published(stage), composed(stage)
    with pytest.raises(Permanent):
        stage.channel.send(delivery(2, Action.WITHDRAW, corrects_id=1), payload, receipt)
    assert list(stage.visible()) == [receipt.id]


def test_a_correction_changes_the_post_that_stands_or_answers_it(stage: Stage) -> None:
    corrects(stage)
    first = published(stage)
    better = composed(stage, "Fr, 18. September 2026, jetzt um 12 Uhr")
    receipt = stage.channel.send(delivery(2, Action.CORRECT, corrects_id=1), better, first)
    assert_corrected_once(stage, first, receipt)


def assert_corrected_once(stage: Stage, first: Receipt, correction: Receipt) -> None:
    """Where the network can edit, the post itself says it; elsewhere one answer does, and the post stands."""
    expected = [first.id] if stage.channel.can.edit else [first.id, correction.id]
    assert (correction.id == first.id) is stage.channel.can.edit
    assert sorted(stage.visible()) == sorted(expected)
    assert "12 Uhr" in stage.visible()[correction.id]


@pytest.mark.parametrize("how", BREAKAGES)
def test_a_correction_whose_answer_was_lost_ends_up_done_once(stage: Stage, how: str) -> None:
    needs(stage, edit=True)
    first = published(stage)
    better, correction = composed(stage, "jetzt um 12 Uhr"), delivery(2, Action.CORRECT, corrects_id=1)
    stage.break_next(how)
    with pytest.raises((UnknownOutcome, Transient)):  # where a second edit changes nothing, there is no doubt
        stage.channel.send(correction, better, first)
    receipt = stage.channel.find(correction, better, None) or stage.channel.send(correction, better, first)
    assert_corrected_once(stage, first, receipt)


def test_a_post_can_be_withdrawn_twice(stage: Stage) -> None:
    needs(stage, delete=True)
    receipt = published(stage)
    stage.channel.withdraw(receipt)
    assert stage.visible() == {}
    stage.channel.withdraw(receipt)
    again = stage.channel.send(delivery(2, Action.WITHDRAW, corrects_id=1), composed(stage), receipt)
    assert again == receipt


@pytest.mark.parametrize("how", BREAKAGES)
def test_a_withdrawal_whose_answer_was_lost_ends_up_done(stage: Stage, how: str) -> None:
    needs(stage, delete=True)
    receipt, payload = published(stage), composed(stage)
    withdrawal = delivery(2, Action.WITHDRAW, corrects_id=1)
    stage.break_next(how)
    with pytest.raises((UnknownOutcome, Transient)):
        stage.channel.send(withdrawal, payload, receipt)
    done = stage.channel.find(withdrawal, payload, None) or stage.channel.send(withdrawal, payload, receipt)
    assert done == receipt
    assert stage.visible() == {}


@pytest.mark.parametrize("action", [Action.CORRECT, Action.WITHDRAW])
def test_correcting_or_withdrawing_nothing_is_refused(stage: Stage, action: Action) -> None:
    with pytest.raises(Permanent):
        stage.channel.send(delivery(2, action), composed(stage), None)
    assert stage.visible() == {}


def test_correcting_a_post_that_is_gone_is_refused_and_posts_nothing(stage: Stage) -> None:
    needs(stage, edit=True, delete=True)
    first, payload = published(stage), composed(stage)
    stage.channel.withdraw(first)
    with pytest.raises(Permanent):
        stage.channel.send(delivery(2, Action.CORRECT, corrects_id=1), payload, first)
    assert stage.visible() == {}


def test_a_revoked_token_pauses_the_channel(stage: Stage) -> None:
    payload, receipt, can = composed(stage), published(stage), stage.channel.can
    stage.revoke()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: stage.channel.send(delivery(2), payload, None),
        *([lambda: stage.channel.find(delivery(2), payload, None)] if can.find else []),
        *([lambda: stage.channel.send(delivery(3, Action.CORRECT), payload, receipt)] if can.edit else []),
        *([lambda: stage.channel.withdraw(receipt)] if can.delete else []),
    )
    for attempt in attempts:
        with pytest.raises(Credentials):
            attempt()
    assert not stage.channel.check().ok


def test_where_nothing_listens_it_is_tried_again(stage: Stage) -> None:
    payload, receipt, can = composed(stage), Receipt("1"), stage.channel.can
    attempts: tuple[Callable[[], object], ...] = (
        *([stage.unreachable.limits] if stage.asks_limits else []),
        lambda: stage.unreachable.send(delivery(), payload, None),
        *([lambda: stage.unreachable.find(delivery(), payload, None)] if can.find else []),
        *([lambda: stage.unreachable.send(delivery(2, Action.CORRECT), payload, receipt)] if can.edit else []),
        *([lambda: stage.unreachable.withdraw(receipt)] if can.delete else []),
    )
    for attempt in attempts:
        with pytest.raises(Transient):
            attempt()
    assert not stage.unreachable.check().ok


SIGNS = "xäa\u0308👩‍👩‍👧🇩🇪🇫🇷👍🏽"
LONG_LINK = "https://city.example/" + "veranstaltungen/" * 20 + "tag?von=newsletter&sprache=de"


@pytest.mark.parametrize("link", ["https://city.example/t", LONG_LINK])
@pytest.mark.parametrize("spoiler", ["", "Änderung 🇩🇪"])
def test_the_longest_fact_is_accepted_and_one_character_more_never_leaves(
    stage: Stage, link: str, spoiler: str
) -> None:
    def compose(size: int) -> Payload:
        fact = f"@presse@social.city.example {SIGNS * 10} {'ä' * size}"
        return composed(stage, fact, lead="", link=link, hashtags=[], spoiler_text=spoiler)

    longest = _longest(compose, stage.channel.limits().max_characters or 0)
    stage.channel.send(delivery(), compose(longest), None)
    with pytest.raises(ComposeError, match=r"\d characters over"):
        compose(longest + 1)
    with pytest.raises(Permanent):
        stage.channel.send(delivery(2), stage.lengthen(compose(longest)), None)
    assert len(stage.visible()) == 1


def test_the_longest_lead_is_accepted(stage: Stage) -> None:
    lead = f"Grüße aus 🇩🇪 an @presse@social.city.example, mehr auf {LONG_LINK} – bis bald! " * 200
    payload = composed(stage, lead=lead)
    stage.channel.send(delivery(), payload, None)
    (text,) = stage.visible().values()
    assert FACT in text
    assert len(text) < len(lead) + len(FACT)


def test_a_check_says_the_account_and_its_limits_and_publishes_nothing(stage: Stage) -> None:
    health = stage.channel.check()
    assert health.ok
    assert str(stage.channel.limits().max_characters) in health.said
    assert health.limits == stage.channel.limits()
    assert stage.visible() == {}


def _longest(compose: Callable[[int], Payload], limit: int) -> int:
    """The largest size that `compose` takes, by halving."""
    fits, too_long = 0, limit + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        try:
            compose(middle)
        except ComposeError:
            too_long = middle
        else:
            fits = middle
    return fits


def _until(holds: Callable[[], bool]) -> None:
    """Wait for another thread, ten seconds at most."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    pytest.fail("the network never stored the post")
