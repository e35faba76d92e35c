"""Readiness, the heartbeat and what systemd hears."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from announcer.store import schema
from announcer.store.database import Database, open_database
from announcer.upkeep.figures import Figures
from announcer.upkeep.health import Health
from announcer.upkeep.heartbeat import Heartbeat
from announcer.upkeep.systemd import Notifier


class Steady:
    """A clock that only goes on when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/a.db")
    schema.migrate(database)
    yield database
    database.close()


def _bad(health: Health) -> set[str]:
    return {point.name for point in health.look().points if not point.ok}


def test_a_house_in_order_is_ready(database: Database, tmp_path: Path) -> None:
    health = Health(database, tmp_path, disk_free=1)
    assert health.look().ready
    assert {point.name for point in health.look().points} == {"database", "folder", "disk", "tick"}
    health.close()


def test_a_clock_that_stands_still_is_not_ready_until_it_ticks_again(database: Database, tmp_path: Path) -> None:
    steady = Steady()
    health = Health(database, tmp_path, disk_free=1, steady=steady)
    steady.now = 29
    assert _bad(health) == set()
    steady.now = 31
    assert _bad(health) == {"tick"}
    health.ticked()
    steady.now = 33
    assert _bad(health) == set()
    assert "tick" not in {p.name for p in Health(database, tmp_path, disk_free=1, ticks=False).look().points}


def test_a_full_disk_is_not_ready(database: Database, tmp_path: Path) -> None:
    assert _bad(Health(database, tmp_path, disk_free=2**62)) == {"disk"}


def test_a_folder_that_is_gone_is_not_ready(database: Database, tmp_path: Path) -> None:
    assert _bad(Health(database, tmp_path / "gone", disk_free=1)) == {"folder", "disk"}


def test_a_write_that_hangs_is_told_and_not_waited_for(database: Database, tmp_path: Path) -> None:
    steady = Steady()
    health = Health(database, tmp_path, disk_free=1, steady=steady, write_seconds=0.05)
    other = sqlite3.connect(tmp_path / "a.db")
    other.execute("BEGIN IMMEDIATE")
    assert _bad(health) == {"database"}
    steady.now = 2
    assert _bad(health) == {"database"}
    other.rollback()
    other.close()
    assert health._writing is not None
    health._writing.result(10)
    steady.now = 4
    assert _bad(health) == set()
    health.close()


def test_a_database_without_tables_says_so(tmp_path: Path) -> None:
    bare = open_database(f"sqlite:///{tmp_path}/bare.db")
    (point,) = [point for point in Health(bare, tmp_path, disk_free=1).look().points if not point.ok]
    assert "no tables" in point.said
    bare.close()


# -- The heartbeat. --


class Watchman:
    """A server that counts."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.calls = status, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.status == 0:
            raise httpx.ConnectError("away")
        return httpx.Response(self.status)


@pytest.mark.parametrize(("status", "outcome"), [(200, "taken"), (500, "refused"), (0, "unreachable")])
def test_the_watchman_is_called_and_what_he_answers_is_counted(
    status: int, outcome: str, database: Database, tmp_path: Path
) -> None:
    watchman, figures = Watchman(status), Figures()
    with httpx.Client(transport=httpx.MockTransport(watchman)) as client, capture_logs() as said:
        beat = Heartbeat("https://watch.example/s3cret", client, Health(database, tmp_path, disk_free=1), figures)
        assert [beat.beat(), beat.beat()] == [status == 200] * 2
    assert watchman.calls == 2
    assert figures.registry.get_sample_value("announcer_heartbeats_total", {"outcome": outcome}) == 2
    assert len(said) == (0 if status == 200 else 1)
    assert "s3cret" not in str(said)


def test_no_sign_of_life_while_the_house_is_not_ready(database: Database, tmp_path: Path) -> None:
    watchman, figures = Watchman(), Figures()
    structlog.reset_defaults()
    with httpx.Client(transport=httpx.MockTransport(watchman)) as client, capture_logs():
        beat = Heartbeat("https://watch.example/x", client, Health(database, tmp_path, disk_free=2**62), figures)
        assert not beat.beat()
    assert watchman.calls == 0


# -- systemd. --


def test_systemd_hears_of_start_life_and_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.ready("sending")
        notifier.alive()
        notifier.stopping()
        assert [ear.recv(100) for _ in range(3)] == [b"READY=1\nSTATUS=sending", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nothing_is_said_and_nothing_breaks(tmp_path: Path) -> None:
    Notifier({}).alive()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()
