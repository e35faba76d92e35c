"""Programs that people read feeds with, each as one subscriber with a folder of their own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser
import httpx
import reader as reader_library

from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.servers.newsroom import Newsroom

PATIENCE = 60


@contextmanager
def served(newsroom: Newsroom) -> Iterator[str]:
    """The newsroom's public site, for the block; its address."""
    engine = newsroom.engine
    settings = engine.house.settings
    feeds = settings.path(settings.paths.feeds)
    app = public_app(engine.database, settings, engine.house.key, feeds, newsroom.clock)
    server = WebServer(app, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.start()}"
    finally:
        server.stop()


def _run(command: Sequence[str], folder: Path) -> str:
    """What a program says that ends well. Without the proxy of this machine: the feeds are on the loopback."""
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        command,
        cwd=folder,
        env=clean | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True, slots=True)
class Newsboat:
    """A subscriber with a folder of their own."""

    folder: Path
    feed: str

    def reload(self) -> list[tuple[str, str, bool]]:
        """Look at the feed; every item ever seen as (guid, title, unread), the oldest first."""
        (self.folder / "urls").write_text(f"{self.feed}\n", encoding="ascii")
        (self.folder / "config").write_text("reload-threads 1\n", encoding="ascii")
        command = ["newsboat", "-q", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
        _run(command, self.folder)
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            rows = cache.execute("SELECT guid, title, unread FROM rss_item ORDER BY id").fetchall()
        return [(guid, title, bool(unread)) for guid, title, unread in rows]

    def read_everything(self) -> None:
        """Mark all items as read."""
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache, cache:
            cache.execute("UPDATE rss_item SET unread = 0")


@dataclass(frozen=True, slots=True)
class Sfeed:
    """A subscriber with Debian's sfeed: every item is a line of a text file."""

    folder: Path
    feed: str

    def reload(self) -> list[tuple[str, str]]:
        """Look at the feed; every line as (id, title)."""
        rc = f"sfeedpath='{self.folder}/feeds'\nfeeds() {{\n\tfeed 'city' '{self.feed}'\n}}\n"
        (self.folder / "sfeedrc").write_text(rc, encoding="ascii")
        _run(["sfeed_update", str(self.folder / "sfeedrc")], self.folder)
        lines = (self.folder / "feeds" / "city").read_text(encoding="utf-8").splitlines()
        return [(fields[5], fields[1]) for fields in (line.split("\t") for line in lines)]


@dataclass(frozen=True, slots=True)
class Library:
    """A subscriber whose program is made with the library `reader`."""

    folder: Path
    feed: str

    def reload(self) -> list[tuple[str, str, bool]]:
        """Look at the feed; every entry ever seen as (id, title, unread)."""
        with closing(reader_library.make_reader(str(self.folder / "reader.db"))) as opened:
            opened.add_feed(self.feed, exist_ok=True)
            opened.update_feed(self.feed)
            return [(entry.id, entry.title or "", not entry.read) for entry in opened.get_entries()]

    def read_everything(self) -> None:
        """Mark all entries as read."""
        with closing(reader_library.make_reader(str(self.folder / "reader.db"))) as opened:
            for entry in opened.get_entries(read=False):
                opened.mark_entry_as_read(entry)


@dataclass(slots=True)
class Parser:
    """A subscriber who asks only for what changed, and keeps what feedparser reads."""

    feed: str
    seen: dict[str, Any] = field(default_factory=dict)
    validators: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)

    def reload(self) -> list[tuple[str, str]]:
        """Look at the feed; every entry ever seen as (id, title)."""
        answer = httpx.get(self.feed, headers=self.validators, trust_env=False)
        self.statuses.append(answer.status_code)
        if answer.status_code == 304:
            assert answer.content == b""
        else:
            self.validators = {"If-None-Match": answer.headers["etag"]}
            parsed = feedparser.parse(answer.content)
            assert not parsed.bozo
            ids = [entry.id for entry in parsed.entries]
            assert len(set(ids)) == len(ids)
            self.seen |= {entry.id: entry.title for entry in parsed.entries}
        return list(self.seen.items())
