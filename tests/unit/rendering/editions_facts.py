"""What a city tells in a week, for the tests of digests: made-up announcements, some with an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from announcer.model.campaign import Kind
from announcer.model.facts import Announcement, Event, EventStatus, Place, Registration
from announcer.rendering.request import Edition, Item, Links, Request
from tests.unit.rendering.dortmund_facts import BERLIN

ISSUE_AT = datetime(2026, 9, 4, 10, tzinfo=BERLIN)

_NEWS = (
    (
        "Radweg an der Ruhrallee ist fertig",
        "Nach acht Monaten Bauzeit ist der neue Radweg an der Ruhrallee freigegeben. Er ist zweieinhalb Meter breit, "
        "von der Fahrbahn getrennt und führt vom Westfalenpark bis zum Phoenix-See.",
    ),
    (
        "Stadtbibliothek lädt zur langen Nacht",
        "Lesungen, Führungen durch das Magazin und eine Werkstatt für Kinder: Die Bibliothek öffnet bis Mitternacht.",
    ),
    (
        "Neue Öffnungszeiten im Bürgerbüro Nord",
        "Das Bürgerbüro Nord öffnet ab Oktober auch am Samstagvormittag. Termine gibt es online und am Telefon.",
    ),
    (
        "Wochenmarkt zieht für die Bauzeit um",
        "Während der Alte Markt neu gepflastert wird, stehen die Stände auf dem Hansaplatz.",
    ),
)
_BEGINS, _ENDS = datetime(2026, 9, 18, 18, tzinfo=BERLIN), datetime(2026, 9, 18, 23, 30, tzinfo=BERLIN)
NIGHT = Event(
    id="lange-nacht",
    name="Lange Nacht der Bibliothek",
    start=_BEGINS,
    end=_ENDS,
    place=Place("Stadt- und Landesbibliothek", "Max-von-der-Grün-Platz 1–3", "44137", "Dortmund"),
    registration=Registration(closes=datetime(2026, 9, 14, 23, 59, tzinfo=BERLIN)),
)


def item(number: int, event: Event | None = None) -> Item:
    """The announcement of this number; each differs."""
    headline, lead = _NEWS[number % len(_NEWS)]
    mark = "" if number < len(_NEWS) else f" ({number})"
    announcement = Announcement(
        id=f"m-{number}", headline=headline + mark, lead=lead, event_id=event.id if event else None
    )
    links = Links(
        f"https://presse.city.example/a/m-{number}", f"https://presse.city.example/e/{event.id}" if event else ""
    )
    return Item(announcement, event, links)


def edition(number_of_items: int, number: int = 12) -> Edition:
    """An issue with so many items, every fourth with an event."""
    items = []
    for place in range(number_of_items):
        moved = timedelta(days=place)
        event = replace(NIGHT, id=f"e-{place}", start=_BEGINS + moved, end=_ENDS + moved)
        items.append(item(place, event if place % 4 == 1 else None))
    return Edition("Neues aus der Stadt", number, tuple(items))


def request(of: Edition, language: str = "de") -> Request:
    """The issue as it is asked for."""
    return Request(Kind.DIGEST, "mail", language, when=ISSUE_AT, edition=of)


POSTPONED = replace(NIGHT, status=EventStatus.POSTPONED)
