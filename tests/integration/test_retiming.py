"""Another moment for one message: within the rules, kept by the plan, and honest about its approval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from announcer.errors import Conflict, NotAllowed, NotFound
from announcer.model.campaign import Message
from announcer.model.changes import MoveEvent
from announcer.model.people import Actor
from announcer.office import retiming
from announcer.store import journal
from tests.integration.campaign_world import CHIEF, KEY, CampaignWorld, at, campaign_world, posts


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, f"sqlite:///{tmp_path}/a.db", at(6, 18, 9)) as found:
        found.approve()
        yield found


def reminder(world: CampaignWorld, channel: str = "mastodon") -> Message:
    found = {(rule, c): m for (rule, _, c), m in world.messages().items() if m.planned.kind.value == "reminder"}
    return next(m for (_, c), m in sorted(found.items()) if c == channel)


def retime(world: CampaignWorld, due: datetime | None, who: Actor = CHIEF, channel: str = "mastodon") -> Message:
    return retiming.retime(world.house, KEY, reminder(world, channel).id, due, who, world.clock(), "gebeten")


def test_one_message_moves_and_its_siblings_stay(world: CampaignWorld) -> None:
    """With its approval, since it says the same; planning anew keeps it, and it leaves then."""
    before, mail = reminder(world), reminder(world, "newsletter")
    assert before.planned.due_at is not None
    wanted = before.planned.due_at + timedelta(hours=2)
    found = retime(world, wanted)
    assert (found.planned.due_at, found.state.value, found.approved_hash) == (wanted, "scheduled", before.approved_hash)
    assert found.planned.why[-1].startswith("retimed:")
    world.plan()
    assert reminder(world).planned.due_at == wanted
    assert reminder(world, "newsletter").planned.due_at == mail.planned.due_at
    arrived = world.walk(wanted - timedelta(minutes=2), wanted)
    assert wanted in {post.at for post in posts(arrived)}
    with world.engine.database.read() as connection:
        line = next(e for e in journal.entries(connection) if e.verb == "retime")
    assert (line.actor, line.subject, line.why) == ("chief", f"message {before.id}", "gebeten")
    assert line.after == wanted.isoformat()


def test_a_message_goes_back_to_its_rule(world: CampaignWorld) -> None:
    due = reminder(world).planned.due_at
    assert due is not None
    retime(world, due + timedelta(hours=1))
    found = retime(world, None)
    assert (found.planned.due_at, found.planned.why) == (due, ())


def test_when_the_event_moves_the_rule_counts_again(world: CampaignWorld) -> None:
    due = reminder(world).planned.due_at
    assert due is not None
    retime(world, due + timedelta(hours=1))
    world.change(MoveEvent(at(9, 25, 12)), "verlegt")
    assert reminder(world).planned.due_at == due + timedelta(days=7)


@pytest.mark.parametrize(
    ("due", "german"),
    [
        (at(6, 17, 9), "ist schon vorbei"),
        (at(9, 15, 22), "Von 20 Uhr bis 7 Uhr ist Ruhezeit"),
        (at(9, 25, 10), "lohnt sich nur bis"),
    ],
)
def test_what_the_rules_forbid_is_said_with_its_remedy(world: CampaignWorld, due: datetime, german: str) -> None:
    before = world.messages()
    with pytest.raises(NotAllowed) as caught:
        retime(world, due)
    assert german in caught.value.said("de")
    assert "choose" in str(caught.value)
    assert world.messages() == before


def test_what_has_left_stays_where_it_was(world: CampaignWorld) -> None:
    due, first = min((m.planned.due_at, m.id) for m in world.messages().values() if m.planned.due_at)
    world.go(due)
    with pytest.raises(Conflict):
        retiming.retime(world.house, KEY, first, at(9, 1, 10), CHIEF, world.clock())
    with pytest.raises(NotFound):
        retiming.retime(world.house, KEY, 9_999, at(9, 1, 10), CHIEF, world.clock())


def test_whoever_does_not_approve_leaves_it_to_somebody_who_does(tmp_path: Path) -> None:
    people = {"chief": {"mail": "c@city.example", "approves": True}, "intern": {"mail": "i@city.example"}}
    with campaign_world(tmp_path, f"sqlite:///{tmp_path}/a.db", at(6, 18, 9), people=people) as world:
        world.approve()
        due = reminder(world).planned.due_at
        assert due is not None
        found = retime(world, due + timedelta(hours=1), Actor("intern"))
        assert (found.state.value, found.approved_by, found.planned.why[-1]) == ("draft", None, "retimed_unapproved")
        world.approve()
        assert retime(world, due + timedelta(hours=2)).state.value == "scheduled"
