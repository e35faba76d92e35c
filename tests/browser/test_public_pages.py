"""The public site in a browser: readable by everybody, on a phone, in the dark, without scripts."""

from __future__ import annotations

import re

import pytest

from announcer.sandbox.arrivals import Mail
from tests.browser.conftest import EVENT, Played
from tests.browser.visiting import LOOKS, Look, Visitor

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/?q=kommunen",
    "/thema/wissenschaft",
    f"/a/{EVENT}",
    f"/e/{EVENT}",
    "/abonnieren",
    "/impressum",
    "/nowhere",
)
#: What the links of a mail are for, and how their paths begin.
PURPOSES = {"unsubscribe": "/u/", "preferences": "/p/", "view": "/v/"}


def _status(path: str) -> int:
    return 404 if path == "/nowhere" else 200


def _links(mail: Mail, played: Played) -> dict[str, str]:
    """The paths of a mail's own links, by what they are for."""
    site = re.escape(played.settings.site.url)
    found = {purpose: re.search(rf"{site}({path}[^\s\"<>]+)", mail.letter.html) for purpose, path in PURPOSES.items()}
    return {purpose: link.group(1) for purpose, link in found.items() if link}


@pytest.fixture(scope="module")
def links(played: Played) -> dict[str, str]:
    """Where the links of the first newsletter lead."""
    return _links(played.sandbox.mails[0], played)


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_accessible_and_fits(path: str, look: Look, site: str, visitor: Visitor) -> None:
    """No violation of WCAG 2.1 AA, no scrolling sideways, nothing from elsewhere, no complaint in the console."""
    with visitor.visit(look, status=_status(path)) as visit:
        visit.open(site + path)
        assert visit.violations() == []
        assert visit.too_wide() == 0


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", [f"/a/{EVENT}", f"/e/{EVENT}"])
def test_the_pages_of_a_cancelled_event_are_accessible_and_say_so(
    path: str, look: Look, cancelled_site: str, visitor: Visitor
) -> None:
    """The notice stands out in both schemes and keeps its contrast."""
    with visitor.visit(look) as visit:
        visit.open(cancelled_site + path)
        assert visit.violations() == []
        assert visit.too_wide() == 0
    with visitor.visit(look) as visit:
        visit.open(f"{cancelled_site}/e/{EVENT}")
        assert visit.page.locator(".notice").first.inner_text().lower().startswith("abgesagt")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_english_pages_are_accessible_too(language: str, site: str, visitor: Visitor) -> None:
    """The words around the content change with ?lang, and the page says which language it is in."""
    with visitor.visit() as visit:
        visit.open(f"{site}/e/{EVENT}?lang={language}")
        assert visit.page.locator("html").get_attribute("lang") == language
        assert visit.violations() == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("purpose", list(PURPOSES))
def test_where_a_mails_links_lead_is_accessible(
    purpose: str, look: Look, links: dict[str, str], site: str, visitor: Visitor
) -> None:
    """Unsubscribe, preferences and the mail as a page; looking at them changes nothing."""
    with visitor.visit(look, scripts=purpose != "view") as visit:
        visit.open(site + links[purpose])
        assert visit.page.locator("h1").count() == 1
        assert visit.too_wide() == 0
        if purpose != "view":  # no script may run there, axe's neither; test_mails looks at the same HTML
            assert visit.violations() == []


def test_everything_works_with_scripts_switched_off(site: str, visitor: Visitor) -> None:
    """From the list to the announcement, to the event, to the feeds, by links alone."""
    with visitor.visit(scripts=False) as visit:
        visit.open(f"{site}/")
        visit.page.locator("main h2 a").first.click()
        assert visit.page.url == f"{site}/a/{EVENT}"
        visit.page.locator(f'a[href="/e/{EVENT}"]').first.click()
        assert visit.page.url == f"{site}/e/{EVENT}"
        assert visit.page.locator("table").count() == 2
        visit.page.locator('a[href="/abonnieren"]').first.click()
        assert visit.page.locator(".feeds li").count() > 3


def test_the_keyboard_reaches_the_content_first(site: str, visitor: Visitor) -> None:
    """The first tab stop leads past the navigation."""
    with visitor.visit() as visit:
        visit.open(f"{site}/a/{EVENT}")
        visit.page.keyboard.press("Tab")
        assert visit.page.locator(":focus").get_attribute("href") == "#main"
        visit.page.keyboard.press("Enter")
        assert visit.page.locator("main:focus").count() == 1


def test_one_click_leaves_and_preferences_are_kept_without_scripts(played: Played, site: str, visitor: Visitor) -> None:
    """The two ways out of a list, as a person goes them; the pages afterwards are accessible as well."""
    letters = {mail.recipient: mail for mail in played.sandbox.mails if mail.recipient.endswith("@post.example")}
    first, second = list(letters.values())[-2:]
    with visitor.visit(scripts=False) as visit:
        visit.open(site + _links(first, played)["unsubscribe"])
        visit.page.get_by_role("button").click()
        assert visit.page.get_by_role("status").count() == 1
        visit.open(site + _links(second, played)["preferences"])
        visit.page.get_by_role("checkbox").first.uncheck()
        visit.page.get_by_role("button").first.click()
        assert visit.page.get_by_role("status").count() == 1
    for look in LOOKS:
        with visitor.visit(look) as visit:
            visit.open(site + _links(first, played)["unsubscribe"])
            assert visit.violations() == []
            visit.open(site + _links(second, played)["preferences"])
            assert visit.violations() == []
