"""What the columns of a programme are called. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

#: The heads of columns, German and English.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "kennung", "code", "nr", "nummer", "uid"),
    "title": (
        "titel",
        "title",
        "thema",
        "programmpunkt",
        "was",
        "veranstaltung",
        "session",
        "beitrag",
        "topic",
        "item",
        "programm",
        "programme",
        "what",
        "inhalt",
    ),
    "kind": ("art", "typ", "type", "format", "kategorie", "kind", "category"),
    "day": ("tag", "datum", "date", "day"),
    "start": ("beginn", "start", "von", "uhrzeit", "zeit", "time", "from", "begins", "wann", "when", "uhr"),
    "end": ("ende", "end", "bis", "to", "until"),
    "room": ("raum", "saal", "ort", "room", "location", "wo", "venue", "where"),
    "people": (
        "referent",
        "referentin",
        "referenten",
        "referent/in",
        "referent:in",
        "wer",
        "person",
        "personen",
        "mitwirkende",
        "speaker",
        "speakers",
        "vortragende",
        "leitung",
        "moderation",
        "presenter",
        "who",
        "by",
        "mit",
    ),
}


def head_of(row: Sequence[str]) -> dict[str, int]:
    """Which column is what; empty unless there is a title and something else."""
    found: dict[str, int] = {}
    for number, cell in enumerate(row):
        word = re.sub(r"[^a-zäöüß/: ]", "", cell.lower()).strip()
        for key, names in COLUMNS.items():
            if key not in found and (word in names or word.split(" ")[0] in names):
                found[key] = number
                break
    return found if "title" in found and len(found) >= 2 else {}
