"""What has left and is wrong now, put right on networks of different abilities, and by choice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict
from announcer.model.changes import CancelEvent, ChangeRoom, CorrectWording, Delay, MoveSession, Withdraw
from announcer.office import change, pause, status
from announcer.office.status import Need
from announcer.sandbox.arrivals import Post
from announcer.store import campaign as store
from announcer.store import ledger
from announcer.store.campaign import LONG_AGO
from announcer.store.tables import delivery
from tests.integration.campaign_world import (
    CHIEF,
    KEY,
    OFFICE,
    CampaignWorld,
    at,
    campaign_world,
    deletions,
    edits,
    posts,
)

SOON, CHANGED = at(9, 18, 13, 15), at(9, 18, 13, 20)
ROOM = ChangeRoom("keynote", "Saal 2")


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    """The keynote's "soon" is out, and it says "Großer Saal"."""
    with campaign_world(tmp_path, database_url, at(6, 20), readers=1) as made:
        made.approve()
        made.go(SOON)
        made.clock.now = CHANGED
        yield made


def the_post(world: CampaignWorld) -> Post:
    """The keynote's "soon" as it first came."""
    return next(p for p in posts(list(world.sandbox.arrivals)) if p.text.startswith("Als Nächstes"))


def rows(world: CampaignWorld) -> list[tuple[str, int, str]]:
    """What the ledger holds of that post: action, revision, state."""
    with world.engine.database.read() as connection:
        messages = store.messages(connection, KEY)
        soon = [m.id for m in messages if m.planned.occurrence.subject_id.endswith("/keynote") and not m.change_id]
        query = sa.select(delivery.c.action, delivery.c.revision, delivery.c.state)
        mine = delivery.c.message_id.in_(soon) & (delivery.c.channel == "mastodon") & (delivery.c.state != "cancelled")
        found = connection.execute(query.where(mine).order_by(delivery.c.revision)).all()
        return [(row.action, row.revision, row.state) for row in found]


def shown(world: CampaignWorld) -> dict[str, str]:
    """What stands on the network, by id."""
    return {id_: one.text for id_, one in world.sandbox.mastodon.shown().items()}


def needs(world: CampaignWorld) -> list[tuple[Need, str]]:
    """What a person has to do about deliveries."""
    with world.engine.database.read() as connection:
        found = status.overview(connection, world.house, world.clock(), KEY).attention
    return [(one.need, one.trouble.url) for one in found if one.trouble is not None]


def answers(world: CampaignWorld, arrived: list[Post]) -> list[Post]:
    """The answers below the post among what arrived."""
    return [post for post in arrived if post.in_reply_to == the_post(world).status_id]


def test_where_nothing_can_be_edited_an_answer_says_what_was_wrong(world: CampaignWorld) -> None:
    world.network_can(edit=False)
    world.change(ROOM)
    arrived = world.go(CHANGED)
    (answer,) = answers(world, posts(arrived))
    assert edits(arrived) == []
    first, fact = answer.text.split("\n\n")[:2]
    assert first == "NEUER RAUM: Neuer Raum für die Keynote: Saal 2 statt Großer Saal."
    assert "Saal 2" in fact
    assert "#" not in answer.text.replace("/#", "")
    assert rows(world) == [("publish", 0, "sent"), ("publish", 1, "sent")]


def test_two_changes_before_the_answer_left_make_one_that_tells_both(world: CampaignWorld) -> None:
    world.network_can(edit=False)
    world.change(ROOM)
    world.change(Delay("keynote", 30))
    world.change(ChangeRoom("keynote", "Saal 3"))
    (answer,) = answers(world, posts(world.go(CHANGED)))
    assert "Saal 3 statt Großer Saal" in answer.text
    assert "um 14 Uhr statt um 13:30 Uhr" in answer.text
    assert "Saal 2" not in answer.text


def test_below_an_answer_the_next_correction_is_one_too(world: CampaignWorld) -> None:
    world.change(ROOM, posts="reply")
    first = answers(world, posts(world.go(CHANGED)))
    world.clock.now = at(9, 18, 13, 22)
    world.change(ChangeRoom("keynote", "Saal 3"))
    arrived = world.go(at(9, 18, 13, 22))
    assert len(first) == 1
    assert the_post(world).status_id not in {edit.status_id for edit in edits(arrived)}
    (second,) = answers(world, posts(arrived))
    assert "Saal 3 statt Saal 2" in second.text


def test_where_nothing_can_be_done_a_person_has_a_task(world: CampaignWorld) -> None:
    world.network_can(edit=False, thread=False, delete=False)
    world.change(ROOM)
    arrived = world.go(CHANGED)
    assert (edits(arrived), answers(world, posts(arrived))) == ([], [])
    assert needs(world) == [(Need.BY_HAND, the_post(world).url)]
    with world.engine.database.read() as connection:
        (task,) = connection.scalars(sa.select(delivery.c.id).where(delivery.c.state == "manual"))
    with pytest.raises(Conflict, match="can't be settled so"):
        pause.settle(world.house, task, False, OFFICE, world.clock())
    pause.settle(world.house, task, True, OFFICE, world.clock())
    assert needs(world) == []
    with pytest.raises(Conflict):
        pause.settle(world.house, task, True, OFFICE, world.clock())


def test_a_second_change_leaves_one_task(world: CampaignWorld) -> None:
    world.network_can(edit=False, thread=False, delete=False)
    world.change(ROOM)
    world.change(ChangeRoom("keynote", "Saal 3"))
    assert rows(world) == [("publish", 0, "sent"), ("correct", 1, "superseded"), ("correct", 2, "manual")]


def test_by_choice_a_post_is_deleted_and_published_anew(world: CampaignWorld) -> None:
    old = the_post(world)
    world.change(ROOM, posts="repost")
    arrived = world.go(CHANGED)
    assert [d.status_id for d in deletions(arrived)] == [old.status_id]
    (new,) = [p for p in posts(arrived) if p.text.startswith("Als Nächstes")]
    assert ("Saal 2" in new.text, new.in_reply_to) == (True, None)
    assert rows(world) == [("publish", 0, "sent"), ("withdraw", 1, "sent"), ("publish", 2, "sent")]
    world.clock.now = at(9, 18, 13, 22)
    world.change(ChangeRoom("keynote", "Saal 3"))
    assert [e.status_id for e in edits(world.go(at(9, 18, 13, 22)))] == [new.status_id, *_notice_edit(world)]


def _notice_edit(world: CampaignWorld) -> list[str]:
    """The notice of the first change is edited as well: it says "Saal 2"."""
    return [p.status_id for p in posts(list(world.sandbox.arrivals)) if p.text.startswith("NEUER RAUM")][:1]


def test_while_the_old_post_stands_the_new_one_does_not_come(world: CampaignWorld) -> None:
    old = the_post(world)
    faults = world.sandbox.mastodon.faults
    faults.refuse, faults.status = 1, 422
    world.change(ROOM, posts="repost")
    world.go(CHANGED)
    assert rows(world) == [("publish", 0, "sent"), ("withdraw", 1, "failed"), ("publish", 2, "pending")]
    assert [t for t in shown(world).values() if t.startswith("Als Nächstes")] == [old.text]
    assert needs(world) == [(Need.FAILED, old.url)]
    with world.engine.database.read() as connection:
        (deletion,) = connection.scalars(sa.select(delivery.c.id).where(delivery.c.state == "failed"))
    pause.settle(world.house, deletion, False, OFFICE, world.clock())
    world.go(at(9, 18, 13, 21))
    assert rows(world) == [("publish", 0, "sent"), ("withdraw", 1, "sent"), ("publish", 2, "sent")]
    assert ["Saal 2" in t for t in shown(world).values() if t.startswith("Als Nächstes")] == [True]
    assert old.status_id not in shown(world)


def test_a_change_on_the_way_to_the_new_post_gives_it_the_newest_text(world: CampaignWorld) -> None:
    world.change(ROOM, posts="repost")
    world.change(ChangeRoom("keynote", "Saal 3"))
    arrived = world.go(CHANGED)
    assert ["Saal 3" in p.text for p in posts(arrived) if p.text.startswith("Als Nächstes")] == [True]
    assert rows(world) == [("publish", 0, "sent"), ("withdraw", 1, "sent"), ("publish", 2, "sent")]


@pytest.mark.parametrize("lost", ["deletion", "publication"])
def test_a_lost_answer_on_the_way_neither_doubles_nor_loses(world: CampaignWorld, lost: str) -> None:
    world.change(ROOM, posts="repost")
    if lost == "publication":
        pause.pause(world.house, "channel:mastodon", OFFICE, "", CHANGED)
        _delete_only(world)
        pause.resume(world.house, "channel:mastodon", OFFICE, CHANGED)
    world.sandbox.mastodon.faults.lose_answer = 1
    world.walk(CHANGED, at(9, 18, 13, 21), at(9, 18, 13, 22))
    assert ["Saal 2" in t for t in shown(world).values() if t.startswith("Als Nächstes")] == [True]
    assert rows(world) == [("publish", 0, "sent"), ("withdraw", 1, "sent"), ("publish", 2, "sent")]


def _delete_only(world: CampaignWorld) -> None:
    """The deletion has happened and is recorded; then the worker died."""
    old = the_post(world)
    world.sandbox.mastodon.delete(old.status_id)
    with world.engine.database.write() as connection:
        receipt = connection.scalar(sa.select(delivery.c.receipt).where(delivery.c.receipt.contains(old.status_id)))
        connection.execute(
            delivery.update()
            .where(delivery.c.action == "withdraw")
            .values(state="sent", sent_at=CHANGED, receipt=receipt)
        )


def test_a_withdrawn_announcement_takes_its_posts_along(world: CampaignWorld) -> None:
    world.change(ROOM, posts="reply")
    world.go(CHANGED)
    world.change(Withdraw())
    arrived = world.go(at(9, 18, 13, 22))
    assert shown(world) == {}
    assert len(deletions(arrived)) == len([p for p in posts(list(world.sandbox.arrivals)) if p.at <= CHANGED])


def test_by_choice_a_withdrawn_post_stays_as_the_notice(world: CampaignWorld) -> None:
    world.change(Withdraw(), posts="keep")
    arrived = world.go(CHANGED)
    assert deletions(arrived) == []
    assert {text.partition(":")[0] for text in shown(world).values()} == {"ZURÜCKGEZOGEN"}


def test_a_silent_correction_stays_silent_where_it_would_have_to_be_loud(world: CampaignWorld) -> None:
    world.network_can(edit=False)
    before = shown(world)
    proposal = world.propose(CorrectWording("Gesine Schwahn", "Gesine Schwan", material=False))
    change.confirm(world.house, proposal, CHIEF, "", CHANGED)
    world.go(CHANGED)
    assert shown(world) == before


def test_cancelling_answers_every_post_where_nothing_can_be_edited(world: CampaignWorld) -> None:
    world.network_can(edit=False)
    world.change(CancelEvent(), "Wasserschaden")
    arrived = posts(world.go(CHANGED))
    (answer,) = answers(world, arrived)
    assert answer.text.startswith("ABSAGE: ")
    assert "findet nicht statt" in answer.text


def test_a_worker_that_holds_an_edit_does_not_bring_the_older_text_back(world: CampaignWorld) -> None:
    world.change(MoveSession("keynote", at(9, 18, 14)))
    with world.engine.database.write() as connection:
        held = ledger.claim(connection, "mastodon", world.clock(), "slow", limit=9)
    assert [one.action.value for one in held if one.corrects_id] == ["correct"]
    world.change(ROOM)
    world.go(CHANGED)
    with world.engine.database.write() as connection:
        connection.execute(delivery.update().where(delivery.c.state == "sending").values(lease_until=LONG_AGO))
    world.walk(at(9, 18, 13, 21), at(9, 18, 13, 22), at(9, 18, 13, 23))
    text = shown(world)[the_post(world).status_id]
    assert ("Saal 2" in text, "14 Uhr" in text) == (True, True)
