"""A message that another one says along, on both stores: worded, approved, sent once, and back if the other falls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.model.campaign import Message
from announcer.model.content import Limits
from announcer.office import campaigns, playbooks, wording, worlds
from tests.integration.campaign_world import CHIEF, KEY, OFFICE, CampaignWorld, at, campaign_world, mails, posts

BEGIN, DEADLINE = at(6, 20), at(9, 1)
#: When everything before it leaves, so that nothing is caught up with afterwards.
EARLIER = at(6, 25), at(6, 26), at(7, 9), at(8, 21)
#: The deadline's message leaves at 10:00; a delayed one would come at 11:00.
EXTRA = (
    "kind=programme", "when=17 days before start at 10:30", "channels=feed,mail,social",
    "not_after=17 days before start at 10:40",
)  # fmt: skip


def edit(world: CampaignWorld, rule: str, *values: str) -> playbooks.Proposal:
    return playbooks.set_rule(world.house, "conference", rule, values, world.clock())


def confirm(world: CampaignWorld, proposal: playbooks.Proposal) -> None:
    playbooks.confirm(world.house, proposal, CHIEF, "", world.clock())


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    """The deadline's message is approved already when the rule that collides with it is added."""
    with campaign_world(tmp_path, database_url, BEGIN) as made:
        confirm(made, edit(made, "registration-closes-3-days", "channels=feed,mail,social"))
        made.approve()
        yield made


def leader(world: CampaignWorld, channel: str = "mastodon") -> Message:
    return world.messages()["registration-closes-3-days", "registration_closes", channel]


def standing(world: CampaignWorld) -> dict[int, tuple[object, ...]]:
    """What became of each message, and what it says."""
    found = world.messages().values()
    return {m.id: (m.state, m.approved_hash, m.planned.due_at, m.planned.speaks_for) for m in found}


def lesser(world: CampaignWorld, channel: str = "mastodon") -> Message:
    return world.messages()["extra", "start", channel]


def test_it_is_shown_approved_anew_and_said_once(world: CampaignWorld) -> None:
    proposal = edit(world, "extra", *EXTRA)
    (replan,) = proposal.replans
    assert {m.planned.occurrence.rule_id for m in replan.unapproved} == {"registration-closes-3-days"}
    assert {one.planned.why for one in replan.difference.moved} == {("also_says:extra",)}
    confirm(world, proposal)
    assert (leader(world).state.value, lesser(world).state.value) == ("draft", "superseded")
    assert lesser(world).planned.why == ("superseded:registration-closes-3-days",)
    assert [spoken.occurrence.rule_id for spoken in leader(world).planned.speaks_for] == ["extra"]

    world.approve()
    before = standing(world)
    world.plan()
    assert standing(world) == before  # planning again changes nothing, and no approval is lost
    world.walk(*EARLIER)
    arrived = world.go(DEADLINE)
    (post,) = posts(arrived)
    assert "Außerdem: Das Programm steht fest." in post.text
    assert {"Außerdem: Das Programm steht fest." in mail.letter.text for mail in mails(arrived)} == {True}
    written = world.house.settings.path(world.house.settings.paths.feeds) / "feed.rss.xml"
    assert "Außerdem: Das Programm steht fest." in written.read_text(encoding="utf-8")
    assert world.walk(at(9, 1, 10, 30), at(9, 1, 11), at(9, 2)) == []

    # Whatever is planned afterwards: it was said.
    confirm(world, edit(world, "extra", "when=10 days before start at 15:00", "not_after="))
    assert lesser(world).state.value == "superseded"
    world.approve()
    assert posts(world.go(at(9, 8, 15))) == []


def test_it_comes_back_when_the_other_is_struck_out(world: CampaignWorld) -> None:
    confirm(world, edit(world, "extra", *EXTRA))
    ids = [leader(world, channel).id for channel in ("feed", "mastodon", "newsletter")]
    campaigns.let_go(world.house, KEY, ids, OFFICE, "", world.clock())
    assert lesser(world).state.value == "draft"
    world.approve()
    world.walk(*EARLIER)
    assert [post.text[:20] for post in posts(world.walk(DEADLINE, at(9, 1, 10, 30)))] == ["Das Programm steht f"]


def test_it_comes_back_when_it_no_longer_collides(world: CampaignWorld) -> None:
    confirm(world, edit(world, "extra", *EXTRA))
    world.approve()
    proposal = edit(world, "extra", "when=17 days before start at 15:00", "not_after=")
    (replan,) = proposal.replans
    assert {one.message.planned.occurrence.rule_id for one in replan.difference.stopped} == {"extra"}
    confirm(world, proposal)
    assert (leader(world).planned.speaks_for, lesser(world).state.value) == ((), "draft")
    assert leader(world).state.value == "draft"  # it says less than was approved


def test_a_post_without_room_says_so(world: CampaignWorld) -> None:
    confirm(world, edit(world, "extra", *EXTRA))
    with world.engine.database.read() as connection:
        scene = worlds.read_world(connection, world.house, KEY, world.clock()).scene
    planned = leader(world).planned
    for characters, out in ((500, ()), (220, ("extra",))):
        limits = Limits(max_characters=characters, characters_per_url=23)
        worded = wording.payloads(world.house, scene, planned, limits)
        assert wording.left_out(world.house, scene, planned, worded) == out
