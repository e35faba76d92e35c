"""Words for what the database keeps as keys: verbs of the log, kinds of changes, places of a text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
    Withdraw,
)
from announcer.model.facts import Person
from announcer.planning.message_words import STATES
from announcer.planning.why import text_name

#: Under which verb of the pages a change is offered, and so what it is called.
_VERBS: Final[Mapping[type[object], str]] = {
    ChangeRoom: "room",
    Delay: "delay",
    ReplacePerson: "person",
    CancelSession: "drop",
    MoveSession: "reschedule",
    MoveEvent: "move",
    ChangeRegistration: "registration",
    PostponeEvent: "postpone",
    CancelEvent: "cancel",
    CorrectWording: "correct",
    CorrectAnnouncement: "rewrite",
    Withdraw: "withdraw",
    UpdateProgramme: "programme",
}
_DID: Final[Mapping[str, tuple[str, str]]] = {
    "add": ("aufgenommen", "added"),
    "confirm": ("Termin bestätigt", "confirmed the date"),
    "plan": ("geplant", "planned"),
    "programme": ("Programm übernommen", "took the programme over"),
    "words": ("Text geliefert", "gave words"),
    "approve": ("freigegeben", "approved"),
    "retime": ("auf einen anderen Zeitpunkt gelegt", "moved to another moment"),
    "drop": ("gestrichen", "struck out"),
    "decide": ("entschieden", "decided"),
    "hold": ("zurückgehalten", "held"),
    "miss": ("entfallen", "missed"),
    "settle": ("geklärt", "settled"),
    "by hand": ("von Hand erledigt", "done by hand"),
    "void": ("Freigabe aufgehoben", "approval void"),
    "request": ("Änderung vorgelegt", "submitted a change"),
    "confirm request": ("Änderung bestätigt", "confirmed a change"),
    "refuse request": ("Änderung abgelehnt", "refused a change"),
    "pause": ("angehalten", "paused"),
    "resume": ("fortgesetzt", "resumed"),
    "rehearse": ("geprobt", "rehearsed"),
    "ChangeRoom": ("Raum geändert", "changed the room"),
    "Delay": ("Verspätung", "delay"),
    "ReplacePerson": ("Person ersetzt", "replaced a person"),
    "CancelSession": ("Programmpunkt gestrichen", "cancelled an item"),
    "MoveSession": ("Programmpunkt verlegt", "moved an item"),
    "MoveEvent": ("Veranstaltung verlegt", "moved the event"),
    "ChangeRegistration": ("Anmeldung geändert", "changed the registration"),
    "PostponeEvent": ("Veranstaltung verschoben", "put the event off"),
    "CancelEvent": ("Veranstaltung abgesagt", "cancelled the event"),
    "CorrectWording": ("berichtigt", "corrected"),
    "CorrectAnnouncement": ("Mitteilung berichtigt", "corrected the announcement"),
    "Withdraw": ("zurückgezogen", "withdrawn"),
    "UpdateProgramme": ("Programm aktualisiert", "updated the programme"),
}


class Saying:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def did(self, verb: str) -> str:
        """A verb of the log; one that is unknown here is shown as it is."""
        return _DID.get(verb, (verb, verb))[self._language != "de"]

    def verb_of(self, change: Change) -> str:
        """The verb of a change; `verb_…` is its word."""
        return _VERBS[type(change)]

    def place(self, text: str) -> str:
        """Where a text stands that people wrote."""
        return text_name(text, self._language)

    def state(self, state: str) -> str:
        """A state of an event or a date."""
        return STATES.get(state, (state, state))[self._language != "de"]

    def people(self, performers: Iterable[Person]) -> list[tuple[str, str]]:
        """People as the options of a choice."""
        return [(one.name, f"{one.role} {one.name}".strip()) for one in performers]
