"""Looking at the ways out the day before they are needed, and an hour before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from announcer.alerts.gathering import gather
from announcer.alerts.notices import Kind
from announcer.engine import Engine
from announcer.office import campaigns, preflight, status
from announcer.office.preflight import STAGES, is_due
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.settings import Settings
from announcer.store import campaign as store
from announcer.store import contents, facts
from tests.contract.mastodon_standin import MastodonStandin, mastodon_standin
from tests.integration.campaign_world import CHIEF, EXAMPLE, KEY, OFFICE, at

BEGIN, SAVE_THE_DATE = at(6, 20), at(6, 26)
DAY_BEFORE, HOUR_BEFORE = SAVE_THE_DATE - timedelta(hours=23), SAVE_THE_DATE - timedelta(minutes=50)
MOMENT = datetime(2026, 9, 18, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        (MOMENT - timedelta(hours=25), None, False),
        (MOMENT - timedelta(hours=24), None, True),
        (MOMENT - timedelta(hours=23), MOMENT - timedelta(hours=24), False),
        (MOMENT - timedelta(hours=1), MOMENT - timedelta(hours=24), True),
        (MOMENT - timedelta(minutes=10), MOMENT - timedelta(minutes=55), False),
        (MOMENT - timedelta(minutes=10), MOMENT - timedelta(hours=30), True),
        (MOMENT, None, False),
    ],
)
def test_each_stage_before_a_moment_asks_for_one_look(now: datetime, last: datetime | None, due: bool) -> None:
    assert is_due([MOMENT], last, now) is due
    assert (timedelta(hours=24), timedelta(hours=1)) == STAGES


@dataclass
class World:
    """An engine with an account on a stand-in, its first post approved."""

    engine: Engine
    clock: DrivenClock
    network: MastodonStandin

    def look(self, moment: datetime) -> tuple[str, ...]:
        """What a look at this moment finds."""
        self.clock.now = moment
        self.engine.preflight()
        with self.engine.database.read() as connection:
            found = preflight.findings(connection).get("mastodon")
        return found.problems if found else ()

    def told(self) -> list[str]:
        """The keys of what the office is told of it."""
        with self.engine.database.read() as connection:
            found = gather(connection, self.engine.house, BEGIN, self.clock()).happened
        return [one.key for one in found if one.kind is Kind.PREFLIGHT]

    def trouble(self) -> str:
        with self.engine.database.read() as connection:
            found = status.overview(connection, self.engine.house, self.clock()).channels
        return next(one.trouble for one in found if one.name == "mastodon")


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    source = read_folder(EXAMPLE, Settings(root=tmp_path))
    with mastodon_standin() as network:
        settings = stage.scratch_settings(Settings(root=tmp_path), tmp_path, smtp_port=9, mastodon_url=network.url)
        (tmp_path / "token").write_text(network.token)
        changed = {
            **settings.model_dump(), "database": {"url": sqlite_url}, "root": tmp_path, "mail": {"enabled": False},
        }  # fmt: skip
        clock = DrivenClock(BEGIN)
        engine = Engine(Settings.model_validate(changed), clock)
        try:
            with engine.database.write() as connection:
                facts.save_event(connection, source.event, OFFICE, clock())
                assert source.facts.announcement is not None
                facts.save_announcement(connection, source.facts.announcement, OFFICE, clock())
            campaigns.plan_campaign(engine.house, KEY, OFFICE, clock())
            campaigns.approve(engine.house, KEY, CHIEF, clock())
            yield World(engine, clock, network)
        finally:
            engine.close()


def test_what_works_is_looked_at_twice_and_nobody_is_told(world: World) -> None:
    assert world.look(SAVE_THE_DATE - timedelta(hours=30)) == ()
    calls = len(world.network.calls)
    for moment in (DAY_BEFORE, DAY_BEFORE + timedelta(hours=1), HOUR_BEFORE, HOUR_BEFORE + timedelta(minutes=5)):
        assert world.look(moment) == ()
    looks = [call for call in world.network.calls[calls:] if call.path.endswith("verify_credentials")]
    assert len(looks) == 2
    assert world.told() == []
    assert world.network.texts() == []


def test_a_token_that_is_no_longer_accepted_is_told_the_day_before_and_the_hour_before(world: World) -> None:
    token, world.network.token = world.network.token, "another"
    (said,) = world.look(DAY_BEFORE)
    assert "refuses the token" in said
    assert "refuses the token" in world.trouble()
    first = world.told()
    world.look(DAY_BEFORE + timedelta(minutes=5))
    assert world.told() == first  # once for a stage, however often it is looked at
    world.look(HOUR_BEFORE)
    assert len({*first, *world.told()}) == 2
    world.network.token = token
    assert world.look(HOUR_BEFORE + timedelta(minutes=5)) == ()
    assert (world.told(), world.trouble()) == ([], "")


def test_a_network_that_takes_less_than_was_approved_asks_for_a_new_look(world: World) -> None:
    world.network.habits.max_characters = 60
    problems = world.look(DAY_BEFORE)
    assert len(problems) == 1
    assert "the network takes 60 characters now, not 500" in problems[0]


def test_a_picture_that_is_gone_is_found_before_it_is_needed(world: World) -> None:
    house = world.engine.house
    kept = house.assets.put(b"a picture")
    picture = {"hash": kept, "media_type": "image/jpeg", "size": 9, "width": 1, "height": 1, "alt": "Das Rathaus"}
    with world.engine.database.write() as connection:
        message = next(
            m for m in store.messages(connection, KEY)
            if m.planned.occurrence.rule_id == "save-the-date" and m.planned.channel == "mastodon"
        )  # fmt: skip
        (stored,) = contents.current(connection, message.id)
        payload = {**stored.payload, "pictures": [picture]}
        contents.keep(connection, message.id, [("de", payload)], facts_version="1", limits={}, now=BEGIN)
    assert world.look(DAY_BEFORE) == ()
    house.assets.path(kept).unlink()
    (said,) = world.look(HOUR_BEFORE)
    assert f"the picture {kept[:12]} is not in" in said
