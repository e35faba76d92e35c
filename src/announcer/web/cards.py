"""What stands on the preview pictures of announcements and events. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from announcer.model.facts import Certainty, Event, EventStatus, PubStatus
from announcer.office.shown import ShownAnnouncement, ShownEvent
from announcer.web import moments
from announcer.web.card import Card
from announcer.web.words import WORDS


def announcement_card(site: str, shown: ShownAnnouncement, event: ShownEvent | None) -> Card:
    """The headline, with when and where if it announces an event."""
    said = shown.facts
    words = WORDS[_known(said.language)]
    if said.status is PubStatus.CANCELED:
        return Card(site, said.headline, mark=words["withdrawn"])
    details = _details(event.facts, _known(said.language)) if event else ()
    return Card(site, said.headline, details, _mark(event.facts, words) if event else "")


def event_card(site: str, event: Event, language: str) -> Card:
    """The event's name, when and where."""
    language = _known(language)
    return Card(site, event.name, _details(event, language), _mark(event, WORDS[language]))


def _known(language: str) -> str:
    return language[:2] if language[:2] in WORDS else "en"


def _mark(event: Event, words: Mapping[str, str]) -> str:
    return "" if event.status is EventStatus.SCHEDULED else words[event.status.value]


def _details(event: Event, language: str) -> tuple[str, ...]:
    place = ", ".join(filter(None, (event.place.name, event.place.city))) if event.place else ""
    open_ = event.status is EventStatus.POSTPONED or event.certainty is not Certainty.CONFIRMED
    when = "" if open_ or event.start is None else moments.moment(event.start, event.zone, language)
    return tuple(filter(None, (when, place)))
