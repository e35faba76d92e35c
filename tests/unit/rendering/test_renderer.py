"""What each message says: all kinds, channels and languages, and some of them word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from announcer.errors import TemplateError
from announcer.model.campaign import Kind
from announcer.model.content import canonical
from announcer.model.facts import (
    Certainty,
    Event,
    EventStatus,
    Place,
    PubStatus,
    Registration,
    Session,
)
from announcer.rendering import clean
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import ChannelKind, Links, Notice, Request
from tests.unit.rendering.dortmund_facts import ANNOUNCEMENT, EVENT, FORUM_1, FORUM_2, KEYNOTE, LINKS, SITE, WELCOME, at

CHANNELS: tuple[ChannelKind, ...] = ("feed", "social", "mail")
LANGUAGES = ("de", "en")
KEYS = {
    "feed": {"title", "summary", "html", "link", "categories"},
    "social": {"lead", "fact", "link", "hashtags", "language", "spoiler_text", "card", "pictures"},
    "mail": {"subject", "preheader", "text", "html"},
}
WORDS = "Rund **200 Gäste** waren in Dortmund.\n\nVielen Dank."
BARE = Event(id="x", name="Fachkonferenz")
ODD = re.compile(r"None|\{\{|\{%|undefined|Undefined|\(\)|um Uhr|, ,|,,|: ,|\.\.|[\x00-\x08\x0b-\x1f]")


def strings(value: Any) -> Iterator[str]:
    """Every string of a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def ask(kind: Kind, channel: ChannelKind, language: str = "de", **changes: Any) -> Request:
    """A request about the Dortmund conference, its session and a person's words where the kind needs them."""
    session = KEYNOTE if kind in {Kind.SESSION_SOON, Kind.SESSION_LIVE, Kind.ROOM_CHANGE} else None
    words = WORDS if kind in {Kind.RECAP, Kind.THANKS, Kind.DOCUMENTATION} else ""
    whole = Request(kind, channel, language, ANNOUNCEMENT, EVENT, session, words=words, links=LINKS)
    return replace(whole, **changes)


EVERY_WAY = [(channel, language) for channel in CHANNELS for language in LANGUAGES]
SITUATIONS: dict[str, dict[str, Any]] = {
    "as planned": {},
    "on its day": {"when": at(18, 7, 30)},
    "nothing known": {"announcement": None, "event": BARE, "session": None, "words": "", "links": Links()},
    "no event": {"event": None, "session": None},
    "nothing at all": {"announcement": None, "event": None, "session": None, "links": Links()},
    "cancelled": {"event": replace(EVENT, status=EventStatus.CANCELLED)},
    "withdrawn": {"announcement": replace(ANNOUNCEMENT, status=PubStatus.CANCELED)},
    "moved": {"event": replace(EVENT, previous_start=at(11, 13), previous_end=at(12, 14))},
    "noticed": {"notice": Notice("VERLEGT: ", "Neuer Termin", "Sie beginnt später")},
}


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=list(SITUATIONS))
@pytest.mark.parametrize(("channel", "language"), EVERY_WAY)
def test_every_message_reads_well(
    renderer: Renderer, channel: ChannelKind, language: str, situation: dict[str, Any]
) -> None:
    for kind in Kind:
        content = renderer.render(ask(kind, channel, language, **situation))
        assert (content.channel_kind, content.language) == (channel, language)
        assert content.payload.keys() == KEYS[channel]
        for text in strings(content.payload):
            assert not ODD.search(text), (kind, text)
            assert set(clean.slots(text)) <= set(clean.SLOTS)
            assert "NUR-INTERN" not in text
        assert content.payload[{"feed": "title", "social": "lead", "mail": "subject"}[channel]]


@pytest.mark.parametrize(("channel", "language"), EVERY_WAY)
def test_a_cancelled_event_says_so_on_top(renderer: Renderer, channel: ChannelKind, language: str) -> None:
    prefix, sentence = {
        "de": ("ABSAGE: ", "Die Veranstaltung findet nicht statt."),
        "en": ("CANCELLED: ", "The event will not take place."),
    }[language]
    for kind in Kind:
        event = replace(EVENT, status=EventStatus.CANCELLED)
        payload = renderer.render(ask(kind, channel, language, event=event)).payload
        match channel:
            case "feed":
                assert payload["title"].startswith(prefix)
                assert payload["summary"].startswith(sentence)
                assert payload["html"].startswith(f"<p><strong>{sentence}</strong></p>")
            case "social":
                assert payload["lead"].startswith(prefix)
                assert sentence in payload["lead"]
            case "mail":
                assert payload["subject"].startswith(prefix)
                assert payload["preheader"].startswith(sentence)
                for part in (payload["text"], payload["html"]):
                    assert part.index(prefix) < part.index(sentence) < part.index("⟦greeting⟧")
        for text in strings(payload):
            assert "Erinnerung" not in text
            assert LINKS.calendar_url not in text


@pytest.mark.parametrize(("channel", "language"), EVERY_WAY)
def test_nothing_counts_down(renderer: Renderer, channel: ChannelKind, language: str) -> None:
    for kind in Kind:
        payload = renderer.render(ask(kind, channel, language, when=at(17, 10))).payload
        text = " ".join(strings(payload)).casefold()
        assert not re.search(r"\b(morgen|übermorgen|tomorrow|heute|today|in \d+ (minuten|minutes|tagen|days))\b", text)


@pytest.mark.parametrize(("channel", "language"), EVERY_WAY)
def test_the_same_request_gives_the_same_bytes(renderer: Renderer, channel: ChannelKind, language: str) -> None:
    again = Renderer([], SITE)
    for kind in (Kind.ANNOUNCEMENT, Kind.PROGRAMME, Kind.MOVE):
        request = ask(kind, channel, language)
        assert canonical(renderer.render(request).payload) == canonical(again.render(request).payload)


@pytest.mark.parametrize(
    ("kind", "changes", "lead", "fact"),
    [
        (
            Kind.REMINDER,
            {"event": replace(EVENT, end=at(18, 17))},
            "Erinnerung: Fachkonferenz „Kommunen innovativ“",
            "Dienstag, 18. September 2018, 13 bis 17 Uhr, Dietrich-Keuning-Haus, Dortmund",
        ),
        (
            Kind.SESSION_SOON,
            {},
            "Als Nächstes: Keynote „Zukunft vor Ort gestalten“",
            "Dienstag, 18. September 2018, 13.30 Uhr, Großer Saal, Dietrich-Keuning-Haus, Dortmund, mit Gesine Schwan",
        ),
        (
            Kind.SESSION_SOON,
            {"session": FORUM_1, "merged": (FORUM_2,)},
            "Als Nächstes: Workshop „KoSI-Lab“ (Raum 204); Workshop „KuDeQua“ (Raum 205)",
            "Dienstag, 18. September 2018, 15.30 Uhr, Dietrich-Keuning-Haus, Dortmund",
        ),
        (
            Kind.SESSION_LIVE,
            {"session": WELCOME},
            "Jetzt: Grußwort",
            "Mittwoch, 19. September 2018, 9 Uhr, Großer Saal, Dietrich-Keuning-Haus, Dortmund, mit Ullrich Sierau",
        ),
        (
            Kind.SESSION_SOON,
            {"session": Session("tour", "Rundgang"), "event": replace(EVENT, place=None)},
            "Als Nächstes: Rundgang",
            "",
        ),
        (
            Kind.PRACTICAL,
            {"when": at(19, 7, 30)},
            "Heute: Fachkonferenz „Kommunen innovativ“",
            "Mittwoch, 19. September 2018, 9 Uhr, Dietrich-Keuning-Haus, Dortmund",
        ),
        (
            Kind.MOVE,
            {
                "event": replace(
                    EVENT, start=at(9, 13, month=10), end=None, previous_start=EVENT.start, previous_end=EVENT.end
                ),
                "notice": Notice("VERLEGT", sentence="Neuer Termin ist der 9. Oktober 2018"),
            },
            "VERLEGT: Fachkonferenz „Kommunen innovativ“. Neuer Termin ist der 9. Oktober 2018.",
            "Neuer Termin: Dienstag, 9. Oktober 2018, 13 Uhr, Dietrich-Keuning-Haus, Dortmund",
        ),
        (
            Kind.REMINDER,
            {"event": replace(EVENT, status=EventStatus.CANCELLED, place=None, end=None)},
            "ABSAGE: Fachkonferenz „Kommunen innovativ“. Die Veranstaltung findet nicht statt.",
            "Geplant war: Dienstag, 18. September 2018, 13 Uhr",
        ),
        (
            Kind.ANNOUNCEMENT,
            {"announcement": replace(ANNOUNCEMENT, status=PubStatus.CANCELED)},
            f"ZURÜCKGEZOGEN: {ANNOUNCEMENT.headline}. Diese Mitteilung wurde zurückgezogen und gilt nicht mehr.",
            "",
        ),
        (
            Kind.RECAP,
            {"event": replace(EVENT, end=None)},
            "Rückblick: Rund 200 Gäste waren in Dortmund. Vielen Dank.",
            "Dienstag, 18. September 2018, 13 Uhr, Dietrich-Keuning-Haus, Dortmund",
        ),
        (Kind.REMINDER, {"announcement": None, "event": BARE}, "Erinnerung: Fachkonferenz", ""),
    ],
)
def test_posts_word_by_word(renderer: Renderer, kind: Kind, changes: dict[str, Any], lead: str, fact: str) -> None:
    payload = renderer.render(ask(kind, "social", **changes)).payload
    assert {key: value for key, value in payload.items() if key not in {"card", "pictures"}} == {
        "lead": lead,
        "fact": fact,
        "link": LINKS.announcement_url if kind is Kind.ANNOUNCEMENT else LINKS.event_url,
        "hashtags": ["#KommunenInnovativ", "#Dortmund"] if changes.get("event") is not BARE else [],
        "language": "de",
        "spoiler_text": "",
    }


def test_a_release_in_the_feed_word_by_word(renderer: Renderer) -> None:
    assert renderer.render(ask(Kind.ANNOUNCEMENT, "feed")).payload == {
        "title": ANNOUNCEMENT.headline,
        "summary": ANNOUNCEMENT.lead,
        "html": (
            "<p><strong>Zum zweiten Mal lädt das Bundesministerium für Bildung und Forschung (BMBF) "
            "zur Fachkonferenz ein.</strong></p>\n"
            "<p>Das Programm der zwei Tage verspricht Einblicke in die Projekte.</p>\n"
            "<h2>Zwei Projekte aus Dortmund</h2>\n"
            "<p>Im Projekt KoSI-Lab wird erprobt, welchen Beitrag <em>kommunale Labore</em> leisten können. "
            'Mehr dazu steht <a href="https://presse.city.example/projekte/kosi-lab">auf der Projektseite</a>.</p>\n'
            "<h2>Weitere Informationen</h2>\n"
            '<ul>\n<li><a href="https://presse.city.example/programm.pdf">Programm (PDF)</a></li>\n</ul>\n'
            "<ul>\n"
            "<li>Wann: Dienstag, 18. September, bis Mittwoch, 19. September 2018, Beginn 13 Uhr</li>\n"
            "<li>Einlass: ab 12 Uhr</li>\n"
            "<li>Wo: Dietrich-Keuning-Haus, Leopoldstr. 50–58, 44147 Dortmund</li>\n"
            "<li>Veranstalter: Bundesministerium für Bildung und Forschung</li>\n"
            "<li>Anmeldung: bis Dienstag, 4. September 2018</li>\n"
            '<li><a href="https://anmeldung.city.example/?a=1&amp;b=2">Zur Anmeldung</a></li>\n'
            "</ul>\n"
            "<p>Quelle: Stadt Dortmund</p>\n"
            "<p>Kontakt: Pressestelle, presse@city.example</p>\n"
        ),
        "link": LINKS.announcement_url,
        "categories": ["Stadtentwicklung", "Wissenschaft", "Pressemitteilung"],
    }


def test_a_correction_says_what_was_wrong(renderer: Renderer) -> None:
    announcement = replace(ANNOUNCEMENT, correction="Der Beginn ist 13 Uhr, nicht 12 Uhr")
    payload = renderer.render(ask(Kind.CORRECTION, "feed", announcement=announcement)).payload
    assert payload["title"] == f"KORREKTUR: {ANNOUNCEMENT.headline}"
    assert payload["summary"].startswith("Berichtigt: Der Beginn ist 13 Uhr, nicht 12 Uhr. ")
    assert "Das Programm der zwei Tage" in payload["html"]


def test_a_withdrawn_release_shows_nothing_but_the_notice(renderer: Renderer) -> None:
    announcement = replace(ANNOUNCEMENT, status=PubStatus.CANCELED)
    payload = renderer.render(ask(Kind.ANNOUNCEMENT, "feed", announcement=announcement)).payload
    assert payload == {
        "title": f"ZURÜCKGEZOGEN: {ANNOUNCEMENT.headline}",
        "summary": "Diese Mitteilung wurde zurückgezogen und gilt nicht mehr.",
        "html": "<p><strong>Diese Mitteilung wurde zurückgezogen und gilt nicht mehr.</strong></p>\n",
        "link": LINKS.announcement_url,
        "categories": ["Stadtentwicklung", "Wissenschaft", "Rücknahme"],
    }


def test_a_prefix_stands_once_and_a_notice_may_bring_its_own_headline(renderer: Renderer) -> None:
    notice = Notice("VERLEGT: ", "VERLEGT: Konferenz jetzt im Oktober")
    assert renderer.render(ask(Kind.MOVE, "feed", notice=notice)).payload["title"] == notice.headline
    plain = replace(notice, headline="Konferenz jetzt im Oktober")
    assert renderer.render(ask(Kind.MOVE, "feed", notice=plain)).payload["title"] == notice.headline


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_date_that_nobody_confirmed_is_never_told(renderer: Renderer, channel: ChannelKind) -> None:
    event = replace(EVENT, certainty=Certainty.INFERRED, registration=Registration())
    for kind in Kind:
        text = " ".join(strings(renderer.render(ask(kind, channel, event=event)).payload))
        assert "2018" not in text
        assert "13.30" not in text


def test_a_session_that_is_not_public_stays_out_of_the_programme(renderer: Renderer) -> None:
    event = replace(EVENT, sessions=(replace(KEYNOTE, public=False), WELCOME))
    payload = renderer.render(ask(Kind.PROGRAMME, "mail", event=event)).payload
    assert "Schwan" not in payload["text"] + payload["html"]
    assert "Sierau" in payload["text"]


@pytest.mark.parametrize(("when", "told"), [(at(3, 10), True), (at(5, 10), False), (None, True)])
def test_a_closed_registration_is_not_told(renderer: Renderer, when: datetime | None, told: bool) -> None:
    payload = renderer.render(ask(Kind.REMINDER, "feed", when=when)).payload
    assert ("anmeldung.city.example" in payload["html"]) is told


def test_times_stand_on_the_venues_clock(renderer: Renderer) -> None:
    event = replace(EVENT, timezone="America/New_York", end=None, place=Place("City Hall"))
    assert renderer.render(ask(Kind.REMINDER, "social", "en", event=event)).payload["fact"] == (
        "Tuesday, 18 September 2018, 7 a.m., City Hall"
    )


def test_hashtags_are_what_networks_take(renderer: Renderer) -> None:
    event = replace(EVENT, hashtags=("Kommunen innovativ", "kommuneninnovativ", "#2018", "Do-Mund!", "", "Städte_1"))
    assert renderer.render(ask(Kind.REMINDER, "social", event=event)).payload["hashtags"] == [
        "#Kommuneninnovativ",
        "#DoMund",
        "#Städte_1",
    ]


def test_an_unknown_language_is_named(renderer: Renderer) -> None:
    with pytest.raises(TemplateError, match="'fr'; known are de, en"):
        renderer.render(ask(Kind.REMINDER, "feed", "fr"))


@pytest.mark.parametrize(
    ("kind", "changes", "card"),
    [
        (Kind.ANNOUNCEMENT, {}, (ANNOUNCEMENT.headline, ANNOUNCEMENT.lead)),
        (
            Kind.REMINDER,
            {},
            (
                EVENT.name,
                "Dienstag, 18. September, bis Mittwoch, 19. September 2018, Beginn 13 Uhr, "
                "Dietrich-Keuning-Haus, Dortmund",
            ),
        ),
        (Kind.REMINDER, {"event": replace(BARE, name="")}, ("", ANNOUNCEMENT.lead)),
    ],
)
def test_the_card_says_what_is_behind_the_link(
    renderer: Renderer, kind: Kind, changes: dict[str, Any], card: tuple[str, str]
) -> None:
    shown = renderer.render(ask(kind, "social", **changes)).payload["card"]
    assert card[0] in shown["title"]
    assert shown["description"] == card[1]
