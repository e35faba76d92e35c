"""Trouble and change at once: a pause, a crash or a lost answer, and the facts move before it is settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.engine import MAIL
from announcer.model.changes import CancelEvent, CorrectWording, MoveEvent, PostponeEvent
from announcer.model.ledger import MessageState
from announcer.office import pause
from announcer.store import ledger, mailing
from tests.integration.campaign_world import KEY, OFFICE, CampaignWorld, at, campaign_world, edits, mails, posts

BEGIN = at(6, 20)
SAVE_THE_DATE, REGISTRATION, PROGRAMME, ONE_WEEK = at(6, 26), at(7, 9), at(8, 21), at(9, 11)
SOON, KEYNOTE = at(9, 18, 13, 15), at(9, 18, 13, 30)
EVENT = f"event:{KEY.event_id}"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def planned(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, sqlite_url, BEGIN) as made:
        yield made


@pytest.fixture
def world(planned: CampaignWorld) -> CampaignWorld:
    planned.approve()
    return planned


def hold_like_the_dead(world: CampaignWorld) -> None:
    """Claim what is due, and never say what came of it."""
    world.engine.tick()
    with world.engine.database.write() as connection:
        ledger.claim(connection, "mastodon", world.clock(), "dead")
        mailing.claim_mail(connection, MAIL, world.clock(), "dead", 100)


def test_nothing_that_is_approved_during_a_pause_leaves(planned: CampaignWorld) -> None:
    pause.pause(planned.house, EVENT, OFFICE, "", planned.clock())
    planned.approve()
    assert planned.go(SAVE_THE_DATE) == []


def test_a_change_confirmed_during_a_pause_waits_for_its_end(world: CampaignWorld) -> None:
    world.go(SAVE_THE_DATE)
    world.clock.now = at(7, 1)
    pause.pause(world.house, EVENT, OFFICE, "", world.clock())
    world.change(CancelEvent())
    assert world.go(at(7, 1, 11)) == []
    pause.resume(world.house, EVENT, OFFICE, world.clock())
    assert len(edits(world.go(at(7, 1, 11, 1)))) == 1


def test_a_message_that_was_queued_comes_back_after_a_postponement(world: CampaignWorld) -> None:
    world.clock.now = SAVE_THE_DATE - 30 * SECOND
    world.engine.tick()
    world.change(PostponeEvent())
    world.go(SAVE_THE_DATE)
    world.clock.now = at(6, 27)
    world.change(MoveEvent(at(9, 25, 12)))
    world.approve()
    texts = [post.text for post in posts(world.go(at(7, 3, 10, 1)))]
    assert all("25. September" in text or "25. und 26. September" in text for text in texts)
    assert world.states()["save-the-date"] == {"sent"}
    assert world.states()["save-the-date"] == {"sent"}


def test_a_post_whose_answer_was_lost_is_found_and_corrected(world: CampaignWorld) -> None:
    world.sandbox.mastodon.faults.lose_answer = 1
    world.go(SAVE_THE_DATE)
    world.clock.now = SAVE_THE_DATE + SECOND
    world.change(CancelEvent())
    world.walk(SAVE_THE_DATE + MINUTE, SAVE_THE_DATE + 10 * MINUTE)
    assert {status.text[:6] for status in world.sandbox.mastodon.shown().values()} == {"ABSAGE"}


def test_it_is_looked_for_even_when_its_moment_has_passed(world: CampaignWorld) -> None:
    world.sandbox.mastodon.faults.lose_answer = 1
    world.walk(SOON, KEYNOTE + MINUTE)
    world.clock.now = KEYNOTE + 2 * MINUTE
    world.change(CancelEvent())
    world.go(KEYNOTE + 3 * MINUTE)
    shown = [status.text for status in world.sandbox.mastodon.shown().values()]
    assert all(text.startswith("ABSAGE") for text in shown)


def test_what_a_dead_worker_held_is_not_sent_after_a_cancellation(world: CampaignWorld) -> None:
    world.clock.now = world.sandbox.now = SAVE_THE_DATE
    hold_like_the_dead(world)
    world.clock.now = SAVE_THE_DATE + 9 * SECOND
    world.change(CancelEvent())
    world.engine.recover()
    arrived = world.go(SAVE_THE_DATE + MINUTE)
    assert {mail.letter.subject.partition(":")[0] for mail in mails(arrived)} == {"ABSAGE"}
    assert {post.text.partition(":")[0] for post in posts(arrived)} == {"ABSAGE"}


def test_what_a_dead_worker_held_says_what_is_true_now(world: CampaignWorld) -> None:
    world.clock.now = world.sandbox.now = PROGRAMME
    hold_like_the_dead(world)
    world.clock.now = PROGRAMME + 9 * SECOND
    world.change(CorrectWording("Gesine Schwahn", "Gesine Schwan", material=False))
    world.engine.recover()
    arrived = world.go(PROGRAMME + MINUTE)
    assert not [mail for mail in mails(arrived) if "Schwahn" in mail.letter.text]
    assert not [post for post in posts(arrived) if "Schwahn" in post.text]


def test_a_mail_that_was_put_off_moves_with_its_event(world: CampaignWorld) -> None:
    world.walk(SAVE_THE_DATE, PROGRAMME)
    world.sandbox.smtp_faults.recipients = {"*": "451 4.3.0 later"}
    world.go(ONE_WEEK)
    world.sandbox.smtp_faults.recipients = {}
    world.clock.now = ONE_WEEK + 5 * SECOND
    world.change(MoveEvent(at(9, 25, 12)))
    arrived = world.go(ONE_WEEK + MINUTE)
    assert {mail.letter.subject.partition(":")[0] for mail in mails(arrived)} == {"VERLEGT"}


def test_of_two_corrections_only_the_last_leaves(world: CampaignWorld) -> None:
    world.go(SAVE_THE_DATE)
    world.clock.now = at(7, 1)
    world.change(MoveEvent(at(9, 20, 12)))
    world.change(MoveEvent(at(9, 22, 12)))
    (edited,) = edits(world.go(at(7, 1, 10, 1)))
    assert "22. September" in edited.after


def test_after_a_refused_recipient_the_next_issue_is_whole(world: CampaignWorld) -> None:
    world.sandbox.smtp_faults.recipients = {"reader3@post.example": "550 5.7.1 no"}
    world.go(SAVE_THE_DATE)
    world.sandbox.smtp_faults.recipients = {}
    arrived = mails(world.go(REGISTRATION))
    assert len(arrived) == 4
    assert all("Anmeldung" in mail.letter.subject for mail in arrived)


def test_a_feed_entry_that_a_dead_worker_held_does_not_come_to_light_after_its_end(world: CampaignWorld) -> None:
    """What the ledger does not call sent was in no feed: there is nothing to find, and late it is worthless."""
    for moment in (at(6, 25), SAVE_THE_DATE):
        world.go(moment)
    world.clock.now = REGISTRATION
    world.engine.tick()
    with world.engine.database.write() as connection:
        assert len(ledger.claim(connection, "feed", world.clock(), "dead")) == 1
    assert world.engine.recover() == 1
    world.go(at(9, 5))  # one can no longer register
    assert "feed" not in {
        channel for (rule, _, channel), one in world.messages().items()
        if rule == "registration-opens" and one.state is MessageState.SENT
    }  # fmt: skip
    folder = world.house.settings.path(world.house.settings.paths.feeds)
    titles = [item["title"] for item in json.loads((folder / "feed.json").read_text(encoding="utf-8"))["items"]]
    assert not [title for title in titles if title.startswith("Anmeldung geöffnet")]
