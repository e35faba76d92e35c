"""The page that shows what came: the plan, the variant beside it, every tab, on a phone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Played
from tests.browser.visiting import LOOKS, PHONE, Look, Visitor

pytestmark = pytest.mark.browser

ON_A_PHONE = Look("light", PHONE)


def _address(played: Played, **asked: str) -> str:
    return f"{played.sandbox.url}/?{urlencode(asked)}"


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("view", ["plan", "variant", "planned", "mail", "feed", "social", "english"])
def test_the_page_is_accessible_and_fits(view: str, look: Look, played: Played, visitor: Visitor) -> None:
    """Every view of it, without scrolling sideways, without a word in the console."""
    asked = {
        "plan": {},
        "variant": {"story": played.variant},
        "planned": {"story": played.variant, "beside": "planned"},
        "english": {"story": played.variant, "lang": "en"},
    }.get(view, {"channel": view})
    with visitor.visit(look) as visit:
        visit.open(_address(played, **asked))
        assert visit.page.locator("article").count() > 5
        assert visit.violations() == []
        assert visit.too_wide() == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_the_tabs_of_a_mail(scripts: bool, played: Played, visitor: Visitor) -> None:
    """View, text and headers, one at a time; they need no script."""
    with visitor.visit(ON_A_PHONE, scripts=scripts) as visit:
        visit.open(_address(played, channel="mail"))
        letter = visit.page.locator(".letter").first
        shown = ("view", "text", "head")
        for tab in ("text", "head", "view"):
            letter.locator(f".t-{tab}").check()
            assert [name for name in shown if letter.locator(f".p-{name}").is_visible()] == [tab]
        assert letter.locator("iframe").is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_the_two_sides_of_a_variant_on_a_phone(scripts: bool, played: Played, visitor: Visitor) -> None:
    """One side at a time, chosen by a tab; the variant's own side is open first."""
    with visitor.visit(ON_A_PHONE, scripts=scripts) as visit:
        visit.open(_address(played, story=played.variant))
        assert _columns(visit.page) == (False, True)
        visit.page.locator("#side-past").check()
        assert _columns(visit.page) == (True, False)
        visit.page.locator("#side-future").check()
        assert _columns(visit.page) == (False, True)


def _columns(page: Page) -> tuple[bool, bool]:
    return page.locator(".column-past").is_visible(), page.locator(".column-future").is_visible()


def test_both_sides_stand_beside_each_other_on_a_desk(played: Played, visitor: Visitor) -> None:
    """There is room for both, and no tabs."""
    with visitor.visit() as visit:
        visit.open(_address(played, story=played.variant))
        assert _columns(visit.page) == (True, True)
        assert not visit.page.locator(".sides").is_visible()


def test_the_tabs_by_keyboard(played: Played, visitor: Visitor) -> None:
    """Arrow keys walk through the tabs of a mail, as through any group of choices."""
    with visitor.visit() as visit:
        visit.open(_address(played, channel="mail"))
        letter = visit.page.locator(".letter").first
        letter.locator(".t-view").focus()
        visit.page.keyboard.press("ArrowRight")
        assert letter.locator(".p-text").is_visible()
        assert not letter.locator(".p-view").is_visible()


def test_what_mails_and_items_say_runs_nothing_and_loads_nothing(played: Played, visitor: Visitor) -> None:
    """The pages of their own, on which no script may run."""
    numbers = [mail.number for mail in played.sandbox.mails[:3]]
    with visitor.visit(scripts=False) as visit:
        for number in numbers:
            visit.open(f"{played.sandbox.url}/mails/{number}/html")
            assert visit.page.locator("h1").count() == 1
            assert visit.page.locator("script, link, img").count() == 0
