"""kill -9 at every step of a send, against a real PDS and a real Synapse: nothing twice, nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from announcer.channels import Channel
from announcer.channels.bluesky import Bluesky
from announcer.channels.matrix import Matrix
from announcer.store import contents, schema
from announcer.store.database import open_database
from tests.contract.channel_cases import Notes, a_client, bluesky_account, content, matrix_account
from tests.contract.ledger_world import NOW, approved, planned, queue, states
from tests.servers.bluesky_pds import HANDLE, ROOT, Pds
from tests.servers.matrix_synapse import Synapse
from tests.servers.networks import clear, visible

pytestmark = pytest.mark.servers

SHORT = pytest.param(21, id="short")
LONG = pytest.param(200, id="long", marks=pytest.mark.long)


@pytest.mark.parametrize("kills", [SHORT, LONG])
def test_killed_at_every_step_a_sender_posts_each_text_once_on_a_pds(kills: int, pds: Pds, tmp_path: Path) -> None:
    clear(pds)
    with a_client(30) as client:
        channel = bluesky_account(pds.url, HANDLE, pds.password, client, tmp_path, Notes())
        told = {"network": "bluesky", "url": pds.url, "account": HANDLE, "room": "", "secret": pds.password}
        wanted = _send(channel, told, kills, tmp_path)
    _each_once(visible(pds)(), wanted, kills)


@pytest.mark.parametrize("kills", [SHORT, LONG])
def test_killed_at_every_step_a_sender_posts_each_text_once_on_synapse(
    kills: int, synapse: Synapse, tmp_path: Path
) -> None:
    room, token = synapse.room(), synapse.sign_on()
    with a_client(30) as client:
        channel = matrix_account(synapse.url, room, token, client)
        told = {"network": "matrix", "url": synapse.url, "account": "", "room": room, "secret": token}
        wanted = _send(channel, told, kills, tmp_path)
    _each_once(synapse.visible(room), wanted, kills)


def _send(channel: Bluesky | Matrix, told: Mapping[str, Any], kills: int, folder: Path) -> list[str]:
    """Queue a delivery per kill, let the sender live and die, and give the texts that have to be there."""
    number = kills + 5
    url = f"sqlite:///{folder}/ledger.db"
    database = open_database(url)
    schema.migrate(database)
    plan = [planned(f"r{index}", told["network"]) for index in range(number)]
    wanted = []
    for index, message in enumerate(approved(database, plan)):
        payload = _composed(channel, f"Lauf {index}")
        wanted.append(str(payload["text"]))
        with database.write() as connection:
            contents.keep(connection, message.id, [("de", payload)], facts_version="1", limits={}, now=NOW)
        queue(database, [message])
    database.close()
    now = (NOW + timedelta(minutes=1)).isoformat()
    given = {**told, "database": url, "folder": str(folder), "kills": kills, "now": now}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.servers.killed_sender"],
        input=json.dumps(given), capture_output=True, text=True, cwd=ROOT, timeout=1500, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert int(ended.stdout) >= kills * 6 // 7, f"only {ended.stdout.strip()} of {kills} lives ended at their step"
    database = open_database(url)
    assert Counter(states(database)) == {"sent": number}
    database.close()
    return wanted


def _composed(channel: Channel, fact: str) -> Any:
    return channel.compose(channel.prepare(content(fact)), channel.limits())


def _each_once(found: Mapping[str, str], wanted: list[str], kills: int) -> None:
    counted = Counter(found.values())
    doubles = sum(number - 1 for number in counted.values())
    lost = [text for text in wanted if text not in counted]
    print(f"\n{kills} kills, {len(wanted)} posts: {doubles} doubles, {len(lost)} lost")
    assert (doubles, lost, len(counted)) == (0, [], len(wanted))
