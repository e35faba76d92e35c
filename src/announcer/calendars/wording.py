"""What calendars say of themselves, in the languages the office publishes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in one language. `{}` takes a name, or a local moment where a time is shown."""

    all: str
    topic: str
    cancelled: str
    postponed: str
    new_date_follows: str
    begins: str
    doors: str
    organizer: str


_GERMAN = Wording(
    all="alle Veranstaltungen",
    topic="Veranstaltungen zum Thema „{}“",
    cancelled="ENTFÄLLT",
    postponed="VERSCHOBEN",
    new_date_follows="Ein neuer Termin steht noch nicht fest.",
    begins="Beginn am {:%d.%m.%Y um %H:%M} Uhr",
    doors="Einlass am {:%d.%m.%Y ab %H:%M} Uhr",
    organizer="Veranstalter: {}",
)
_ENGLISH = Wording(
    all="all events",
    topic="events on the topic “{}”",
    cancelled="CANCELLED",
    postponed="POSTPONED",
    new_date_follows="A new date has not been set yet.",
    begins="Starts on {:%d.%m.%Y at %H:%M}",
    doors="Doors open on {:%d.%m.%Y at %H:%M}",
    organizer="Organizer: {}",
)
_WORDINGS: Mapping[str, Wording] = {"de": _GERMAN, "en": _ENGLISH}


def wording(language: str) -> Wording:
    """The wording for a BCP 47 tag; English where there is none."""
    return _WORDINGS.get(language.split("-")[0].lower(), _ENGLISH)
