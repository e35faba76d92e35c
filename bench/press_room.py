"""A press office after many years: 10,000 announcements on one site, in 60 feeds.

Bars: one new announcement is in its feeds within 0.3 s, the process stays
below 300 MB; a page of the press room, a search and the sitemap come
within 0.2 s, since everybody may ask for them. Runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import httpx
import sqlalchemy as sa
from fastapi import FastAPI

from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.model.facts import Announcement
from announcer.model.people import Actor
from announcer.office.feeds import FeedWriter
from announcer.settings import Settings
from announcer.store import facts, tables
from announcer.store.database import Database
from announcer.web.public import public_app
from bench.figures import Bar, Options, spread
from bench.machine import peak_megabytes

ANNOUNCEMENTS = 10_000
TOPICS = 58  # beside them "everything" and its second name: 60 feeds
NEW = Bar("one new announcement in its feeds, of 60", 0.3, "s")
MEMORY = Bar("memory", 300, "MB")
PAGE = Bar("the slowest page", 0.2, "s")
_FIRST = datetime(2016, 1, 4, 8, tzinfo=UTC)
_APART = timedelta(hours=9)
_SENTENCE = "Die Stadt lädt zur Führung über die Brücke ein; „Anmeldung“ – bis Freitag, 18 Uhr, unter 0231 555 0100. "
_AT_ONCE = 2_000
_ASKED = {
    "list": "/",
    "page 250": "/seite/250",
    "topic": "/thema/thema-7",
    "search, everything": "/?q=anmeldung",
    "search, one": "/?q=nummer+4711",
    "search, nothing": "/?q=quastenflosser",
    "announcement": "/a/meldung-4711",
    "sitemap": "/sitemap.xml",
    "subscribe": "/abonnieren",
}


@dataclass(slots=True)
class Result:
    """What one run took, in seconds, and its memory."""

    first: float = 0
    files: int = 0
    new: list[float] = field(default_factory=list)
    everywhere: list[float] = field(default_factory=list)
    pages: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0


def main(options: Options) -> bool:
    """Print what was measured and whether the bars hold."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(there, folder, options.repeats))
        process.start()
        there.close()
        result: Result = here.recv()
        process.join()
    print(f"  {ANNOUNCEMENTS:,} announcements; all {result.files:,} files at the start: {result.first:.1f} s")
    print(f"  a new announcement in its feeds: {spread(result.new)} s; in all 60: {spread(result.everywhere)} s")
    print("  " + ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in result.pages.items()))
    return all(
        [
            NEW.holds(min(result.new)),
            PAGE.holds(max(result.pages.values())),
            MEMORY.holds(result.megabytes),
        ]
    )


def _run(pipe: Connection, folder: str, repeats: int) -> None:
    """Fill a house and measure it."""
    engine = Engine(Settings(root=Path(folder)), system_clock)
    try:
        _fill(engine.database)
        house = engine.house
        feeds = house.settings.path(house.settings.paths.feeds)
        writer = FeedWriter(house, feeds)
        result = Result()
        begin = perf_counter()
        result.files = len(writer.write())
        result.first = perf_counter() - begin
        for number in range(ANNOUNCEMENTS, ANNOUNCEMENTS + repeats):
            result.new.append(_one_more(writer, engine.database, 2 * number, 2))
            result.everywhere.append(_one_more(writer, engine.database, 2 * number + 1, TOPICS))
        app = public_app(engine.database, house.settings, house.key, feeds, house.clock)
        result.pages = asyncio.run(_visited(app, repeats))
        result.megabytes = peak_megabytes()
        pipe.send(result)
    finally:
        engine.close()


def _one_more(writer: FeedWriter, database: Database, number: int, topics: int) -> float:
    """Seconds from "sent" to all its files on the disk."""
    with database.write() as connection:
        _publish(connection, range(number, number + 1), topics)
    begin = perf_counter()
    writer.entries_sent()
    written = writer.write()
    took = perf_counter() - begin
    assert len(written) >= 3 * (topics + 2), written
    return took


async def _visited(app: FastAPI, repeats: int) -> dict[str, float]:
    """The best time of each page: what it costs, not what the neighbours do."""
    best: dict[str, float] = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        for _ in range(repeats):
            for name, path in _ASKED.items():
                begin = perf_counter()
                answer = await client.get(path)
                best[name] = min(best.get(name, 999.0), perf_counter() - begin)
                assert answer.status_code == 200, (path, answer.status_code)
    return best


def _fill(database: Database) -> None:
    for first in range(0, ANNOUNCEMENTS, _AT_ONCE):
        with database.write() as connection:
            _publish(connection, range(first, first + _AT_ONCE), 2)


def _publish(connection: sa.Connection, numbers: range, topics: int) -> None:
    """Announcements as they stand in the store once their feed entry has been sent."""
    at = {n: _FIRST + _APART * n for n in numbers}
    for n in numbers:
        facts.save_announcement(connection, _announcement(n, topics), Actor("office"), at[n])
    rows = [
        (tables.occurrence, [_occurrence(n) for n in numbers]),
        (tables.message, [_message(n, at[n]) for n in numbers]),
        (tables.content, [_content(n, at[n]) for n in numbers]),
        (tables.delivery, [_delivery(n, at[n]) for n in numbers]),
    ]
    for table, values in rows:
        connection.execute(table.insert(), values)


def _announcement(number: int, topics: int) -> Announcement:
    return Announcement(
        id=f"meldung-{number}",
        headline=f"Nummer {number}: Führung über die Brücke",
        lead=_SENTENCE,
        body="\n\n".join([_SENTENCE * 8] * 3),
        contact="Pressestelle, Telefon 0231 555 0100",
        topics=tuple(f"Thema {(number + extra) % TOPICS}" for extra in range(topics)),
    )


def _occurrence(number: int) -> dict[str, object]:
    fixed = {"subject": "announcement", "rule_id": "announcement", "anchor": "release"}
    return {"id": number + 1, "subject_id": f"meldung-{number}", **fixed}


def _message(number: int, at: datetime) -> dict[str, object]:
    fixed = {"channel": "feed", "state": "sent", "kind": "announcement", "audience": "public", "late": "send"}
    moments = {"due_at": at, "sending_since": at, "settled_at": at}
    own = {"id": number + 1, "occurrence_id": number + 1, "announcement_id": f"meldung-{number}", "urgency": 3}
    return {**own, **fixed, **moments}


def _content(number: int, at: datetime) -> dict[str, object]:
    payload = {
        "title": f"Nummer {number}: Führung über die Brücke",
        "summary": _SENTENCE,
        "html": f"<p>Nummer {number}.</p>" + f"<p>{_SENTENCE * 8}</p>" * 3,
        "link": f"http://127.0.0.1:8080/a/meldung-{number}",
        "categories": [],
    }
    fixed = {"language": "de", "facts_version": "1", "current": True, "created_at": at, "hash": f"{number:064x}"}
    return {"id": number + 1, "message_id": number + 1, "payload": json.dumps(payload), **fixed}


def _delivery(number: int, at: datetime) -> dict[str, object]:
    own = dict.fromkeys(("message_id", "occurrence_id", "content_id"), number + 1)
    fixed = {"channel": "feed", "target": "feed:de", "language": "de", "part": 0, "action": "publish", "revision": 0}
    state = {"state": "sent", "lane": 1, "ready_at": at, "sent_at": at, "key": f"{number:040x}"}
    return {**own, **fixed, **state}
