"""What the page "Today" says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    "next_up": "Was als Nächstes hinausgeht",
    "next_none": "Zurzeit ist nichts geplant.",
    "needs_me": "Was jemanden braucht",
    "needs_none": "Nichts. Alles läuft.",
    "need_approve": "Freigabe",
    "need_waiting": "Angabe fehlt",
    "need_held": "Angehalten",
    "need_failed": "Fehlgeschlagen",
    "need_unknown": "Ausgang unbekannt",
    "need_by_hand": "Von Hand zu tun",
    "need_page": "Seite antwortet nicht",
    "need_missed": "Verpasst",
    "channels_state": "Kanäle",
    "channel_runs": "läuft",
    "channel_paused": "pausiert",
    "last_sent": "zuletzt {when}",
}
ENGLISH: Final[Mapping[str, str]] = {
    "next_up": "What goes out next",
    "next_none": "Nothing is planned at present.",
    "needs_me": "What needs somebody",
    "needs_none": "Nothing. All is running.",
    "need_approve": "Approval",
    "need_waiting": "A fact is missing",
    "need_held": "Held",
    "need_failed": "Failed",
    "need_unknown": "Outcome unknown",
    "need_by_hand": "To do by hand",
    "need_page": "Page does not answer",
    "need_missed": "Missed",
    "channels_state": "Channels",
    "channel_runs": "running",
    "channel_paused": "paused",
    "last_sent": "last {when}",
}
