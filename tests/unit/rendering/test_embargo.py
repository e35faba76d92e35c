"""A mail to the press ahead of the embargo's end: marked wherever it is read, and with no way to a page of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import TemplateError
from announcer.model.campaign import Kind
from announcer.newsletter.encode import header_text
from announcer.rendering.library import SHIPPED
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Notice, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, LINKS, SITE, at
from tests.unit.rendering.pages import Page

UNTIL = at(25, 10, month=6)
SAID = {
    "de": (
        "SPERRFRIST: Frei zur Veröffentlichung ab Montag, 25. Juni 2018, 10 Uhr.",
        "SPERRFRIST 25. Juni 2018, 10 Uhr: ",
    ),
    "en": ("EMBARGO: Not for publication before Monday, 25 June 2018, 10 a.m.", "EMBARGO 25 June 2018, 10 a.m.: "),
}


def mail(renderer: Renderer, language: str = "de", **changes: Any) -> dict[str, str]:
    request = Request(Kind.ANNOUNCEMENT, "mail", language, ANNOUNCEMENT, EVENT, links=LINKS, embargo=UNTIL)
    return dict(renderer.render(replace(request, **changes)).payload)


@pytest.mark.parametrize("language", ["de", "en"])
def test_subject_preheader_text_and_html_say_it_first(renderer: Renderer, language: str) -> None:
    sentence, prefix = SAID[language]
    payload = mail(renderer, language)
    assert payload["subject"].startswith(prefix + "Gesine Schwan")
    assert payload["preheader"].startswith(sentence)
    assert " ".join(payload["text"].split()).startswith(sentence)
    page = Page(payload["html"]).seen
    assert page.index(sentence) < page.index("⟦greeting⟧")


def test_the_subject_fits_a_header(renderer: Renderer) -> None:
    long = replace(ANNOUNCEMENT, headline="Gesine Schwan und „viele andere“ " * 20)
    subject = mail(renderer, announcement=long, notice=Notice("VERLEGT"))["subject"]
    assert len(subject) <= 150
    assert subject.startswith("SPERRFRIST 25. Juni 2018, 10 Uhr: VERLEGT: ")
    assert all(character.isprintable() for character in subject)
    assert header_text(subject).isascii()


@pytest.mark.parametrize("language", ["de", "en"])
def test_it_links_to_no_page_of_ours(renderer: Renderer, language: str) -> None:
    payload = mail(renderer, language)
    for address in (LINKS.announcement_url, LINKS.event_url, LINKS.calendar_url, LINKS.feed_url):
        assert address not in payload["text"] + payload["html"]
    assert LINKS.announcement_url in mail(renderer, language, embargo=None)["html"]


def test_without_an_embargo_nothing_speaks_of_one(renderer: Renderer) -> None:
    for language in ("de", "en"):
        text = "".join(mail(renderer, language, embargo=None).values())
        assert "SPERRFRIST" not in text
        assert "EMBARGO" not in text


def test_it_is_told_on_the_office_s_clock(renderer: Renderer) -> None:
    lisbon = replace(EVENT, timezone="Europe/Lisbon")
    assert "ab Montag, 25. Juni 2018, 10 Uhr (Europe/Berlin)." in mail(renderer, event=lisbon)["preheader"]
    assert "10 Uhr." in mail(renderer, event=None)["preheader"]
    utc = datetime(2018, 6, 25, 8, tzinfo=ZoneInfo("UTC"))
    assert mail(renderer, embargo=utc) == mail(renderer)


@pytest.mark.parametrize("channel", ["feed", "social"])
def test_nothing_but_a_mail_may_leave_ahead(renderer: Renderer, channel: Any) -> None:
    with pytest.raises(TemplateError, match="nothing but a mail to the press may leave under embargo"):
        renderer.render(Request(Kind.ANNOUNCEMENT, channel, "de", ANNOUNCEMENT, EVENT, links=LINKS, embargo=UNTIL))


@pytest.mark.parametrize("layout", ["layout.html", "layout.txt"])
def test_a_frame_that_keeps_it_back_is_refused(tmp_path: Path, layout: str) -> None:
    (tmp_path / "mail").mkdir()
    whole = (SHIPPED / "mail" / layout).read_text(encoding="utf-8")
    (tmp_path / "mail" / layout).write_text(whole.replace("{{ embargo.sentence }}", ""), encoding="utf-8")
    own = Renderer([tmp_path], SITE)
    with pytest.raises(TemplateError, match=rf"{layout} lacks {{{{ embargo\.sentence }}}}; no mail leaves ahead"):
        mail(own)
    assert mail(own, embargo=None)["subject"]
