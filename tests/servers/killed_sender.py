"""A sender that is killed at every step: run as a program, against a network that answers for real.

Standard input has one JSON object: database, network, url, account, room, secret, folder, kills. The
deliveries are in the ledger already. Each life of the sender takes back what
the one before held, sends, and is ended by SIGKILL at its step, or in the
middle of a call; the last one sends what is left.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from announcer import failpoints
from announcer.channels import Channel
from announcer.channels.bluesky import Bluesky
from announcer.channels.matrix import Matrix
from announcer.dispatch import Dispatcher
from announcer.settings import ChannelSettings
from announcer.store import ledger
from announcer.store.assets import Assets
from announcer.store.database import Database, open_database
from announcer.store.memory import Memory

KEY = b"a-house-key-for-tests"
#: Every step a delivery passes, and the call itself.
STEPS = (*failpoints.NAMES, "in-call")


def main() -> None:
    """Kill as often as asked, then finish; prints how many lives ended at their step."""
    told = json.load(sys.stdin)
    chance = random.Random(20260901)
    killed = 0
    for number in range(told["kills"]):
        killed += _life(told, STEPS[number % len(STEPS)], chance.uniform(0.0, 0.03)) == -signal.SIGKILL
    _life(told, "", 0.0)
    print(killed)


def _life(told: Any, step: str, seconds: float) -> int:
    """One life of the sender, in a process of its own; how it ended."""
    child = os.fork()
    if child == 0:
        try:
            _send(told, step, seconds)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _send(told: Any, step: str, seconds: float) -> None:
    now = datetime.fromisoformat(told["now"])
    database = open_database(told["database"])
    with httpx.Client(timeout=30, trust_env=False) as client:
        channel = _channel(told, database, client, lambda: now)
        with database.write() as connection:
            ledger.reap(connection, [], [], everything=True)
        _arm(channel, step, seconds)
        Dispatcher(database, {channel.name: channel}, lambda: now, uuid.uuid4().hex).drain(
            channel.name, threading.Event()
        )
    database.close()
    os._exit(0)


def _arm(channel: Channel, step: str, seconds: float) -> None:
    if step != "in-call":
        failpoints._name = step
        return
    send: Callable[..., Any] = channel.send

    def dying(*given: Any) -> Any:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return send(*given)

    channel.send = dying  # type: ignore[method-assign, assignment]  # this life ends while it sends


def _channel(told: Any, database: Database, client: httpx.Client, clock: Callable[[], datetime]) -> Channel:
    account, name = told["account"], told["network"]
    settings = ChannelSettings(kind=name, url=told["url"], account=account, room=told["room"])
    if name == "matrix":
        return Matrix(name, settings, told["secret"], client, clock)
    files = Assets(Path(told["folder"]) / "assets")
    return Bluesky(name, settings, told["secret"], client, clock, files, Memory(database, KEY, name))


if __name__ == "__main__":
    main()
