"""What messages, their states and those they are for are called, German and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from announcer.model.campaign import Planned, Subject
from announcer.model.facts import Event
from announcer.planning.phrases import quoted

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("Entwurf", "draft"),
    "scheduled": ("freigegeben", "approved"),
    "held": ("zurückgehalten", "held"),
    "waiting": ("wartet", "waiting"),
    "sending": ("geht hinaus", "sending"),
    "paused": ("angehalten", "paused"),
    "sent": ("gesendet", "sent"),
    "partly_sent": ("teils gesendet", "partly sent"),
    "missed": ("entfallen", "missed"),
    "cancelled": ("abgebrochen", "cancelled"),
    "superseded": ("überholt", "superseded"),
    "failed": ("gescheitert", "failed"),
    # of events and dates
    "rescheduled": ("verlegt", "rescheduled"),
    "postponed": ("verschoben", "postponed"),
    "confirmed": ("bestätigt", "confirmed"),
    "inferred": ("nicht bestätigt", "not confirmed"),
    "missing": ("ohne Termin", "no date"),
}

#: Of single deliveries, beside those of messages.
DELIVERY_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "pending": ("wartet", "waits"),
    "deferred": ("wird wiederholt", "is tried again"),
    "unknown": ("unklar", "unknown"),
    "suppressed": ("nicht gesendet", "not sent"),
    "manual": ("von Hand zu tun", "to do by hand"),
}

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "announcement": ("Pressemitteilung", "Announcement"),
    "save_the_date": ("Terminankündigung", "Save the date"),
    "registration_opens": ("Anmeldung öffnet", "Registration opens"),
    "programme": ("Programm", "Programme"),
    "registration_closes": ("Anmeldeschluss", "Registration closes"),
    "reminder": ("Erinnerung", "Reminder"),
    "practical": ("Praktische Hinweise", "Practical notes"),
    "session_soon": ("Gleich beginnt", "Soon"),
    "session_live": ("Jetzt", "Now"),
    "recap": ("Rückblick", "Recap"),
    "thanks": ("Dank", "Thanks"),
    "documentation": ("Dokumentation", "Documentation"),
    "digest": ("Newsletter-Ausgabe", "Digest issue"),
    "room_change": ("Neuer Raum", "Room change"),
    "programme_change": ("Programmänderung", "Programme change"),
    "registration_change": ("Anmeldung geändert", "Registration change"),
    "move": ("Verlegung", "New date"),
    "cancellation": ("Absage", "Cancellation"),
    "postponement": ("Verschiebung", "Postponement"),
    "correction": ("Korrektur", "Correction"),
}

AUDIENCES: Final[Mapping[str, tuple[str, str]]] = {
    "public": ("alle", "everyone"),
    "press": ("Presse", "press"),
    "opted_in": ("Angemeldete", "opted in"),
}

_DAY = ("Tag {n}", "day {n}")


def what_words(planned: Planned, event: Event | None, language: str) -> str:
    """What a message says: "Rückblick, Tag 1", "Gleich beginnt: Keynote „…“"."""
    english = language != "de"
    said, anchor = KINDS[planned.kind.value][english], planned.occurrence.anchor
    if anchor.startswith("day:"):
        said += f", {_DAY[english].format(n=anchor.removeprefix('day:'))}"
    if planned.occurrence.subject is Subject.SESSION and event is not None:
        session = event.session(planned.occurrence.subject_id.removeprefix(f"{event.id}/"))
        if session is not None:
            said += f": {session.kind} {quoted(session.title, language)}".replace("  ", " ")
    return said
