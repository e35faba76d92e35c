"""Debian's SpamAssassin, offline, over a mail of every template: nothing of ours weighs more than half a point."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from announcer.model.campaign import Kind
from announcer.model.content import Payload
from announcer.newsletter import slots
from announcer.newsletter.compile import Sender, compile, rfc_date
from announcer.newsletter.rounds import Letter
from announcer.newsletter.single import SingleMail
from announcer.newsletter.single import written as written_single
from announcer.rendering.library import SHIPPED
from announcer.rendering.office_view import GroupView, ItemView, OfficeScene
from announcer.rendering.optin_view import OptInScene
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Notice, Request
from announcer.rendering.scene import CHANGES
from announcer.rendering.view import RichText
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, KEYNOTE, LINKS, SITE, at
from tests.unit.rendering.editions_facts import edition, request

pytestmark = pytest.mark.servers

#: A rule above this is a fault of the template.
HEAVIEST = 0.5
_LANGUAGES = ("de", "en")
_NOW = datetime(2018, 9, 11, 8, 0, tzinfo=UTC)
_SENDER = Sender("presse@city.example", "Pressestelle der Stadt", "antwort@city.example")
_RULE = re.compile(r"^ ?(-?\d+\.\d) ([A-Z][A-Z0-9_]+)", re.MULTILINE)
_OFFICE = sorted({path.name.partition(".")[0] for path in (SHIPPED / "office").glob("*.de.md")})


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer([], SITE)


def _rules(data: bytes, folder: Path) -> dict[str, float]:
    """Every rule that a mail meets, with its points."""
    program = shutil.which("spamassassin")
    if program is None:
        pytest.fail("there is no spamassassin; 'make test-servers' installs it")
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    command = [program, "--local", "--test-mode", f"--prefspath={folder}/prefs"]
    told = subprocess.run(command, input=data, capture_output=True, timeout=120, check=True, env=home).stdout
    _, found, report = told.decode("utf-8", "replace").rpartition("Content analysis details:")
    assert found, "SpamAssassin reported nothing"
    return {rule: float(points) for points, rule in _RULE.findall(report)}


def _newsletter(payload: Payload, language: str) -> bytes:
    letter = Letter(
        id=1, fence=1, content_id=7, key="ab12cd", subscriber_id=42, address="alex@post.example", name="Alex Muster",
        language=language, list_id="presse", attempts=1, maybe_double=False, corrects_key=None,
    )  # fmt: skip
    links = slots.Links("https://presse.city.example", {"presse": "Newsletter der Stadt"})
    bound = compile(payload, _SENDER).bind(slots.shared(letter, links))
    return bound.personalise(slots.personal(letter, b"k" * 32, rfc_date(_NOW)))


def _single(payload: Payload, language: str) -> bytes:
    subject, text, html = (str(payload[key]) for key in ("subject", "text", "html"))
    mail = SingleMail("ab12cd", "alex@post.example", subject, text, html, language=language)
    return written_single(mail, _SENDER, _NOW)


def _of_kind(renderer: Renderer, kind: Kind, language: str) -> Payload:
    if kind is Kind.DIGEST:
        return renderer.render(request(edition(6), language)).payload
    notice = Notice("NEU", sentence="Der Raum ist ein anderer.") if kind in CHANGES else None
    asked = Request(
        kind, "mail", language, ANNOUNCEMENT, EVENT, KEYNOTE, notice=notice, links=LINKS, words="Es war ein guter Tag.",
        when=at(11, 10),
    )  # fmt: skip
    return renderer.render(asked).payload


def _to_the_office(renderer: Renderer, name: str, language: str) -> Payload:
    item = ItemView("Erinnerung", 12, "newsletter", "Fr 11.09., 10 Uhr", says="Kommunen innovativ", why="kein Termin")
    group = GroupView("Kommunen innovativ", "kommunen", (item,), RichText("`announcer status kommunen`"))
    scene = OfficeScene(language, renderer.site, "Alex", 1, item, "Fr 11.09., 10 Uhr", (group,), "Fr 11.09.", 1, 0)
    return renderer.office(name, scene)


def _too_heavy(data: bytes, folder: Path) -> dict[str, float]:
    return {rule: points for rule, points in _rules(data, folder).items() if points > HEAVIEST}


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_no_newsletter_mail_looks_like_spam(kind: Kind, language: str, renderer: Renderer, tmp_path: Path) -> None:
    assert _too_heavy(_newsletter(_of_kind(renderer, kind, language), language), tmp_path) == {}


@pytest.mark.parametrize("language", _LANGUAGES)
def test_no_confirmation_looks_like_spam(language: str, renderer: Renderer, tmp_path: Path) -> None:
    scene = OptInScene(language, renderer.site, ("Newsletter der Stadt",), False, "https://presse.city.example/c/1", 7)
    assert _too_heavy(_single(renderer.confirmation(scene), language), tmp_path) == {}


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("name", [name for name in _OFFICE if name != "items"])
def test_no_mail_to_the_office_looks_like_spam(name: str, language: str, renderer: Renderer, tmp_path: Path) -> None:
    assert _too_heavy(_single(_to_the_office(renderer, name, language), language), tmp_path) == {}


def test_hidden_text_would_be_found(renderer: Renderer, tmp_path: Path) -> None:
    """Words in the colour of their ground, as the preheader once had them."""
    payload = dict(_of_kind(renderer, Kind.REMINDER, "de"))
    hidden = '<div style="background-color: #eef1f2; color: #eef1f2">Kommunen innovativ</div></body>'
    payload["html"] = str(payload["html"]).replace("</body>", hidden)
    assert "HTML_FONT_LOW_CONTRAST" in _too_heavy(_newsletter(payload, "de"), tmp_path)
