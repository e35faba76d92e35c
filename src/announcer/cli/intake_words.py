"""What the command line says of taking in, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "source": ("Quelle", "Source"),
    "contact": ("Kontakt", "Contact"),
    "people": ("Personen", "People"),
    "open_question": ("Offene Frage", "Open question"),
    "answer": ("Antwort (leer: offen lassen)", "Answer (empty: leave it open)"),
    "announces": ("Angekündigt wird:", "It announces:"),
    "ask_event": ("Auch die Veranstaltung „{name}“ anlegen?", "Store the event “{name}” as well?"),
    "ask_date": ("Ist dieser Termin richtig: {when}?", "Is this date right: {when}?"),
    "ask_store": ("So speichern?", "Store it like this?"),
    "bad_day": (
        "„{text}“ ist kein Tag; schreiben Sie ihn wie 2018-09-18",
        "'{text}' is no day; write it like 2018-09-18",
    ),
    "same_text": (
        "Die Mitteilung „{id}“ sagt schon genau das; es gibt nichts zu ändern.",
        "The announcement “{id}” says exactly this already; there is nothing to change.",
    ),
    "newer_text": (
        "Die Mitteilung „{id}“ gibt es schon; dies ist ein neuerer Text. Das würde sich ändern:",
        "The announcement “{id}” is there already; this is a newer text of it. This would change:",
    ),
}

HELP: Final[Mapping[str, str]] = {
    "Take in a press release: text, Word, HTML, mail or Markdown, or a page's address.": (
        "Eine Pressemitteilung aufnehmen: Text, Word, HTML, Mail oder Markdown, oder die Adresse einer Seite."
    ),
    "A file, or the address of a page.": "Eine Datei oder die Adresse einer Seite.",
    "When it comes out; missing years count from it.": "Wann sie erscheint; fehlende Jahre zählen von da an.",
    "What a question would ask, or a field.": "Was sonst gefragt würde, oder ein Feld.",
    "Put back a line that was taken out.": "Eine entfernte Zeile wieder aufnehmen.",
    "Store the event it announces as well.": "Auch die angekündigte Veranstaltung anlegen.",
}
