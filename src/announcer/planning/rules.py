"""Rules and playbooks: from configuration, from their stored form, and the shipped ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from enum import Enum
from importlib import resources
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from announcer.errors import PlanningError
from announcer.model.campaign import Anchor, Audience, Kind, Late, Moment, Playbook, Rule, Sessions, Unit, Urgency
from announcer.planning.sentences import moment_sentence, parse_moment
from announcer.settings import RuleSettings

E = TypeVar("E", bound=Enum)
SESSION_ANCHORS = frozenset({Anchor.SESSION_START, Anchor.SESSION_END})
#: The channel kinds a rule may name.
CHANNEL_KINDS = ("feed", "social", "mail")
#: What is only said when somebody confirmed a change.
CHANGE_KINDS = frozenset(
    {
        Kind.ROOM_CHANGE,
        Kind.PROGRAMME_CHANGE,
        Kind.REGISTRATION_CHANGE,
        Kind.MOVE,
        Kind.CANCELLATION,
        Kind.POSTPONEMENT,
        Kind.CORRECTION,
    }
)


def rule_from_settings(rule_id: str, settings: RuleSettings | Mapping[str, Any], zone: ZoneInfo) -> Rule:
    """A rule as config.toml or a form states it; fixed dates are meant in `zone`.

    Raises `PlanningError` that names the rule, what is wrong with it and what would be right.
    """
    said = settings if isinstance(settings, RuleSettings) else _validated(rule_id, settings)
    rule = Rule(
        id=rule_id,
        kind=_choice(Kind, said.kind, rule_id, "kind"),
        when=_moment(rule_id, "when", said.when, zone),
        channels=tuple(dict.fromkeys(said.channels)),
        not_after=_moment(rule_id, "not_after", said.not_after, zone) if said.not_after else None,
        audience=Audience(said.audience),
        late=Late(said.late),
        urgency=Urgency[said.urgency.upper()],
        sessions=Sessions(said.sessions),
        session_kinds=said.session_kinds,
        needs_words=said.needs_words,
        template=said.template,
        working_days=said.working_days,
        under_embargo=said.under_embargo,
        enabled=said.enabled,
    )
    return checked(rule)


def rule_settings(rule: Rule, zone: ZoneInfo, language: str = "en") -> dict[str, Any]:
    """A rule as config.toml states it: sentences, and no key that says what holds anyway.

    `rule_from_settings` reads it back, for the same `zone`.
    """
    said = {
        "kind": rule.kind.value,
        "when": moment_sentence(_in_zone(rule.when, zone), language),
        "channels": list(rule.channels),
        "not_after": moment_sentence(_in_zone(rule.not_after, zone), language) if rule.not_after else "",
        "audience": rule.audience.value,
        "late": rule.late.value,
        "urgency": rule.urgency.name.lower(),
        "sessions": rule.sessions.value,
        "session_kinds": list(rule.session_kinds),
        "needs_words": rule.needs_words,
        "template": rule.template,
        "working_days": rule.working_days,
        "under_embargo": rule.under_embargo,
        "enabled": rule.enabled,
    }
    fields = RuleSettings.model_fields
    return {key: value for key, value in said.items() if fields[key].is_required() or value != _plain_default(key)}


def _plain_default(key: str) -> Any:
    default = RuleSettings.model_fields[key].default
    return list(default) if isinstance(default, tuple) else default


def _in_zone(moment: Moment, zone: ZoneInfo) -> Moment:
    return replace(moment, absolute=moment.absolute.astimezone(zone)) if moment.absolute else moment


def playbook_from(playbook_id: str, rules: Mapping[str, RuleSettings | Mapping[str, Any]], zone: ZoneInfo) -> Playbook:
    """A playbook from its rules in the form of config.toml; an empty one is an error."""
    if not rules:
        raise PlanningError(
            f"the playbook '{playbook_id}' has no rules; add one, e.g. [playbooks.{playbook_id}.reminder] "
            'with kind = "reminder", when = "1 week before start at 10:00", channels = ["mail"]'
        )
    return Playbook(playbook_id, tuple(rule_from_settings(name, said, zone) for name, said in rules.items()))


def shipped_playbooks(zone: ZoneInfo) -> dict[str, Playbook]:
    """The playbooks that come with the program, by id."""
    text = resources.files(__package__).joinpath("playbooks.toml").read_text(encoding="utf-8")
    return {name: playbook_from(name, rules, zone) for name, rules in tomllib.loads(text)["playbooks"].items()}


def rule_definition(rule: Rule) -> dict[str, Any]:
    """A rule without its id as plain JSON, the way it is stored; `rule_from_definition` reads it back."""
    return {
        "kind": rule.kind.value,
        "when": _moment_definition(rule.when),
        "channels": list(rule.channels),
        "not_after": _moment_definition(rule.not_after) if rule.not_after else None,
        "audience": rule.audience.value,
        "late": rule.late.value,
        "urgency": rule.urgency.name.lower(),
        "sessions": rule.sessions.value,
        "session_kinds": list(rule.session_kinds),
        "needs_words": rule.needs_words,
        "template": rule.template,
        "working_days": rule.working_days,
        "under_embargo": rule.under_embargo,
        "enabled": rule.enabled,
    }


def rule_from_definition(rule_id: str, stored: Mapping[str, Any]) -> Rule:
    """The rule that `rule_definition` made; raises `PlanningError` on anything else."""
    try:
        rule = Rule(
            id=rule_id,
            kind=Kind(stored["kind"]),
            when=_moment_from(stored["when"]),
            channels=tuple(stored["channels"]),
            not_after=_moment_from(stored["not_after"]) if stored["not_after"] else None,
            audience=Audience(stored["audience"]),
            late=Late(stored["late"]),
            urgency=Urgency[stored["urgency"].upper()],
            sessions=Sessions(stored["sessions"]),
            session_kinds=tuple(stored["session_kinds"]),
            needs_words=stored["needs_words"],
            # Keys that rules stored by an older program don't have.
            template=stored.get("template", ""),
            working_days=stored.get("working_days", False),
            under_embargo=stored.get("under_embargo", False),
            enabled=stored["enabled"],
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise PlanningError(
            f"the stored rule '{rule_id}' can't be read ({error}); restore the playbook or write the rule anew"
        ) from error
    return checked(rule)


def checked(rule: Rule) -> Rule:
    """The rule itself, if its parts fit together; else `PlanningError` with the remedy."""
    if not rule.channels:
        raise PlanningError(f'the rule \'{rule.id}\' names no channel; write channels = ["feed", "mail"]')
    if unknown := [kind for kind in rule.channels if kind not in CHANNEL_KINDS]:
        raise PlanningError(
            f"the rule '{rule.id}' names the channel kind '{unknown[0]}'; write {', '.join(CHANNEL_KINDS)}"
        )
    if rule.kind is Kind.DIGEST:
        raise PlanningError(
            f"the rule '{rule.id}' is of the kind 'digest', but issues of a digest come by themselves; "
            "write another kind, or a digest of its own under [digests.NAME]"
        )
    if (rule.kind in CHANGE_KINDS) != (rule.when.anchor is Anchor.CHANGE):
        right = (
            "'at once on a change'" if rule.kind in CHANGE_KINDS else "a moment such as '1 day before start at 10:00'"
        )
        raise PlanningError(f"the rule '{rule.id}' is of the kind '{rule.kind}'; its 'when' has to be {right}")
    if rule.when.anchor in SESSION_ANCHORS and rule.sessions is Sessions.NONE:
        raise PlanningError(
            f"the rule '{rule.id}' counts from a session but speaks of none; "
            'write sessions = "public" or sessions = "all"'
        )
    if rule.sessions is not Sessions.NONE and rule.when.anchor not in SESSION_ANCHORS | {Anchor.CHANGE}:
        raise PlanningError(
            f"the rule '{rule.id}' speaks of sessions but does not count from one; "
            "write when = \"15 minutes before session\" or remove 'sessions'"
        )
    if rule.audience is not Audience.PUBLIC and set(rule.channels) != {"mail"}:
        raise PlanningError(
            f"the rule '{rule.id}' is for {rule.audience.value} only, but feeds and posts are read by everybody; "
            'write channels = ["mail"]'
        )
    if rule.under_embargo and (rule.audience is not Audience.PRESS or set(rule.channels) != {"mail"}):
        raise PlanningError(
            f"the rule '{rule.id}' may leave under embargo, but only a mail to the press may; "
            'write audience = "press" and channels = ["mail"], or remove \'under_embargo\''
        )
    if rule.working_days and rule.when.anchor in SESSION_ANCHORS | {Anchor.CHANGE, Anchor.EACH_DAY}:
        raise PlanningError(
            f"the rule '{rule.id}' speaks of what happens that very day and can't wait for a working day; "
            "remove 'working_days'"
        )
    return rule


def _validated(rule_id: str, said: Mapping[str, Any]) -> RuleSettings:
    try:
        return RuleSettings.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        match first["type"]:
            case "missing":
                problem = f"has no '{key}'; add it"
            case "extra_forbidden":
                problem = f"has the unknown key '{key}'; remove it or correct its spelling"
            case _:
                problem = f"has the value {first['input']!r} for '{key}': {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise PlanningError(f"the rule '{rule_id}' {problem}") from error


def _choice(choices: type[E], said: str, rule_id: str, key: str) -> E:
    try:
        return choices(said)
    except ValueError as error:
        known = ", ".join(str(choice.value) for choice in choices)
        raise PlanningError(
            f"the rule '{rule_id}' has the {key} '{said}', which does not exist; write one of: {known}"
        ) from error


def _moment(rule_id: str, key: str, said: str, zone: ZoneInfo) -> Moment:
    try:
        return parse_moment(said, zone)
    except PlanningError as error:
        raise PlanningError(f"the rule '{rule_id}', {key}: {error}") from error


def _moment_definition(moment: Moment) -> dict[str, Any]:
    absolute = moment.absolute
    return {
        "anchor": moment.anchor.value,
        "count": moment.count,
        "unit": moment.unit.value,
        "at": moment.at.isoformat() if moment.at is not None else None,
        # Wall clock and zone, not an offset: the zone's rules may change before the moment comes.
        "absolute": absolute.replace(tzinfo=None).isoformat() if absolute else None,
        "zone": str(absolute.tzinfo) if absolute else None,
    }


def _moment_from(stored: Mapping[str, Any]) -> Moment:
    moment = Moment(Anchor(stored["anchor"]), stored["count"], Unit(stored["unit"]))
    if stored["at"] is not None:
        moment = replace(moment, at=time.fromisoformat(stored["at"]))
    if stored["absolute"] is not None:
        zone = ZoneInfo(stored["zone"])
        moment = replace(moment, absolute=datetime.fromisoformat(stored["absolute"]).replace(tzinfo=zone))
    return moment
