"""What the command line says of a rehearsal, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "rehearsal": ("Probelauf", "Rehearsal"),
    "rehearsed": (
        "Alles kommt nur auf diesem Rechner an; nichts verlässt das Haus.",
        "Everything arrives on this machine only; nothing leaves the house.",
    ),
    "post": ("Beitrag", "Post"),
    "mail": ("Mail", "Mail"),
    "feed": ("Feed", "Feed"),
    "edited": ("geändert", "edited"),
    "deleted": ("gelöscht", "deleted"),
    "reply": ("Antwort", "reply"),
    "one_recipient": ("→ 1 Person", "→ 1 person"),
    "n_recipient": ("→ {n} Personen", "→ {n} people"),
    "words_handed_in": ("Der Text für „{rule}“ liegt vor", "The text for “{rule}” is in"),
    "published": ("Veröffentlicht", "Published"),
    "corrected": ("Berichtigt", "Corrected"),
    "withdrawn": ("Zurückgezogen", "Withdrawn"),
    "skipped": ("Nicht hinausgegangen", "Did not leave"),
    "no_problems": ("Keine Probleme.", "No problems."),
    "sandbox_page": ("Alles zum Nachlesen: {url}", "Everything to read again: {url}"),
    "ctrl_c": ("Ctrl-C beendet.", "Ctrl-C ends it."),
    "before_item": ("{span} vor {item}", "{span} before {item}"),
    "after_item": ("{span} nach {item}", "{span} after {item}"),
    "the_start": ("dem Beginn", "the start"),
    "the_end": ("dem Ende", "the end"),
    "during": ("Tag {n}, {time}", "day {n}, {time}"),
}
