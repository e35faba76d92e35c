"""Posts by hand: at their moment a task, ready to be copied, and corrected the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from announcer.engine import Engine
from announcer.errors import Conflict, IntakeError, NotFound
from announcer.model.campaign import Message
from announcer.model.changes import Change, MoveEvent
from announcer.model.ledger import Action, DeliveryState, MessageState
from announcer.office import by_hand, campaigns, change, own_text, pictures, posts
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.settings import Settings
from announcer.store import campaign as store
from announcer.store import facts
from tests.integration.campaign_world import CHIEF, EXAMPLE, KEY, OFFICE, at

BEGIN, SAVE_THE_DATE = at(6, 20), at(6, 26)
LINK = "https://www.facebook.example/stadt/posts/1"


@dataclass
class World:
    """An engine with one channel by hand."""

    engine: Engine
    clock: DrivenClock

    def messages(self) -> dict[str, Message]:
        with self.engine.database.read() as connection:
            found = store.messages(connection, KEY)
        return {m.planned.occurrence.rule_id: m for m in found if m.planned.channel == "facebook"}

    def approve(self) -> None:
        campaigns.approve(self.engine.house, KEY, CHIEF, self.clock())

    def go(self, moment: datetime) -> list[by_hand.Shown]:
        self.clock.now = moment
        self.engine.tick()
        self.engine.drain("facebook")
        self.engine.tick()
        return by_hand.tasks(self.engine.house)

    def done(self, task: by_hand.Shown, link: str = LINK) -> None:
        by_hand.done(self.engine.house, task.task.id, link, OFFICE, self.clock())
        self.engine.tick()

    def change(self, wanted: Change) -> None:
        house = self.engine.house
        change.confirm(house, change.propose(house, KEY, wanted, self.clock()), CHIEF, "", self.clock())


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    source = read_folder(EXAMPLE, Settings(root=tmp_path))
    settings = stage.scratch_settings(Settings(root=tmp_path), tmp_path, smtp_port=9, mastodon_url="http://x.example")
    changed = {
        **settings.model_dump(),
        "channels": {"facebook": {"kind": "byhand", "characters": 2000}},
        "database": {"url": sqlite_url},
        "root": tmp_path,
        "mail": {"enabled": False},
    }
    clock = DrivenClock(BEGIN)
    engine = Engine(Settings.model_validate(changed), clock)
    try:
        with engine.database.write() as connection:
            facts.save_event(connection, source.event, OFFICE, clock())
            assert source.facts.announcement is not None
            facts.save_announcement(connection, source.facts.announcement, OFFICE, clock())
        campaigns.plan_campaign(engine.house, KEY, OFFICE, clock())
        yield World(engine, clock)
    finally:
        engine.close()


def test_at_its_moment_a_post_becomes_a_task_and_ends_with_its_link(world: World) -> None:
    world.approve()
    assert world.go(SAVE_THE_DATE.replace(hour=9)) == []
    (task,) = world.go(SAVE_THE_DATE)
    assert (task.task.action, task.task.said, task.task.about) == (Action.PUBLISH, "post it", None)
    assert "18. September" in task.text
    assert world.messages()["save-the-date"].state is MessageState.SENDING
    assert len(world.go(SAVE_THE_DATE.replace(hour=11))) == 1  # nothing makes a second one of it
    world.done(task)
    assert world.messages()["save-the-date"].state is MessageState.SENT
    assert world.go(SAVE_THE_DATE.replace(hour=12)) == []
    with pytest.raises(Conflict, match="is sent"):
        world.done(task)
    with pytest.raises(NotFound):
        by_hand.task(world.engine.house, 4711)


def test_a_change_before_it_is_posted_changes_the_task_and_afterwards_makes_one(world: World) -> None:
    world.approve()
    (task,) = world.go(SAVE_THE_DATE)
    world.change(MoveEvent(at(9, 20, 13), at(9, 21, 13)))
    changed = [one for one in world.go(SAVE_THE_DATE.replace(hour=11)) if one.task.id == task.task.id]
    assert [("20. September" in one.text, one.task.action) for one in changed] == [(True, Action.PUBLISH)]
    for one in by_hand.tasks(world.engine.house):
        world.done(one)
    world.change(MoveEvent(at(9, 25, 13), at(9, 26, 13)))
    corrections = [one for one in world.go(SAVE_THE_DATE.replace(hour=12)) if one.task.action is Action.CORRECT]
    assert corrections
    assert all(one.task.about is not None and one.task.about.url == LINK for one in corrections)
    assert all("25. September" in one.text for one in corrections)
    for one in corrections:
        world.done(one, "")


def test_a_thread_is_posted_part_by_part(world: World) -> None:
    own_text.give(world.engine.house, KEY, world.messages()["save-the-date"].id, ("Eins", "Zwei"), OFFICE, BEGIN)
    world.approve()
    (first,) = world.go(SAVE_THE_DATE)
    assert first.text == "Eins"
    world.done(first)
    (second,) = world.go(SAVE_THE_DATE.replace(hour=11))
    assert (second.text, second.task.said) == ("Zwei", f"post it below {LINK}")
    world.done(second)
    assert world.messages()["save-the-date"].state is MessageState.SENT


def test_pictures_come_with_their_alt_text_and_as_files(world: World, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "navy").save(tmp_path / "Rathaus am Abend.png")
    with world.engine.database.read() as connection:
        (announcement,) = facts.announcement_ids(connection, str(KEY.event_id))
    house = world.engine.house
    pictures.add(house, announcement, tmp_path / "Rathaus am Abend.png", "Das Rathaus", "Foto: Stadt", OFFICE, BEGIN)
    world.approve()
    (task,) = world.go(SAVE_THE_DATE)
    assert [picture["alt"] for picture in task.pictures] == ["Das Rathaus (Foto: Stadt)"]
    (copied,) = by_hand.copy_pictures(house, task, tmp_path / "out")
    assert (copied.name, copied.read_bytes()) == (
        "1-Rathaus-am-Abend.png",
        (tmp_path / "Rathaus am Abend.png").read_bytes(),
    )
    with pytest.raises(IntakeError, match="is no link"):
        world.done(task, "facebook")


def test_what_stands_where_is_listed_with_its_links(world: World) -> None:
    world.approve()
    (task,) = world.go(SAVE_THE_DATE)
    world.done(task)
    world.change(MoveEvent(at(9, 25, 13), at(9, 26, 13)))
    world.go(SAVE_THE_DATE.replace(hour=12))
    found = [one for one in posts.of_campaign(world.engine.house, KEY) if one.channel == "facebook"]
    assert [(one.action, one.state, one.link) for one in found if one.message_id == task.message.id] == [
        (Action.PUBLISH, DeliveryState.SENT, LINK),
        (Action.CORRECT, DeliveryState.MANUAL, ""),
    ]
