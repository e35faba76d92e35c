"""Another place, registration, a new programme, and changes that meet: told once, true in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectWording,
    Delay,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    UpdateProgramme,
)
from announcer.model.facts import Event, EventStatus, Place
from announcer.model.ledger import MessageState
from announcer.office import campaigns, change, pause
from announcer.store import facts
from announcer.store.tables import delivery
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

SAVE_THE_DATE, REGISTRATION, PROGRAMME = at(6, 26), at(7, 9), at(8, 21)
HALL = Place("Westfalenhalle", "Rheinlanddamm 200", "44139", "Dortmund")


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    """Everything up to the programme is out."""
    with campaign_world(tmp_path, database_url, at(6, 20), readers=2) as made:
        made.approve()
        made.walk(SAVE_THE_DATE, REGISTRATION, PROGRAMME)
        made.clock.now = at(8, 28)
        yield made


def event(world: CampaignWorld) -> Event:
    with world.engine.database.read() as connection:
        return facts.event_facts(connection, KEY.event_id or "")


def test_another_place_is_told_to_all_and_stands_everywhere(world: CampaignWorld) -> None:
    world.change(MoveEvent(place=HALL), "Wasserschaden")
    arrived = world.go(at(8, 28))
    assert len(mails(arrived)) == 3  # the press too
    assert all(m.letter.subject.startswith("NEUER ORT: ") for m in mails(arrived))
    assert {"Westfalenhalle" in e.after for e in edits(arrived)} == {True}
    assert all("Keuning" not in e.after for e in edits(arrived))
    (notice,) = posts(arrived)
    assert "Westfalenhalle, Rheinlanddamm 200, 44139 Dortmund (statt Dietrich-Keuning-Haus)" in notice.text
    assert event(world).sequence == 1
    (reminder,) = posts(world.go(at(9, 11)))
    assert "Westfalenhalle" in reminder.text


def test_an_extended_registration_is_reminded_of_anew(world: CampaignWorld) -> None:
    world.approve()
    assert len(posts(world.go(at(9, 1)))) == 1  # three days before 4 September
    world.clock.now = at(9, 2)
    world.change(ChangeRegistration(closes=at(9, 12, 23, 59)))
    told = world.go(at(9, 2))
    (notice,) = posts(told)
    assert notice.text.startswith("ANMELDUNG VERLÄNGERT: Die Anmeldung ist verlängert bis Mittwoch, 12. September 2018")
    assert all("12. September" in m.letter.text for m in mails(told))
    world.approve()
    assert posts(world.go(at(9, 3))) == []
    again = posts(world.walk(at(9, 9), at(9, 11, 11)))
    assert [("12. September" in p.text) for p in again if "Anmeld" in p.text] == [True, True]


def test_a_new_programme_is_one_notice(world: CampaignWorld) -> None:
    now = event(world).sessions
    changed = [replace(s, room="Saal 7") if s.id == "keynote" else s for s in now if s.id != "grusswort"]
    done = world.change(UpdateProgramme(tuple(changed)))
    arrived = world.go(at(8, 28))
    (notice,) = posts(arrived)
    assert notice.text.startswith("PROGRAMMÄNDERUNG: ")
    assert "Saal 7 statt Großer Saal" in notice.text
    assert len(mails(arrived)) == 2
    assert all("Das Grußwort entfällt." in " ".join(m.letter.text.split()) for m in mails(arrived))
    assert done.wrong_mails == 2
    assert [s.id for s in event(world).sessions if s.status is EventStatus.CANCELLED] == ["grusswort"]
    assert {s.id for s in event(world).sessions} == {s.id for s in now}


def test_what_nobody_sees_is_not_told(world: CampaignWorld) -> None:
    now = event(world).sessions
    world.change(UpdateProgramme(tuple(replace(s, room="Hof") if not s.public else s for s in now)))
    assert world.go(at(8, 28)) == []


def test_a_delay_and_then_another_room(world: CampaignWorld) -> None:
    world.clock.now = at(9, 18, 12)
    world.change(Delay("keynote", 30))
    world.change(ChangeRoom("keynote", "Saal 2"))
    arrived = [p for p in posts(world.go(at(9, 18, 12))) if p.text.split(":")[0].isupper()]
    assert sorted(p.text.split(":")[0] for p in arrived) == ["NEUER RAUM", "VERSPÄTUNG"]
    soon = [p for p in posts(world.go(at(9, 18, 13, 45))) if p.text.startswith("Als Nächstes")]
    assert ["Saal 2" in p.text and "14 Uhr" in p.text for p in soon] == [True]


def test_a_date_after_all(world: CampaignWorld) -> None:
    world.change(PostponeEvent())
    world.go(at(8, 28))
    world.clock.now = at(8, 29)
    world.change(MoveEvent(at(10, 9, 12), place=HALL))
    told = world.go(at(8, 29))
    (notice,) = posts(told)
    assert "9. und 10. Oktober 2018" in notice.text
    assert "Neuer Ort: Westfalenhalle" in notice.text
    assert len(mails(told)) == 3
    assert event(world).status is EventStatus.RESCHEDULED
    world.approve()
    reminder = world.messages()["reminder-1-week", "start", "mastodon"]
    assert reminder.state is MessageState.SCHEDULED
    assert reminder.planned.due_at == at(10, 2)


def test_two_changes_before_anybody_was_told_are_told_as_one(world: CampaignWorld) -> None:
    world.change(MoveEvent(place=HALL))
    world.change(MoveEvent(at(9, 25, 12)))
    arrived = world.go(at(8, 28))
    (notice,) = posts(arrived)
    assert "25. und 26. September 2018" in notice.text
    assert "Neuer Ort: Westfalenhalle" in notice.text
    assert [m.letter.subject.split(":")[0] for m in mails(arrived)] == ["VERLEGT"] * 3


def test_a_session_falls_out_and_then_the_programme_is_new(world: CampaignWorld) -> None:
    world.change(CancelSession("grusswort"))
    world.go(at(8, 28))
    world.clock.now = at(8, 29)
    now = event(world).sessions
    kept = [replace(s, room="Saal 5") if s.id == "keynote" else s for s in now if s.id != "grusswort"]
    world.change(UpdateProgramme(tuple(kept)))
    (notice,) = posts(world.go(at(8, 29)))
    assert "Saal 5" in notice.text
    assert "Grußwort" not in notice.text
    assert [s.id for s in event(world).sessions if s.status is EventStatus.CANCELLED] == ["grusswort"]


def test_a_channel_that_config_toml_has_no_longer_is_named_and_stops_nothing(world: CampaignWorld) -> None:
    """Its posts can't be corrected from here: a person has to look."""
    gone = {name: way for name, way in world.house.exits.items() if name != "mastodon"}
    house = replace(world.house, exits=gone)
    proposal = change.propose(house, KEY, ChangeRoom("keynote", "Saal 2"), world.clock())
    assert {m.planned.channel for m in proposal.unreachable} == {"mastodon"}
    assert "mastodon" not in {one.message.planned.channel for one in proposal.wrong}
    change.confirm(house, proposal, OFFICE, "Technik", world.clock())
    assert {m.planned.channel for m in campaigns.plan_campaign(house, KEY, OFFICE, world.clock())} >= {"feed"}


def test_what_was_too_late_when_it_was_planned_comes_once_the_event_moves(tmp_path: Path, database_url: str) -> None:
    """The event was entered three days before its start; on its new date everything has its time again."""
    with campaign_world(tmp_path, database_url, at(9, 15), readers=1) as world:
        world.approve()
        world.go(at(9, 15))
        week = world.messages()["reminder-1-week", "start", "mastodon"]
        assert week.state is MessageState.MISSED
        world.plan()
        assert world.messages()["reminder-1-week", "start", "mastodon"] == week
        world.clock.now = at(9, 16)
        moved = world.propose(MoveEvent(at(11, 20, 12)))
        assert "reminder-1-week" in {one.planned.occurrence.rule_id for one in moved.difference.stopped}
        world.change(MoveEvent(at(11, 20, 12)))
        world.go(at(9, 16))
        world.approve()
        reminders = [p for p in posts(world.walk(at(11, 13), at(11, 19))) if p.text.startswith("Erinnerung")]
        assert len(reminders) == 2
        assert all("20. November" in p.text for p in reminders)


def test_an_extension_brings_back_the_reminder_that_was_too_late(tmp_path: Path, database_url: str) -> None:
    with campaign_world(tmp_path, database_url, at(9, 2), readers=1) as world:
        world.approve()
        world.go(at(9, 2))
        world.clock.now = at(9, 2, 12)
        world.change(ChangeRegistration(closes=at(9, 14, 23, 59)))
        world.go(at(9, 2, 12))
        world.approve()
        closing = [p for p in posts(world.walk(at(9, 11), at(9, 13))) if p.text.startswith("Anmeldeschluss")]
        assert len(closing) == 2


def test_who_got_the_right_text_after_the_change_is_sent_no_correction(tmp_path: Path, database_url: str) -> None:
    """The change came while a mail was half sent: the rest takes the new words, and needs no notice."""
    with campaign_world(tmp_path, database_url, at(6, 20), readers=1) as world:
        world.approve()
        world.walk(SAVE_THE_DATE, REGISTRATION)
        late = world.subscribe("late@post.example")
        world.clock.now = world.sandbox.now = PROGRAMME
        world.engine.tick()
        mine = (delivery.c.subscriber_id == late) & (delivery.c.state == "pending")
        with world.engine.database.write() as connection:
            held_up = delivery.update().where(mine).values(state="deferred", ready_at=at(8, 21, 12))
            assert connection.execute(held_up).rowcount == 1
        world.go(PROGRAMME)
        pause.pause(world.house, f"event:{KEY.event_id}", CHIEF, "", at(8, 21, 11))
        world.clock.now = at(8, 21, 11)
        world.change(ChangeRoom("keynote", "Saal 7"))
        world.clock.now = world.sandbox.now = at(8, 21, 12)
        pause.resume(world.house, f"event:{KEY.event_id}", CHIEF, at(8, 21, 12))
        before = len(world.sandbox.arrivals)
        world.engine.drain("newsletter")  # quicker than the tick that asks who has to be told
        (programme,) = mails(list(world.sandbox.arrivals[before:]))
        assert programme.recipient == "late@post.example"
        assert "Saal 7" in programme.letter.text
        assert [m.recipient for m in mails(world.go(at(8, 21, 12)))] == ["reader0@post.example"]


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (ChangeRoom("keynote", "Saal 7"), ChangeRoom("keynote", "Großer Saal")),
        (MoveSession("keynote", at(9, 18, 15)), MoveSession("keynote", at(9, 18, 13, 30))),
        (ChangeRegistration(closes=at(9, 12, 23, 59)), ChangeRegistration(closes=at(9, 4, 23, 59))),
        (MoveEvent(at(9, 25, 12)), MoveEvent(at(9, 18, 12))),
        (PostponeEvent(), MoveEvent(at(9, 18, 12))),
    ],
)
def test_what_is_taken_back_before_anybody_was_told_is_not_told(
    world: CampaignWorld, there: Change, back: Change
) -> None:
    world.change(there)
    assert not world.propose(back).told
    world.change(back)
    arrived = world.go(at(8, 28))
    assert [*mails(arrived), *posts(arrived)] == []


def test_what_is_taken_back_after_it_was_told_is_told(world: CampaignWorld) -> None:
    world.change(ChangeRoom("keynote", "Saal 7"))
    world.go(at(8, 28))
    world.clock.now = at(8, 28, 11)
    world.change(ChangeRoom("keynote", "Großer Saal"))
    (notice,) = posts(world.go(at(8, 28, 11)))
    assert "Großer Saal statt Saal 7" in notice.text


def test_a_date_that_stays_after_all_is_told(world: CampaignWorld) -> None:
    world.change(PostponeEvent())
    world.go(at(8, 28))
    world.clock.now = at(8, 29)
    world.change(MoveEvent(at(9, 18, 12)))
    assert len(posts(world.go(at(8, 29)))) == 1


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        (MoveSession("keynote", at(9, 18, 14, 15)), "Die Keynote beginnt um 14:15 Uhr statt um 13:30 Uhr."),
        (CancelSession("keynote"), "Die Keynote entfällt."),
        (Delay("keynote", 15, rest=False), "Die Keynote beginnt um 14:15 Uhr statt um 13:30 Uhr."),
        (Delay("keynote", 15), "Die Keynote beginnt um 14:15 Uhr statt um 13:30 Uhr."),
    ],
)
def test_a_shift_of_the_rest_is_told_also_if_its_own_session_changes_again(
    world: CampaignWorld, then: Change, sentence: str
) -> None:
    """No notice had left yet: what is told is by how much the later sessions moved in the end."""
    world.approve()
    world.clock.now = at(9, 18, 12, 30)
    world.change(Delay("keynote", 30))
    world.change(then)
    (notice,) = posts(world.go(at(9, 18, 12, 31)))
    minutes = 45 if then == Delay("keynote", 15) else 30
    assert f"{sentence} Alle späteren Programmpunkte des Tages verschieben sich um {minutes} Minuten." in notice.text


def test_once_a_new_date_is_known_no_notice_says_that_there_is_none(world: CampaignWorld) -> None:
    world.change(PostponeEvent())
    (first,) = posts(world.go(at(8, 28)))
    assert "Ein neuer Termin steht noch nicht fest." in first.text
    world.clock.now = at(8, 29)
    world.change(MoveEvent(at(11, 13, 12)))
    arrived = world.go(at(8, 29))
    assert len(posts(arrived)) == 1
    assert any("Ein neuer Termin" in edit.before for edit in edits(arrived))
    assert [edit.after for edit in edits(arrived) if "Ein neuer Termin" in edit.after] == []


def test_what_a_session_that_stays_inside_takes_along_is_told(world: CampaignWorld) -> None:
    """Nobody is told of the coffee, but everybody of the keynote after it."""
    world.approve()
    world.clock.now = at(9, 18, 11, 30)
    world.change(Delay("anmeldung", 30))
    notice, _ = posts(world.go(at(9, 18, 11, 31)))  # and the post of the event's beginning
    assert "VERSPÄTUNG: Die Keynote beginnt um 14 Uhr statt um 13:30 Uhr." in notice.text
    assert "Begrüßungskaffee" not in notice.text


def test_a_post_in_doubt_says_that_the_event_is_off_whatever_comes_next(world: CampaignWorld) -> None:
    """A change that has nothing more to say of a stopped message must not take its correction along."""
    world.approve()
    world.sandbox.mastodon.faults.lose_answer = 1
    world.go(at(9, 1))
    world.change(CancelEvent())
    world.change(CorrectWording("Großer Saal", "Goldsaal", material=False))
    world.walk(at(9, 1), at(9, 1, 10, 1), at(9, 1, 10, 2))
    shown = world.sandbox.mastodon.shown().values()
    assert {status.text.partition(":")[0] for status in shown} == {"ABSAGE"}


def test_a_notice_of_which_nothing_arrived_has_told_nobody(world: CampaignWorld) -> None:
    """It stands in the ledger when the next change comes: that one tells both."""
    world.change(MoveEvent(at(9, 20, 12)))
    world.engine.tick()
    world.change(CancelSession("grusswort"))
    world.change(MoveEvent(at(9, 17, 12)))
    said = [post.text for post in posts(world.go(at(8, 28)))]
    moved = [text for text in said if text.startswith("VERLEGT")]
    assert len(moved) == 1
    assert "am 17. und 18. September 2018 statt und nicht, wie angekündigt, am 18. und 19. September 2018" in moved[0]
