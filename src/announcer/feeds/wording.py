"""What feeds say of themselves, in the languages the office publishes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Titles and sentences in one language; `{}` takes the name of event or topic."""

    all: str
    about_all: str
    about_event: str
    about_topic: str
    about_nothing: str
    withdrawn: str  #: Stands before the headline of what was taken back.
    notice: str


_ENGLISH = Wording(
    all="all announcements",
    about_all="All announcements, as they are published.",
    about_event="All announcements about this event: {}.",
    about_topic="All announcements on the topic “{}”.",
    about_nothing="There are no announcements here at present.",
    withdrawn="WITHDRAWN:",
    notice="This announcement has been withdrawn. Please do not use it any more.",
)
_GERMAN = Wording(
    all="alle Mitteilungen",
    about_all="Alle Mitteilungen, sobald sie veröffentlicht sind.",
    about_event="Alle Mitteilungen zu dieser Veranstaltung: {}.",
    about_topic="Alle Mitteilungen zum Thema „{}“.",
    about_nothing="Zurzeit gibt es hier keine Mitteilungen.",
    withdrawn="ZURÜCKGEZOGEN:",
    notice="Diese Mitteilung wurde zurückgezogen. Bitte verwenden Sie sie nicht mehr.",
)
_WORDINGS: Mapping[str, Wording] = {"de": _GERMAN, "en": _ENGLISH}


def wording(language: str) -> Wording:
    """The wording for a BCP 47 tag; English where there is none."""
    return _WORDINGS.get(language.split("-")[0].lower(), _ENGLISH)
