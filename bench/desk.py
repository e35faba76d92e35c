"""The pages of the press desk, with 2,000 announcements, 100,000 subscribers and 1,000,000 deliveries on SQLite.

Each page is asked for again and again over HTTP on loopback, signed in. Bar:
95 of 100 answers within 150 ms, on every page. Baseline: the smallest answer
that the desk gives, its icon.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.model.accounts import Role
from announcer.model.facts import Announcement
from announcer.model.people import Actor
from announcer.office import accounts as office
from announcer.office import campaigns
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.rehearsal.stage import scratch_settings
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.store import accounts, facts, tables
from announcer.store.campaign import Campaign
from announcer.web.desk.desk import open_desk
from announcer.web.server import WebServer
from bench import house
from bench.figures import Bar, Options

ANNOUNCEMENTS, READERS, DELIVERIES = 2_000, 100_000, 1_000_000
OFFICE = Actor("office")
_AT_ONCE = 20_000
_ASKED = 20  # how often each page is asked for, times the repeats
_BAR = Bar("the slowest page, 95 of 100 answers", 150, "ms")


def main(options: Options) -> bool:
    """Print how long each page takes; whether the slowest holds the bar."""
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder, Sandbox() as server:
        example = read_folder(house.EXAMPLE, Settings())
        assert example.event.start is not None
        clock = DrivenClock(example.event.start - timedelta(days=6))
        settings = scratch_settings(Settings(), Path(folder), smtp_port=9, mastodon_url=server.url)
        engine = Engine(settings, clock)
        try:
            pages = _fill(engine, example, clock)
            slowest = _ask(engine, pages, _ASKED * options.repeats)
        finally:
            engine.close()
    return _BAR.holds(slowest)


def _fill(engine: Engine, example: Any, clock: DrivenClock) -> Mapping[str, str]:
    """A house that has worked for years, and the example's campaign six days before its event."""
    began = system_clock()
    key = Campaign(event_id=example.event.id)
    early = clock.now - timedelta(weeks=12)
    with engine.database.write() as connection:
        facts.save_event(connection, replace(example.event, version=1), OFFICE, early)
        facts.save_announcement(
            connection, replace(example.facts.announcement, event_id=example.event.id), OFFICE, early
        )
    campaigns.plan_campaign(engine.house, key, OFFICE, early)
    house.add_readers(engine.database, READERS)
    _announce(engine, early)
    campaigns.approve(engine.house, key, OFFICE, early)
    _send(engine, clock.now)
    with engine.database.read() as connection:
        drafts = connection.execute(
            sa.select(tables.message.c.channel, sa.func.max(tables.message.c.id)).group_by(tables.message.c.channel)
        )
        numbers = {row[0]: row[1] for row in drafts}
        sent = connection.scalar(sa.select(sa.func.max(tables.delivery.c.message_id)))
    print(f"  filled in {(system_clock() - began).total_seconds():.0f} s", flush=True)
    here = f"/campaigns/{key.name}"
    return {
        "today": "/", "campaigns": "/campaigns", "campaigns, last page": "/campaigns?page=50", "to approve": "/approve",
        "timeline": here, "timeline, one day": f"{here}?zoom=1d", "event": f"{here}/event",
        "approve": f"{here}/approve", "change": f"{here}/change/room", "the day": f"{here}/day",
        "report": f"{here}/report",
        "a post": f"/messages/{numbers['mastodon']}", "a mail that was sent": f"/messages/{sent}",
    }  # fmt: skip


def _announce(engine: Engine, now: datetime) -> None:
    """Two thousand releases without an event, each with its messages planned."""
    for number in range(ANNOUNCEMENTS):
        said = Announcement(
            f"release-{number}", f"Mitteilung {number}: Neue Radwege am Rathaus", lead="Zwei Kilometer."
        )
        with engine.database.write() as connection:
            facts.save_announcement(connection, said, OFFICE, now)
    # Planning all of them would take minutes and is not what is measured: their messages are written as planned.
    with engine.database.write() as connection:
        for number in range(ANNOUNCEMENTS):
            occurrence = connection.scalar(
                tables.occurrence.insert()
                .values(
                    subject="announcement", subject_id=f"release-{number}", rule_id="published", anchor="publication"
                )
                .returning(tables.occurrence.c.id)
            )
            rows = [
                {
                    "occurrence_id": occurrence, "channel": channel, "announcement_id": f"release-{number}",
                    "state": "sent", "kind": "announcement", "due_at": now, "audience": "public", "late": "send",
                    "urgency": 3, "approved_by": "office", "approved_at": now, "sending_since": now,
                }
                for channel in ("feed", "mastodon", house.MAIL)
            ]  # fmt: skip
            connection.execute(tables.message.insert(), rows)


def _send(engine: Engine, now: datetime) -> None:
    """A million deliveries of ten mails."""
    with engine.database.read() as connection:
        query = sa.select(tables.message.c.id, tables.message.c.occurrence_id)
        mails = connection.execute(
            query.where(tables.message.c.channel == house.MAIL, tables.message.c.state == "sent").limit(10)
        ).all()
    text = {"language": "de", "facts_version": "0:1", "hash": "0" * 64, "current": True, "created_at": now}
    for message_id, occurrence_id in mails:
        with engine.database.write() as connection:
            content = connection.scalar(
                tables.content.insert()
                .values(message_id=message_id, payload=_mail(), **text)
                .returning(tables.content.c.id)
            )
        for first in range(1, DELIVERIES // len(mails) + 1, _AT_ONCE):
            rows = [
                {
                    "message_id": message_id, "occurrence_id": occurrence_id, "channel": house.MAIL, "target": str(id_),
                    "subscriber_id": id_, "language": "de", "part": 0, "action": "publish", "revision": 0,
                    "content_id": content, "state": "sent", "lane": 1, "ready_at": now, "key": f"{message_id}-{id_}",
                    "sent_at": now,
                }
                for id_ in range(first, first + _AT_ONCE)
            ]  # fmt: skip
            with engine.database.write() as connection:
                connection.execute(tables.delivery.insert(), rows)


def _mail() -> str:
    from announcer.model.content import canonical

    return canonical(house.real_mail())


def _ask(engine: Engine, pages: Mapping[str, str], times: int) -> float:
    """Milliseconds within which 95 of 100 answers of the slowest page come."""
    app, desk = open_desk(engine.house)
    token, now = secrets.token_urlsafe(32), engine.house.clock()
    with engine.database.write() as connection:
        account = accounts.add(connection, "clara", "Clara", frozenset({Role.APPROVER, Role.ADMIN}), "de", now)
        accounts.change(connection, account.id, password="x")
        accounts.add_session(connection, token, account.id, now, now + office.LONGEST)
    server = WebServer(app, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.start()}"
    slowest = 0.0
    try:
        with httpx.Client(base_url=url, cookies={desk.address.cookie: token}, trust_env=False, timeout=60) as client:
            least = _p95(client, "/files/x/mark.svg", times)
            print(f"  baseline, a file of the desk: {least:.0f} ms", flush=True)
            for name, path in pages.items():
                taken = _p95(client, path, times)
                print(f"  {name}: {taken:.0f} ms", flush=True)
                slowest = max(slowest, taken)
    finally:
        server.stop()
    return slowest


def _p95(client: httpx.Client, path: str, times: int) -> float:
    taken = []
    for _ in range(times + 1):
        begin = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - begin) * 1000)
        answer.raise_for_status()
    return sorted(taken[1:])[int(times * 0.95) - 1]  # the first one reads the templates
