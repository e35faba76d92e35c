"""The service killed at each failpoint of a small send; `make test-long` has the long loops."""

from __future__ import annotations

import signal
from pathlib import Path

from announcer.failpoints import NAMES
from tests.faults.kill_loop import kill_loop


def test_killed_at_each_failpoint_nobody_is_left_out(database_url: str, tmp_path: Path) -> None:
    report = kill_loop(database_url, tmp_path, mails=1_500, kills=0, posts=8, round=10)
    print(report)
    assert (report.lost, report.strangers, report.posts_lost, report.posts_double) == (0, 0, 0, 0), report
    assert (report.left_sending, report.unsettled) == (0, 0), report
    assert report.doubles <= report.doubles_allowed, report
    assert report.ends == dict.fromkeys(NAMES, 1)
    assert {life.code for life in report.lives} == {-signal.SIGKILL}


def test_killed_within_a_post_it_is_looked_up_and_not_repeated(sqlite_url: str, tmp_path: Path) -> None:
    report = kill_loop(sqlite_url, tmp_path, mails=0, kills=0, posts=8, failpoints=("after-send", "before-mark"))
    assert (report.posts_lost, report.posts_double, report.left_sending, report.unsettled) == (0, 0, 0, 0), report
    assert report.ends == {"after-send": 1, "before-mark": 1}
