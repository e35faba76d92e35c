"""The canary is a secret; it must be seen in no log, no error, no file and no backup."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.clock import system_clock
from announcer.sandbox.server import Sandbox
from tests.contract.mastodon_standin import Habits, mastodon_standin
from tests.faults.house import SOCIAL, Office
from tests.faults.process import service, wait_until
from tests.faults.sink import ROOT

CANARY = "canary-Qm7xT2-never-shown"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def _announcer(office: Office, *words: str, **environment: str) -> str:
    """All that a verb says."""
    ran = subprocess.run(
        [sys.executable, "-m", "announcer", "--config", str(office.config), *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stdout + ran.stderr


def _files(folder: Path) -> dict[str, bytes]:
    own = {"token", "heartbeat"}  # where the secrets themselves are kept
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in own}


def test_the_canary_is_seen_nowhere(sqlite_url: str, tmp_path: Path, sandbox: Sandbox) -> None:
    """With a network that does not take the token, a watchman that can't be reached, and verbs that fail."""
    with mastodon_standin(Habits()) as network:
        office = Office(tmp_path, sqlite_url, sandbox.smtp_port, network.url, CANARY)
        office.furnish()
        office.invite(1)
        (tmp_path / "heartbeat").write_text(f"http://127.0.0.1:9/{CANARY}")
        with office.config.open("a", encoding="utf-8") as file:
            file.write(
                '\n[log]\nlevel = "debug"\n[monitoring]\nheartbeat_file = "heartbeat"\n[backup]\nfolder = "out"\n'
            )
        office.announce("rathaus", [SOCIAL], due=system_clock() - timedelta(seconds=1))
        with service(office.config) as running:
            wait_until(lambda: "no heartbeat" in running.log, "the watchman to be missed")
            wait_until(lambda: "backup made" in running.log, "the nightly backup")
            wait_until(lambda: "channel=mastodon" in running.log, "the network to be tried")
            running.stop()
            said = running.log
    for words in (
        ("status",), ("log", "--json"), ("check",), ("doctor",), ("channels", "check"), ("posts", "rathaus"),
        ("backup", str(tmp_path / "asked")), ("--debug", "channels", "check", "nobody"),
    ):  # fmt: skip
        said += _announcer(office, *words)
    assert CANARY not in said
    assert [name for name, data in _files(tmp_path).items() if CANARY.encode() in data] == []
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as raw:
        assert CANARY not in "\n".join(raw.iterdump())
