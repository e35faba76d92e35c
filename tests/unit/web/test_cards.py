"""The preview pictures: what stands on them, and that anything can stand on them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from announcer.model.facts import Announcement, Certainty, Event, EventStatus, Place, PubStatus
from announcer.office.shown import ShownAnnouncement, ShownEvent
from announcer.web.card import HEIGHT, WIDTH, Card, draw
from announcer.web.cards import announcement_card, event_card

START = datetime(2026, 9, 18, 11, tzinfo=UTC)
EVENT = Event("e", "Tag der Städte", start=START, place=Place("Rathaus", city="Musterstadt"))
WHEN = "Freitag, 18.\N{NO-BREAK SPACE}September 2026, 13:00\N{NO-BREAK SPACE}Uhr"


def test_an_event_says_when_and_where_and_what_became_of_it() -> None:
    assert event_card("Presse", EVENT, "de") == Card("Presse", "Tag der Städte", (WHEN, "Rathaus, Musterstadt"))
    off = Event("e", "Tag", start=START, status=EventStatus.POSTPONED)
    assert event_card("Presse", off, "en") == Card("Presse", "Tag", (), "Postponed")
    unsure = Event("e", "Tag", start=START, certainty=Certainty.INFERRED)
    assert event_card("Presse", unsure, "de") == Card("Presse", "Tag")


def test_an_announcement_brings_its_event_and_a_withdrawn_one_nothing() -> None:
    shown = ShownAnnouncement(Announcement("a", "Es geht los", language="de"), START, None)
    card = announcement_card("Presse", shown, ShownEvent(EVENT, (shown,)))
    assert card == Card("Presse", "Es geht los", (WHEN, "Rathaus, Musterstadt"))
    assert card.alt == f"Es geht los, {WHEN}, Rathaus, Musterstadt"
    gone = ShownAnnouncement(Announcement("a", "Es geht los", status=PubStatus.CANCELED), START, None)
    assert announcement_card("Presse", gone, ShownEvent(EVENT, ())) == Card(
        "Presse", "Es geht los", mark="Zurückgezogen"
    )


@pytest.mark.parametrize(
    "headline",
    [
        "",
        "Kurz",
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 3,
        "Wort " * 200,
        "👩‍👩‍👧 日本 ß \N{RIGHT-TO-LEFT OVERRIDE}x",
    ],
)
def test_any_headline_can_be_drawn_and_always_gives_the_same_picture(headline: str) -> None:
    card = Card("Presse " * 20, headline, ("Zeile " * 60, "Ort", "zu viel"), "Abgesagt")
    body = draw(card)
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == (WIDTH, HEIGHT)
        assert picture.format == "PNG"
    draw.cache_clear()
    assert draw(card) == body
    assert len(body) < 100_000
