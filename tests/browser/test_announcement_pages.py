"""The pages of announcements with pictures and files, corrected and withdrawn, in every look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from announcer.model.changes import Change, CorrectWording, Withdraw
from announcer.model.facts import Attachment, Picture
from announcer.office import change
from announcer.store.campaign import Campaign
from tests.browser.visiting import LOOKS, Look, Visitor
from tests.servers.feed_clients import served
from tests.servers.newsroom import OFFICE, Newsroom
from tests.standins.fifty_announcements import TRAPS, YEAR, write_files

pytestmark = pytest.mark.browser

SHOWN = replace(
    YEAR[9],
    id="mit-bild",
    pictures=(Picture("Süd brücke & Co.jpg", alt="Der neue Radweg", credit="Foto: Alex Muster", licence="CC BY 4.0"),),
    attachments=(Attachment("Plan für März (2).pdf", title="Lageplan"), Attachment("liste.csv")),
)
EDITS: dict[str, Change] = {YEAR[0].id: CorrectWording("1. September", "8. September"), YEAR[1].id: Withdraw()}
PATHS = (
    "/", "/seite/2", "/?q=radweg", "/?q=nirgends", "/thema/verkehr", "/abonnieren",
    "/a/mit-bild", f"/a/{YEAR[0].id}", f"/a/{YEAR[1].id}", *(f"/a/{one.id}" for one in TRAPS[:10:3]),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The public site of an office that has published, corrected and withdrawn."""
    folder = tmp_path_factory.mktemp("house")
    write_files(folder / "material")
    with Newsroom.open(folder) as newsroom, served(newsroom) as url:
        for announcement in (*TRAPS, *YEAR[:12]):
            newsroom.announce(announcement)
        newsroom.announce(SHOWN, folder / "material")
        newsroom.work()
        for id_, wanted in EDITS.items():
            house, key = newsroom.engine.house, Campaign(announcement_id=id_)
            proposal = change.propose(house, key, wanted, newsroom.clock.now)
            change.confirm(house, proposal, OFFICE, "nachgesehen", newsroom.clock.now)
            newsroom.approve(key)
            newsroom.work(minutes=30)
        yield url


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_is_accessible_fits_and_is_small(look: Look, site: str, visitor: Visitor) -> None:
    """No violation of WCAG 2.1 AA, no scrolling sideways, below 30 kB of HTML."""
    for path in PATHS:
        with visitor.visit(look) as visit:
            visit.open(site + path)
            assert visit.violations() == [], path
            assert visit.too_wide() == 0, path
            assert len(visit.page.content()) < 30_000, path


def test_a_picture_comes_in_the_size_that_fits(site: str, visitor: Visitor) -> None:
    """With its credit and licence below it, and the files with their links."""
    for look in (LOOKS[0], LOOKS[1]):
        with visitor.visit(look) as visit:
            visit.open(f"{site}/a/mit-bild")
            image = visit.page.locator("main img")
            assert image.get_attribute("alt") == "Der neue Radweg"
            assert image.evaluate("image => image.complete && image.naturalWidth > 0")
            assert "Foto: Alex Muster" in visit.page.locator("figcaption").inner_text()
            assert visit.page.get_by_role("link", name="Lageplan").count() == 1
