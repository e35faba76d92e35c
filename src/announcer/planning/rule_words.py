"""A rule in words, German and English, for whoever reads a playbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from announcer.model.campaign import Anchor, Audience, Kind, Late, Rule, Sessions, Urgency
from announcer.planning.sentences import moment_sentence

_CHANNELS = {"feed": ("Feed", "feed"), "social": ("soziale Netze", "social"), "mail": ("Mail", "mail")}
_AUDIENCES = {
    Audience.PRESS: ("nur für die Presse", "for the press only"),
    Audience.OPTED_IN: ("nur für Angemeldete", "for those who opted in"),
}
_LATE = {
    Late.ASK: ("fragt nach, wenn sie sich verspätet", "asks if it is late"),
    Late.REWRITE: ("sagt es anders, wenn sie sich verspätet", "says it otherwise if it is late"),
    Late.DROP: ("entfällt, wenn sie sich verspätet", "is dropped if it is late"),
}
_URGENCIES = {
    Urgency.CANCELLATION: ("so dringend wie eine Absage", "as urgent as a cancellation"),
    Urgency.CHANGE: ("so dringend wie eine Änderung", "as urgent as a change"),
    Urgency.DEADLINE: ("so dringend wie eine Frist", "as urgent as a deadline"),
    Urgency.REMINDER: ("so dringend wie eine Erinnerung", "as urgent as a reminder"),
    Urgency.RECAP: ("so dringend wie ein Rückblick", "as urgent as a recap"),
}
#: How urgent a kind is unless somebody says otherwise; that need not be told.
_USUAL = {
    Kind.REGISTRATION_CLOSES: Urgency.DEADLINE,
    Kind.RECAP: Urgency.RECAP,
    Kind.THANKS: Urgency.RECAP,
    Kind.DOCUMENTATION: Urgency.RECAP,
}


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The parts of the sentence that a rule is."""

    when: str
    channels: str
    until: str  #: Empty: for ever.
    notes: tuple[str, ...]  #: What else holds for it.


def rule_words(rule: Rule, language: str) -> RuleWords:
    """A rule in German ("de") or English (anything else)."""
    english = language != "de"
    said = "en" if english else "de"
    return RuleWords(
        when=moment_sentence(rule.when, said),
        channels=", ".join(_CHANNELS[kind][english] for kind in rule.channels),
        until=moment_sentence(rule.not_after, said) if rule.not_after else "",
        notes=tuple(pair[english] for pair in _notes(rule)),
    )


def _notes(rule: Rule) -> Iterator[tuple[str, str]]:
    if not rule.enabled:
        yield "ausgeschaltet", "switched off"
    if rule.needs_words:
        yield "wartet auf Ihren Text", "waits for your text"
    if rule.audience in _AUDIENCES:
        yield _AUDIENCES[rule.audience]
    if rule.under_embargo:
        yield "schon vor dem Ende der Sperrfrist, mit Vermerk", "ahead of the embargo's end, marked as such"
    if rule.working_days:
        yield "nur an Arbeitstagen", "on working days only"
    yield from _of_sessions(rule)
    if rule.template:
        yield f"mit der Vorlage {rule.template}", f"by the template {rule.template}"
    if rule.late in _LATE:
        yield _LATE[rule.late]
    if rule.when.anchor is not Anchor.CHANGE and rule.urgency is not _USUAL.get(rule.kind, Urgency.REMINDER):
        yield _URGENCIES[rule.urgency]


def _of_sessions(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.sessions is Sessions.PUBLIC:
        yield "zu öffentlichen Programmpunkten", "of public programme items"
    if rule.sessions is Sessions.ALL:
        yield "zu allen Programmpunkten", "of all programme items"
    if rule.session_kinds:
        kinds = ", ".join(rule.session_kinds)
        yield f"nur {kinds}", f"only {kinds}"
