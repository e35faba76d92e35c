"""A restored or long-asleep house starts held; a normal one never does."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from announcer.cli.verbs import app
from announcer.cli.words import Speech
from announcer.clock import SteadyClock, system_clock
from announcer.engine import Engine
from announcer.errors import Conflict, StoreError
from announcer.keyring import signing_key
from announcer.model.ledger import MessageState
from announcer.model.people import SubscriptionState
from announcer.newsletter import tokens
from announcer.office import holding, subscribers
from announcer.office.holding import Hold
from announcer.sandbox.server import Sandbox
from announcer.settings import load
from announcer.store import campaign, epoch, journal, people
from announcer.store.tables import subscriber
from announcer.timekeeping import Timekeeper
from tests.faults.house import Office, address
from tests.faults.process import service, wait_until
from tests.integration.campaign_world import CHIEF, OFFICE, CampaignWorld, at, campaign_world, mails

START = at(7, 16)


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, sqlite_url, START) as made:
        made.approve()
        yield made
        made.engine.close()  # a test may have opened it anew


def watch(world: CampaignWorld, now: datetime, *, starting: bool = False) -> Hold | None:
    """What the service does at its start and once a minute, at a moment of the test's."""
    world.clock.now = now
    return holding.keep_watch(world.house, now, starting=starting)


def restart(world: CampaignWorld, backup: Path | None = None) -> None:
    """End the process without a word, put a backup in place, open the house again."""
    world.engine.close()
    if backup is not None:
        path = Path(world.engine.database.url.removeprefix("sqlite:///"))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copy(backup, path)
    world.engine = Engine(world.house.settings, world.clock)
    world.house = world.engine.house


def leave(world: CampaignWorld, subscriber_id: int, list_id: str, now: datetime) -> None:
    """By the link in a mail, as the public pages do."""
    token = tokens.make(world.house.key, "unsubscribe", subscriber_id, list_id)
    kept = holding.withdrawal_log(world.house.settings)
    subscribers.leave(world.engine.database, world.house.key, token, None, now, kept=kept)


def first_due(world: CampaignWorld) -> datetime:
    """When the first mail of the campaign is due."""
    approved = [m.planned for m in world.messages().values() if m.state is MessageState.SCHEDULED]
    return min(p.due_at for p in approved if p.channel == "newsletter" and p.due_at is not None and p.due_at > START)


def test_a_restored_backup_starts_held_and_nobody_who_left_is_written_to_after_release(
    world: CampaignWorld, tmp_path: Path
) -> None:
    due = first_due(world)
    before = due - timedelta(hours=2)
    assert watch(world, before, starting=True) is None
    world.subscribe("back@post.example")
    backup = tmp_path / "backup.db"
    world.engine.database.copy_to(backup)
    assert watch(world, before + timedelta(minutes=1)) is None
    with world.engine.database.read() as connection:
        ids = {row.address: row.id for row in connection.execute(subscriber.select())}
    leave(world, ids["reader0@post.example"], "newsletter", before + timedelta(minutes=2))
    leave(world, ids["reader1@post.example"], "", before + timedelta(minutes=2))
    late = world.subscribe("after@post.example")
    leave(world, late, "", before + timedelta(minutes=3))
    assert "@" not in holding.withdrawal_log(world.house.settings).path.read_text()

    restart(world, backup)
    assert watch(world, due, starting=True) == Hold(("restored",))
    assert world.go(due) == []
    with world.engine.database.read() as connection:
        found = holding.what_would_go(connection, world.house, due)
        assert people.is_suppressed(connection, world.house.key, "reader1@post.example")
        assert people.is_suppressed(connection, world.house.key, "after@post.example")
        one = people.subscription_of(connection, ids["reader0@post.example"], "newsletter")
    assert one is not None
    assert one.state is SubscriptionState.LEFT
    restart(world)
    assert watch(world, due, starting=True) == Hold(("restored",))  # until somebody says so

    holding.release(world.house, CHIEF, due)
    received = mails(world.go(due))
    assert (len(received), watch(world, due + timedelta(minutes=1), starting=True)) == (found.recipients, None)
    assert received
    assert not {mail.recipient for mail in received} & {"reader0@post.example", "reader1@post.example"}
    with pytest.raises(Conflict, match="nothing is held"):
        holding.release(world.house, CHIEF, due)


def test_who_came_back_after_leaving_stays(world: CampaignWorld) -> None:
    person = world.subscribe("returned@post.example")
    leave(world, person, "newsletter", START + timedelta(minutes=1))
    world.clock.now = START + timedelta(minutes=2)
    world.subscribe("returned@post.example")
    assert holding.replay(world.house, START + timedelta(minutes=3)) == 0
    with world.engine.database.read() as connection:
        one = people.subscription_of(connection, person, "newsletter")
    assert one is not None
    assert one.state is SubscriptionState.CONFIRMED


def test_the_database_alone_or_beside_another_houses_file_is_held(world: CampaignWorld) -> None:
    assert watch(world, START, starting=True) is None
    path = holding.epoch_file(world.house.settings)
    path.unlink()
    assert watch(world, START, starting=True) == Hold(("moved",))
    holding.release(world.house, CHIEF, START)
    epoch.write_file(path, epoch.Epoch("another", 3))
    assert watch(world, START, starting=True) == Hold(("foreign",))
    holding.release(world.house, CHIEF, START)
    path.write_text("{")
    assert watch(world, START, starting=True) == Hold(("epoch_unreadable",))
    holding.release(world.house, CHIEF, START)
    assert watch(world, START, starting=True) is None


def test_withdrawals_that_can_not_be_read_hold_until_they_can(world: CampaignWorld) -> None:
    watch(world, START, starting=True)
    log = holding.withdrawal_log(world.house.settings).path
    log.write_text("broken\n")
    holding.epoch_file(world.house.settings).unlink()
    assert watch(world, START, starting=True) == Hold(("moved", "withdrawals_unreadable"))
    with pytest.raises(StoreError, match="line 1 can't be read"):
        holding.release(world.house, CHIEF, START)
    log.unlink()
    assert watch(world, START, starting=True) == Hold(("moved",))
    holding.release(world.house, CHIEF, START)
    assert holding.state(world.house) is None


def test_a_long_sleep_holds_only_if_something_was_due_and_nothing_past_its_time_leaves(world: CampaignWorld) -> None:
    due = first_due(world)
    watch(world, due - timedelta(hours=30), starting=True)
    world.go(due - timedelta(hours=30))
    asleep = watch(world, due + timedelta(days=3000), starting=True)
    assert asleep is not None
    assert [reason.partition(":")[0] for reason in asleep.reasons] == ["asleep"]
    later = due + timedelta(days=3000)
    with world.engine.database.read() as connection:
        found = holding.what_would_go(connection, world.house, later)
    holding.release(world.house, OFFICE, later)
    arrived = world.go(later)
    assert found.missed
    assert len(mails(arrived)) == found.recipients
    with world.engine.database.read() as connection:
        states = {one.id: one.state for one in campaign.messages(connection)}
    assert {states[one.message.id] for one in found.missed} == {MessageState.MISSED}
    assert {states[one.message.id] for one in found.asked} <= {MessageState.HELD}


def test_a_sleep_shorter_than_that_holds_nothing(world: CampaignWorld) -> None:
    due = first_due(world)
    world.walk(due - timedelta(hours=5))
    watch(world, due - timedelta(hours=5), starting=True)
    assert watch(world, due, starting=True) is None


def test_a_clock_that_jumps_holds_everything_before_anything_leaves_early(world: CampaignWorld) -> None:
    """Set forward by a month: nothing of that month leaves, and `status` says why."""
    passed = [0.0]
    wall = [first_due(world) - timedelta(minutes=5)]
    steady = SteadyClock(lambda: wall[0], lambda: passed[0])
    world.engine.close()
    world.engine = Engine(world.house.settings, steady)
    world.engine.tick()
    world.engine.drain("feed")  # the announcement itself, long due
    assert not world.engine.watch_clock()
    wall[0] += timedelta(days=30)
    world.engine.tick()
    assert [world.engine.drain(name) for name in world.engine.ways_out] == [0] * len(world.engine.ways_out)
    assert world.engine.watch_clock()
    assert holding.state(world.engine.house) == Hold(("clock:+2592000",))
    assert Speech("de").hold("clock:+2592000").startswith("Die Uhr dieses Rechners ist um +2592000 Sekunden")
    assert not world.engine.watch_clock()  # said once
    world.engine.tick()
    assert mails(list(world.sandbox.arrivals)) == []


def test_ticks_go_on_after_the_clock_was_set_back(world: CampaignWorld) -> None:
    """The scheduler itself counts by the wall clock: without help it would wait until that comes round again."""
    came = threading.Event()

    class Counting(Timekeeper):
        def tick(self) -> None:
            came.set()

    keeper = Counting(world.engine, [])
    keeper.start()
    try:
        assert came.wait(10)
        with keeper._lock:
            keeper._scheduler.modify_job("tick", next_run_time=system_clock() + timedelta(hours=1))
        time.sleep(1.2)
        came.clear()
        keeper.tick_now()
        assert came.wait(10)
    finally:
        keeper.stop()


def test_the_service_restarted_or_killed_is_not_held_but_restored_is(sqlite_url: str, tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sqlite_url, sandbox.smtp_port, sandbox.url)
        office.furnish()
        office.invite(3)
        with service(office.config) as running:
            assert running.stop()[0] == 0
        backup = tmp_path / "backup.db"
        shutil.copy(tmp_path / "announcer.db", backup)
        with service(office.config) as running:  # killed at the end of the block
            office.announce("rathaus", ("newsletter",))
            wait_until(lambda: len(sandbox.mails) == 3, "the mails")
            link = tokens.make(signing_key(load(office.config)), "unsubscribe", 1, "newsletter")
            assert httpx.post(f"{running.url}/u/{link}", trust_env=False).status_code == 200
        with service(office.config) as running:
            assert "held" not in running.log
            assert running.stop()[0] == 0
        for suffix in ("-wal", "-shm"):
            (tmp_path / f"announcer.db{suffix}").unlink(missing_ok=True)
        shutil.copy(backup, tmp_path / "announcer.db")
        with service(office.config) as running:
            assert "all sending is held" in running.log
            office.announce("rathaus", ("newsletter",))
            said = run(office, "status")
            assert said.splitlines()[0].startswith("Der gesamte Versand ist zurückgehalten: Die Datenbank ist älter")
            assert "→ 2" in run(office, "release-hold", "--yes")
            wait_until(lambda: len(sandbox.mails) == 5, "the mails after the release")
            assert running.stop()[0] == 0
        with office.ledger() as ledger, ledger.database.read() as connection:
            assert journal.recall(connection, journal.HOLD) is None
        assert address(1) not in [mail.recipient for mail in sandbox.mails[3:]]


def run(office: Office, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["--config", str(office.config), "--lang", "de", *arguments])
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split(" "))
