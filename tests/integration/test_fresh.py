"""What waits for an approval, beside what was approved; and the mark of what a change shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.model.changes import CancelSession, ChangeRoom, CorrectWording
from announcer.model.people import Actor
from announcer.office import campaigns, consequences, fresh, own_text, previews
from announcer.office.fresh import Waiting
from tests.integration.campaign_world import CHIEF, KEY, OFFICE, CampaignWorld, at, campaign_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, f"sqlite:///{tmp_path}/a.db", at(6, 18, 9)) as found:
        yield found


def look(world: CampaignWorld, who: Actor = CHIEF) -> Waiting:
    return fresh.waiting(world.house, KEY, who, world.clock())


def test_before_the_first_approval_everything_is_new(world: CampaignWorld) -> None:
    found = look(world)
    assert found.total == len(found.fresh) > 10
    assert all(one.since_mine and one.sayable and not one.voided and one.barred is None for one in found.fresh)
    assert all(said.before is None and not said.is_changed for one in found.fresh for said in one.said)
    assert (found.mine, found.since) == (None, ())
    assert [m.planned.kind.value for m in found.lacking if m.planned.kind.value == "recap"]


def test_after_an_own_text_its_approval_ended_and_the_words_are_compared(world: CampaignWorld) -> None:
    world.approve()
    world.clock.now += timedelta(hours=1)
    post = next(
        m for m in world.messages().values() if m.planned.channel == "mastodon" and m.state.value == "scheduled"
    )
    own_text.give(world.house, KEY, post.id, ["Kommen Sie nach Dortmund!"], OFFICE, world.clock())
    found = look(world)
    assert [(one.message.id, one.voided) for one in found.fresh] == [(post.id, ("own_text",))]
    said = found.fresh[0].said[0]
    assert said.is_changed
    assert said.before
    assert "Dortmund" in said.before
    assert "".join(stretch.text for stretch in said.new) == "Kommen Sie nach Dortmund!"
    assert found.mine is not None
    assert [(line.verb, line.actor) for line in found.since] == [("words", "office")]
    assert look(world, OFFICE).mine is None


def test_nobody_approves_what_they_wrote(tmp_path: Path) -> None:
    people = {name: {"mail": f"{name}@city.example", "approves": True} for name in ("office", "chief")}
    with campaign_world(tmp_path, f"sqlite:///{tmp_path}/b.db", at(6, 18, 9), people=people) as world:
        own, other = look(world, OFFICE), look(world)
    assert {one.barred is None for one in other.fresh} == {True}
    assert own.fresh[0].barred is not None
    assert "den eigenen Text" in own.fresh[0].barred.said("de")


def test_pages_of_a_long_list_hold_every_message_once(world: CampaignWorld) -> None:
    parts = [fresh.waiting(world.house, KEY, CHIEF, world.clock(), first, 7) for first in range(0, 28, 7)]
    ids = [one.message.id for part in parts for one in part.fresh]
    assert sorted(ids) == sorted({one.message.id for one in look(world).fresh})


def test_a_stored_text_is_shown_to_the_character(world: CampaignWorld) -> None:
    """With the same number of characters as the network counts, and the same text as is sent."""
    world.approve()
    for message in world.messages().values():
        for one in previews.looks(world.house, message, world.clock()):
            for post in one.posts:
                assert post.text == previews.text_of(one.payload)
                assert post.left is not None
                assert 0 <= post.left == 500 - post.used
            if one.mail is not None:
                assert "⟦" not in one.mail.html + one.mail.text + one.mail.subject
                assert "Alex Muster" in one.mail.text


def test_the_mark_of_a_change_is_of_what_it_shows(world: CampaignWorld) -> None:
    world.approve()
    room = ChangeRoom("keynote", "Saal 2")
    first = world.propose(room)
    world.clock.now += timedelta(minutes=3)
    assert consequences.mark(world.propose(room)) == consequences.mark(first)
    assert consequences.mark(world.propose(ChangeRoom("keynote", "Saal 3"))) != consequences.mark(first)
    world.go(at(6, 18, 9))
    world.go(at(7, 9, 10))
    assert consequences.mark(world.propose(room)) != consequences.mark(first)


def test_a_change_is_told_in_numbers(world: CampaignWorld) -> None:
    world.approve()
    tally = consequences.tally(world.house, world.propose(CancelSession("keynote")))
    assert (tally.dropped > 0, tally.out) == (True, 0)
    world.walk(at(6, 25, 9), at(7, 9, 10), at(8, 21, 10))
    proposal = world.propose(CorrectWording("Schwahn", "Schwan"))
    tally = consequences.tally(world.house, proposal)
    assert tally.out == len(list(consequences.put_right(world.house, proposal))) > 0
    assert campaigns.facts_version(world.house, KEY) == "1:1"
