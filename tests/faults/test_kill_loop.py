"""The service killed and stopped over and over while it sends to 20,000: `make test-long`."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from announcer.failpoints import NAMES
from tests.faults.kill_loop import Report, freeze, kill_loop

pytestmark = pytest.mark.long

#: What a service that was told to stop may take for it, in seconds.
LONGEST_STOP = 10.0


def judged(report: Report) -> Report:
    """Print the figures; what must hold however it ended. After an orderly end nothing at all may be double."""
    print(f"\n{report}")
    assert (report.lost, report.strangers, report.posts_lost, report.posts_double) == (0, 0, 0, 0)
    assert (report.left_sending, report.unsettled) == (0, 0)
    assert report.doubles <= report.doubles_allowed
    return report


def test_killed_at_random_and_at_each_failpoint(database_url: str, tmp_path: Path) -> None:
    report = judged(kill_loop(database_url, tmp_path, mails=20_000, kills=20, posts=40))
    assert report.ends == {"SIGKILL": 20, **dict.fromkeys(NAMES, 1)}
    assert {life.code for life in report.lives} == {-signal.SIGKILL}


def test_killed_within_a_post(database_url: str, tmp_path: Path) -> None:
    report = judged(kill_loop(database_url, tmp_path, mails=0, kills=4, posts=110, failpoints=NAMES * 3))
    assert report.ends == {"SIGKILL": 4, **dict.fromkeys(NAMES, 3)}


def test_stopped_at_random(database_url: str, tmp_path: Path) -> None:
    report = judged(
        kill_loop(database_url, tmp_path, mails=20_000, kills=20, number=signal.SIGTERM, failpoints=(), posts=40)
    )
    assert report.slowest_end <= LONGEST_STOP
    assert {life.code for life in report.lives if life.ready} == {0}
    # Before it listens to signals nothing has begun, and the system ends it.
    assert {life.code for life in report.lives} <= {0, -signal.SIGTERM}


def test_frozen_beyond_its_lease_while_another_worker_goes_on(postgres_url: str, tmp_path: Path) -> None:
    report = judged(freeze(postgres_url, tmp_path, mails=20_000, times=3))
    assert report.ends == {"SIGSTOP": 3}
