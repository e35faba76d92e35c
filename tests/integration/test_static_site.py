"""The public site as files: the same as over HTTP, every link leads somewhere, nothing before its time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.errors import AnnouncerError
from announcer.model.changes import Withdraw
from announcer.web.public import public_app
from announcer.web.static_site import Exported, export
from tests.integration.campaign_world import KEY, CampaignWorld, at, campaign_world

EVENT = KEY.event_id or ""


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[CampaignWorld]:
    (tmp_path / "house").mkdir()
    with campaign_world(tmp_path / "house", sqlite_url, at(6, 20), readers=1) as opened:
        yield opened


def published(world: CampaignWorld, folder: Path, url: str = "https://presse.city.example/presse") -> Exported:
    settings = world.house.settings
    settings = settings.model_copy(update={"site": settings.site.model_copy(update={"url": url})})
    feeds = settings.path(settings.paths.feeds)
    site = public_app(world.house.database, settings, world.house.key, feeds, world.clock, static=True)
    return export(site, url, folder)


def test_nothing_is_in_it_before_its_time(world: CampaignWorld, tmp_path: Path) -> None:
    world.approve()
    world.go(at(6, 24, 23))
    published(world, tmp_path / "www")
    for path in (tmp_path / "www").rglob("*"):
        assert EVENT not in str(path)
        assert not path.is_file() or b"Kommunen innovativ" not in path.read_bytes()


def test_every_link_leads_to_a_file(world: CampaignWorld, tmp_path: Path) -> None:
    world.approve()
    world.walk(at(6, 25), at(6, 26))
    folder = tmp_path / "www"
    done = published(world, folder)
    assert len(done.written) == done.files
    pages = list(folder.rglob("*.html"))
    assert folder / f"e/{EVENT}/index.en.html" in pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="/presse(/[^"?#]*)', text):
            target = folder / link.strip("/")
            assert target.is_file() or (target / "index.html").is_file(), (page, link)
        assert "?lang=" not in text or page.name == "404.html"
        assert 'role="search"' not in text
    assert (folder / f"a/{EVENT}/card.png").read_bytes().startswith(b"\x89PNG")
    assert b"BEGIN:VEVENT" in (folder / f"feeds/events/{EVENT}.ics").read_bytes()
    assert b"<item>" in (folder / "feeds/feed.rss.xml").read_bytes()


def test_again_writes_what_changed_alone_and_removes_what_is_gone(world: CampaignWorld, tmp_path: Path) -> None:
    world.approve()
    world.walk(at(6, 25), at(6, 26))
    folder = tmp_path / "www"
    published(world, folder)
    assert published(world, folder).written == ()
    topics = sorted(path.name for path in (folder / "thema").iterdir())
    assert topics == ["stadtentwicklung", "wissenschaft"]
    world.change(Withdraw(), "Irrtum")
    world.go(at(6, 26, 11))
    again = published(world, folder)
    assert "thema/wissenschaft/index.html" in again.removed
    assert not (folder / "thema/wissenschaft/index.html").exists()
    assert f"a/{EVENT}/index.html" in again.written
    assert "Zurückgezogen" in (folder / f"a/{EVENT}/index.de.html").read_text(encoding="utf-8")


def test_a_folder_of_somebody_else_is_left_alone(world: CampaignWorld, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(AnnouncerError, match="holds files that are not this site's; name an empty folder"):
        published(world, tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"
