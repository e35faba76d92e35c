"""What mails to the office say beside their templates: dates in short, and what things are called. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from announcer.model.campaign import Planned, Subject
from announcer.model.facts import Event
from announcer.planning.phrases import quoted

_WEEKDAYS = {"de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "day_n": ("Tag {n}", "day {n}"),
    "channel": ("Kanal {name}", "channel {name}"),
    "everything": ("der gesamte Versand", "all sending"),
    "mails": ("{n} Mails gescheitert", "{n} mails failed"),
    "mails_unknown": ("bei {n} Mails ist offen, ob sie ankamen", "{n} mails may or may not have arrived"),
    "unknown": (
        "Zustellung {id}: Es ist offen, ob sie angekommen ist.",
        "Delivery {id}: it may or may not have arrived.",
    ),
    "hand_publish": ("Aufgabe {id}: von Hand veröffentlichen.", "Task {id}: publish it by hand."),
    "hand_correct": (
        "Aufgabe {id}: dort richtigstellen, wo es steht.",
        "Task {id}: correct it where it stands.",
    ),
    "hand_withdraw": ("Aufgabe {id}: dort löschen, wo es steht.", "Task {id}: delete it where it stands."),
    "failed": ("Zustellung {id} ist gescheitert.", "Delivery {id} failed."),
    "page": (
        "Geht hinaus, sobald die Seite dazu antwortet: {url}",
        "Leaves as soon as the page it links to answers: {url}",
    ),
    "late_deliveries": ("{n} Zustellungen sind verspätet.", "{n} deliveries are late."),
    "cap_deliveries": ("{n} Mails liegen über der Wochengrenze.", "{n} mails are above the weekly limit."),
    "partly": ("{n} Zustellungen kamen zu spät an die Reihe.", "{n} deliveries had their turn too late."),
    # What a message of today lacks, by its state.
    "draft": ("Noch nicht freigegeben.", "Not approved yet."),
    "held": ("Zurückgehalten:", "Held back:"),
    "paused": ("Angehalten.", "Paused."),
    "your_text": ("Ihr Text für diese Nachricht", "your text for this message"),
    # Why all sending is held: `office.holding` and `store.epoch` name the reasons.
    "restored": (
        "Die Datenbank ist älter als der letzte Stand dieses Dienstes, vermutlich eine Sicherung.",
        "The database is older than this service's last state, a backup it seems.",
    ),
    "foreign": ("Die Datenbank gehört zu einem anderen Dienst.", "The database belongs to another service."),
    "moved": ("Die Datenbank kommt von anderswo.", "The database comes from elsewhere."),
    "old_file": (
        "Die Datei var/epoch ist älter als die Datenbank.",
        "The file var/epoch is older than the database.",
    ),
    "epoch_unreadable": ("Die Datei var/epoch ist nicht lesbar.", "The file var/epoch can't be read."),
    "withdrawals_unreadable": (
        "Die Abmeldungen in var/withdrawals.log sind nicht lesbar.",
        "The withdrawals in var/withdrawals.log can't be read.",
    ),
    "clock": (
        "Die Uhr dieses Rechners ist gesprungen; bitte stellen Sie sie richtig.",
        "This machine's clock jumped; please set it right.",
    ),
    "asleep": (
        "Der Dienst stand still, und seither war etwas fällig.",
        "The service stood still, and something was due since then.",
    ),
}


def say(key: str, language: str, **slots: object) -> str:
    """The words under `key`, with their slots filled."""
    return WORDS[key][language != "de"].format(**slots)


def short_day(day: date, language: str) -> str:
    """ "Fr 11.09.", "Fri 11 Sep"."""
    return f"{_WEEKDAYS[language][day.weekday()]} {day:%d.%m.}" if language == "de" else f"{day:%a %d %b}"


def short_moment(local: datetime, language: str) -> str:
    """ "Fr 11.09., 10:00 Uhr", "Fri 11 Sep, 10:00"."""
    return f"{short_day(local.date(), language)}, {local:%H:%M}" + (" Uhr" if language == "de" else "")


def what(planned: Planned, kind: str, event: Event | None, language: str) -> str:
    """ "Rückblick, Tag 1", "Gleich beginnt: Keynote „…“"; `kind` is what its kind is called."""
    said, anchor = kind, planned.occurrence.anchor
    if anchor.startswith("day:"):
        said += f", {say('day_n', language, n=anchor.removeprefix('day:'))}"
    if planned.occurrence.subject is Subject.SESSION and event is not None:
        session = event.session(planned.occurrence.subject_id.removeprefix(f"{event.id}/"))
        if session is not None:
            said += f": {session.kind} {quoted(session.title, language)}".replace("  ", " ")
    return said


def hold_reasons(reasons: str, language: str) -> str:
    """Why all sending is held; a reason unknown here is shown as it is."""
    keys = [reason.partition(":")[0] for reason in reasons.split(" ")]
    return " ".join(say(key, language) if key in WORDS else key for key in keys)
