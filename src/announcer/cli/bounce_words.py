"""What the command line says of mails that came back, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "bounces_none_set": (
        "In config.toml steht kein Postfach für Rückläufer ([bounces.NAME]).",
        "config.toml names no mailbox for returned mails ([bounces.NAME]).",
    ),
    "bounces_fetched": (
        "{name}: {n} neu; {ended} Adressen werden nicht mehr angeschrieben.",
        "{name}: {n} new; {ended} addresses are not written to any more.",
    ),
    "bounces_failed": ("{name}: {why}", "{name}: {why}"),
    "bounces_days": ("Zurückgekommen in den letzten {n} Tagen:", "Came back within the last {n} days:"),
    "bounces_nothing": ("Nichts ist zurückgekommen.", "Nothing came back."),
    "bounces_open": ("Davon muss sich das jemand ansehen:", "Somebody has to look at these:"),
    "bounces_none_open": ("Nichts davon braucht einen Menschen.", "None of it needs a person."),
    "bounces_ticked": ("Rückläufer {number} ist erledigt.", "Returned mail {number} is done."),
    "bounces_raw": ("Die Mail, wie sie kam:", "The mail as it came:"),
    "bounces_number": ("Anzahl", "Number"),
    "bounces_from": ("Von", "From"),
    "returned_hard": ("unzustellbar, Adresse gesperrt", "undeliverable, address suppressed"),
    "returned_soft": ("vorläufig nicht zustellbar", "not deliverable for now"),
    "returned_delayed": ("verzögert, wird noch versucht", "delayed, still tried"),
    "returned_complaint": ("Beschwerde, Adresse gesperrt", "complaint, address suppressed"),
    "returned_absent": ("Abwesenheitsnotiz", "note of absence"),
    "returned_notice": ("Hinweis ohne Folgen", "notice without consequences"),
    "returned_unclear": ("nicht verstanden", "not understood"),
    "returned_strange": ("Rückläufer einer unbekannten Mail", "bounce of an unknown mail"),
}

VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "looked at": ("angesehen", "looked at"),
}

HELP: Final[Mapping[str, str]] = {
    "Mails that came back: bounces, complaints, notes of absence.": (
        "Was zurückkam: unzustellbare Mails, Beschwerden, Abwesenheitsnotizen."
    ),
    "Look into the mailboxes now instead of waiting for the service.": (
        "Jetzt in den Postfächern nachsehen, statt auf den Dienst zu warten."
    ),
    "Show what came back of late, and what somebody has to look at.": (
        "Zeigen, was zuletzt zurückkam und was sich jemand ansehen muss."
    ),
    "How many days back.": "Wie viele Tage zurück.",
    "Show these instead; may be repeated.": "Stattdessen diese zeigen; mehrfach möglich.",
    "Show one returned mail, whole if nobody understood it.": (
        "Einen Rückläufer zeigen; wenn ihn niemand verstand, die ganze Mail."
    ),
    "Its number, as bounces list shows it.": "Die Nummer aus bounces list.",
    "Say that somebody looked at it and it needs nothing more.": (
        "Sagen, dass ihn jemand angesehen hat und nichts mehr zu tun ist."
    ),
    "Only this mailbox.": "Nur dieses Postfach.",
}
