"""What the command line says of what is being sent, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "sending_nothing": ("Gerade wird keine Mail verschickt.", "No mail is being sent right now."),
    "sending_of": ("{sent} von {total}", "{sent} of {total}"),
    "sending_rate": ("{rate}/s", "{rate}/s"),
    "sending_left": ("noch {left}", "{left} left"),
    "sending_paused": ("angehalten: {why}", "paused: {why}"),
    "sending_writing": ("Empfänger werden noch eingetragen", "recipients are still being written down"),
    "sending_waits": ("{n} warten", "{n} wait"),
    "sending_done": ("fertig", "done"),
    "sending_progress": ("Fortschritt", "Progress"),
    "sending_speed": ("Tempo", "Rate"),
    "sending_time": ("Dauer", "Time"),
    "sending_domains": ("Nach Domain der Empfänger:", "By the recipients' domain:"),
    "sending_domain": ("Domain", "Domain"),
    "sending_all": ("Alle", "All"),
    "sending_sent": ("Verschickt", "Sent"),
    "sending_failed": ("Gescheitert", "Failed"),
    "sending_open": ("Offen", "Open"),
    "sending_errors": ("Was die Server sagten:", "What servers said:"),
    "sending_number": ("Anzahl", "Number"),
    "sending_words": ("Antwort", "Answer"),
    "sending_stop": (
        "Nachricht {id}: {sent} von {total} sind verschickt. Die übrigen {left} endgültig nicht verschicken?",
        "Message {id}: {sent} of {total} are sent. Never send the other {left}?",
    ),
    "sending_stopped": (
        "Nachricht {id} ist abgebrochen: {sent} von {total} waren schon verschickt.",
        "Message {id} is stopped: {sent} of {total} had been sent.",
    ),
    "recipients_written": ("{n} Empfänger nach {path} geschrieben.", "{n} recipients written to {path}."),
    "recipients_none": ("Dazu gibt es keine Empfänger.", "There are no recipients of this."),
    "recipients_more": (
        "Das sind die ersten {n}; alle mit --output DATEI.",
        "These are the first {n}; all of them with --output FILE.",
    ),
    "recipients_address": ("Adresse", "Address"),
    "dkim_record": ("ins DNS gehört der TXT-Eintrag {name}: {record}", "the DNS needs the TXT record {name}: {record}"),
    "recipients_erased": ("gelöscht", "erased"),
}

VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "stop": ("Versand abgebrochen", "stopped sending"),
}

HELP: Final[Mapping[str, str]] = {
    "Show what is being sent: how far it is, how fast, and how long it still takes.": (
        "Zeigen, was gerade verschickt wird: wie weit, wie schnell und wie lange noch."
    ),
    "Only this message, with domains and errors.": "Nur diese Nachricht, mit Domains und Fehlern.",
    "Stay and keep looking until it is done; Ctrl-C ends the looking, not the sending.": (
        "Dabeibleiben, bis es fertig ist; Strg-C beendet das Zusehen, nicht den Versand."
    ),
    "List what became of every recipient of a message, or write it to a file.": (
        "Auflisten, was aus jedem Empfänger einer Nachricht wurde, oder in eine Datei schreiben."
    ),
    "Only those in this state.": "Nur die in diesem Stand.",
    "Write to this file, as CSV.": "In diese Datei schreiben, als CSV.",
    "End a message that is being sent: whoever has not got it by now never does.": (
        "Einen laufenden Versand abbrechen: Wer die Nachricht noch nicht hat, bekommt sie nicht mehr."
    ),
}
