"""The whole way of a campaign on both stores: planned, approved, sent, changed, corrected."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import httpx
import pytest
import sqlalchemy as sa

from announcer.errors import Conflict, PlanningError
from announcer.model.changes import (
    CancelEvent,
    ChangeRoom,
    CorrectWording,
    Delay,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    Withdraw,
)
from announcer.model.ledger import MessageState
from announcer.office import campaigns, change, entries, pause
from announcer.sandbox.arrivals import Mail
from announcer.store import contents, facts, journal, tables
from announcer.store.tables import delivery
from announcer.web import viewing
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.campaign_world import (
    CHIEF,
    KEY,
    OFFICE,
    CampaignWorld,
    at,
    campaign_world,
    edits,
    mails,
    posts,
)

BEGIN = at(6, 20)
SAVE_THE_DATE, REGISTRATION, PROGRAMME, ONE_WEEK = at(6, 26), at(7, 9), at(8, 21), at(9, 11)
SOON, KEYNOTE = at(9, 18, 13, 15), at(9, 18, 13, 30)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, database_url, BEGIN) as made:
        yield made


@pytest.fixture
def approved(world: CampaignWorld) -> CampaignWorld:
    assert world.approve().problems == ()
    return world


def test_what_is_approved_is_what_was_previewed_and_what_arrives(world: CampaignWorld) -> None:
    before = {(p.message.id, p.language): p.payload for p in campaigns.preview(world.house, KEY, BEGIN)}
    world.approve()
    after = {(p.message.id, p.language): p.payload for p in campaigns.preview(world.house, KEY, BEGIN)}
    approved = {m.id for m in world.messages().values() if m.state is MessageState.SCHEDULED}
    assert {key: after[key] for key in after if key[0] in approved} == {
        k: before[k] for k in before if k[0] in approved
    }
    (post,) = posts(world.go(SAVE_THE_DATE))
    message = world.messages()["save-the-date", "start", "mastodon"]
    assert post.text == after[message.id, "de"]["status"]
    assert message.state is MessageState.SENT


def test_nothing_leaves_unapproved(world: CampaignWorld) -> None:
    assert world.walk(SAVE_THE_DATE, REGISTRATION, PROGRAMME) == []
    late = world.walk(at(9, 18, 12, 1), at(9, 30))
    assert late == []
    programme = world.messages()["programme", "start", "newsletter"]
    assert (programme.state, programme.planned.why) == (MessageState.MISSED, ("unapproved",))


def test_everybody_gets_everything_once(approved: CampaignWorld) -> None:
    arrived = approved.walk(SAVE_THE_DATE, SAVE_THE_DATE + timedelta(seconds=1), SAVE_THE_DATE + timedelta(hours=3))
    assert sorted(m.recipient for m in mails(arrived)) == [f"reader{n}@post.example" for n in range(4)]
    assert len(posts(arrived)) == 1


def test_a_correction_reaches_those_who_read_the_wrong_name(approved: CampaignWorld) -> None:
    approved.walk(SAVE_THE_DATE, PROGRAMME)
    with approved.engine.database.read() as connection:
        ids = list(connection.scalars(sa.text("SELECT id FROM subscriber ORDER BY id")))
    approved.leave(ids[0])
    approved.clock.now = at(8, 28)
    approved.subscribe("newcomer@post.example")
    done = approved.change(CorrectWording("Gesine Schwahn", "Gesine Schwan"), "Schreibfehler")
    arrived = approved.go(at(8, 28))
    assert sorted(m.recipient for m in mails(arrived)) == [f"reader{n}@post.example" for n in (1, 2, 3)]
    programme = {
        m.recipient: m.letter.message_id
        for m in mails(list(approved.sandbox.arrivals))
        if "Programm" in m.letter.subject
    }
    assert all(m.letter.answers == (programme[m.recipient],) for m in mails(arrived))
    assert done.wrong_mails == 4
    assert [p.text.splitlines()[0][:10] for p in posts(arrived)] == ["KORREKTUR:"]


def test_the_feed_item_is_corrected_in_place(approved: CampaignWorld, tmp_path: Path) -> None:
    approved.walk(PROGRAMME)
    before = feedparser.parse(tmp_path.joinpath("feeds/feed.de.atom.xml").read_bytes()).entries[0]
    approved.clock.now = at(8, 28)
    approved.change(CorrectWording("Gesine Schwahn", "Gesine Schwan"))
    approved.go(at(8, 28))
    entries = feedparser.parse(tmp_path.joinpath("feeds/feed.de.atom.xml").read_bytes()).entries
    after = next(entry for entry in entries if entry.id == before.id)
    assert "Schwahn" in before.content[0].value
    assert "Schwahn" not in after.content[0].value
    assert "Gesine Schwan" in after.content[0].value
    assert (after.published, after.updated > before.updated) == (before.published, True)
    assert any(entry.title.startswith("KORREKTUR") for entry in entries)


def test_a_silent_correction_mends_and_tells_nobody(approved: CampaignWorld) -> None:
    approved.walk(PROGRAMME)
    approved.clock.now = at(8, 28)
    approved.change(CorrectWording("Gesine Schwahn", "Gesine Schwan", material=False))
    arrived = approved.go(at(8, 28))
    assert (mails(arrived), posts(arrived)) == ([], [])
    (soon,) = posts(approved.go(SOON))
    assert "Gesine Schwan" in soon.text
    assert "Schwahn" not in soon.text


def test_a_room_change_reaches_what_has_not_left(approved: CampaignWorld) -> None:
    approved.walk(SAVE_THE_DATE)
    approved.clock.now = at(9, 18, 12, 50)
    done = approved.change(ChangeRoom("keynote", "Saal 2"), "Technik")
    notice = approved.go(at(9, 18, 12, 50))
    assert [p.text.startswith("NEUER RAUM") for p in posts(notice)] == [True]
    assert mails(notice) == []  # 40 minutes before, nobody reads a mail in time
    (soon,) = posts(approved.go(SOON))
    assert "Saal 2" in soon.text
    assert done.corrections == 0


def test_a_post_that_left_is_edited(approved: CampaignWorld) -> None:
    (soon,) = posts(approved.go(SOON))
    approved.clock.now = at(9, 18, 13, 20)
    approved.change(ChangeRoom("keynote", "Saal 2"))
    (edited,) = edits(approved.go(at(9, 18, 13, 20)))
    assert (edited.status_id, "Großer Saal" in edited.before, "Saal 2" in edited.after) == (soon.status_id, True, True)


def test_cancelling_stops_everything_and_tells_everyone(approved: CampaignWorld) -> None:
    approved.walk(SAVE_THE_DATE, PROGRAMME)
    approved.clock.now = at(9, 15, 14)
    approved.change(CancelEvent(), "Wasserschaden")
    arrived = approved.go(at(9, 15, 14))
    assert sorted(m.recipient for m in mails(arrived)) == [
        "desk@redaktion.example",
        *[f"reader{n}@post.example" for n in range(4)],
    ]
    assert len(edits(arrived)) == 3  # save the date, registration, programme
    assert all(edit.after.startswith("ABSAGE") for edit in edits(arrived))
    assert approved.walk(at(9, 17), SOON, KEYNOTE, at(9, 20), at(9, 30)) == []
    states = approved.states()
    assert states["reminder-1-day"] == states["session-soon"] == states["thanks"] == {"cancelled"}
    assert states["cancellation"] == {"sent"}


def test_a_moved_event_moves_what_has_not_left(approved: CampaignWorld) -> None:
    approved.walk(SAVE_THE_DATE, PROGRAMME)
    approved.clock.now = at(9, 1)
    approved.change(MoveEvent(at(9, 25, 12)))
    told = approved.go(at(9, 1))
    assert len(mails(told)) == 5  # those with the old date, and the press
    assert approved.go(ONE_WEEK) == []
    (reminder,) = posts(approved.go(at(9, 18)))
    assert "25. September" in reminder.text
    assert approved.messages()["reminder-1-week", "start", "mastodon"].state is MessageState.SENT


def test_a_session_moved_after_its_post_was_queued_is_posted_at_the_new_time(approved: CampaignWorld) -> None:
    approved.clock.now = SOON - timedelta(seconds=30)
    approved.engine.tick()  # already in the ledger, not due yet
    approved.change(MoveSession("keynote", at(9, 18, 14), at(9, 18, 14, 45)))
    arrived = approved.walk(SOON, at(9, 18, 13, 45))
    soon = [p for p in posts(arrived) if p.text.startswith("Als Nächstes")]
    assert [(p.at, "14 Uhr" in p.text) for p in soon] == [(at(9, 18, 13, 45), True)]


def test_late_sessions_shift_the_rest(approved: CampaignWorld) -> None:
    approved.clock.now = at(9, 18, 12, 30)
    approved.change(Delay("keynote", 20))
    due = approved.messages()["session-soon", "session_start", "mastodon"].planned.due_at
    assert due is not None
    with approved.engine.database.read() as connection:
        talk = facts.event_facts(connection, KEY.event_id or "").session("talk")
    assert talk is not None
    assert talk.start == at(9, 18, 14, 35)


def test_a_postponed_event_falls_silent(approved: CampaignWorld) -> None:
    approved.walk(SAVE_THE_DATE)
    approved.clock.now = at(9, 1)
    approved.change(PostponeEvent())
    assert len(mails(approved.go(at(9, 1)))) == 5
    assert approved.walk(at(9, 17), SOON, at(9, 20)) == []


def test_a_withdrawn_announcement_is_withdrawn_everywhere(approved: CampaignWorld, tmp_path: Path) -> None:
    approved.walk(at(6, 25), SAVE_THE_DATE)
    approved.clock.now = at(7, 1)
    approved.change(Withdraw())
    approved.go(at(7, 1))
    entries = feedparser.parse(tmp_path.joinpath("feeds/feed.de.atom.xml").read_bytes()).entries
    assert all(entry.title.startswith("ZURÜCKGEZOGEN") for entry in entries)
    assert approved.walk(REGISTRATION, PROGRAMME) == []


def test_a_change_is_looked_at_again_if_something_left_meanwhile(approved: CampaignWorld) -> None:
    proposal = change.propose(approved.house, KEY, CancelEvent(), approved.clock())
    approved.go(SAVE_THE_DATE)
    with pytest.raises(Conflict, match="look at the change again"):
        change.confirm(approved.house, proposal, CHIEF, "", approved.clock())


def test_the_second_of_two_changes_is_refused(approved: CampaignWorld) -> None:
    first = change.propose(approved.house, KEY, ChangeRoom("keynote", "Saal 2"), approved.clock())
    second = change.propose(approved.house, KEY, ChangeRoom("keynote", "Saal 3"), approved.clock())
    change.confirm(approved.house, first, CHIEF, "", approved.clock())
    with pytest.raises(Conflict):
        change.confirm(approved.house, second, OFFICE, "", approved.clock())
    with approved.engine.database.read() as connection:
        keynote = facts.event_facts(connection, KEY.event_id or "").session("keynote")
    assert keynote is not None
    assert keynote.room == "Saal 2"


def test_a_change_without_sense_changes_nothing(approved: CampaignWorld) -> None:
    before = approved.messages()
    with pytest.raises(PlanningError, match="no session 'nirgends'"):
        approved.change(ChangeRoom("nirgends", "Saal 2"))
    assert approved.messages() == before


def test_a_proposal_lists_where_the_old_date_still_stands(approved: CampaignWorld) -> None:
    proposal = change.propose(approved.house, KEY, MoveEvent(at(9, 25, 12)), approved.clock())
    assert {(place.text, place.said) for place in proposal.places} == {("lead", "18. und 19. September")}


def test_words_make_the_recap_possible(approved: CampaignWorld) -> None:
    recap = ("recap", "day:1", "mastodon")
    assert approved.messages()[recap].state is MessageState.WAITING
    campaigns.give_words(approved.house, KEY, "recap@day:1", "Ein guter Tag.", OFFICE, approved.clock())
    assert approved.messages()[recap].state is MessageState.DRAFT
    approved.approve()
    (post,) = posts(approved.go(at(9, 18, 18)))
    assert "Ein guter Tag." in post.text


def test_a_paused_event_sends_nothing_and_resumes_without_a_burst(approved: CampaignWorld) -> None:
    what = f"event:{KEY.event_id}"
    pause.pause(approved.house, what, OFFICE, "Unwetter", approved.clock())
    assert approved.walk(SAVE_THE_DATE, REGISTRATION, at(7, 10)) == []
    pause.resume(approved.house, what, OFFICE, approved.clock())
    arrived = approved.go(at(7, 10, 10, 1))
    assert {p.text.splitlines()[0].split(":")[0] for p in posts(arrived)} == {"Die Anmeldung ist geöffnet"}
    assert approved.states()["save-the-date"] == {"missed"}


def test_a_paused_channel_stops_only_itself(approved: CampaignWorld) -> None:
    pause.pause(approved.house, "channel:mastodon", OFFICE, "", approved.clock())
    arrived = approved.go(SAVE_THE_DATE)
    assert (len(mails(arrived)), posts(arrived)) == (4, [])
    pause.resume(approved.house, "channel:mastodon", OFFICE, approved.clock())
    assert len(posts(approved.go(SAVE_THE_DATE + timedelta(minutes=1)))) == 1


def test_a_text_that_is_not_the_approved_one_is_held(approved: CampaignWorld) -> None:
    message = approved.messages()["save-the-date", "start", "mastodon"]
    with approved.engine.database.write() as connection:
        forged = [("de", {"status": "something else"})]
        contents.keep(connection, message.id, forged, facts_version="x", limits={}, now=BEGIN)
    assert posts(approved.go(SAVE_THE_DATE)) == []
    assert approved.messages()["save-the-date", "start", "mastodon"].state is MessageState.HELD


def test_a_lost_answer_is_looked_up_and_never_posted_twice(approved: CampaignWorld) -> None:
    approved.sandbox.mastodon.faults.lose_answer = 1
    approved.go(SAVE_THE_DATE)
    with approved.engine.database.read() as connection:
        state = connection.scalar(sa.select(delivery.c.state).where(delivery.c.channel == "mastodon"))
    assert state == "deferred"
    approved.go(SAVE_THE_DATE + timedelta(minutes=1))
    assert len(posts(list(approved.sandbox.arrivals))) == 1
    assert approved.messages()["save-the-date", "start", "mastodon"].state is MessageState.SENT


def test_a_relay_that_is_away_delays_and_loses_nobody(approved: CampaignWorld) -> None:
    approved.sandbox.smtp_faults.busy = True
    assert mails(approved.go(SAVE_THE_DATE)) == []
    approved.sandbox.smtp_faults.busy = False
    arrived: list[Mail] = []
    for _ in range(200):  # the breaker waits in real seconds before it knocks again
        arrived += mails(approved.go(SAVE_THE_DATE + timedelta(minutes=2)))
        if arrived:
            break
        time.sleep(0.1)
    assert len(arrived) == 4


def test_every_change_is_in_the_log(approved: CampaignWorld) -> None:
    approved.change(ChangeRoom("keynote", "Saal 2"), "Technik ausgefallen")
    with approved.engine.database.read() as connection:
        (entry,) = [e for e in journal.entries(connection, limit=500) if e.verb == "ChangeRoom"]
    assert (entry.actor, entry.why, "Saal 2 statt Großer Saal" in entry.after) == ("chief", "Technik ausgefallen", True)


def test_a_date_nobody_confirmed_plans_nothing_and_says_so(tmp_path: Path, database_url: str) -> None:
    with campaign_world(tmp_path, database_url, BEGIN) as world:
        with world.engine.database.write() as connection:
            event = facts.event_facts(connection, KEY.event_id or "")
            inferred = replace(event, certainty=type(event.certainty).INFERRED, version=2)
            facts.save_event(connection, inferred, OFFICE, BEGIN)
        world.plan()
        waiting = world.messages()["reminder-1-day", "start", "newsletter"]
        assert (waiting.state, waiting.planned.due_at) == (MessageState.WAITING, None)
        assert "event.start" in json.dumps(waiting.planned.waits_for)
        world.approve()
        assert [a for a in world.walk(SAVE_THE_DATE, PROGRAMME, SOON) if mails([a]) or "Als" in str(a)] == []


def test_every_link_of_a_mail_leads_somewhere(approved: CampaignWorld, tmp_path: Path) -> None:
    (mail, *_) = mails(approved.go(SAVE_THE_DATE))
    settings = approved.house.settings
    app = public_app(approved.engine.database, settings, approved.house.key, tmp_path / "feeds", approved.clock)
    links = set(re.findall(r'href="([^"]+)"', mail.letter.html))
    own = sorted(link.removeprefix(settings.site.url) for link in links if link.startswith(settings.site.url))
    assert {link[:3] for link in own} >= {"/u/", "/p/", "/v/", "/e/"}
    view = next(link for link in own if link.startswith("/v/"))
    web = WebServer(app, "127.0.0.1", 0)
    with httpx.Client(base_url=f"http://127.0.0.1:{web.start()}") as client:
        try:
            answers = {link: client.get(link).status_code for link in own}
            page, other = client.get(view), client.get(view[:-4] + "abcd")
        finally:
            web.stop()
    assert answers == dict.fromkeys(own, 200)
    assert "⟦" not in page.text
    assert "Guten Tag," in page.text
    assert page.headers.get_list("content-security-policy") == [viewing.HEADERS["Content-Security-Policy"]]
    assert other.status_code == 404


def test_before_anything_was_announced_a_change_tells_nobody(approved: CampaignWorld) -> None:
    proposal = change.propose(approved.house, KEY, ChangeRoom("keynote", "Saal 2"), approved.clock())
    assert not proposal.told
    change.confirm(approved.house, proposal, CHIEF, "", approved.clock())
    approved.plan()
    assert "room-change" not in approved.states()
    (soon,) = posts(approved.go(SOON))
    assert "Saal 2" in soon.text


def test_a_message_struck_out_by_hand_stays_out(approved: CampaignWorld) -> None:
    message = approved.messages()["save-the-date", "start", "mastodon"]
    assert campaigns.let_go(approved.house, KEY, [message.id], OFFICE, "doppelt", approved.clock()) == [message.id]
    approved.plan()
    approved.approve()
    arrived = approved.go(SAVE_THE_DATE)
    assert (len(mails(arrived)), posts(arrived)) == (4, [])


def test_a_late_message_that_asks_leaves_once_somebody_said_yes(world: CampaignWorld) -> None:
    message = world.messages()["save-the-date", "start", "mastodon"]
    with world.engine.database.write() as connection:
        connection.execute(tables.message.update().where(tables.message.c.id == message.id).values(late="ask"))
    world.approve()
    late = SAVE_THE_DATE + timedelta(hours=2)
    assert posts(world.go(late)) == []
    assert world.messages()["save-the-date", "start", "mastodon"].planned.why[-1] == "late_ask"
    world.approve()
    assert len(posts(world.go(late + timedelta(seconds=5)))) == 1


def test_an_event_gets_its_missing_date_by_a_person(tmp_path: Path, database_url: str) -> None:
    with campaign_world(tmp_path, database_url, BEGIN) as world:
        with world.engine.database.write() as connection:
            event = facts.event_facts(connection, KEY.event_id or "")
            undated = replace(event, start=None, end=None, certainty=type(event.certainty).MISSING, version=2)
            facts.save_event(connection, undated, OFFICE, BEGIN)
        with pytest.raises(Conflict, match="give one with --start"):
            entries.confirm_date(world.house, event.id, OFFICE, BEGIN)
        entries.confirm_date(world.house, event.id, OFFICE, BEGIN, start=at(9, 18, 12), end=at(9, 19, 15))
        world.plan()
        assert world.messages()["reminder-1-day", "start", "mastodon"].planned.due_at == at(9, 17)
        with pytest.raises(Conflict, match="announcer move"):
            entries.confirm_date(world.house, event.id, OFFICE, BEGIN, start=at(9, 20, 12))


def test_what_changed_while_somebody_looked_is_not_approved(world: CampaignWorld) -> None:
    seen = campaigns.facts_version(world.house, KEY)
    world.change(ChangeRoom("keynote", "Saal 2"))
    with pytest.raises(Conflict, match="look again"):
        campaigns.approve(world.house, KEY, CHIEF, world.clock(), seen=seen)
    assert world.states()["programme"] == {"draft"}
