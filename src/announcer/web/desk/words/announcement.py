"""What the page of a stored announcement says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    "announcement_to_campaign": "Zur Kampagne",
    "announcement_version": "Fassung {n}, zuletzt von {who}",
    "announcement_history": "Frühere Fassungen",
    "correct_button": "Speichern",
    "correct_material": "Das ist eine inhaltliche Berichtigung, von der alle erfahren sollen",
    "correct_note": "Was war falsch?",
    "correct_note_hint": "Steht in der Berichtigung, zum Beispiel „Der Beginn war falsch angegeben.“",
    "correct_theirs_title": "Jemand anderes war schneller",
    "correct_theirs": "{who} hat die Mitteilung inzwischen geändert. Ihre Eingaben stehen noch in den Feldern, "
    "gespeichert ist davon nichts. Sehen Sie nach, was sich geändert hat, und speichern Sie dann noch einmal.",
    "correct_their_text": "Jetzt gespeichert:",
    "correct_nothing": "Es gibt nichts zu ändern.",
    "correct_done": "Gespeichert. Berichtigt werden {n} Beiträge.",
    "correct_asked": "Das wartet jetzt auf eine zweite Person. {why}",
    "correct_confirm_title": "Das folgt daraus",
    "correct_confirm_lead": "Die Mitteilung ist schon hinausgegangen. Erst nach Ihrer Bestätigung geschieht etwas.",
    "correct_confirm_wrong": "Beiträge und Mails, die berichtigt werden",
    "correct_confirm_notices": "Neue Nachrichten, die davon erzählen",
    "correct_confirm_reworded": "Geplante Nachrichten, die anders lauten",
    "correct_confirm_reason": "Grund",
    "correct_confirm_button": "So berichtigen",
}
ENGLISH: Final[Mapping[str, str]] = {
    "announcement_to_campaign": "To the campaign",
    "announcement_version": "Version {n}, last by {who}",
    "announcement_history": "Earlier versions",
    "correct_button": "Save",
    "correct_material": "This corrects what was said, and everybody is to be told",
    "correct_note": "What was wrong?",
    "correct_note_hint": "Stands in the correction, such as “The beginning was given wrongly.”",
    "correct_theirs_title": "Somebody else was faster",
    "correct_theirs": "{who} has changed the announcement meanwhile. What you typed still stands in the fields; "
    "nothing of it is stored. Look at what has changed, then save again.",
    "correct_their_text": "Stored now:",
    "correct_nothing": "There is nothing to change.",
    "correct_done": "Saved. {n} posts are being corrected.",
    "correct_asked": "This now waits for a second person. {why}",
    "correct_confirm_title": "What follows from it",
    "correct_confirm_lead": "The announcement has left already. Nothing happens before you have confirmed.",
    "correct_confirm_wrong": "Posts and mails that are corrected",
    "correct_confirm_notices": "New messages that tell of it",
    "correct_confirm_reworded": "Planned messages that say something else",
    "correct_confirm_reason": "Reason",
    "correct_confirm_button": "Correct it like this",
}
