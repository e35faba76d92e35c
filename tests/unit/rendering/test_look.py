"""The office's colours and logo, and the pictures of an announcement in its mail."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import ValidationError

from announcer.mail_settings import Look
from announcer.model.campaign import Kind
from announcer.model.facts import Picture, PubStatus
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Links, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, LINKS, SITE

PICTURES = tuple(
    Picture(f"{n}.jpg", f"{n}" * 64, alt=f"Bild & Text {n}", credit=f"Foto {n}", licence="CC BY 4.0") for n in range(4)
)
WITH_PICTURES = replace(ANNOUNCEMENT, pictures=PICTURES)
URL = f"{LINKS.announcement_url}/bild/{'0' * 16}-960"


def mail(renderer: Renderer, request: Request) -> tuple[str, str]:
    payload = renderer.render(request).payload
    return payload["text"], payload["html"]


def images(html: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    class Images(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                found.append({name: value or "" for name, value in attrs if name in {"src", "width", "alt"}})

    Images().feed(html)
    return found


def asked(kind: Kind = Kind.ANNOUNCEMENT) -> Request:
    return Request(kind, "mail", "de", WITH_PICTURES, EVENT, links=LINKS)


def test_the_offices_colours_take_the_place_of_the_shipped_ones() -> None:
    look = Look(accent="#AA0033", dark_accent="#ff99aa", dark_on_accent="#000001")
    html = mail(Renderer([], SITE, look), asked())[1]
    assert "#aa0033" in html
    assert "#0b5563" not in html
    assert "color: #ff99aa" in html
    assert "#000001" in html


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "#123456; }"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError, match="a colour looks like"):
        Look(accent=colour)


def test_the_logo_stands_in_the_place_of_the_name() -> None:
    html = mail(Renderer([], SITE, Look(logo=Path("logo.png"), logo_width=120)), asked())[1]
    assert images(html)[0] == {"src": f"{SITE.url}/logo", "width": "120", "alt": SITE.name}
    assert "/logo" not in mail(Renderer([], SITE), asked())[1]


def test_an_announcement_shows_its_pictures_in_both_parts() -> None:
    text, html = mail(Renderer([], SITE), asked())
    assert len(images(html)) == 3
    assert images(html)[0] == {"src": URL, "width": "520", "alt": "Bild & Text 0"}
    assert "Foto 0 · CC BY 4.0" in html
    assert "Bild: Bild & Text 0 (Foto 0 · CC BY 4.0)" in text
    assert URL in text


@pytest.mark.parametrize(
    "request_",
    [
        asked(Kind.REMINDER),
        replace(asked(), links=Links()),
        replace(asked(), announcement=replace(WITH_PICTURES, status=PubStatus.CANCELED)),
        replace(asked(), announcement=replace(ANNOUNCEMENT, pictures=(Picture("a.jpg", alt="A"),))),
    ],
    ids=["reminder", "no page", "withdrawn", "not taken in"],
)
def test_elsewhere_there_are_none(request_: Request) -> None:
    assert images(mail(Renderer([], SITE), request_)[1]) == []
