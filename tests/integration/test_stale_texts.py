"""An old value in what people wrote: listed, and unsent messages that would go on saying it are held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from announcer.model.campaign import Message
from announcer.model.changes import ChangeRegistration, ChangeRoom, CorrectAnnouncement, MoveEvent
from announcer.model.facts import Link, Picture, Place
from announcer.model.ledger import MessageState
from announcer.office import campaigns
from announcer.office.change import Proposal
from announcer.store import facts
from tests.integration.campaign_world import CHIEF, KEY, OFFICE, CampaignWorld, at, campaign_world, mails, posts

PUBLISHED, LATER = at(6, 25), at(9, 25, 12)
LEAD = "Am 25. und 26. September kommen Gäste aus ganz Deutschland nach Dortmund."


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    """The release is approved and goes out in five days; its lead says "am 18. und 19. September"."""
    with campaign_world(tmp_path, database_url, at(6, 20), readers=1) as made:
        with made.engine.database.write() as connection:
            facts.choose_playbook(connection, KEY.event_id or "", "simple-notice")
        made.plan()
        made.approve()
        yield made


def held(world: CampaignWorld) -> set[str]:
    return {channel for (_, _, channel), m in world.messages().items() if m.state is MessageState.HELD}


def shown(proposal: Proposal) -> set[str]:
    return {one.message.planned.channel for one in proposal.held}


def release(world: CampaignWorld) -> Message:
    return world.messages()["announcement", "publication", "newsletter"]


def test_what_would_go_on_saying_the_old_date_is_held_and_says_why(world: CampaignWorld) -> None:
    proposal = world.propose(MoveEvent(LATER))
    world.change(MoveEvent(LATER))
    assert held(world) == shown(proposal) == {"newsletter", "feed"}  # the post has only the facts, which are right
    (reason,) = release(world).planned.why
    assert reason.startswith("stale_text:18. und 19. September|lead|")
    arrived = world.go(PUBLISHED)
    assert mails(arrived) == []
    assert ["25. September" in p.text for p in posts(arrived)] == [True]


def test_planning_again_keeps_the_reason(world: CampaignWorld) -> None:
    world.change(MoveEvent(LATER))
    world.plan()
    assert (release(world).state, len(release(world).planned.why)) == (MessageState.HELD, 1)


def test_a_corrected_text_lets_them_go(world: CampaignWorld) -> None:
    world.change(MoveEvent(LATER))
    world.change(CorrectAnnouncement(lead=LEAD, material=False))
    assert held(world) == set()
    assert (release(world).state, release(world).planned.why) == (MessageState.SCHEDULED, ())
    (mail,) = mails(world.go(PUBLISHED))
    assert LEAD in " ".join(mail.letter.text.split())


def test_a_correction_that_leaves_the_old_date_leaves_them_held(world: CampaignWorld) -> None:
    world.change(MoveEvent(LATER))
    world.change(CorrectAnnouncement(headline="Eine andere Überschrift", material=False))
    assert held(world) == {"newsletter", "feed"}
    assert mails(world.go(PUBLISHED)) == []


def test_somebody_may_approve_them_as_they_are(world: CampaignWorld) -> None:
    world.change(MoveEvent(LATER))
    campaigns.approve(world.house, KEY, CHIEF, world.clock())
    assert (held(world), release(world).planned.why) == (set(), ())
    assert len(mails(world.go(PUBLISHED))) == 1


def test_what_names_nothing_old_is_not_held(world: CampaignWorld) -> None:
    assert world.propose(ChangeRoom("keynote", "Saal 2")).held == ()


def test_an_old_deadline_in_the_text_is_found(world: CampaignWorld) -> None:
    world.change(CorrectAnnouncement(lead="Anmeldung bis 4. September erbeten.", material=False))
    proposal = world.propose(ChangeRegistration(closes=at(9, 11, 23, 59)))
    assert [(place.text, place.said) for place in proposal.places] == [("lead", "4. September")]
    assert shown(proposal) == {"newsletter", "feed"}


def test_every_kind_of_free_text_is_looked_through(world: CampaignWorld) -> None:
    now = world.clock()
    with world.engine.database.write() as connection:
        announcement = facts.announcement_facts(connection, facts.announcement_ids(connection, KEY.event_id)[0])
        changed = replace(
            announcement,
            version=announcement.version + 1,
            kicker="Dietrich-Keuning-Haus",
            body="Wir treffen uns im **Dietrich-Keuning-Haus** in Dortmund.",
            links=(Link("Anfahrt zum Dietrich-Keuning-Haus", "https://haus.example/"),),
            pictures=(Picture("haus.png", alt="Das Dietrich-Keuning-Haus", credit="Dietrich-Keuning-Haus/A. Muster"),),
        )
        facts.save_announcement(connection, changed, OFFICE, now)
        event = facts.event_facts(connection, KEY.event_id or "")
        note = "Einlass im Dietrich-Keuning-Haus"
        sessions = tuple(replace(s, note=note) if s.id == "talk" else s for s in event.sessions)
        facts.save_event(connection, replace(event, version=event.version + 1, sessions=sessions), OFFICE, now)
    places = world.propose(MoveEvent(place=Place("Rathaus"))).places
    assert {place.text for place in places} >= {"kicker", "body", "link 1", "alt 1", "credit 1", "note talk"}
    assert all(place.said in place.excerpt for place in places)
