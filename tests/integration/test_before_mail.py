"""Before a mail leaves: every copy is tried, and the office has it some minutes earlier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.changes import CancelEvent
from announcer.office import campaigns
from announcer.sandbox.arrivals import Arrival, Mail
from announcer.store import outbox
from announcer.store.tables import delivery, subscriber
from tests.integration.campaign_world import CHIEF, KEY, CampaignWorld, at, campaign_world, mails

PEOPLE = {
    "chief": {"name": "Anna Muster", "mail": "anna@city.example", "approves": True},
    "ben": {"name": "Ben Beispiel", "mail": "ben@city.example", "approves": False},
}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, database_url, at(6, 20), countdown=5, people=PEOPLE) as made:
        yield made


def first_mail(world: CampaignWorld) -> Message:
    found = [one for (_, _, channel), one in world.messages().items() if channel == "newsletter"]
    return min((one for one in found if one.planned.due_at), key=lambda one: one.planned.due_at or at(12, 31))


def due(world: CampaignWorld) -> datetime:
    moment = first_mail(world).planned.due_at
    assert moment is not None
    return moment


def office(arrivals: list[Arrival]) -> list[tuple[str, str]]:
    found = [one for one in mails(arrivals) if one.letter.header("Auto-Submitted") == "auto-generated"]
    return [(one.recipient, one.letter.subject) for one in found if one.letter.subject.startswith("[")]


def readers(arrivals: list[Arrival]) -> list[Mail]:
    return [one for one in mails(arrivals) if one.letter.header("List-Unsubscribe")]


def test_the_office_has_it_first_and_everybody_else_at_its_moment(world: CampaignWorld) -> None:
    world.approve()
    moment = due(world)
    assert office(world.go(moment - 6 * MINUTE)) == []
    early = world.go(moment - 5 * MINUTE)
    ((recipient, subject),) = office(early)
    assert recipient == "anna@city.example"
    assert subject.startswith(f"[{moment.astimezone(world.house.planning_zone):%H:%M} Uhr an ")
    assert readers(early) == []
    assert office(world.go(moment - 4 * MINUTE)) == []
    assert readers(world.go(moment - MINUTE)) == []
    assert len(readers(world.go(moment))) > 0


def test_what_was_approved_too_late_lets_everybody_else_wait(world: CampaignWorld) -> None:
    moment = due(world)
    world.go(moment - 2 * MINUTE)
    world.approve()
    assert len(office(world.go(moment - 2 * MINUTE))) == 1
    assert readers(world.go(moment)) == []
    assert readers(world.go(moment + 2 * MINUTE)) == []
    assert len(readers(world.go(moment + 3 * MINUTE))) > 0


def test_dropped_in_the_countdown_nothing_leaves(world: CampaignWorld) -> None:
    world.approve()
    moment, number = due(world), first_mail(world).id
    assert len(office(world.go(moment - 5 * MINUTE))) == 1
    campaigns.let_go(world.house, KEY, [number], CHIEF, "", world.clock())
    assert readers(world.go(moment)) == []


def test_what_is_urgent_does_not_wait(world: CampaignWorld) -> None:
    world.approve()
    moment = due(world)
    world.walk(moment - 5 * MINUTE, moment)
    later = moment + timedelta(hours=1)
    world.go(later)
    world.change(CancelEvent())
    arrived = world.walk(later, later + MINUTE)
    assert [one.letter.subject for one in readers(arrived) if "ABSAGE" in one.letter.subject]
    assert [subject for _, subject in office(arrived) if "ABSAGE" in subject] == []


def test_one_broken_field_stops_the_mail_while_nothing_has_left(world: CampaignWorld) -> None:
    world.approve()
    moment, number = due(world), first_mail(world).id
    with world.engine.database.write() as connection:
        broken = connection.scalar(sa.select(sa.func.max(subscriber.c.id)).where(subscriber.c.address.like("reader%")))
        connection.execute(
            subscriber.update().where(subscriber.c.id == broken).values(address="bad address@post.example")
        )
    arrived = world.walk(moment - 5 * MINUTE, moment - MINUTE, moment, moment + MINUTE)
    assert readers(arrived) == []
    held = first_mail(world)
    assert (held.state.value, held.planned.why[-1]) == ("held", f"broken_field:{broken}|address")
    with world.engine.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(delivery).where(delivery.c.message_id == number)
        assert connection.scalar(query) == 0
        connection.rollback()
    with world.engine.database.write() as connection:
        connection.execute(subscriber.update().where(subscriber.c.id == broken).values(address="mended@post.example"))
    campaigns.approve(world.house, KEY, CHIEF, world.clock(), {number})
    assert readers(world.walk(moment + MINUTE, moment + 6 * MINUTE))


def test_the_office_is_told_once_even_if_it_is_looked_at_often(world: CampaignWorld) -> None:
    world.approve()
    moment = due(world)
    for seconds in range(300, 0, -30):
        world.go(moment - timedelta(seconds=seconds))
    one = first_mail(world)
    with world.engine.database.read() as connection:
        assert len(outbox.told(connection, [f"copy:{one.id}:{(one.approved_hash or '')[:16]}"])) == 1
