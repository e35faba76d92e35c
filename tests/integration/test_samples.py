"""A mail to the office first, and how long it takes to everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.errors import Conflict, NotFound
from announcer.mail_settings import Relay
from announcer.model.people import Actor
from announcer.office import duration, sample
from announcer.store import campaign
from tests.integration.campaign_world import KEY, CampaignWorld, at, campaign_world, mails

PEOPLE = {"anna": {"name": "Anna Muster", "mail": "anna@city.example", "approves": True}}
ANNA = Actor("anna")


def _mail(world: CampaignWorld, channel: str = "newsletter") -> int:
    with world.engine.database.read() as connection:
        found = campaign.messages(connection, KEY)
    return next(one.id for one in found if one.planned.channel == channel and one.state.value == "draft")


def test_a_sample_is_the_mail_and_goes_to_one_person_only(tmp_path: Path, sqlite_url: str) -> None:
    with campaign_world(tmp_path, sqlite_url, at(6, 20), people=PEOPLE) as world:
        sample.send(world.house, KEY, _mail(world), "anna", ANNA, world.clock())
        arrived = world.go(at(6, 20, 10, 1))
        (sent,) = [one for one in mails(arrived) if one.letter.subject.startswith("[Probe] ")]
        assert sent.recipient == "anna@city.example"
        assert "Guten Tag Anna Muster," in sent.letter.text
        assert "Dies ist eine Probe" in sent.letter.text
        assert "⟦" not in sent.letter.text + sent.letter.html
        assert "/u/" not in sent.letter.html


def test_what_can_be_no_sample_is_named(tmp_path: Path, sqlite_url: str) -> None:
    with campaign_world(tmp_path, sqlite_url, at(6, 20), people=PEOPLE) as world:
        with pytest.raises(NotFound, match=r"no \[people.kim\]; it has: anna"):
            sample.send(world.house, KEY, _mail(world), "kim", ANNA, world.clock())
        with pytest.raises(NotFound, match="no message 9999"):
            sample.send(world.house, KEY, 9999, "anna", ANNA, world.clock())
        with pytest.raises(Conflict, match="is no mail but goes to feed"):
            sample.send(world.house, KEY, _mail(world, "feed"), "anna", ANNA, world.clock())


@pytest.mark.parametrize(
    ("recipients", "relay", "seconds"),
    [
        (10_000, Relay(), 0),
        (10_000, Relay(per_second=5), 2000),
        (500, Relay(window_mails=500, window_hours=24), 0),
        (501, Relay(window_mails=500, window_hours=24), 86_400),
        (1500, Relay(window_mails=500, window_hours=1, per_second=0.1), 15_000),
        (0, Relay(per_second=1, window_mails=1), 0),
    ],
)
def test_how_long_it_takes(recipients: int, relay: Relay, seconds: int) -> None:
    assert duration.takes(recipients, relay) == timedelta(seconds=seconds)


def test_a_mail_that_would_leave_too_late_is_known_before(tmp_path: Path, sqlite_url: str) -> None:
    with campaign_world(tmp_path, sqlite_url, at(6, 20), people=PEOPLE) as world:
        with world.engine.database.read() as connection:
            one = campaign.message_by_id(connection, _mail(world))
        due = one.planned.due_at
        assert due is not None
        found = duration.of_message(world.house, one)
        assert found.recipients > 0
        assert (found.lasts, found.ends_at, found.too_late) == (timedelta(), due, False)
        slow = world.house.settings.mail.model_copy(update={"relay": Relay(per_second=0.01)})
        house = replace(world.house, settings=world.house.settings.model_copy(update={"mail": slow}))
        late = replace(one, planned=replace(one.planned, not_after=due + timedelta(seconds=100)))
        found = duration.of_message(house, late)
        assert found.too_late
        assert found.ends_at == due + timedelta(seconds=100 * found.recipients)
