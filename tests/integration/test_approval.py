"""Four eyes on a real campaign: who may approve, what becomes a request, and what one person releases alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from announcer.errors import Conflict, NotAllowed, NotFound
from announcer.model.changes import CancelEvent, ChangeRoom, CorrectWording, Withdraw
from announcer.model.people import Actor
from announcer.office import campaigns, change, requests, staff
from announcer.office.house import House
from announcer.settings import PersonSettings
from announcer.store import changes, facts, journal
from announcer.store import requests as store
from announcer.store.requests import RequestState
from tests.integration.campaign_world import KEY, CampaignWorld, at, campaign_world

ANNA, BEN, CEM = Actor("anna"), Actor("Ben Buche"), Actor("cem")
PEOPLE = {
    "anna": PersonSettings(name="Anna Amsel", mail="anna@city.example", approves=True),
    "ben": PersonSettings(name="Ben Buche", mail="ben@city.example", approves=True),
    "cem": PersonSettings(name="Cem Dachs", mail="cem@city.example"),
}
NOW = at(6, 1)
TYPO = CorrectWording("Gesine Schwan", "Gesine Schwahn")


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, database_url, NOW) as world:
        yield world


@pytest.fixture
def house(world: CampaignWorld) -> House:
    """The same house, with three people in it."""
    return replace(world.house, settings=world.house.settings.model_copy(update={"people": PEOPLE}))


def approve(house: House, actor: Actor, ids: list[int] | None = None) -> campaigns.Approval:
    return campaigns.approve(house, KEY, actor, NOW, ids)


def test_whoever_wrote_the_newest_version_does_not_approve_it(world: CampaignWorld, house: House) -> None:
    asked = requests.ask(house, KEY, TYPO, "", BEN, NOW)
    requests.confirm(house, *requests.look(house, asked.id, NOW), ANNA, NOW)
    with pytest.raises(NotAllowed) as caught:
        approve(house, BEN)
    assert caught.value.said("de") == (
        "Ben Buche hat das selbst geschrieben, und niemand gibt den eigenen Text frei; Anna Amsel kann es"
    )
    with pytest.raises(NotAllowed):
        approve(house, CEM)
    assert world.states()["programme"] == {"draft"}
    assert approve(house, ANNA).problems == ()
    assert world.states()["programme"] == {"scheduled"}


def test_whoever_gave_the_words_is_an_author_of_that_message_alone(world: CampaignWorld, house: House) -> None:
    campaigns.give_words(house, KEY, "recap@day:1", "Ein guter Tag.", ANNA, NOW)
    mine = {m.id for m in world.messages().values() if m.planned.occurrence.rule_id == "recap"}
    done = approve(house, ANNA)
    with_words = {id_ for id_, _ in done.problems}
    assert with_words
    assert with_words < mine
    assert {said for _, said in done.problems} == {
        "Anna Amsel hat das selbst geschrieben, und niemand gibt den eigenen Text frei; Ben Buche kann es"
    }
    assert set(approve(house, BEN, list(with_words)).approved) == with_words


def test_a_correction_waits_for_a_second_person_who_sees_what_follows_then(world: CampaignWorld, house: House) -> None:
    with pytest.raises(NotAllowed) as caught:
        change.confirm(house, change.propose(house, KEY, TYPO, NOW), ANNA, "ein Tippfehler", NOW)
    assert str(caught.value) == (
        "this waits for a second person; Ben Buche can. 'announcer requests list' shows what waits"
    )
    asked = requests.ask(house, KEY, TYPO, "ein Tippfehler", ANNA, NOW)
    with pytest.raises(Conflict, match=f"request {asked.id}"):
        requests.ask(house, KEY, TYPO, "noch einmal", BEN, NOW)
    assert (asked.state, requests.able(house, asked, NOW)) == (RequestState.OPEN, ("Ben Buche",))
    approve(house, BEN)  # the world goes on; the difference is computed when it is looked at
    request, proposal = requests.look(house, asked.id, NOW)
    assert proposal.worded
    for nobody in (ANNA, CEM):
        with pytest.raises(NotAllowed):
            requests.confirm(house, request, proposal, nobody, NOW)
    requests.confirm(house, request, proposal, BEN, NOW)
    with house.database.read() as connection:
        (announcement,) = facts.announcement_ids(connection, KEY.event_id)
        assert facts.latest_actors(connection, None, announcement) == ["anna"]  # it is still her text
        assert [c.actor for c in changes.of_campaign(connection, KEY)] == ["anna"]
        decided = store.by_id(connection, asked.id)
    assert (decided.state, decided.decided_by) == (RequestState.CONFIRMED, "Ben Buche")
    with pytest.raises(Conflict, match="confirmed by Ben Buche already"):
        requests.confirm(house, request, proposal, BEN, NOW)  # looked at before, confirmed afterwards
    with pytest.raises(Conflict, match="confirmed by Ben Buche already"):
        requests.look(house, asked.id, NOW)


def test_what_the_world_has_changed_one_person_releases_with_a_reason(world: CampaignWorld, house: House) -> None:
    room = change.propose(house, KEY, ChangeRoom("keynote", "Saal 2"), NOW)
    with pytest.raises(NotAllowed, match="--reason"):
        change.confirm(house, room, ANNA, "  ", NOW)
    change.confirm(house, room, ANNA, "Wasserschaden", NOW)
    cancelled = change.propose(house, KEY, CancelEvent(), NOW)
    with pytest.raises(NotAllowed, match="second person"):
        change.confirm(house, cancelled, CEM, "Sturm", NOW)
    change.confirm(house, cancelled, BEN, "Sturm", NOW)
    assert world.states()["programme"] == {"cancelled"}


def test_a_request_is_refused_or_taken_back(house: House) -> None:
    first = requests.ask(house, KEY, TYPO, "", CEM, NOW)
    second = requests.ask(house, KEY, Withdraw(), "doppelt", ANNA, NOW)
    refused = requests.refuse(house, first.id, "so heißt sie nicht", ANNA, NOW)
    assert (refused.state, refused.decided_by, refused.answer) == (RequestState.REFUSED, "anna", "so heißt sie nicht")
    with pytest.raises(NotAllowed):
        requests.refuse(house, second.id, "", CEM, NOW)
    requests.refuse(house, second.id, "doch nicht", ANNA, NOW)
    with house.database.read() as connection:
        assert store.listed(connection) == []
        assert len(store.listed(connection, KEY, None)) == 2
    with pytest.raises(NotFound):
        requests.refuse(house, 99, "", ANNA, NOW)


def test_a_deputy_approves_on_their_days(world: CampaignWorld, house: House) -> None:
    with pytest.raises(NotAllowed):
        approve(house, CEM)
    day = NOW.date()
    made = staff.add_deputy(house, "anna", "Cem Dachs", day, day, BEN, NOW)
    assert (made.person, made.deputy) == ("anna", "cem")
    draft = next(m.id for m in world.messages().values() if m.state.value == "draft")
    assert approve(house, CEM, [draft]).approved == (draft,)
    with pytest.raises(NotAllowed):  # not even longer than they were asked to
        staff.add_deputy(house, "anna", "cem", day, date(2018, 12, 31), CEM, NOW)
    staff.remove_deputy(house, made.id, ANNA, NOW)
    with pytest.raises(NotAllowed):
        approve(house, CEM)


@pytest.mark.parametrize(
    ("person", "stand_in", "last", "error", "said"),
    [
        ("dora", "cem", 12, NotFound, "config.toml has no \\[people.dora\\]; known: anna, ben, cem"),
        ("cem", "ben", 12, Conflict, "cem does not approve"),
        ("anna", "Anna Amsel", 12, Conflict, "anna can't stand in for themselves"),
        ("anna", "cem", 10, Conflict, "would end on 2018-06-10, before it begins on 2018-06-11"),
    ],
)
def test_a_deputy_that_makes_no_sense_is_refused(
    house: House, person: str, stand_in: str, last: int, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        staff.add_deputy(house, person, stand_in, date(2018, 6, 11), date(2018, 6, last), ANNA, NOW)


def test_every_step_is_in_the_log(world: CampaignWorld, house: House) -> None:
    made = staff.add_deputy(house, "anna", "cem", NOW.date(), NOW.date(), BEN, NOW)
    staff.remove_deputy(house, made.id, BEN, NOW)
    asked = requests.ask(house, KEY, TYPO, "", ANNA, NOW)
    requests.refuse(house, asked.id, "nein", BEN, NOW)
    again = requests.ask(house, KEY, TYPO, "", ANNA, NOW)
    requests.confirm(house, *requests.look(house, again.id, NOW), BEN, NOW)
    with house.database.read() as connection:
        entries = [(e.actor, e.verb) for e in reversed(journal.entries(connection))]
    verbs = [(who, verb) for who, verb in entries if "request" in verb or "deputy" in verb]
    assert verbs == [
        ("Ben Buche", "deputy"), ("Ben Buche", "deputy removed"), ("anna", "request"),
        ("Ben Buche", "refuse request"), ("anna", "request"), ("Ben Buche", "confirm request"),
    ]  # fmt: skip
