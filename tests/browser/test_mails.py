"""Every kind of mail of the rehearsal, and the issues of digests, as a mail program that runs no scripts shows it."""

from __future__ import annotations

import pytest

from announcer.rendering.renderer import Renderer
from announcer.sandbox.arrivals import Mail
from tests.browser.conftest import Played
from tests.browser.visiting import LOOKS, Look, Visitor
from tests.unit.rendering.dortmund_facts import SITE
from tests.unit.rendering.editions_facts import edition, request

pytestmark = pytest.mark.browser


def _different(played: Played) -> list[Mail]:
    """One mail of each subject: every kind, every change, both languages."""
    return list({mail.letter.subject: mail for mail in played.sandbox.mails}.values())


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_mail_is_accessible_and_fits(look: Look, played: Played, visitor: Visitor) -> None:
    """No violation of WCAG 2.1 AA, no scrolling sideways, and nothing loaded from anywhere."""
    mails = _different(played)
    found: list[str] = []
    with visitor.visit(look) as visit:
        for mail in mails:
            visit.page.set_content(mail.letter.html)
            found += [f"{mail.letter.subject}: {each}" for each in visit.violations()]
            if wide := visit.too_wide():
                found.append(f"{mail.letter.subject}: {wide} pixels too wide")
    assert found == []
    languages = {mail.letter.header("Content-Language") for mail in mails}
    assert languages == {"de", "en"}
    assert len(mails) > 15


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_issue_of_a_digest_is_accessible_and_fits(look: Look, visitor: Visitor) -> None:
    """However many announcements it tells."""
    renderer = Renderer([], SITE)
    found: list[str] = []
    with visitor.visit(look) as visit:
        for items in (1, 3, 40, 200):
            for language in ("de", "en"):
                visit.page.set_content(renderer.render(request(edition(items), language)).payload["html"])
                found += [f"{items} items, {language}: {each}" for each in visit.violations()]
                if wide := visit.too_wide():
                    found.append(f"{items} items, {language}: {wide} pixels too wide")
    assert found == []
