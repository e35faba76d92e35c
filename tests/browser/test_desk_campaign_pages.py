"""The campaign's pages in Chromium: sound in every look, and the press officer's way through a campaign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.office import own_text
from tests.browser.conftest import EVENT, DeskSite
from tests.browser.visiting import LOOKS, Look, Visit, Visitor
from tests.integration.campaign_world import KEY, OFFICE, at
from tests.integration.desk_world import desk_world

pytestmark = pytest.mark.browser

HERE = f"/campaigns/{EVENT}"
PAGES = (
    "/campaigns", "/approve", HERE, f"{HERE}?zoom=1d", f"{HERE}?zoom=4w", f"{HERE}/event", f"{HERE}/approve",
    f"{HERE}/change", f"{HERE}/change/move", f"{HERE}/change/rewrite", f"{HERE}/day", f"{HERE}/day/room",
    f"{HERE}/day/delay", f"{HERE}/day/drop", f"{HERE}/day/person", f"{HERE}/report", f"{HERE}/rehearse",
)  # fmt: skip


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_of_a_campaign_is_sound(look: Look, desk: DeskSite, visitor: Visitor) -> None:
    """axe finds nothing, nothing is wider than the window, in both languages."""
    wrong = []
    for number, path in enumerate(PAGES):
        with visitor.visit(look) as visit:
            desk.sign_in(visit, "clara", "de" if number % 2 else "en")
            visit.open(desk.url + path)
            wrong += [f"{path}: {line}" for line in visit.violations()]
            wrong += [f"{path}: {wide} px too wide" for wide in [visit.too_wide()] if wide]
    assert wrong == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_kind_of_message_is_sound(look: Look, desk: DeskSite, visitor: Visitor) -> None:
    """A post, a mail in its frames, a feed entry, one that waits for words."""
    chosen = {(m.planned.channel, m.state): m.id for m in desk.world.world.messages().values()}
    for number in chosen.values():
        with visitor.visit(look) as visit:
            desk.sign_in(visit, "clara")
            visit.open(f"{desk.url}/messages/{number}")
            assert visit.violations() == []
            assert visit.too_wide() == 0


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[DeskSite]:
    """A desk of one's own, for tests that change something."""
    with desk_world(tmp_path, f"sqlite:///{tmp_path}/a.db", at(6, 18, 9)) as world:
        yield DeskSite(world)


def tap(visit: Visit, name: str) -> None:
    """Press what is called so: a button or a link."""
    page = visit.page
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("look", LOOKS[:2], ids=str)
def test_the_press_officer_runs_a_campaign(look: Look, scripts: bool, own_desk: DeskSite, visitor: Visitor) -> None:
    """Approve; a text of one's own, approved by a second person; day 1: another room; the cancellation."""
    world = own_desk.world.world
    with visitor.visit(look, scripts=scripts) as visit:
        page = visit.page
        own_desk.sign_in(visit, "bert")
        visit.open(f"{own_desk.url}{HERE}/approve")
        tap(visit, "Alle 20 hier gezeigten freigeben")
        assert "20 Nachrichten freigegeben" in page.inner_text("[role=status]")
        # A text of its own for one post: only this approval ends, and a second person sees the words that changed.
        world.clock.now += timedelta(minutes=1)
        post = next(m for m in world.messages().values() if m.planned.channel == "mastodon" and m.approved_by)
        page.goto(f"{own_desk.url}/messages/{post.id}")
        page.get_by_text("Eigener Text für diesen Kanal").click()
        page.fill("#text", "Kommen Sie nach Dortmund!")
        tap(visit, "Text übernehmen")
        assert "wartet auf die Freigabe" in page.inner_text("[role=status]")
        own_desk.sign_in(visit, "clara")
        page.goto(f"{own_desk.url}{HERE}/approve")
        assert page.locator("ins").count() > 0
        tap(visit, "Nur diese freigeben")
        assert "1 Nachricht freigegeben" in page.inner_text("[role=status]")
        # Day 1, from a phone: another room in three taps.
        world.approve()
        world.walk(at(7, 9, 10), at(8, 21, 10), at(9, 11, 10))
        world.clock.now = at(9, 18, 13, 10)
        own_desk.sign_in(visit, "clara")  # three months later every session has ended
        page.goto(f"{own_desk.url}{HERE}/day")
        tap(visit, "Anderer Raum")
        tap(visit, "Foyer")
        assert "Keynote" in page.inner_text(".change-said")
        assert "Foyer" in page.inner_text(".change-said")
        tap(visit, "So ändern")
        assert "Die Änderung ist bestätigt" in page.inner_text("[role=status]")
        # The whole thing is called off.
        page.goto(f"{own_desk.url}{HERE}/change/cancel")
        tap(visit, "Zeigen, was folgt")
        assert "ABSAGE" in page.inner_text(".change-said").upper()
        tap(visit, "So ändern")
        assert "Die Änderung ist bestätigt" in page.inner_text("[role=status]")
        page.goto(f"{own_desk.url}{HERE}/report")
        assert "Veranstaltung absagen" in page.inner_text("main")
        assert visit.too_wide() == 0


def test_the_timeline_is_used_by_keyboard(own_desk: DeskSite, visitor: Visitor) -> None:
    """Every sign is reached and opened without a mouse."""
    with visitor.visit() as visit:
        own_desk.sign_in(visit, "anna")
        visit.open(own_desk.url + HERE)
        sign = visit.page.locator("svg.wide a").first
        sign.focus()
        with visit.page.expect_navigation():
            visit.page.keyboard.press("Enter")
        assert visit.page.url != own_desk.url + HERE


def test_what_was_approved_stands_beside_what_is_new(own_desk: DeskSite, visitor: Visitor) -> None:
    """And looks sound, in both schemes."""
    world = own_desk.world.world
    world.approve()
    world.clock.now += timedelta(minutes=1)
    post = next(m for m in world.messages().values() if m.planned.channel == "mastodon" and m.approved_by)
    own_text.give(world.house, KEY, post.id, ["Kommen Sie nach Dortmund!"], OFFICE, world.clock())
    for look in LOOKS:
        with visitor.visit(look) as visit:
            own_desk.sign_in(visit, "bert")
            visit.open(f"{own_desk.url}{HERE}/approve")
            assert visit.violations() == []
            assert visit.too_wide() == 0
