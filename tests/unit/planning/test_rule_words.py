from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from announcer.planning.rule_words import RuleWords, rule_words
from announcer.planning.rules import rule_from_settings, shipped_playbooks

BERLIN = ZoneInfo("Europe/Berlin")
SAID: list[tuple[dict[str, Any], RuleWords, RuleWords]] = [
    (
        {"kind": "reminder", "when": "1 week before start at 10:00", "channels": ["mail", "social"]},
        RuleWords("1 Woche vor Beginn um 10:00", "Mail, soziale Netze", "", ()),
        RuleWords("1 week before start at 10:00", "mail, social", "", ()),
    ),
    (
        {
            "kind": "announcement", "when": "at approval", "channels": ["mail"], "audience": "press",
            "under_embargo": True, "enabled": False, "not_after": "start", "working_days": True, "late": "ask",
            "template": "vorab", "urgency": "deadline",
        },
        RuleWords("mit Freigabe", "Mail", "Beginn", (
            "ausgeschaltet", "nur für die Presse", "schon vor dem Ende der Sperrfrist, mit Vermerk",
            "nur an Arbeitstagen", "mit der Vorlage vorab", "fragt nach, wenn sie sich verspätet",
            "so dringend wie eine Frist",
        )),
        RuleWords("at approval", "mail", "start", (
            "switched off", "for the press only", "ahead of the embargo's end, marked as such", "on working days only",
            "by the template vorab", "asks if it is late", "as urgent as a deadline",
        )),
    ),
    (
        {
            "kind": "session_soon", "when": "15 minutes before session", "channels": ["feed"], "sessions": "public",
            "session_kinds": ["Keynote", "Talk"], "needs_words": True, "late": "drop",
        },
        RuleWords("15 Minuten vor Beginn des Programmpunkts", "Feed", "", (
            "wartet auf Ihren Text", "zu öffentlichen Programmpunkten", "nur Keynote, Talk",
            "entfällt, wenn sie sich verspätet",
        )),
        RuleWords("15 minutes before session start", "feed", "", (
            "waits for your text", "of public programme items", "only Keynote, Talk", "is dropped if it is late",
        )),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "german", "english"), SAID)
def test_a_rule_in_words(settings: dict[str, Any], german: RuleWords, english: RuleWords) -> None:
    rule = rule_from_settings("r", settings, BERLIN)
    assert (rule_words(rule, "de"), rule_words(rule, "en")) == (german, english)


def test_the_shipped_rules_speak_of_their_urgency_nowhere() -> None:
    notes = [n for p in shipped_playbooks(BERLIN).values() for r in p.rules for n in rule_words(r, "en").notes]
    assert [note for note in notes if "urgent" in note] == []
