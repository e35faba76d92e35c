"""A mail to the press under embargo, on both stores: it arrives, marked, and opens nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from announcer.model.changes import MoveEvent
from announcer.office import playbooks
from announcer.store import published
from announcer.web.public import public_app
from announcer.web.server import WebServer
from tests.integration.campaign_world import CHIEF, KEY, CampaignWorld, at, campaign_world, mails

BEGIN, EMBARGO = at(6, 20), at(6, 25)
SENTENCE = "SPERRFRIST: Frei zur Veröffentlichung ab Montag, 25. Juni 2018, 10 Uhr."
HEADLINE = "Gesine Schwan und OB Ullrich Sierau"
PRESS = ("channels=mail", "audience=press", "under_embargo=true")
ADVANCE = ("kind=announcement", "when=at approval", *PRESS)
MOVED = ("kind=move", "when=at once on a change", *PRESS)


def unstamped(page: str) -> str:
    """A page without what only says when it was asked for."""
    return re.sub(r'name="stamp" value="[^"]*"', "", page)


def add_rule(world: CampaignWorld, rule_id: str, values: Sequence[str]) -> None:
    now = world.clock()
    playbooks.confirm(world.house, playbooks.set_rule(world.house, "conference", rule_id, values, now), CHIEF, "", now)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    """The example's campaign, approved five days ahead of its embargo, with rules for the press under embargo."""
    with campaign_world(tmp_path, database_url, BEGIN) as made:
        add_rule(made, "press-advance", ADVANCE)
        add_rule(made, "press-move", MOVED)
        made.approve()
        yield made


@pytest.fixture
def client(world: CampaignWorld, tmp_path: Path) -> Iterator[httpx.Client]:
    settings = world.house.settings
    app = public_app(world.engine.database, settings, world.house.key, settings.path(settings.paths.feeds), world.clock)
    web = WebServer(app, "127.0.0.1", 0)
    with httpx.Client(base_url=f"http://127.0.0.1:{web.start()}") as made:
        try:
            yield made
        finally:
            web.stop()


def test_only_the_press_gets_it_and_it_says_so(world: CampaignWorld) -> None:
    arrived = world.go(BEGIN + timedelta(minutes=1))
    assert [mail.recipient for mail in mails(arrived)] == ["desk@redaktion.example"]
    (mail,) = mails(arrived)
    assert len(arrived) == 1
    assert mail.letter.subject.startswith("SPERRFRIST 25. Juni 2018, 10 Uhr: " + HEADLINE[:13])
    assert " ".join(mail.letter.text.split()).startswith(SENTENCE)
    assert mail.letter.html.count(SENTENCE) == 2  # the hidden preview, and the banner
    site = world.house.settings.site.url
    own = {link.removeprefix(site)[:3] for link in re.findall(r'href="([^"]+)"', mail.letter.html) if site in link}
    assert own <= {"/u/", "/p/", "/v/", ""}


def test_it_opens_no_page_no_feed_and_no_list_of_what_there_is(world: CampaignWorld, client: httpx.Client) -> None:
    nothing = {path: client.get(path) for path in ("/a/nothing", "/e/nothing")}
    world.engine.write_feeds()
    bare = {path: unstamped(client.get(path).text) for path in ("/", "/abonnieren")}
    world.go(BEGIN + timedelta(minutes=1))
    event_id = KEY.event_id
    for kind in ("a", "e"):
        answer, unknown = client.get(f"/{kind}/{event_id}"), nothing[f"/{kind}/nothing"]
        assert (answer.status_code, answer.text) == (404, unknown.text.replace("nothing", str(event_id)))
    assert {path: unstamped(client.get(path).text) for path in bare} == bare
    for path in ("/sitemap.xml", "/robots.txt", "/feeds/feed.rss.xml", f"/e/{event_id}.ics", "/feeds/press.rss.xml"):
        assert HEADLINE not in client.get(path).text
    written = world.house.settings.path(world.house.settings.paths.feeds)
    for file in written.rglob("*") if written.exists() else ():
        assert not file.is_file() or HEADLINE.encode() not in file.read_bytes()
    with world.engine.database.read() as connection:
        assert published.announcement_first_sent(connection, str(event_id)) is None
        assert published.event_first_sent(connection, str(event_id)) is None
    # At the embargo's end everything opens, so what was looked at above was the right thing.
    world.go(EMBARGO)
    assert client.get(f"/a/{event_id}").status_code == 200
    assert HEADLINE in client.get("/").text


def test_the_view_page_is_the_holder_s_alone(world: CampaignWorld, client: httpx.Client) -> None:
    (mail,) = mails(world.go(BEGIN + timedelta(minutes=1)))
    view = re.findall(r'href="[^"]*(/v/[^"]+)"', mail.letter.html)[0]
    page = client.get(view)
    assert (page.status_code, page.text.count(SENTENCE)) == (200, 2)
    assert page.headers["x-robots-tag"] == "noindex"
    assert "no-store" in page.headers["cache-control"]
    assert page.headers["referrer-policy"] in {"no-referrer", "same-origin"}
    _, content_id, token = view.rsplit("/", 2)
    unknown = client.get("/v/1/nobody")
    for other in (f"/v/{content_id}/{token[:-4]}abcd", f"/v/{content_id}/", f"/v/{int(content_id) + 1}/{token}"):
        answer = client.get(other)
        assert (answer.status_code, SENTENCE in answer.text, HEADLINE in answer.text) == (404, False, False)
    assert unknown.status_code == 404


def test_a_change_ahead_of_the_embargo_tells_the_press_alone(world: CampaignWorld) -> None:
    world.go(BEGIN + timedelta(minutes=1))
    world.change(MoveEvent(at(9, 25, 12)))
    arrived = world.go(BEGIN + timedelta(minutes=2))
    assert [mail.recipient for mail in mails(arrived)] == ["desk@redaktion.example"]
    assert len(arrived) == 1
    assert mails(arrived)[0].letter.subject.startswith("SPERRFRIST 25. Juni 2018, 10 Uhr: VERLEGT")


def test_approved_after_the_embargo_it_says_nothing_of_it(tmp_path: Path, sqlite_url: str) -> None:
    with campaign_world(tmp_path, sqlite_url, BEGIN) as late:
        add_rule(late, "press-advance", ADVANCE)
        late.clock.now = EMBARGO + timedelta(hours=1)
        late.approve()
        arrived = mails(late.go(EMBARGO + timedelta(hours=1)))
        (mail,) = [each for each in arrived if each.recipient == "desk@redaktion.example"]
        assert "SPERRFRIST" not in mail.letter.subject + mail.letter.text + mail.letter.html
