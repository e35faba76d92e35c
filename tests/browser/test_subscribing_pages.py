"""Subscribing in a browser: for everybody, on a phone, in the dark, without scripts, from the form to the erasure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.store.database import Database
from announcer.web.words import WORDS
from tests.browser.visiting import LOOKS, Look, Visit, Visitor
from tests.integration.subscribing_world import ALEX, World, subscribing_world

pytestmark = pytest.mark.browser


@pytest.fixture
def world(sqlite_database: Database, tmp_path: Path) -> Iterator[World]:
    with subscribing_world(sqlite_database, tmp_path) as made:
        yield made


def address(world: World, path: str) -> str:
    return str(world.client.base_url).rstrip("/") + path


def is_good(visit: Visit) -> None:
    """WCAG 2.1 AA, no scrolling sideways, one heading."""
    assert visit.violations() == []
    assert visit.too_wide() == 0
    assert visit.page.locator("h1").count() == 1


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_whole_way_is_accessible(look: Look, world: World, visitor: Visitor) -> None:
    with visitor.visit(look) as visit:
        visit.open(address(world, "/abonnieren?lang=de"))
        is_good(visit)
        world.wait(seconds=10)
        visit.page.get_by_label("Nachrichten aus der Stadt").check()
        visit.page.get_by_label(WORDS["de"]["form_email"]).fill(ALEX)
        visit.page.get_by_role("button", name=WORDS["de"]["form_button"]).click()
        assert visit.page.locator("h1").inner_text() == WORDS["de"]["subscribed_title"]
        is_good(visit)
    world.work()
    for _ in range(2):  # the button, and what it shows afterwards
        with visitor.visit(look) as visit:
            visit.open(address(world, world.link()))
            is_good(visit)
            if visit.page.locator("form button").count():
                visit.page.locator("form button").click()
                is_good(visit)
                visit.page.locator('main a[href^="/p/"]').click()
                is_good(visit)
    assert world.states(ALEX) == {"stadt": "confirmed"}


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_what_is_wrong_is_said_to_everybody(look: Look, world: World, visitor: Visitor) -> None:
    """Above the form as links to the places, at each place, and in the page's title."""
    with visitor.visit(look, status=422) as visit:
        visit.page.goto(address(world, "/abonnieren?lang=de"))
        world.wait(seconds=10)
        visit.page.evaluate("document.querySelector('form').noValidate = true")
        visit.page.get_by_role("button", name=WORDS["de"]["form_button"]).click()
        is_good(visit)
        assert visit.page.title().startswith(WORDS["de"]["form_wrong"])
        email = visit.page.locator("#email")
        assert (email.get_attribute("aria-invalid"), email.get_attribute("aria-describedby")) == ("true", "email-wrong")
        visit.page.get_by_role("alert").get_by_role("link", name=WORDS["de"]["email_wrong"]).click()
        assert visit.page.evaluate("document.activeElement.id") == "email"


def test_nobody_meets_the_trap(world: World, visitor: Visitor) -> None:
    """Neither by keyboard nor by ear nor by eye."""
    with visitor.visit() as visit:
        visit.open(address(world, "/abonnieren?lang=de"))
        assert visit.page.get_by_role("textbox").count() == 1
        visit.page.locator("#email").focus()
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.tagName") == "BUTTON"
        box = visit.page.locator("#homepage").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] < 0


def test_erasing_works_without_scripts(world: World, visitor: Visitor) -> None:
    world.confirm(world.subscribe(ALEX, "stadt"))
    page = next(part for part in world.client.get(world.link()).text.split('"') if part.startswith("/p/"))
    with visitor.visit(scripts=False) as visit:
        visit.open(address(world, f"{page}?lang=de"))
        visit.page.get_by_role("link", name=WORDS["de"]["erase_link"]).click()
        assert world.everybody() == [ALEX]
        visit.page.get_by_role("button", name=WORDS["de"]["erase_button"]).click()
        assert visit.page.locator("h1").count() == 1
    assert world.everybody() == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_erasure_and_an_old_link_are_accessible(look: Look, world: World, visitor: Visitor) -> None:
    world.confirm(world.subscribe(ALEX, "stadt"))
    link = world.link()
    page = next(part for part in world.client.get(link).text.split('"') if part.startswith("/p/"))
    with visitor.visit(look) as visit:
        visit.open(address(world, f"{page}/loeschen"))
        is_good(visit)
        visit.page.locator("form button").click()
        is_good(visit)
    with visitor.visit(look, status=410) as visit:
        visit.open(address(world, link))
        is_good(visit)


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_confirmation_mail_is_accessible(look: Look, language: str, world: World, visitor: Visitor) -> None:
    world.send(ALEX, "stadt", "kultur", language=language)
    world.work()
    part = world.mails()[-1].get_body(("html",))
    assert part is not None
    with visitor.visit(look) as visit:
        visit.page.set_content(str(part.get_content()))
        is_good(visit)
        assert visit.page.locator("html").get_attribute("lang") == language
