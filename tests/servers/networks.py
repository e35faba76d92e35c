"""Real servers of social networks as stages of the channels' contract."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.contract.channel_cases import (
    Notes,
    Stage,
    a_client,
    bluesky_account,
    closed_port,
    matrix_account,
    writes_a_record,
    writes_an_event,
)
from tests.servers.bluesky_pds import HANDLE, Pds
from tests.servers.matrix_synapse import Synapse
from tests.standins.faulty_proxy import bad_line


@contextmanager
def pds_stage(pds: Pds, folder: Path) -> Iterator[Stage]:
    """The account on the real PDS, behind a line that can break. What an earlier stage left is taken away."""
    clear(pds)
    name = f"stage-{time.monotonic_ns()}"
    password = pds.app_password(name)
    with bad_line(pds.url, writes_a_record) as line, a_client(10) as client, a_client(2) as hasty:
        notes = Notes()

        def account(url: str, way: httpx.Client) -> Any:
            return bluesky_account(url, HANDLE, password, way, folder, notes)

        yield Stage(
            channel=account(line.url, client),
            impatient=account(line.url, hasty),
            unreachable=bluesky_account(f"http://127.0.0.1:{closed_port()}", HANDLE, password, client, folder),
            visible=visible(pds),
            break_next=line.break_next,
            revoke=lambda: pds.take_down(True),
            lengthen=lambda payload: {**payload, "text": payload["text"] + "!"},
            keeps_keys=True,
            asks_limits=False,
        )
    pds.take_down(False)


def visible(pds: Pds) -> Callable[[], Mapping[str, str]]:
    """What stands in the account's repository: uri → text."""
    return lambda: {record["uri"]: record["value"]["text"] for record in pds.records()}


def clear(pds: Pds) -> None:
    """Delete every post."""
    with httpx.Client(trust_env=False) as client:
        owner = pds.signed_on(client)
        for record in pds.records():
            key = record["uri"].rpartition("/")[2]
            body = {"repo": pds.did, "collection": "app.bsky.feed.post", "rkey": key}
            client.post(f"{pds.url}/xrpc/com.atproto.repo.deleteRecord", json=body, headers=owner).raise_for_status()


@contextmanager
def synapse_stage(synapse: Synapse) -> Iterator[Stage]:
    """A room of its own on the real Synapse, behind a line that can break."""
    room, token = synapse.room(), synapse.sign_on()
    with bad_line(synapse.url, writes_an_event) as line, a_client(10) as client, a_client(2) as hasty:
        yield Stage(
            channel=matrix_account(line.url, room, token, client),
            impatient=matrix_account(line.url, room, token, hasty),
            unreachable=matrix_account(f"http://127.0.0.1:{closed_port()}", room, token, client),
            visible=lambda: synapse.visible(room),
            break_next=line.break_next,
            revoke=lambda: synapse.call("POST", "logout", {}, token),
            lengthen=lambda payload: {**payload, "text": payload["text"] + "!" * 66_000},
            keeps_keys=True,
            asks_limits=False,
        )
