"""A change is one step: all of it or nothing, one truth in the end, and the log of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.engine import MAIL
from announcer.errors import Conflict, PlanningError
from announcer.model.changes import CancelEvent, ChangeRoom, CorrectWording, Delay, MoveEvent
from announcer.model.ledger import DeliveryState, MessageState, Receipt
from announcer.model.people import Basis
from announcer.office import campaigns, change, correcting, pause
from announcer.store import campaign as store
from announcer.store import journal, ledger, mailing, queueing, tables
from announcer.store.ledger import Settlement
from tests.integration.campaign_world import CHIEF, KEY, OFFICE, CampaignWorld, at, campaign_world, edits, mails, posts

SAVE_THE_DATE, REGISTRATION, PROGRAMME = at(6, 26), at(7, 9), at(8, 21)
WRONG_NAME = CorrectWording("Gesine Schwahn", "Gesine Schwan")


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    """Approved, nothing out."""
    with campaign_world(tmp_path, database_url, at(6, 20), readers=3) as made:
        made.approve()
        yield made


def everything(world: CampaignWorld) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with world.engine.database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


class Killed(BaseException):
    """As if the process had been killed."""


@pytest.mark.parametrize(
    ("room", "name"),
    [(change, "apply"), (change, "_store_texts"), (correcting, "store"), (queueing, "received")],
)
def test_killed_before_the_commit_it_leaves_nothing(
    world: CampaignWorld, monkeypatch: pytest.MonkeyPatch, room: object, name: str
) -> None:
    world.walk(SAVE_THE_DATE, PROGRAMME)
    proposal = world.propose(MoveEvent(at(9, 25, 12)))
    real: Callable[..., object] = getattr(room, name)

    def die(*arguments: object, **named: object) -> object:
        real(*arguments, **named)
        raise Killed

    before = everything(world)
    monkeypatch.setattr(room, name, die)
    with pytest.raises(Killed):
        change.confirm(world.house, proposal, CHIEF, "", world.clock())
    monkeypatch.undo()
    assert everything(world) == before
    change.confirm(world.house, proposal, CHIEF, "", world.clock())
    assert everything(world) != before


def test_a_post_that_a_worker_holds_goes_whole_and_is_then_corrected(world: CampaignWorld) -> None:
    soon = at(9, 18, 13, 15)
    world.clock.now = world.sandbox.now = soon
    world.engine.tick()
    with world.engine.database.write() as connection:
        held = ledger.claim(connection, "mastodon", soon, "slow", limit=50)
        (keynote,) = [one for one in held if _is_of(world, one.message_id, "/keynote")]
    world.change(ChangeRoom("keynote", "Saal 2"))
    status = world.sandbox.mastodon.publish({"status": "Keynote, Großer Saal"}, keynote.key)
    with world.engine.database.write() as connection:
        others = [one for one in held if one.id != keynote.id]
        done = [Settlement(keynote.id, keynote.fence, DeliveryState.SENT, soon, receipt=Receipt(status.id, status.url))]
        done += [Settlement(one.id, one.fence, DeliveryState.MISSED, soon, said="x") for one in others]
        assert ledger.record(connection, done) == 0
    (edit,) = [e for e in edits(world.go(soon)) if e.status_id == status.id]
    assert "Saal 2" in edit.after


def _is_of(world: CampaignWorld, message_id: int, session: str) -> bool:
    with world.engine.database.read() as connection:
        found = store.message_by_id(connection, message_id)
    return found.planned.occurrence.subject_id.endswith(session)


def test_the_correction_goes_to_exactly_those_who_may_have_the_wrong_fact_once(world: CampaignWorld) -> None:
    ids = {n: world.subscribe(f"more{n}@post.example") for n in range(4)}
    world.clock.now = world.sandbox.now = PROGRAMME
    world.engine.tick()
    with world.engine.database.write() as connection:
        claimed = mailing.claim_mail(connection, MAIL, PROGRAMME, "w", 99)
        fate = {"more1@post.example": DeliveryState.FAILED, "more2@post.example": DeliveryState.DEFERRED}
        settled = [(m, fate.get(m.address, DeliveryState.SENT)) for m in claimed]
        ledger.record(
            connection,
            [
                Settlement(m.id, m.fence, state, PROGRAMME, said="x", maybe_double=state is DeliveryState.DEFERRED)
                for m, state in settled
            ],
        )
    world.leave(ids[3])
    world.subscribe("newcomer@post.example")
    world.subscribe("reader0@post.example", "praktisch")
    world.change(WRONG_NAME)
    got = [m.recipient for m in mails(world.go(PROGRAMME))]
    assert sorted(got) == [
        "more0@post.example", "more2@post.example", *(f"reader{n}@post.example" for n in range(3))
    ]  # fmt: skip


def test_a_cancelled_event_stops_all_else_and_tells_every_list(world: CampaignWorld) -> None:
    world.subscribe("gast@post.example", "praktisch")
    world.subscribe("desk2@redaktion.example", "presse", Basis.PRESS)
    world.go(SAVE_THE_DATE)
    world.change(CancelEvent())
    moving = {
        rule for (rule, _, _), m in world.messages().items()
        if m.state in (MessageState.SCHEDULED, MessageState.DRAFT, MessageState.WAITING, MessageState.HELD)
    }  # fmt: skip
    assert moving == {"cancellation"}
    told = [m.recipient for m in mails(world.go(SAVE_THE_DATE))]
    assert sorted(told) == [
        "desk2@redaktion.example", "desk@redaktion.example", "gast@post.example",
        *(f"reader{n}@post.example" for n in range(3)),
    ]  # fmt: skip


def test_two_changes_in_one_minute_end_in_one_truth(world: CampaignWorld) -> None:
    world.walk(SAVE_THE_DATE, PROGRAMME)
    world.change(MoveEvent(at(9, 25, 12)))
    world.change(MoveEvent(at(9, 27, 12)))
    arrived = world.go(PROGRAMME)
    texts = [p.text for p in posts(arrived)] + [m.letter.text for m in mails(arrived)]
    texts += [e.after for e in edits(arrived)]
    assert texts
    assert not [text for text in texts if "25. und 26." in text]
    assert all("27. " in text for text in texts)
    assert len(posts(arrived)) == 1
    counted = [m.recipient for m in mails(arrived)]
    assert len(counted) == len(set(counted)) == 4


def test_a_change_is_in_the_log_with_its_values(world: CampaignWorld) -> None:
    world.change(ChangeRoom("keynote", "Saal 2"), "Technik ausgefallen")
    with world.engine.database.read() as connection:
        entry = next(e for e in journal.entries(connection, limit=500) if e.verb == "ChangeRoom")
    assert (entry.actor, entry.why, entry.before) == ("chief", "Technik ausgefallen", "keynote room: Großer Saal")
    assert entry.after == "Neuer Raum für die Keynote: Saal 2 statt Großer Saal. (keynote room: Saal 2)"


def test_no_subscribers_address_gets_into_the_log_by_any_verb(world: CampaignWorld) -> None:
    address = "reader0@post.example"
    said = f"Anruf von {address}"
    house, now = world.house, world.clock()
    world.go(SAVE_THE_DATE)
    message = next(m.id for m in world.messages().values() if m.state is MessageState.SCHEDULED)
    world.change(CorrectWording("Dortmund", f"Dortmund {address}"), said)
    world.change(Delay("keynote", 5), said)
    campaigns.let_go(house, KEY, [message], OFFICE, said, now)
    campaigns.give_words(house, KEY, "recap@day:1", said, OFFICE, now)
    pause.pause(house, "all", OFFICE, said, now)
    pause.resume(house, "all", OFFICE, now)
    for attempt in (lambda: world.change(ChangeRoom(address, "x")), lambda: pause.settle(house, 1, True, OFFICE, now)):
        with pytest.raises((PlanningError, Conflict)):
            attempt()
    log = everything(world)["audit"]
    assert len([row for row in log if "(address)" in repr(row)]) >= 4
    assert not [row for row in log if "@post.example" in repr(row)]
