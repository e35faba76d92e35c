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
    "time_open": (
        "Die Uhrzeit steht nicht im Text; bis sie jemand nennt, gilt der ganze Tag.",
        "The text gives no time; until somebody does, the whole day counts.",
    ),
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
    "programme_same": ("Im Programm ändert sich nichts.", "Nothing of the programme changes."),
    "programme_stored": ("{n} Programmpunkte sind gespeichert.", "{n} programme items are stored."),
    "programme_missing": (
        "Stehen nicht in der Datei und bleiben: {items}",
        "Not in the file, and stay: {items}",
    ),
    "programme_told": (
        "Geänderte Punkte sind schon angekündigt; ändern Sie sie mit announcer move, "
        "room oder person, damit alle davon "
        "erfahren. Gespeichert werden nur neue.",
        "Changed items were announced already; change them with announcer move, room or person, so that everybody is "
        "told. Only new ones are stored.",
    ),
    "inbox_taken": (
        "{file} ist aufgenommen als „{id}“; offene Fragen: {n}.",
        "{file} is taken in as “{id}”; open questions: {n}.",
    ),
    "inbox_failed": ("{file}: {why}", "{file}: {why}"),
    "inbox_empty": ("Im Eingangsordner liegt nichts Fertiges.", "Nothing finished lies in the inbox."),
    "feed_polled": (
        "{name}: neu {new}; Änderung vorgeschlagen für {changed}.",
        "{name}: new {new}; a change proposed for {changed}.",
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
    "Take in an event's programme from pretalx, frab, iCalendar, CSV, Excel, Word or TOML.": (
        "Das Programm einer Veranstaltung aufnehmen: aus pretalx, frab, iCalendar, CSV, Excel, Word oder TOML."
    ),
    "What comes in without a person: the watched folder, feeds of other systems.": (
        "Was von selbst hereinkommt: der Eingangsordner und Feeds anderer Systeme."
    ),
    "Look once into the watched folder, twice in a row, as the service does.": (
        "Einmal in den Eingangsordner sehen, wie es der Dienst tut."
    ),
    "Look once at the feeds of other systems.": "Einmal die Feeds anderer Systeme ansehen.",
    "Only this feed.": "Nur dieser Feed.",
    "Store the event it announces as well.": "Auch die angekündigte Veranstaltung anlegen.",
}
