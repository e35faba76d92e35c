"""What the command line says of changes, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CHANGES: Final[Mapping[str, tuple[str, str]]] = {
    "already_out": ("Schon veröffentlicht, wird berichtigt", "Already out, will be corrected"),
    "mails_wrong": (
        "{n} Personen haben den alten Stand per Mail erhalten.",
        "{n} people received the old state by mail.",
    ),
    "moved": ("Rückt", "Moves"),
    "dropped": ("Entfällt", "Drops out"),
    "appeared": ("Kommt hinzu", "Appears"),
    "reworded": ("Neuer Text, noch nicht hinaus", "New text, not out yet"),
    "stopped": ("War gestoppt, kommt als Entwurf zurück", "Was stopped, comes back as a draft"),
    "stale": ("Hier steht noch der alte Stand", "The old state still stands here"),
    "no_consequence": ("An den Nachrichten ändert sich nichts.", "No message changes."),
    "ask_change": ("So ändern?", "Change it like this?"),
    "changed": ("Die Änderung {id} ist bestätigt.", "Change {id} is confirmed."),
    "corrections": ("Berichtigt werden {n} Beiträge und Feed-Einträge.", "{n} posts and feed entries are corrected."),
    "nothing_corrected": (
        "geben Sie --old und --new an, oder --headline, --lead oder --body-file",
        "give --old and --new, or --headline, --lead or --body-file",
    ),
    "bad_time": (
        "{option}: „{text}“ ist kein Zeitpunkt; schreiben Sie ihn wie 2018-09-25T12:00",
        "{option}: '{text}' is no moment; write it like 2018-09-25T12:00",
    ),
    "no_such_time": (
        "{option}: {text} gibt es wegen der Zeitumstellung nicht; wählen Sie eine andere Uhrzeit",
        "{option}: {text} does not exist because summer time begins; choose another time",
    ),
    # How what is out is put right; the keys are those of `Remedy`.
    "by_edit": ("wird an Ort und Stelle geändert", "is edited in place"),
    "by_entry": ("Feed-Eintrag wird ersetzt", "the feed entry is replaced"),
    "by_notice": ("Feed-Eintrag wird „ZURÜCKGEZOGEN“", "the feed entry becomes “WITHDRAWN”"),
    "by_mail": ("Hinweis per Mail an {people}", "a notice by mail to {people}"),
    "by_none": (
        "bleibt unberichtigt: Ein Hinweis per Mail käme zu spät oder ist im Ablaufplan nicht vorgesehen",
        "stays uncorrected: a notice by mail would come too late, or the playbook has none",
    ),
    "one_person": ("1 Person", "1 person"),
    "n_person": ("{n} Personen", "{n} people"),
    "held_stale": (
        "Wird zurückgehalten, weil der alte Stand noch im Text steht",
        "Is held, because the old state still stands in its text",
    ),
    "unreachable": (
        "Kanal gibt es nicht mehr: Bitte sehen Sie dort selbst nach",
        "Channel is gone: please look there yourself",
    ),
    "said_then": ("So wird es gesagt", "This is how it is said"),
    "where": ("Wo", "Where"),
    "excerpt": ("Was dort steht", "What it says there"),
    "by_reply": ("Antwort darunter: {said}", "a reply below it: {said}"),
    "by_repost": ("wird gelöscht und neu veröffentlicht", "is deleted and published anew"),
    "by_delete": ("wird gelöscht", "is deleted"),
    "by_hand": ("bitte von Hand berichtigen", "please correct it by hand"),
    "by_leave": ("bleibt, wie es ist", "stays as it is"),
    "move_where": (
        "geben Sie --to an, --place oder beides; ein Programmpunkt (--session) braucht --to",
        "give --to, --place or both; a programme item (--session) needs --to",
    ),
    "registration_what": ("geben Sie --closes, --opens oder --url an", "give --closes, --opens or --url"),
    "bad_posts": (
        "„{text}“ sagt nicht, wie Beiträge zu berichtigen sind; schreiben Sie {possible} oder KANAL=…",
        "'{text}' does not say how posts are put right; write {possible} or CHANNEL=…",
    ),
}
