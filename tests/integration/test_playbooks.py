"""Playbooks edited in the database, on both stores: looked at, confirmed, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.errors import AnnouncerError, Conflict, NotFound, PlanningError
from announcer.model.campaign import Kind
from announcer.model.facts import Announcement
from announcer.model.ledger import MessageState
from announcer.office import campaigns, playbooks
from announcer.office.playbooks import Proposal
from announcer.store import campaign as store
from announcer.store import contents, facts, journal
from announcer.store import playbooks as stored
from announcer.store.campaign import Campaign
from announcer.store.playbook_tables import playbook_version
from tests.integration.campaign_world import CHIEF, KEY, OFFICE, CampaignWorld, at, campaign_world, mails, posts

BEGIN, SAVE_THE_DATE = at(6, 20), at(6, 26)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, database_url, BEGIN) as made:
        made.approve()
        yield made


@pytest.fixture
def quick(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    """The same on SQLite alone, for what the store has no part in."""
    with campaign_world(tmp_path, sqlite_url, BEGIN) as made:
        made.approve()
        yield made


def edit(world: CampaignWorld, rule: str, *values: str, name: str = "conference") -> Proposal:
    return playbooks.set_rule(world.house, name, rule, values, world.clock())


def confirm(world: CampaignWorld, proposal: Proposal, reason: str = "") -> playbooks.Saved:
    return playbooks.confirm(world.house, proposal, CHIEF, reason, world.clock())


def rules_of(messages: object) -> set[str]:
    return {m.planned.occurrence.rule_id for m in messages}  # type: ignore[attr-defined]


def test_a_moved_rule_moves_its_messages_and_keeps_their_approval(world: CampaignWorld) -> None:
    proposal = edit(world, "reminder-1-week", "when=10 days before start at 09:00")
    (change,), (replan,) = proposal.changes, proposal.replans
    assert (change.rule_id, replan.unapproved, replan.past) == ("reminder-1-week", (), ())
    assert rules_of(one.message for one in replan.difference.moved) == {"reminder-1-week"}
    assert (replan.difference.dropped, replan.difference.appeared) == ((), ())
    assert world.messages()["reminder-1-week", "start", "mastodon"].planned.due_at == at(9, 11)  # only looked

    assert confirm(world, proposal, "früher ist besser").version == 2
    moved = world.messages()["reminder-1-week", "start", "mastodon"]
    assert (moved.planned.due_at, moved.state) == (at(9, 8, 9), MessageState.SCHEDULED)
    arrived = posts(world.go(at(9, 8, 9)))
    assert [post.text[:11] for post in arrived if post.text.startswith("Erinnerung")] == ["Erinnerung:"]
    assert posts(world.go(at(9, 11))) == []


def test_another_text_loses_its_approval_and_nothing_else_does(world: CampaignWorld) -> None:
    proposal = edit(world, "reminder-1-week", "kind=practical")
    (replan,) = proposal.replans
    assert rules_of(replan.unapproved) == {"reminder-1-week"}
    assert len(replan.unapproved) == 2
    assert confirm(world, proposal).unapproved == 2
    message = world.messages()["reminder-1-week", "start", "newsletter"]
    assert (message.state, message.approved_hash) == (MessageState.DRAFT, None)
    with world.engine.database.read() as connection:
        kept = contents.current(connection, message.id)
        others = {m.state for m in store.messages(connection, KEY) if m.planned.occurrence.rule_id == "programme"}
    assert "Erinnerung" not in kept[0].payload["subject"]
    assert others == {MessageState.SCHEDULED}
    assert message.planned.kind is Kind.PRACTICAL
    world.go(at(9, 11))
    assert world.states()["reminder-1-week"] == {"draft"}


def test_another_audience_has_to_be_approved_again(quick: CampaignWorld) -> None:
    confirm(quick, edit(quick, "thanks", "audience=press"))
    assert quick.states()["thanks"] == {"draft"}
    quick.approve()
    arrived = mails(quick.walk(at(9, 20)))
    assert [mail.recipient for mail in arrived] == ["desk@redaktion.example"]


def test_a_new_rule_never_fires_for_a_past_moment(world: CampaignWorld) -> None:
    proposal = edit(world, "earlier", "kind=reminder", "when=13 weeks before start at 10:00", "channels=social")
    (replan,) = proposal.replans
    assert [p.occurrence.rule_id for p in replan.past] == ["earlier"]
    assert replan.difference.appeared == ()
    confirm(world, proposal)
    world.approve()
    assert posts(world.go(BEGIN + timedelta(hours=1))) == []
    assert world.states()["earlier"] == {"missed"}


def test_a_rule_taken_away_and_added_again_sends_nothing_twice(world: CampaignWorld) -> None:
    assert len(posts(world.walk(SAVE_THE_DATE))) == 1
    values = ("kind=save_the_date", "when=12 weeks before start at 10:00", "channels=feed,mail,social")
    confirm(world, playbooks.remove_rule(world.house, "conference", "save-the-date", world.clock()))
    assert world.states()["save-the-date"] == {"sent"}
    again = edit(world, "save-the-date", *values)
    assert again.replans[0].difference.appeared == ()
    confirm(world, again)
    world.plan()
    world.approve()
    assert world.walk(SAVE_THE_DATE + timedelta(hours=1)) == []
    assert world.states()["save-the-date"] == {"sent"}


def test_a_rule_added_again_after_its_moment_does_not_fire(world: CampaignWorld) -> None:
    text = playbooks.export(world.house, "conference", "de")
    confirm(world, playbooks.remove_rule(world.house, "conference", "save-the-date", world.clock()))
    assert world.states()["save-the-date"] == {"cancelled"}
    world.walk(SAVE_THE_DATE + timedelta(days=1))
    proposal = playbooks.import_rules(world.house, "conference", text, "p.toml", world.clock())
    assert [change.rule_id for change in proposal.changes] == ["save-the-date"]
    confirm(world, proposal)
    world.approve()
    assert world.walk(SAVE_THE_DATE + timedelta(days=1, hours=1)) == []


def test_a_channel_added_after_the_moment_is_not_caught_up(world: CampaignWorld) -> None:
    confirm(world, edit(world, "save-the-date", "channels=feed,mail"))
    world.walk(SAVE_THE_DATE, SAVE_THE_DATE + timedelta(minutes=5))
    confirm(world, edit(world, "save-the-date", "channels=feed,mail,social"))
    world.approve()
    assert posts(world.walk(SAVE_THE_DATE + timedelta(hours=1))) == []


def test_every_version_is_kept_and_undo_goes_back(world: CampaignWorld) -> None:
    first = playbooks.export(world.house, "conference", "en")
    confirm(world, edit(world, "thanks", "enabled=false"), "niemand liest es")
    second = playbooks.export(world.house, "conference", "en")
    assert world.states()["thanks"] == {"cancelled"}
    undone = playbooks.undo(world.house, "conference", None, world.clock())
    assert rules_of(one.message for one in undone.replans[0].difference.stopped) == {"thanks"}
    assert confirm(world, undone).version == 3
    assert playbooks.export(world.house, "conference", "en") == first
    assert world.states()["thanks"] == {"draft"}  # it comes back, and is looked at again
    confirm(world, playbooks.undo(world.house, "conference", 2, world.clock()))
    assert playbooks.export(world.house, "conference", "en") == second
    versions = playbooks.history(world.house, "conference")
    assert [(v.number, v.actor, v.why) for v in versions] == [
        (4, "chief", ""), (3, "chief", ""), (2, "chief", "niemand liest es"), (1, "announcer", ""),
    ]  # fmt: skip
    with world.engine.database.read() as connection:
        log = [(e.verb, e.subject, e.why) for e in journal.entries(connection, subject="playbook conference")]
    assert log == [
        ("playbook undo", "playbook conference", ""),
        ("playbook undo", "playbook conference", ""),
        ("playbook set", "playbook conference", "niemand liest es"),
    ]


def test_an_event_takes_another_playbook_and_goes_back(world: CampaignWorld) -> None:
    confirm(world, playbooks.copy(world.house, "conference", "congress", world.clock()))
    confirm(world, edit(world, "recap", "enabled=false", name="congress"))
    proposal = playbooks.use(world.house, str(KEY.event_id), "congress", world.clock())
    assert rules_of(one.message for one in proposal.replans[0].difference.dropped) == {"recap"}
    assert {change.rule_id for change in proposal.changes} == {"recap"}
    confirm(world, proposal)
    with world.engine.database.read() as connection:
        assert facts.chosen_playbook(connection, str(KEY.event_id)) == "congress"
    assert world.states()["recap"] == {"cancelled"}
    assert world.states()["programme"] == {"scheduled"}
    assert edit(world, "programme", "enabled=false").replans == ()  # nobody follows conference any more
    confirm(world, playbooks.use(world.house, str(KEY.event_id), "conference", world.clock()))
    assert world.states()["recap"] == {"waiting"}


def test_every_campaign_that_follows_it_is_shown(quick: CampaignWorld) -> None:
    with quick.engine.database.write() as connection:
        for name in ("alone", "draft"):
            facts.save_announcement(connection, Announcement(name, "Eine Mitteilung"), OFFICE, quick.clock())
    alone = Campaign(announcement_id="alone")
    campaigns.plan_campaign(quick.house, alone, OFFICE, quick.clock())
    proposal = edit(quick, "announcement", "channels=feed,social", name="simple-notice")
    assert [one.key for one in proposal.replans] == [alone]  # "draft" was never planned and stays so
    assert rules_of(one.message for one in proposal.replans[0].difference.dropped) == {"announcement"}


class TestConflict:
    """Whatever moved between looking and agreeing: look again, nothing half-done."""

    def test_a_message_left(self, world: CampaignWorld) -> None:
        proposal = edit(world, "reminder-1-week", "enabled=false")
        world.walk(SAVE_THE_DATE)
        with pytest.raises(Conflict, match="was changed, or messages of it left meanwhile; look at it again"):
            confirm(world, proposal)
        assert len(playbooks.history(world.house, "conference")) == 1
        assert world.states()["reminder-1-week"] == {"scheduled"}

    def test_somebody_else_edited_it(self, quick: CampaignWorld) -> None:
        mine, theirs = edit(quick, "thanks", "enabled=false"), edit(quick, "recap", "enabled=false")
        confirm(quick, theirs)
        with pytest.raises(Conflict, match="the playbook 'conference' was edited meanwhile; look at it again"):
            confirm(quick, mine)

    def test_the_event_changed(self, quick: CampaignWorld) -> None:
        proposal = edit(quick, "thanks", "enabled=false")
        with quick.engine.database.write() as connection:
            event = facts.event_facts(connection, str(KEY.event_id))
            facts.save_event(connection, replace(event, version=event.version + 1), OFFICE, quick.clock())
        with pytest.raises(Conflict, match="look at it again"):
            confirm(quick, proposal)

    def test_another_campaign_follows_by_now(self, quick: CampaignWorld) -> None:
        proposal = edit(quick, "thanks", "enabled=false")
        with quick.engine.database.write() as connection:
            facts.choose_playbook(connection, str(KEY.event_id), "simple-notice")
        with pytest.raises(Conflict, match="other campaigns follow the playbook 'conference' by now"):
            confirm(quick, proposal)


def test_what_cannot_be_is_refused_with_a_sentence(quick: CampaignWorld) -> None:
    house, now = quick.house, quick.clock()
    with pytest.raises(NotFound, match="there is no playbook 'nope'; known: conference, press-invitation, simple-"):
        playbooks.set_rule(house, "nope", "x", ["kind=reminder"], now)
    with pytest.raises(NotFound, match="the playbook 'conference' has no rule 'nope'; known: announcement, save-the"):
        playbooks.remove_rule(house, "conference", "nope", now)
    with pytest.raises(Conflict, match="there already is a playbook 'simple-notice'; choose another name"):
        playbooks.copy(house, "conference", "simple-notice", now)
    with pytest.raises(NotFound, match="the playbook 'conference' was never edited; there is nothing to take back"):
        playbooks.undo(house, "conference", None, now)
    with pytest.raises(NotFound, match="the playbook 'conference' has no version 7; known: 1"):
        playbooks.undo(house, "conference", 7, now)
    with pytest.raises(Conflict, match="already follows the playbook 'conference'"):
        playbooks.use(house, str(KEY.event_id), "conference", now)
    with pytest.raises(PlanningError, match="nothing is set of the rule 'thanks'; write KEY=VALUE"):
        playbooks.set_rule(house, "conference", "thanks", [], now)
    with pytest.raises(PlanningError, match=r"names the template 'nope', but there is no mail/nope\.de\.md; put it"):
        edit(quick, "thanks", "template=nope")
    only = "[only]\nkind = 'reminder'\nwhen = 'start'\nchannels = ['mail']"
    confirm(quick, playbooks.import_rules(house, "mine", only, "p.toml", now))
    with pytest.raises(AnnouncerError, match="'only' is the only rule of the playbook 'mine'; switch it off instead"):
        playbooks.remove_rule(house, "mine", "only", now)
    assert playbooks.set_rule(house, "mine", "only", ["late=send"], now).empty


def test_a_newer_program_brings_the_notices_an_older_one_lacked_and_nothing_else(quick: CampaignWorld) -> None:
    """Without its rule nobody would hear of a change; what the office took out stays out."""
    with quick.engine.database.write() as connection:
        connection.execute(playbook_version.delete().where(playbook_version.c.playbook_id == "conference"))
        old = {id_: text for id_, text in stored.rules_of(connection, "conference").items() if id_ != "move"}
        del old["reminder-1-week"]
        stored.save(connection, "conference", old, "shipped", OFFICE, BEGIN)
    playbooks.seed_playbooks(quick.house)
    with quick.engine.database.read() as connection:
        assert set(stored.rules_of(connection, "conference")) == {*old, "move"}
        assert stored.history(connection, "conference")[0].why == "comes with a newer program"
    confirm(quick, playbooks.remove_rule(quick.house, "conference", "move", quick.clock()))
    playbooks.seed_playbooks(quick.house)
    with quick.engine.database.read() as connection:
        assert set(stored.rules_of(connection, "conference")) == set(old)
