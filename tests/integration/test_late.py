"""What is late: other words, a question, nothing, or later; after a pause and after an outage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.campaign import Late, Message
from announcer.model.changes import ChangeRoom, CorrectWording
from announcer.model.ledger import MessageState
from announcer.office import campaigns, holding, pause, status
from announcer.store import campaign as store
from announcer.store import contents
from announcer.store.tables import delivery, message
from announcer.tick import LATE
from tests.integration.campaign_world import KEY, OFFICE, CampaignWorld, at, campaign_world, edits, mails, posts

BEGIN = at(6, 20)
REGISTRATION, PROGRAMME, CLOSES = at(7, 9), at(8, 21), at(9, 1)
MORNING = at(9, 18, 7, 30)
BEFORE = (at(6, 25), at(6, 26), at(7, 9), at(8, 21), at(9, 1), at(9, 3), at(9, 11), at(9, 17))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EVENT = f"event:{KEY.event_id}"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, sqlite_url, BEGIN) as made:
        made.subscribe("gast@post.example", "praktisch")
        made.approve()
        yield made


def rule_says(world: CampaignWorld, late: Late) -> None:
    """Every message of the campaign follows this policy, and is approved anew with the words it needs."""
    with world.engine.database.write() as connection:
        connection.execute(message.update().values(late=late.value))
        for one in store.messages(connection, KEY, [MessageState.SCHEDULED]):
            store.transition(connection, one.id, MessageState.DRAFT)
    world.approve()


def ledger(world: CampaignWorld, rule: str, channel: str) -> dict[str, int]:
    """How many deliveries of a message are in which state."""
    one = the(world, rule, channel)
    query = (
        sa.select(delivery.c.state, sa.func.count().label("number"))
        .where(delivery.c.message_id == one.id)
        .group_by(delivery.c.state)
    )
    with world.engine.database.read() as connection:
        return {row.state: row.number for row in connection.execute(query)}


def the(world: CampaignWorld, rule: str, channel: str) -> Message:
    (found,) = [one for (name, _, way), one in world.messages().items() if (name, way) == (rule, channel)]
    return found


# -- The second wording. --


def test_late_words_are_shown_and_approved_with_the_first_and_say_nothing_of_today(world: CampaignWorld) -> None:
    one = the(world, "practical", "mastodon")
    shown = {p.late: p.payload["status"] for p in campaigns.preview(world.house, KEY, BEGIN, {one.id})}
    assert shown[False].startswith("Heute: ")
    assert "Heute" not in shown[True]
    assert shown[True].startswith("Fachkonferenz „Kommunen innovativ“")
    with world.engine.database.read() as connection:
        covered = contents.covered(connection, one.id)
        assert contents.approval_hash(one, covered) == one.approved_hash
        assert contents.approval_hash(one, [c for c in covered if not c.variant]) != one.approved_hash
        assert contents.current(connection, the(world, "reminder-1-week", "mastodon").id, contents.LATE) == []


def test_on_time_it_says_today_and_late_it_does_not(world: CampaignWorld) -> None:
    world.walk(*BEFORE)
    (on_time,) = [post.text for post in posts(world.go(MORNING))]
    assert on_time.startswith("Heute: ")


def test_late_the_other_words_leave_and_everything_downstream_knows(world: CampaignWorld) -> None:
    world.walk(*BEFORE)
    arrived = world.go(MORNING + 40 * MINUTE)
    (post,) = posts(arrived)
    assert "Einlass" in post.text
    (mail,) = [one for one in mails(arrived) if one.recipient == "gast@post.example"]
    assert "Heute" not in post.text
    assert "heute" not in f"{mail.letter.subject}{mail.letter.text}".lower()
    assert the(world, "practical", "mastodon").variant == contents.LATE
    # A change of what both wordings say corrects the late one, by its late words.
    world.clock.now = MORNING + HOUR
    world.change(CorrectWording("Dietrich-Keuning-Haus", "Rathaus"))
    corrected = {edit.status_id: edit.after for edit in edits(world.go(MORNING + HOUR + MINUTE))}
    assert "Rathaus" in corrected[post.status_id]
    assert "Heute" not in corrected[post.status_id]


def test_a_change_that_the_late_words_do_not_tell_corrects_nothing(world: CampaignWorld) -> None:
    world.walk(*BEFORE)
    (post,) = posts(world.go(MORNING + 40 * MINUTE))
    world.clock.now = MORNING + HOUR
    world.change(ChangeRoom("keynote", "Saal 2"))
    edited = [edit.status_id for edit in edits(world.go(MORNING + HOUR + MINUTE))]
    assert post.status_id not in edited


def test_late_words_that_were_never_made_ask(world: CampaignWorld) -> None:
    with world.engine.database.write() as connection:
        connection.execute(message.update().where(message.c.id == 1).values(late="send"))
        one = the(world, "registration-opens", "mastodon")
        connection.execute(message.update().where(message.c.id == one.id).values(late="rewrite"))
    assert posts(world.go(REGISTRATION + HOUR)) == []
    assert the(world, "registration-opens", "mastodon").state is MessageState.HELD
    assert the(world, "registration-opens", "mastodon").planned.why[-1] == "late_ask"


# -- Resuming. --


@pytest.mark.parametrize("what", ["all", "channel:mastodon", EVENT])
@pytest.mark.parametrize(
    ("late", "state", "deliveries", "arrives"),
    [
        (Late.SEND, "sent", {"sent": 1}, 1),
        (Late.REWRITE, "sent", {"sent": 1}, 1),
        (Late.DROP, "missed", {"missed": 1}, 0),
        (Late.ASK, "sending", {"held": 1}, 0),
    ],
)
def test_what_stood_in_the_ledger_follows_its_policy_too(
    world: CampaignWorld, what: str, late: Late, state: str, deliveries: dict[str, int], arrives: int
) -> None:
    rule_says(world, late)
    world.clock.now = world.sandbox.now = REGISTRATION - 30 * timedelta(seconds=1)
    world.engine.tick()
    pause.pause(world.house, what, OFFICE, "", world.clock())
    assert posts(world.go(REGISTRATION + HOUR)) == []
    with world.engine.database.read() as connection:
        shown = pause.what_would_go(connection, world.house, what, world.clock())
    pause.resume(world.house, what, OFFICE, world.clock())
    arrived = posts(world.go(REGISTRATION + HOUR))
    one = the(world, "registration-opens", "mastodon")
    assert (one.state, ledger(world, "registration-opens", "mastodon")) == (MessageState(state), deliveries)
    assert len(arrived) == arrives
    fates = {"go": shown.go, "missed": shown.missed, "asked": shown.asked}
    where = {Late.SEND: "go", Late.REWRITE: "go", Late.DROP: "missed", Late.ASK: "asked"}[late]
    assert one.id in [departure.message.id for departure in fates[where]]


@pytest.mark.parametrize("late", Late)
@pytest.mark.parametrize("what", ["all", "channel:mastodon", "channel:newsletter", EVENT])
def test_what_resume_shows_is_what_comes(world: CampaignWorld, what: str, late: Late) -> None:
    rule_says(world, late)
    world.clock.now = REGISTRATION - MINUTE / 2
    world.engine.tick()
    pause.pause(world.house, what, OFFICE, "", world.clock())
    world.walk(at(7, 9, 10, 1), at(8, 21, 10, 1))
    now = at(9, 1, 10, 3)
    with world.engine.database.read() as connection:
        shown = pause.what_would_go(connection, world.house, what, now)
    pause.resume(world.house, what, OFFICE, now)
    world.walk(*[now + minute * MINUTE for minute in range(0, 60, 2)])
    with world.engine.database.read() as connection:
        states = {one.id: one.state for one in store.messages(connection)}
        query = sa.select(delivery.c.message_id).where(delivery.c.state == "held")
        held = set(connection.scalars(query)) | {id_ for id_, s in states.items() if s is MessageState.HELD}
    assert {states[one.message.id] for one in shown.go} <= {MessageState.SENT}
    assert {states[one.message.id] for one in shown.missed} <= {MessageState.MISSED}
    assert {one.message.id for one in shown.asked} <= held


def test_late_posts_keep_their_distance_and_a_cancellation_none(world: CampaignWorld) -> None:
    pause.pause(world.house, "channel:mastodon", OFFICE, "", BEGIN)
    world.walk(at(7, 9), at(8, 21), at(9, 1))  # three posts wait by now
    now = at(9, 1, 12)
    with world.engine.database.read() as connection:
        shown = pause.what_would_go(connection, world.house, "channel:mastodon", now)
    assert [one.at for one in shown.go] == [now + n * 5 * MINUTE for n in range(len(shown.go))]
    pause.resume(world.house, "channel:mastodon", OFFICE, now)
    came = {minute: len(posts(world.go(now + minute * MINUTE))) for minute in range(0, 16)}
    assert [minute for minute, number in came.items() if number] == [5 * n for n in range(len(shown.go))]
    assert set(came.values()) == {0, 1}


def test_a_person_decides_what_is_held(world: CampaignWorld) -> None:
    rule_says(world, Late.ASK)
    world.clock.now = REGISTRATION - MINUTE / 2
    world.engine.tick()
    pause.pause(world.house, "all", OFFICE, "", world.clock())
    world.go(REGISTRATION + HOUR)
    pause.resume(world.house, "all", OFFICE, world.clock())
    world.go(REGISTRATION + HOUR)
    post, mail = the(world, "registration-opens", "mastodon"), the(world, "registration-opens", "newsletter")
    with world.engine.database.read() as connection:
        found = status.overview(connection, world.house, world.clock())
    held = {one.message.id: one.trouble for one in found.attention if one.need is status.Need.HELD}
    assert {held[post.id].number, held[mail.id].number} == {1, 4}  # type: ignore[union-attr]  # both are there
    assert pause.decide(world.house, post.id, True, OFFICE, "", world.clock()) == 1
    assert pause.decide(world.house, mail.id, False, OFFICE, "", world.clock()) == 4
    arrived = world.go(REGISTRATION + HOUR + MINUTE)
    assert (len(posts(arrived)), mails(arrived)) == (1, [])
    ends = [the(world, "registration-opens", way).state for way in ("mastodon", "newsletter")]
    assert ends == [MessageState.SENT, MessageState.CANCELLED]
    with pytest.raises(Conflict, match="no delivery"):
        pause.decide(world.house, mail.id, True, OFFICE, "", world.clock())


def test_what_nobody_decides_in_time_is_missed(world: CampaignWorld) -> None:
    rule_says(world, Late.ASK)
    world.clock.now = MORNING - MINUTE / 2
    world.engine.tick()
    pause.pause(world.house, "all", OFFICE, "", world.clock())
    world.go(MORNING + HOUR)
    pause.resume(world.house, "all", OFFICE, world.clock())
    world.go(MORNING + HOUR)
    assert ledger(world, "practical", "mastodon") == {"held": 1}
    end = the(world, "practical", "mastodon").planned.not_after
    assert end is not None
    world.go(end + MINUTE)
    assert ledger(world, "practical", "mastodon") == {"missed": 1}
    assert the(world, "practical", "mastodon").state is MessageState.MISSED


# -- An outage. --


@pytest.mark.parametrize(
    ("minutes", "late", "arrives"),
    [(5, Late.DROP, 1), (20, Late.DROP, 0), (20, Late.ASK, 0), (20, Late.SEND, 1), (20, Late.REWRITE, 1)],
)
def test_after_an_outage_the_ledger_follows_the_policies(
    world: CampaignWorld, minutes: int, late: Late, arrives: int
) -> None:
    rule_says(world, late)
    world.clock.now = REGISTRATION - MINUTE / 2
    holding.keep_watch(world.house, world.clock(), starting=True)
    world.engine.tick()  # queued, and then the machine went down
    world.clock.now = world.sandbox.now = REGISTRATION + minutes * MINUTE
    world.engine.after_outage(holding.last_tick(world.house))
    assert len(posts(world.go(world.clock.now))) == arrives


def test_half_a_newsletter_goes_on_after_a_short_stop_and_asks_after_a_long_one(world: CampaignWorld) -> None:
    rule_says(world, Late.ASK)
    world.sandbox.smtp_faults.recipients = {"reader1@post.example": "451 4.3.0 later"}
    world.go(REGISTRATION)
    world.sandbox.smtp_faults.recipients = {}
    assert ledger(world, "registration-opens", "newsletter") == {"sent": 3, "deferred": 1}
    short, long = REGISTRATION + HOUR, REGISTRATION + 2 * HOUR
    world.clock.now = short
    world.engine.after_outage(short - 11 * MINUTE)
    assert ledger(world, "registration-opens", "newsletter") == {"sent": 3, "held": 1}
    pause.decide(world.house, the(world, "registration-opens", "newsletter").id, True, OFFICE, "", short)
    world.clock.now = long
    world.engine.after_outage(long - LATE)
    assert len(mails(world.go(long))) == 1


def test_a_message_that_left_in_part_is_listed_with_what_it_missed(world: CampaignWorld) -> None:
    rule_says(world, Late.DROP)
    world.sandbox.smtp_faults.recipients = {"reader1@post.example": "451 4.3.0 later"}
    world.go(REGISTRATION)
    world.clock.now = REGISTRATION + HOUR
    world.engine.after_outage(REGISTRATION + MINUTE)
    world.go(REGISTRATION + HOUR)
    assert ledger(world, "registration-opens", "newsletter") == {"sent": 3, "missed": 1}
    with world.engine.database.read() as connection:
        found = status.overview(connection, world.house, world.clock())
    (one,) = [a for a in found.attention if a.need is status.Need.MISSED and a.trouble is not None]
    assert (one.message.planned.occurrence.rule_id, one.trouble.number) == ("registration-opens", 1)  # type: ignore[union-attr]


def test_planning_again_leaves_turns_and_retries_alone(world: CampaignWorld) -> None:
    pause.pause(world.house, "channel:mastodon", OFFICE, "", BEGIN)
    world.walk(at(7, 9), at(8, 21))
    pause.resume(world.house, "channel:mastodon", OFFICE, at(8, 21, 12))
    world.go(at(8, 21, 12))
    world.plan()
    assert posts(world.go(at(8, 21, 12, 4))) == []
    assert len(posts(world.go(at(8, 21, 12, 5)))) == 1


def test_the_words_for_its_moment_stay_the_first(world: CampaignWorld) -> None:
    one = the(world, "practical", "mastodon")
    assert replace(one.planned, why=()).late is Late.REWRITE
    with world.engine.database.read() as connection:
        assert [c.variant for c in contents.covered(connection, one.id)] == ["", contents.LATE]
