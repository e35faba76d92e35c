"""The conference in Dortmund as facts, for the tests of rendering."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from announcer.model.facts import Announcement, Event, Link, Person, Place, Registration, Session
from announcer.rendering.request import Links
from announcer.settings import Site

BERLIN = ZoneInfo("Europe/Berlin")

SITE = Site(
    name="Pressestelle der Stadt Dortmund",
    url="https://presse.city.example",
    languages=("de", "en"),
    publisher="Stadt Dortmund, Pressestelle\nFriedensplatz 1\n44135 Dortmund",
    contact="presse@city.example",
    privacy_url="https://presse.city.example/datenschutz",
)
LINKS = Links(
    announcement_url="https://presse.city.example/meldungen/kommunen-innovativ",
    event_url="https://presse.city.example/termine/kommunen-innovativ",
    calendar_url="https://presse.city.example/termine/kommunen-innovativ.ics",
    feed_url="https://presse.city.example/feeds/alle.rss",
)


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    """A moment of 2018 on Dortmund's clocks."""
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


SCHWAN = Person("Gesine Schwan", "Politikwissenschaftlerin")
SIERAU = Person("Ullrich Sierau", "Oberbürgermeister", "Stadt Dortmund")

KEYNOTE = Session(
    id="keynote",
    title="Zukunft vor Ort gestalten",
    kind="Keynote",
    start=at(18, 13, 30),
    end=at(18, 14, 15),
    room="Großer Saal",
    performers=(SCHWAN,),
)
TALK = Session(id="talk", title="innovative Kommunen", kind="Talk", start=at(18, 14, 15), end=at(18, 14, 45))
FORUM_1 = Session(
    id="forum-1", title="KoSI-Lab", kind="Workshop", start=at(18, 15, 30), end=at(18, 17), room="Raum 204"
)
FORUM_2 = Session(id="forum-2", title="KuDeQua", kind="Workshop", start=at(18, 15, 30), end=at(18, 17), room="Raum 205")
WELCOME = Session(
    id="grusswort", title="Grußwort", kind="Grußwort", start=at(19, 9), room="Großer Saal", performers=(SIERAU,)
)
TOUR = Session(id="fuehrung", title="Rundgang durch die Nordstadt", kind="Führung", note="Treffpunkt am Eingang")

EVENT = Event(
    id="kommunen-innovativ",
    name="Fachkonferenz „Kommunen innovativ“",
    start=at(18, 13),
    end=at(19, 14),
    doors=at(18, 12),
    place=Place("Dietrich-Keuning-Haus", "Leopoldstr. 50–58", "44147", "Dortmund"),
    organizer="Bundesministerium für Bildung und Forschung",
    host="Stadt Dortmund",
    url="https://kommunen.example/",
    hashtags=("KommunenInnovativ", "#Dortmund"),
    registration=Registration(at(1, 9, month=6), at(4, 23, 59), "https://anmeldung.city.example/?a=1&b=2"),
    sessions=(KEYNOTE, TALK, FORUM_1, FORUM_2, WELCOME, TOUR),
)
ANNOUNCEMENT = Announcement(
    id="kommunen-innovativ",
    headline="Gesine Schwan und OB Ullrich Sierau sprechen bei bundesweiter Konferenz „Kommunen innovativ“",
    lead="Zum zweiten Mal lädt das Bundesministerium für Bildung und Forschung (BMBF) zur Fachkonferenz ein.",
    body=(
        "Das Programm der zwei Tage verspricht Einblicke in die Projekte.\n\n"
        "## Zwei Projekte aus Dortmund\n\n"
        "Im Projekt KoSI-Lab wird erprobt, welchen Beitrag *kommunale Labore* leisten können. "
        "Mehr dazu steht [auf der Projektseite](/projekte/kosi-lab)."
    ),
    source="Stadt Dortmund",
    contact="Pressestelle, presse@city.example",
    topics=("Stadtentwicklung", "Wissenschaft"),
    links=(Link("Programm (PDF)", "https://presse.city.example/programm.pdf"), Link("KuDeQua")),
    ed_note="NUR-INTERN",
    event_id="kommunen-innovativ",
)
