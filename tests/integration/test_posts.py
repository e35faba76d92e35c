"""Posts through the whole house: pictures, own texts, threads and corrections on networks that can't edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from announcer.engine import Engine
from announcer.errors import ComposeError, Conflict, IntakeError
from announcer.intake.release import read_release
from announcer.model.campaign import Message
from announcer.model.facts import Picture
from announcer.model.ledger import MessageState
from announcer.office import campaigns, own_text, pause, pictures
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.settings import Settings
from announcer.store import campaign as store
from announcer.store import facts, journal
from announcer.store.tables import asset_use, delivery
from tests.contract.bluesky_standin import HANDLE, BlueskyStandin, bluesky_standin
from tests.contract.channel_cases import writes_a_record
from tests.integration.campaign_world import BERLIN, CHIEF, EXAMPLE, KEY, OFFICE, at
from tests.standins.faulty_proxy import BadLine, bad_line

BEGIN, SAVE_THE_DATE = at(6, 20), at(6, 26)


@dataclass
class World:
    """An engine with one account on Bluesky, and words for what a test does with it."""

    engine: Engine
    clock: DrivenClock
    network: BlueskyStandin
    line: BadLine

    def messages(self) -> dict[str, Message]:
        with self.engine.database.read() as connection:
            found = store.messages(connection, KEY)
        return {m.planned.occurrence.rule_id: m for m in found if m.planned.channel == "bluesky"}

    def give(self, rule: str, *posts: str) -> None:
        number = self.messages()[rule].id
        own_text.give(self.engine.house, KEY, number, posts, OFFICE, self.clock())

    def approve(self) -> campaigns.Approval:
        return campaigns.approve(self.engine.house, KEY, CHIEF, self.clock())

    def go(self, moment: object) -> None:
        self.clock.now = moment  # type: ignore[assignment]  # a datetime
        self.engine.tick()
        self.engine.drain("bluesky")
        self.engine.tick()

    def texts(self) -> list[str]:
        return [record["text"] for _, record in sorted(self.network.records.items())]


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    source = read_folder(EXAMPLE, Settings(root=tmp_path))
    with bluesky_standin() as network, bad_line(network.url, writes_a_record) as line:
        settings = stage.scratch_settings(
            Settings(root=tmp_path), tmp_path, smtp_port=9, mastodon_url="http://x.example"
        )
        account = {"kind": "bluesky", "url": line.url, "account": HANDLE, "token_file": "token"}
        (tmp_path / "token").write_text(network.password)
        changed = {
            **settings.model_dump(),
            "channels": {"bluesky": account},
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
            yield World(engine, clock, network, line)
        finally:
            engine.close()


def test_an_own_text_is_checked_in_the_network_s_own_counting_and_ends_the_approval(world: World) -> None:
    world.approve()
    with pytest.raises(ComposeError, match="your own text is 3 characters over the limit of 300"):
        world.give("save-the-date", "ä" * 303)
    assert world.messages()["save-the-date"].state is MessageState.SCHEDULED
    world.give("save-the-date", "Merken: 18. September! #Dortmund")
    changed = world.messages()["save-the-date"]
    assert (changed.state, changed.planned.why[-1]) == (MessageState.DRAFT, "own_text")
    assert world.messages()["reminder-1-week"].state is MessageState.SCHEDULED
    world.approve()
    world.go(SAVE_THE_DATE)
    assert world.texts() == ["Merken: 18. September! #Dortmund"]
    with pytest.raises(Conflict, match="only what has not left"):
        world.give("save-the-date", "Zu spät")


def test_a_taken_back_text_and_one_that_no_longer_fits_the_facts_give_way_to_the_template(world: World) -> None:
    world.give("save-the-date", "Merken!")
    house = world.engine.house

    def said() -> str:
        number = world.messages()["save-the-date"].id
        (shown,) = campaigns.preview(house, KEY, world.clock(), {number})
        return str(shown.payload["text"])

    assert said() == "Merken!"
    with world.engine.database.write() as connection:
        event = facts.event_facts(connection, str(KEY.event_id))
        facts.save_event(connection, replace(event, name="Anders", version=event.version + 1), OFFICE, world.clock())
    assert "Anders" in said()
    world.give("save-the-date", "Wieder eigen")
    assert said() == "Wieder eigen"
    world.give("save-the-date")
    assert "Anders" in said()


def test_a_thread_whose_third_part_fails_goes_on_at_the_third(world: World) -> None:
    world.give("save-the-date", "Eins", "Zwei", "Drei")
    world.approve()
    failed: list[str] = []

    def third(method: str, path: str) -> bool:
        if writes_a_record(method, path) and len(world.network.records) == 2 and not failed:
            failed.append(path)
            return True
        return False

    with bad_line(world.network.url, third) as line:
        line.break_next("fail_before_storing")
        world.engine._channels["bluesky"]._session.api._base = line.url  # type: ignore[attr-defined]  # another way there
        world.go(SAVE_THE_DATE)
        assert world.texts() == ["Eins", "Zwei"]
        world.go(SAVE_THE_DATE + timedelta(minutes=5))
    records = [world.network.records[key] for key in sorted(world.network.records)]
    by_text = {record["text"]: record for record in records}
    uris = {record["text"]: key for key, record in world.network.records.items()}
    assert sorted(by_text) == ["Drei", "Eins", "Zwei"]
    assert "reply" not in by_text["Eins"]
    for text, parent in (("Zwei", "Eins"), ("Drei", "Zwei")):
        reply = by_text[text]["reply"]
        assert reply["parent"]["uri"].endswith(uris[parent])
        assert reply["root"]["uri"].endswith(uris["Eins"])
    assert world.messages()["save-the-date"].state is MessageState.SENT


def photo(path: Path) -> Path:
    Image.new("RGB", (60, 40), "navy").save(path)
    return path


def test_a_picture_needs_alt_text_before_anything_with_it_is_approved(world: World, tmp_path: Path) -> None:
    house = world.engine.house
    with world.engine.database.read() as connection:
        (announcement,) = facts.announcement_ids(connection, str(KEY.event_id))
    pictures.add(house, announcement, photo(tmp_path / "rathaus.png"), "", "Foto: Stadt", OFFICE, world.clock())
    problems = [said for number, said in world.approve().problems if number == world.messages()["save-the-date"].id]
    assert len(problems) == 1
    assert "the picture rathaus.png has no alt text" in problems[0]
    pictures.describe(house, announcement, "rathaus.png", "Das Rathaus", None, OFFICE, world.clock())
    assert world.approve().problems == ()
    with world.engine.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(asset_use))
    world.go(SAVE_THE_DATE)
    (record,) = [r for r in world.network.records.values() if "images" in str(r.get("embed"))]
    assert record["embed"]["images"][0]["alt"] == "Das Rathaus (Foto: Stadt)"


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"no picture", "is no picture that can be used"), (bytes(30_000_000), "has 30.0 MB, more than 25")],
)
def test_what_is_no_picture_is_refused_by_name(world: World, tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "x.jpg").write_bytes(data)
    with world.engine.database.read() as connection:
        (announcement,) = facts.announcement_ids(connection, str(KEY.event_id))
    with pytest.raises(IntakeError, match=rf"x\.jpg.*{said}"):
        pictures.add(world.engine.house, announcement, tmp_path / "x.jpg", "", "", OFFICE, world.clock())
    with world.engine.database.read() as connection:
        assert facts.announcement_facts(connection, announcement).pictures == ()


def test_an_unknown_outcome_is_looked_up_and_sent_once(world: World) -> None:
    world.approve()
    world.line.break_next("lose_answers")
    world.go(SAVE_THE_DATE)
    assert len(world.network.records) == 1
    assert world.messages()["save-the-date"].state is MessageState.SENDING
    world.go(SAVE_THE_DATE + timedelta(minutes=5))
    assert len(world.network.records) == 1
    assert world.messages()["save-the-date"].state is MessageState.SENT
    with world.engine.database.read() as connection:
        receipts = list(connection.scalars(sa.select(delivery.c.receipt).where(delivery.c.channel == "bluesky")))
    assert len(receipts) == 1
    assert "bsky.app/profile" in str(receipts[0])


def test_a_refused_password_pauses_the_channel_and_the_text_leaves_after_it_is_resumed(world: World) -> None:
    world.approve()
    world.network.taken_down = True
    world.go(SAVE_THE_DATE)
    with world.engine.database.read() as connection:
        assert "channel:bluesky" in journal.pauses(connection)
    world.network.taken_down = False
    pause.resume(world.engine.house, "channel:bluesky", OFFICE, world.clock())
    world.go(SAVE_THE_DATE + timedelta(minutes=5))
    assert len(world.network.records) == 1


def test_pictures_of_a_release_stand_beside_it() -> None:
    image = '{file = "rathaus.jpg", alt = "Das Rathaus", credit = "Foto: Stadt"}'
    found = read_release(f"+++\nimages = [{image}]\n+++\nEine Überschrift\n\nEin Absatz.\n", "release.md", BERLIN)
    assert found.announcement.pictures == (Picture("rathaus.jpg", alt="Das Rathaus", credit="Foto: Stadt"),)
    for wrong in ('{file = "../x.jpg"}', '{file = "/x.jpg"}', '{alt = "x"}', "{file = 7}", '"x.jpg"'):
        with pytest.raises(IntakeError, match=r"release\.md: front matter"):
            read_release(f"+++\nimages = [{wrong}]\n+++\nA\n\nB.\n", "release.md", BERLIN)
