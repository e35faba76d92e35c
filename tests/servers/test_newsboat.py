"""newsboat reads the feeds of a small run: every item once, whatever happens to it afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from announcer.model.changes import CorrectWording
from announcer.model.facts import Announcement
from announcer.office import change
from announcer.store.campaign import Campaign
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.servers.newsroom import OFFICE, Newsroom

pytestmark = pytest.mark.servers

FIRST = Announcement(
    id="hallenbad",
    headline="Hallenbad öffnet am 5. Oktober & bleibt abends länger auf",
    lead="Nach der Sanierung öffnet das Hallenbad am 5. Oktober.",
    body="Die Becken sind neu gefliest.",
)
SECOND = Announcement(
    id="wochenmarkt",
    headline="Wochenmarkt zieht für zwei Wochen um",
    lead="Der Wochenmarkt steht bis zum 15. September auf dem Südplatz.",
    body="Grund sind Bauarbeiten.",
)


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
        # Without the proxy of this machine: the feed is on the loopback.
        clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=clean | {"HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            rows = cache.execute("SELECT guid, title, unread FROM rss_item ORDER BY id").fetchall()
        return [(guid, title, bool(unread)) for guid, title, unread in rows]

    def read_everything(self) -> None:
        """Mark all items as read."""
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache, cache:
            cache.execute("UPDATE rss_item SET unread = 0")


@contextmanager
def _served(newsroom: Newsroom) -> Iterator[str]:
    engine = newsroom.engine
    settings = engine.house.settings
    feeds = settings.path(settings.paths.feeds)
    app = public_app(engine.database, settings, engine.house.key, feeds, newsroom.clock)
    server = WebServer(app, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.start()}"
    finally:
        server.stop()


def _correct(newsroom: Newsroom, key: Campaign, old: str, new: str) -> None:
    house = newsroom.engine.house
    proposal = change.propose(house, key, CorrectWording(old, new), newsroom.clock.now)
    change.confirm(house, proposal, OFFICE, "verwechselt", newsroom.clock.now)
    newsroom.approve(key)


@pytest.mark.parametrize("name", ["feed.rss.xml", "feed.atom.xml"])
def test_every_item_comes_once_also_after_an_edit(name: str, tmp_path: Path) -> None:
    """A second look brings nothing; a correction changes its item in place and brings one new, its own."""
    (tmp_path / "reader").mkdir()
    with Newsroom.open(tmp_path / "house") as newsroom, _served(newsroom) as url:
        reader = Newsboat(tmp_path / "reader", f"{url}/feeds/{name}")
        key = newsroom.announce(FIRST)
        newsroom.work()
        newsroom.announce(SECOND)
        newsroom.work()
        before = reader.reload()
        assert sorted(title for _, title, _ in before) == [FIRST.headline, SECOND.headline]
        reader.read_everything()
        newsroom.work(minutes=60)
        assert reader.reload() == [(guid, title, False) for guid, title, _ in before]

        _correct(newsroom, key, "5. Oktober", "12. Oktober")
        newsroom.work()
        after = reader.reload()
        guids = [guid for guid, _, _ in after]
        assert len(set(guids)) == len(guids) == 3
        titles = {guid: title for guid, title, _ in after}
        unread = [title for _, title, is_unread in after if is_unread]
        corrected, untouched = (next(guid for guid, title, _ in before if title == a.headline) for a in (FIRST, SECOND))
        assert titles[corrected] == FIRST.headline.replace("5. Oktober", "12. Oktober")
        assert titles[untouched] == SECOND.headline
        assert len(unread) == 1
        assert unread[0].startswith("KORREKTUR: ")
