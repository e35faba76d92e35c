"""A WebSub hub on loopback: told once of each change, also when it was away or the service died in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import feedparser
import httpx
import pytest

from announcer.model.changes import ChangeRoom
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.campaign_world import CampaignWorld, at, campaign_world


@dataclass
class Hub:
    """Answers with `answers`, then with 202; keeps what it was told."""

    url: str = ""
    told: list[dict[str, list[str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status = hub.answers.pop(0) if hub.answers else 202
            if status == 202:
                hub.told.append(parse_qs(body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/hub"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running() as opened:
        yield opened


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str, hub: Hub) -> Iterator[CampaignWorld]:
    with campaign_world(
        tmp_path, sqlite_url, at(6, 20), readers=1, site={"websub_hub": hub.url, "check_pages": False}
    ) as opened:
        yield opened


def go(world: CampaignWorld, *args: int) -> None:
    world.go(at(*args))
    world.go(at(*args) + timedelta(seconds=3))


def test_the_hub_is_told_of_each_change_once(world: CampaignWorld, hub: Hub) -> None:
    world.approve()
    go(world, 6, 24)
    hub.told.clear()  # the empty feeds of the first day
    go(world, 6, 25)
    (told,) = hub.told
    feeds = f"{world.house.settings.site.url}/feeds"
    assert told["hub.mode"] == ["publish"]
    assert f"{feeds}/feed.de.atom.xml" in told["hub.url"]
    assert not [address for address in told["hub.url"] if address.endswith(".ics")]
    assert told["hub.topic"] == told["hub.url"]
    go(world, 6, 25, 12)
    assert len(hub.told) == 1
    go(world, 6, 26)
    go(world, 8, 21)
    before = len(hub.told)
    world.change(ChangeRoom("keynote", "Saal 2"))
    go(world, 8, 21, 11)
    assert len(hub.told) == before + 1


def test_a_hub_that_was_away_is_told_later(world: CampaignWorld, hub: Hub) -> None:
    hub.answers[:] = [503, 503]
    world.approve()
    go(world, 6, 25)
    assert hub.told == []
    for minutes in (1, 2, 5, 10):
        world.go(at(6, 25) + timedelta(minutes=minutes))
    assert any("feed.de.atom.xml" in address for told in hub.told for address in told["hub.url"])


def test_feeds_name_their_hub(world: CampaignWorld, hub: Hub) -> None:
    world.approve()
    go(world, 6, 25)
    settings = world.house.settings
    folder = settings.path(settings.paths.feeds)
    links = feedparser.parse((folder / "feed.de.atom.xml").read_bytes()).feed.links
    assert hub.url in [link.href for link in links if link.rel == "hub"]
    assert json.loads((folder / "feed.json").read_text(encoding="utf-8"))["hubs"] == [
        {"type": "WebSub", "url": hub.url}
    ]
    server = WebServer(public_app(world.house.database, settings, b"k" * 32, folder, world.clock), "127.0.0.1", 0)
    port = server.start()
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/feeds/feed.de.rss.xml", trust_env=False)
        wanted = f'<{hub.url}>; rel="hub", <{settings.site.url}/feeds/feed.de.rss.xml>; rel="self"'
        assert answer.headers["Link"] == wanted
        assert "Link" not in httpx.get(f"http://127.0.0.1:{port}/feeds/calendar.ics", trust_env=False).headers
    finally:
        server.stop()
