"""The mail as a whole: both parts say the same, nothing can be forged, and every client can show it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.model.campaign import Kind
from announcer.model.facts import Announcement, Event, EventStatus, Place, Session
from announcer.rendering import clean, mail, markdown
from announcer.rendering.library import SHIPPED
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import ChannelKind, Notice, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, FORUM_1, KEYNOTE, LINKS, SCHWAN, SIERAU, at
from tests.unit.rendering.pages import Page

PIECES = [
    "*x*",
    "<b>",
    "[a](b)",
    "](https://evil.example)",
    "⟦unsubscribe_url⟧",
    "⟦x⟧",
    "{{ 7*7 }}",
    "{% x %}",
    "&amp;",
]
PIECES += ["\r\nBcc: x", "\x00", "\x1etitle\x1f", "🎉", "„Wort“", "1. ", "# ", "- ", "`", "\\", "!", "\u202e", "Wort "]
NASTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map("".join)
"""Pieces of markup, of our own slots and sections, and any text."""


def mail_of(renderer: Renderer, kind: Kind = Kind.REMINDER, language: str = "de", **changes: Any) -> dict[str, str]:
    request = Request(kind, "mail", language, ANNOUNCEMENT, EVENT, links=LINKS, when=at(3, 10))
    return dict(renderer.render(replace(request, **changes)).payload)


def seen(page: str) -> str:
    """What a reader sees of an HTML part, in one line."""
    return Page(page).seen


def test_a_reminder_word_by_word(renderer: Renderer) -> None:
    payload = mail_of(renderer, event=replace(EVENT, sessions=(KEYNOTE, FORUM_1)))
    assert payload["subject"] == "Erinnerung: Fachkonferenz „Kommunen innovativ“, Dienstag, 18. September 2018"
    assert payload["preheader"] == (
        "Dienstag, 18. September, bis Mittwoch, 19. September 2018, Beginn 13 Uhr, Dietrich-Keuning-Haus, Dortmund"
    )
    assert (
        payload["text"]
        == """\
Pressestelle der Stadt Dortmund
Erinnerung

Fachkonferenz „Kommunen innovativ“

⟦greeting⟧

wir erinnern Sie an diese Veranstaltung: Fachkonferenz „Kommunen
innovativ“, Dienstag, 18. September, bis Mittwoch, 19. September 2018,
Beginn 13 Uhr, Dietrich-Keuning-Haus, Dortmund.

Auf einen Blick
--------------------
Veranstaltung:  Fachkonferenz „Kommunen innovativ“
Wann:           Dienstag, 18. September, bis Mittwoch, 19. September 2018,
                Beginn 13 Uhr
Einlass:        ab 12 Uhr
Wo:             Dietrich-Keuning-Haus, Leopoldstr. 50–58, 44147 Dortmund
Veranstalter:   Bundesministerium für Bildung und Forschung
Anmeldung:      bis Dienstag, 4. September 2018

Zur Veranstaltung:
https://presse.city.example/termine/kommunen-innovativ

Termin in den Kalender übernehmen:
https://presse.city.example/termine/kommunen-innovativ.ics

Programm
--------------------
Dienstag, 18. September 2018
13.30 bis 14.15 Uhr  Keynote „Zukunft vor Ort gestalten“
                     Gesine Schwan, Politikwissenschaftlerin
                     Großer Saal
15.30 bis 17 Uhr     Workshop „KoSI-Lab“
                     Raum 204

--------------------

⟦reason⟧

Im Browser ansehen:
⟦view_url⟧
Einstellungen ändern:
⟦preferences_url⟧
Newsletter abbestellen:
⟦unsubscribe_url⟧

Impressum
Stadt Dortmund, Pressestelle
Friedensplatz 1
44135 Dortmund
Kontakt: presse@city.example
Datenschutz: https://presse.city.example/datenschutz
https://presse.city.example
"""
    )


@pytest.mark.parametrize("kind", Kind)
def test_both_parts_say_the_same(renderer: Renderer, kind: Kind) -> None:
    payload = mail_of(renderer, kind, session=KEYNOTE, words="Mit **Dank** an alle, [mehr](/dank).")
    text, shown = payload["text"], seen(payload["html"])
    addresses = {
        address.replace("&amp;", "&") for address in re.findall(r'href="(?:mailto:)?([^"]+)"', payload["html"])
    }
    assert addresses <= set(re.findall(r"(?:https?://|⟦)[^\s>]+|\S+@\w+\.\w+", text))
    assert words_of(shown) == words_of(text)


def words_of(text: str) -> set[str]:
    """All words but those of addresses."""
    return set(re.findall(r"\w{3,}", re.sub(r"https?://[^\s>]+|⟦\w+_url⟧", " ", text)))


def test_every_slot_stands_in_both_parts(renderer: Renderer) -> None:
    payload = mail_of(renderer)
    assert set(clean.slots(payload["text"])) == set(clean.slots(payload["html"])) == set(clean.SLOTS)
    assert not clean.slots(payload["subject"] + payload["preheader"])


def test_names_and_rooms_arrive(renderer: Renderer) -> None:
    payload = mail_of(renderer, Kind.PROGRAMME)
    for part in (payload["text"], seen(payload["html"])):
        for fact in (SCHWAN.name, SIERAU.name, "Großer Saal", "Raum 205", "Treffpunkt am Eingang", "Grußwort"):
            assert fact in part


def test_a_page_that_every_client_and_screen_reader_can_use(renderer: Renderer) -> None:
    source = mail_of(renderer, Kind.PROGRAMME)["html"]
    page = Page(source)
    for element in (page.all("html")[0], page.all("div")[0]):
        assert (element.attributes["lang"], element.attributes["dir"]) == ("de", "ltr")
    data = [table for table in page.all("table") if table.attributes.get("role") != "presentation"]
    assert [caption.text for caption in page.all("caption")] == [
        "Dienstag, 18. September 2018",
        "Mittwoch, 19. September 2018",
        "Weitere Programmpunkte",
    ]
    assert len(data) == len(page.all("caption"))
    assert {head.attributes["scope"] for head in page.all("th")} == {"col"}
    assert [head.tag for head in page.all("h1", "h2", "h3")] == ["h1", "h2", "h2"]
    assert "@media (prefers-color-scheme: dark)" in source
    assert "max-width: 600px" in source
    assert "var(--" not in source
    assert 'class="preheader" style="display: none' in source
    assert not re.search(r"<(img|script|link|iframe)|@import|url\(", source)
    assert len(source.encode()) < mail.LARGEST_HTML


def luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mode", ["", "dark-"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("text", "paper"),
        ("text", "panel"),
        ("quiet", "paper"),
        ("quiet", "panel"),
        ("quiet", "page"),
        ("accent", "paper"),
        ("accent", "panel"),
        ("on-accent", "accent"),
        ("alert", "alert-panel"),
    ],
)
def test_colours_have_contrast_enough(mode: str, ink: str, ground: str) -> None:
    style = (SHIPPED / "mail" / "style.css").read_text("utf-8")
    values = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style))
    dark, light = sorted((luminance(values[mode + ink]), luminance(values[mode + ground])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("headline", "subject"),
    [
        ("Zeile eins\r\nBcc: x@y.example\x00\x07", "Zeile eins Bcc: x@y.example"),
        ("*x* <b> [a](b) 1. # „Q“", "*x* <b> [a](b) 1. # „Q“"),
        ("⟦greeting⟧ {{ site }}", "[greeting] {{ site }}"),
        ("Wort " * 600, "Wort " * 29 + "Wort…"),
        ("W" * 3000, "W" * 149 + "…"),
    ],
)
def test_subjects_are_one_sensible_line(renderer: Renderer, headline: str, subject: str) -> None:
    announcement = replace(ANNOUNCEMENT, headline=headline)
    assert mail_of(renderer, Kind.ANNOUNCEMENT, announcement=announcement)["subject"] == subject


def test_a_mail_never_grows_beyond_what_clients_show(renderer: Renderer) -> None:
    session = replace(KEYNOTE, title="Ein Titel " * 40, room="Raum " * 60, note="Hinweis " * 80)
    sessions = tuple(replace(session, id=str(number)) for number in range(300))
    announcement = replace(
        ANNOUNCEMENT, headline="H" * 3000, body="Ein Absatz mit Text. " * 30 + "\n\n" + "Wort " * 40_000
    )
    payload = mail_of(renderer, Kind.ANNOUNCEMENT, announcement=announcement, event=replace(EVENT, sessions=sessions))
    assert len(payload["html"].encode()) < mail.LARGEST_HTML
    for part in (payload["text"], seen(payload["html"])):
        assert "Der vollständige Text steht auf unserer Seite." in part


def test_a_long_programme_points_to_the_page(renderer: Renderer) -> None:
    sessions = tuple(Session(str(number), f"Punkt {number}", start=at(18, 9)) for number in range(80))
    payload = mail_of(renderer, Kind.PROGRAMME, event=replace(EVENT, sessions=sessions))
    for part in (payload["text"], seen(payload["html"])):
        assert "Punkt 59" in part
        assert "Punkt 60" not in part
        assert "Das vollständige Programm finden Sie auf der Seite zur Veranstaltung." in " ".join(part.split())


def test_text_lines_are_short_and_addresses_whole(renderer: Renderer) -> None:
    links = replace(LINKS, event_url="https://presse.city.example/" + "lang-" * 40)
    text = mail_of(renderer, Kind.PROGRAMME, links=links)["text"]
    assert [line for line in text.split("\n") if len(line) > markdown.WIDTH] == [links.event_url]


def test_practical_hints_speak_of_today_only_on_the_day(renderer: Renderer) -> None:
    opening = {
        when: mail_of(renderer, Kind.PRACTICAL, when=when)["text"]
        .split("⟦greeting⟧")[1]
        .split("\n\n")[1]
        .replace("\n", " ")
        for when in (at(17, 7, 30), at(18, 7, 30), at(19, 7, 30))
    }
    assert list(opening.values()) == [
        "hier die wichtigsten Hinweise zur Veranstaltung: Fachkonferenz „Kommunen innovativ“, Dienstag, 18. September, "
        "bis Mittwoch, 19. September 2018, Beginn 13 Uhr, Dietrich-Keuning-Haus, Dortmund. Einlass ist ab 12 Uhr.",
        "heute beginnt die Veranstaltung: Fachkonferenz „Kommunen innovativ“, Dienstag, 18. September 2018, 13 Uhr, "
        "Dietrich-Keuning-Haus, Dortmund. Einlass ist ab 12 Uhr.",
        "heute geht die Veranstaltung weiter: Fachkonferenz „Kommunen innovativ“, Mittwoch, 19. September 2018, 9 Uhr, "
        "Dietrich-Keuning-Haus, Dortmund.",
    ]


def test_a_session_that_falls_out_is_marked_in_the_programme(renderer: Renderer) -> None:
    event = replace(EVENT, sessions=(replace(KEYNOTE, status=EventStatus.CANCELLED),))
    payload = mail_of(renderer, Kind.PROGRAMME_CHANGE, event=event)
    for part in (payload["text"], seen(payload["html"])):
        assert "Entfällt: Keynote „Zukunft vor Ort gestalten“" in " ".join(part.split())


def nasty_request(fact: str, kind: Kind, channel: ChannelKind) -> Request:
    """A message all of whose free texts are `fact`."""
    session = Session(
        "s", fact, fact, None, at(18, 13, 30), None, fact, (replace(SCHWAN, name=fact, role=fact),), note=fact
    )
    event = Event("e", fact, start=at(18, 13), place=Place(fact, fact, fact, fact), organizer=fact, sessions=(session,))
    announcement = Announcement("a", fact, lead=fact, source=fact, contact=fact, topics=(fact,))
    return Request(
        kind, channel, "de", announcement, event, session, notice=Notice("VERLEGT", sentence=fact), links=LINKS
    )


@settings(max_examples=40, deadline=None)
@given(NASTY, st.sampled_from(list(Kind)))
def test_facts_can_not_bring_markup_slots_or_lines_into_a_mail(renderer: Renderer, fact: str, kind: Kind) -> None:
    payload = renderer.render(nasty_request(fact, kind, "mail")).payload
    assert "\n" not in payload["subject"]
    assert "\r" not in payload["subject"]
    assert len(payload["subject"]) <= 150
    for part in ("text", "html"):
        assert sorted(clean.slots(payload[part])) == sorted(clean.SLOTS)
    page = Page(payload["html"])
    assert not page.all("b", "em", "code", "img", "script")
    assert not [link for link in page.all("a") if "evil" in link.attributes["href"]]
    if shown := clean.line(fact, 300):
        assert shown in page.seen


@settings(max_examples=40, deadline=None)
@given(NASTY, st.sampled_from(list(Kind)))
def test_facts_can_not_bring_markup_into_feeds_and_posts(renderer: Renderer, fact: str, kind: Kind) -> None:
    feed = renderer.render(nasty_request(fact, kind, "feed")).payload
    social = renderer.render(nasty_request(fact, kind, "social")).payload
    assert {element.tag for element in Page(feed["html"]).elements} <= {"p", "strong", "ul", "li", "h2", "br"}
    for value in (feed["title"], feed["summary"], social["lead"], social["fact"]):
        assert "\n" not in value
        assert not clean.slots(value)
        assert value == value.strip()
