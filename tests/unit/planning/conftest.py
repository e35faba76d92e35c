"""The Dortmund conference of 2018 and what planning needs beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from announcer.model.changes import Facts
from announcer.model.facts import Announcement, Event, Person, Place, Registration, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.plan import Campaign
from announcer.planning.rules import shipped_playbooks

BERLIN = ZoneInfo("Europe/Berlin")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=BERLIN)


@pytest.fixture
def berlin() -> ZoneInfo:
    return BERLIN


@pytest.fixture
def event() -> Event:
    """The true dates; the end of day 2 and the time of the Grußwort are made up, the tours have no time."""
    return Event(
        "kommunen-innovativ",
        "Fachkonferenz „Kommunen innovativ“",
        start=at(9, 18, 13),
        end=at(9, 19, 16),
        doors=at(9, 18, 12),
        place=Place("Dietrich-Keuning-Haus", "Leopoldstr. 50–58", "44147", "Dortmund"),
        registration=Registration(closes=at(9, 4, 23, 59)),
        sessions=(
            Session("anmeldung", "Anmeldung", "Anmeldung", start=at(9, 18, 12), public=False),
            Session("begruessung", "Begrüßung", "Begrüßung", start=at(9, 18, 13), end=at(9, 18, 13, 30)),
            Session(
                "keynote",
                "Zukunft vor Ort gestalten",
                "Keynote",
                day=at(9, 18, 0).date(),
                start=at(9, 18, 13, 30),
                end=at(9, 18, 14, 15),
                room="Großer Saal",
                performers=(Person("Prof. Dr. Gesine Schwan"),),
            ),
            Session("talk", "Innovative Kommunen", "Talk", start=at(9, 18, 14, 15), end=at(9, 18, 14, 45)),
            Session("kaffee", "Kaffeepause", "Kaffeepause", start=at(9, 18, 14, 45), public=False),
            Session("forum-1", "Daseinsvorsorge", "Forum", start=at(9, 18, 15, 30)),
            Session("forum-2", "Flächen und Wohnen", "Forum", start=at(9, 18, 15, 30)),
            Session(
                "grusswort",
                "Grußwort der Stadt",
                "Grußwort",
                start=at(9, 19, 9),
                performers=(Person("Ullrich Sierau", "Oberbürgermeister"),),
            ),
            Session("fuehrungen", "Thematische Führungen", "Führung"),
        ),
    )


@pytest.fixture
def facts(event: Event) -> Facts:
    return Facts(
        event,
        Announcement(
            "dortmund",
            "Gesine Schwan und OB Ullrich Sierau sprechen bei bundesweiter Konferenz",
            lead="Die Projekte treffen sich vom 18. bis zum 19. September im Dietrich-Keuning-Haus.",
            event_id="kommunen-innovativ",
        ),
    )


@pytest.fixture
def campaign(facts: Facts) -> Campaign:
    """First planned on 1 June 2018 at noon."""
    return Campaign(
        facts,
        shipped_playbooks(BERLIN)["conference"],
        {"feed": ("feed",), "social": ("mastodon",), "mail": ("newsletter",)},
        OfficeCalendar(),
        datetime(2018, 6, 1, 10, tzinfo=UTC),
    )
