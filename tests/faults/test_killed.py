"""Killed at random and at every step: a short form, and the hundred kills by hand (`make test-long`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from announcer.failpoints import MAIL_NAMES, NAMES
from tests.faults.conftest import Figure
from tests.faults.crew import crew_loop
from tests.faults.kill_loop import Report, kill_loop

EVERY_STEP = (*NAMES, *MAIL_NAMES)


def judged(report: Report, figure: Figure, fault: str) -> None:
    print(f"\n{report}")
    assert (report.lost, report.strangers, report.posts_lost, report.posts_double) == (0, 0, 0, 0), report
    assert (report.left_sending, report.unsettled) == (0, 0), report
    assert report.doubles <= report.doubles_allowed, report
    mails = f"{report.mails} mails: 0 lost, {report.doubles} double (≤ {report.doubles_allowed})"
    posts = f"{report.posts} posts: 0 lost, 0 double"
    figure(fault, report.store, f"{len(report.lives)} kills, {report.during_send} while sending; {mails}; {posts}")


def test_killed_at_every_labelled_step(database_url: str, tmp_path: Path, figure: Figure) -> None:
    report = kill_loop(database_url, tmp_path, mails=1_200, kills=0, posts=8, round=10, failpoints=EVERY_STEP)
    assert report.ends == dict.fromkeys(EVERY_STEP, 1)
    judged(report, figure, "kill -9 at every labelled step")


def test_one_of_three_workers_killed_at_random(postgres_url: str, tmp_path: Path, figure: Figure) -> None:
    report = crew_loop(postgres_url, tmp_path, mails=1_200, kills=4, posts=12, failpoints=())
    judged(report, figure, "kill -9 at random, one of 3 workers")


def test_the_only_one_killed_at_random(sqlite_url: str, tmp_path: Path, figure: Figure) -> None:
    report = kill_loop(sqlite_url, tmp_path, mails=1_200, kills=4, posts=12, round=10, failpoints=())
    judged(report, figure, "kill -9 at random, the only one")


@pytest.mark.long
def test_one_of_three_workers_killed_a_hundred_times(postgres_url: str, tmp_path: Path, figure: Figure) -> None:
    report = crew_loop(postgres_url, tmp_path, mails=20_000, kills=100, posts=60)
    judged(report, figure, "kill -9 100 ×, and each step, 3 workers")


@pytest.mark.long
def test_the_only_one_killed_a_hundred_times(sqlite_url: str, tmp_path: Path, figure: Figure) -> None:
    report = kill_loop(sqlite_url, tmp_path, mails=20_000, kills=100, posts=60, failpoints=EVERY_STEP)
    judged(report, figure, "kill -9 100 ×, and each step, the only one")
