"""The page answers first: against a real server that answers 404, hangs, and then answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from announcer.channels.own_pages import OwnPages
from announcer.engine import MAIL, Engine
from announcer.model.campaign import Message
from announcer.model.changes import CancelEvent
from announcer.model.ledger import MessageState
from announcer.office import pause, status
from announcer.office.shown import Shown
from announcer.planning.why import explain
from announcer.rehearsal import stage
from announcer.rehearsal.drive import DrivenClock
from announcer.rehearsal.run import read_folder
from announcer.sandbox.server import Sandbox
from announcer.settings import Settings
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.campaign_world import EXAMPLE, KEY, OFFICE, CampaignWorld, at, mails, posts

BEGIN, EMBARGO, SAVE_THE_DATE, CLOSES = at(6, 20), at(6, 25), at(6, 26), at(9, 1)
SECOND = timedelta(seconds=1)
PAGE = f"/e/{KEY.event_id}"


class PageServer:
    """Answers every page as it is told to."""

    def __init__(self) -> None:
        self.status = 404
        self.head = True
        self.hangs = threading.Event()
        self.go_on = threading.Event()
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                outer.asked.append(f"{self.command} {self.path}")
                if outer.hangs.is_set():
                    outer.go_on.wait(20)
                status = outer.status if self.command == "GET" or outer.head else 405
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_HEAD

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def page_server() -> Iterator[PageServer]:
    made = PageServer()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.go_on.set()
        made.server.shutdown()
        thread.join()
        made.server.server_close()


@contextmanager
def world_at(folder: Path, database_url: str, site_url: str) -> Iterator[CampaignWorld]:
    """The example's campaign in a house whose public address is `site_url`."""
    source = read_folder(EXAMPLE, Settings(root=folder))
    with Sandbox(now=BEGIN, event=source.event) as sandbox:
        made = stage.scratch_settings(
            Settings(root=folder), folder, smtp_port=sandbox.smtp_port, mastodon_url=sandbox.url
        )
        changed = {
            "database": made.database.model_copy(update={"url": database_url}),
            "site": made.site.model_copy(update={"url": site_url, "check_pages": True}),
        }
        clock = DrivenClock(BEGIN)
        engine = Engine(made.model_copy(update=changed), clock)
        try:
            world = CampaignWorld(engine, sandbox, clock)
            world.set_up(source.event, source.facts.announcement)
            world.approve()
            yield world
        finally:
            engine.close()


@pytest.fixture
def pages() -> Iterator[PageServer]:
    with page_server() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str, pages: PageServer) -> Iterator[CampaignWorld]:
    with world_at(tmp_path, sqlite_url, pages.url) as made:
        yield made


def announced(world: CampaignWorld) -> dict[str, Message]:
    """The messages that announce the date, by channel."""
    return {channel: one for (rule, _, channel), one in world.messages().items() if rule == "save-the-date"}


def needs(world: CampaignWorld) -> dict[str, str]:
    """What `status` says of messages that wait for a page, by channel."""
    with world.engine.database.read() as connection:
        found = status.overview(connection, world.house, world.clock())
    waits = [one for one in found.attention if one.need is status.Need.PAGE and one.trouble is not None]
    return {one.message.planned.channel: one.trouble.said for one in waits if one.trouble is not None}


def test_nothing_leaves_before_its_page_answers_and_then_it_does(world: CampaignWorld, pages: PageServer) -> None:
    arrived = world.walk(EMBARGO, SAVE_THE_DATE, SAVE_THE_DATE + 3 * SECOND)
    assert (posts(arrived), mails(arrived)) == ([], [])
    said = needs(world)
    assert said.keys() == {"mastodon", MAIL}
    assert set(said.values()) == {f"page:{pages.url}{PAGE}|404"}
    assert explain(said[MAIL], "de").endswith(f"{PAGE} zu lesen ist (Antwort: 404)")
    pages.status = 200
    world.engine._dispatcher._gate._pages._answers.clear()  # type: ignore[union-attr]  # no real seconds pass here
    arrived = world.go(SAVE_THE_DATE + 10 * SECOND)
    assert (len(posts(arrived)), len(mails(arrived))) == (1, 4)
    assert world.states()["save-the-date"] == {"sent"}
    assert needs(world) == {}


def test_a_page_that_hangs_keeps_its_own_message_only(world: CampaignWorld, pages: PageServer) -> None:
    pages.hangs.set()
    world.go(EMBARGO)
    world.clock.now = world.sandbox.now = SAVE_THE_DATE
    world.engine.tick()
    waiting = threading.Thread(target=lambda: world.engine.drain("mastodon"))
    waiting.start()
    assert world.engine.drain("feed") > 0  # while the page hangs
    waiting.join()
    pages.hangs.clear()
    pages.go_on.set()
    assert "timed out" in needs(world)["mastodon"]


def test_it_ends_with_its_not_after(world: CampaignWorld, pages: PageServer) -> None:
    end = announced(world)[MAIL].planned.not_after
    assert end is not None
    world.walk(EMBARGO, SAVE_THE_DATE, end - SECOND, end + 10 * SECOND)
    states = [one.state for channel, one in sorted(announced(world).items()) if channel != "feed"]
    assert states == [MessageState.MISSED] * 2
    assert posts(list(world.sandbox.arrivals)) == []


def test_a_cancellation_does_not_wait(world: CampaignWorld, pages: PageServer) -> None:
    pages.status = 200
    world.walk(EMBARGO, SAVE_THE_DATE)
    pages.status = 503
    world.clock.now = at(7, 1)
    world.change(CancelEvent())
    arrived = world.go(at(7, 1, 10, 1))
    assert [mail.letter.subject[:6] for mail in mails(arrived)] == ["ABSAGE"] * 5
    assert [post.text[:6] for post in posts(arrived)] == ["ABSAGE"]


def test_a_server_that_knows_no_head_is_asked_again(pages: PageServer) -> None:
    pages.head, pages.status = False, 200
    with httpx.Client(trust_env=False) as client:
        asked = OwnPages(client, pages.url)
        assert asked.trouble({"status": f"Mehr: {pages.url}/e/tag."}) is None
        assert asked.trouble({"status": f"Mehr: {pages.url}/e/tag"}) is None  # within a moment: not asked again
    assert pages.asked == ["HEAD /e/tag", "GET /e/tag"]


def test_only_own_pages_are_asked(pages: PageServer) -> None:
    with httpx.Client(trust_env=False) as client:
        asked = OwnPages(client, pages.url)
        payload = {"html": f'<a href="https://elsewhere.example/e/x">x</a> <a href="{pages.url}/feeds/feed.rss.xml">'}
        assert asked.trouble(payload) is None
        assert asked.trouble({"html": f'<a href=\\"{pages.url}/a/eins\\">'}) == f"page:{pages.url}/a/eins|404"
    assert pages.asked == ["HEAD /a/eins"]


def test_nobody_there_is_said_in_words() -> None:
    with httpx.Client(trust_env=False) as client:
        said = OwnPages(client, "http://127.0.0.1:9").trouble({"status": "http://127.0.0.1:9/e/tag"})
    assert said is not None
    assert said.startswith("page:http://127.0.0.1:9/e/tag|")
    assert len(said) > len("page:http://127.0.0.1:9/e/tag|")


# -- The page itself: open from the moment, and not a millisecond before. --


def test_the_page_opens_with_the_first_public_message_that_is_due(world: CampaignWorld) -> None:
    """Nothing has left, since the page server here answers 404; what counts is that it may."""
    shown = Shown(world.engine.database, world.clock)
    world.clock.now = EMBARGO - 30 * SECOND
    world.engine.tick()  # written to the ledger half a minute early
    for moment, public in ((EMBARGO - timedelta(milliseconds=1), False), (EMBARGO, True)):
        world.clock.now = moment
        assert (shown.event(KEY.event_id or "") is not None) == public
    assert [one.published for one in shown.announcements()] == [EMBARGO]


@pytest.mark.parametrize("what", ["all", f"event:{KEY.event_id}"])
def test_what_was_stopped_opens_no_page(world: CampaignWorld, what: str) -> None:
    world.clock.now = EMBARGO - 30 * SECOND
    world.engine.tick()
    pause.pause(world.house, what, OFFICE, "", world.clock())
    world.go(EMBARGO)
    assert not Shown(world.engine.database, world.clock).announcements()
    world.clock.now = EMBARGO + SECOND
    pause.resume(world.house, what, OFFICE, world.clock())
    world.engine.tick()
    assert len(Shown(world.engine.database, world.clock).announcements()) == 1


def test_a_house_that_serves_its_own_page_waits_for_nobody(tmp_path: Path, sqlite_url: str) -> None:
    """The whole way: the page opens when the post is due, so that the post finds it."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with world_at(tmp_path, sqlite_url, f"http://127.0.0.1:{port}") as world:
        house = world.house
        app = public_app(world.engine.database, house.settings, house.key, tmp_path / "feeds", world.clock)
        web = WebServer(app, "127.0.0.1", port)
        web.start()
        try:
            arrived = world.walk(EMBARGO, SAVE_THE_DATE)
        finally:
            web.stop()
    assert (len(posts(arrived)), len(mails(arrived))) == (1, 4)
