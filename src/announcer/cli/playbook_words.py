"""What the command line says of playbooks, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "playbooks": ("Ablaufpläne", "Playbooks"),
    "playbooks_ok": ("alle Regeln sind gültig", "all rules are valid"),
    "rules": ("Regeln", "Rules"),
    "version": ("Fassung", "Version"),
    "rule_added": ("Neue Regel", "New rule"),
    "rule_gone": ("Regel entfällt", "Rule taken away"),
    "rule_changed": ("Geänderte Regel", "Changed rule"),
    "rule_before": ("bisher", "before"),
    "rule_after": ("künftig", "after"),
    "only_on_change": ("Nur bei einer Änderung", "Only on a change"),
    "off_rules": ("Ausgeschaltet", "Switched off"),
    "rules_same": ("An den Regeln ändert sich nichts.", "The rules stay as they are."),
    "follows": (
        "„{event}“ folgt künftig dem Ablaufplan „{name}“ statt „{before}“.",
        "“{event}” will follow the playbook “{name}” instead of “{before}”.",
    ),
    "no_followers": ("Keine geplante Kampagne folgt ihm.", "No planned campaign follows it."),
    "unapproved_again": ("Verliert seine Freigabe, weil der Text anders wird", "Loses its approval: the text changes"),
    "rule_past": (
        "Neu, aber der Zeitpunkt ist schon vorbei: Geht nicht hinaus",
        "New, but the moment has passed: does not leave",
    ),
    "ask_playbook": ("So übernehmen?", "Take it over like this?"),
    "playbook_saved": (
        "Der Ablaufplan „{name}“ ist als Fassung {version} gespeichert.",
        "The playbook “{name}” is stored as version {version}.",
    ),
    "playbook_used": (
        "„{event}“ folgt jetzt dem Ablaufplan „{name}“.",
        "“{event}” follows the playbook “{name}” now.",
    ),
    "approve_again": ("Bitte neu freigeben: {said}.", "Please approve again: {said}."),
    "playbook_written": ("Geschrieben: {path}", "Written: {path}"),
}

VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "playbook set": ("Regel geändert", "changed a rule"),
    "playbook remove": ("Regel entfernt", "took a rule away"),
    "playbook import": ("Ablaufplan eingelesen", "imported a playbook"),
    "playbook copy": ("Ablaufplan kopiert", "copied a playbook"),
    "playbook undo": ("Ablaufplan zurückgenommen", "took a playbook back"),
    "playbook use": ("anderer Ablaufplan", "chose another playbook"),
}
