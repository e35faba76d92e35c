"""The press desk in Chromium: every page in both languages, light and dark, phone and desktop."""

from __future__ import annotations

import pytest

from announcer.model.people import Actor
from announcer.office import drafting
from announcer.store import people, send_progress
from tests.browser.conftest import EVENT, ROOT, DeskSite
from tests.browser.visiting import LOOKS, Look, Visitor

pytestmark = pytest.mark.browser

#: Pages that an admin reads, without an id in their address.
PAGES = (
    "/",
    "/new",
    "/newsletter",
    "/newsletter/import",
    "/channels",
    "/log",
    "/users",
    "/tokens",
    "/settings",
    f"/announcements/{EVENT}",
)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound(path: str, look: Look, language: str, desk: DeskSite, visitor: Visitor) -> None:
    """axe finds nothing, nothing is wider than the window, nothing complains, nothing comes from elsewhere."""
    with visitor.visit(look) as visit:
        desk.sign_in(visit, "clara", language)
        visit.open(desk.url + path)
        assert visit.page.locator("html").get_attribute("lang") == language
        assert visit.violations() == []
        assert visit.too_wide() == 0


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_signing_in_is_sound(look: Look, desk: DeskSite, visitor: Visitor) -> None:
    """The first page that anybody sees."""
    with visitor.visit(look) as visit:
        visit.open(f"{desk.url}/sign-in")
        assert visit.violations() == []
        assert visit.too_wide() == 0


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_proposal_is_sound(look: Look, desk: DeskSite, visitor: Visitor) -> None:
    """The text beside what was read from it, with a question that is open."""
    text = (ROOT / "examples/kommunen-innovativ/release.md").read_text(encoding="utf-8").split("+++")[2]
    draft = drafting.begin_pasted(desk.world.house, text, Actor("anna"), desk.world.house.clock())
    with visitor.visit(look) as visit:
        desk.sign_in(visit, "anna")
        visit.open(f"{desk.url}/new/{draft.id}")
        assert visit.page.locator("mark").count() > 3
        assert visit.violations() == []
        assert visit.too_wide() == 0


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_mail_and_a_person_are_sound(look: Look, desk: DeskSite, visitor: Visitor) -> None:
    """Progress, recipients, and by what right somebody is written to."""
    with desk.world.house.database.read() as connection:
        (mail, *_) = send_progress.newest(connection, "newsletter", 1)
        person = people.find(connection, "reader0@post.example")
    assert person is not None
    with visitor.visit(look) as visit:
        desk.sign_in(visit, "clara")
        for path in (f"/newsletter/mails/{mail.id}", f"/newsletter/people/{person.id}"):
            visit.open(desk.url + path)
            assert visit.violations() == [], path
            assert visit.too_wide() == 0
