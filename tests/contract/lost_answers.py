"""Answers lost after the network acted, through the ledger: what is looked up or keyed ends up there once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from announcer.dispatch import Dispatcher
from announcer.store import contents
from announcer.store.database import Database
from tests.contract.channel_cases import Stage, content
from tests.contract.ledger_world import NOW, approved, planned, queue, states


def _still(moment: datetime) -> datetime:
    return moment


def lose_every_first_answer(stage: Stage, database: Database, number: int) -> str:
    """Send `number` messages, each of which loses its first answer; what came of it, in a line for people."""
    channel = stage.channel
    wanted = []
    plan = [planned(f"r{index}", channel.name) for index in range(number)]
    for index, message in enumerate(approved(database, plan)):
        payload = channel.compose(channel.prepare(content(f"Meldung {index}")), channel.limits())
        wanted.append(str(payload.get("status") or payload["text"]).strip())
        with database.write() as connection:
            contents.keep(connection, message.id, [("de", payload)], facts_version="1", limits={}, now=NOW)
        queue(database, [message])
    now = NOW + timedelta(minutes=1)
    stage.break_next("lose_answers")
    # Nothing is tried twice at one moment: each of these writes is a first try.
    first = Dispatcher(
        database, {channel.name: channel}, lambda: now, "first", lambda tried: stage.break_next("lose_answers")
    )
    assert first.drain(channel.name, threading.Event()) == number
    assert set(states(database)) == {"deferred" if channel.can.find or channel.can.key else "unknown"}
    for hour in range(1, 6):
        later = now + timedelta(hours=hour)
        again = Dispatcher(database, {channel.name: channel}, partial(_still, later), "later")
        again.drain(channel.name, threading.Event())
    settled, shown = Counter(states(database)), Counter(text.strip() for text in stage.visible().values())
    doubles, lost = sum(shown.values()) - len(shown), len(set(wanted) - set(shown))
    assert (doubles, lost) == (0, 0)
    assert settled == {("sent" if channel.can.find or channel.can.key else "unknown"): number}
    return f"{number} answers lost after the post was stored: {doubles} doubles, {lost} lost, {dict(settled)}"
