"""A playbook as a file and as a person types it: TOML with sentences, and KEY=VALUE for one rule."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from announcer.errors import IntakeError, PlanningError
from announcer.model.campaign import Playbook, Rule
from announcer.planning.rules import playbook_from, rule_from_settings, rule_settings
from announcer.settings import RuleSettings

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LISTS = frozenset({"channels", "session_kinds"})
_SWITCHES = frozenset(name for name, field in RuleSettings.model_fields.items() if field.annotation is bool)
_YES, _NO = frozenset({"true", "yes", "on", "ja", "an"}), frozenset({"false", "no", "off", "nein", "aus"})


def checked_name(what: str, name: str) -> str:
    """The name of a playbook or a rule, if it can be one; `what` is "playbook" or "rule"."""
    if not _NAME.fullmatch(name):
        raise PlanningError(
            f"a {what} can't be called {name!r}; begin with a small letter and write small letters, digits, - and _, "
            "at most 40 of them"
        )
    return name


def to_toml(playbook: Playbook, zone: ZoneInfo, language: str) -> str:
    """The playbook as config.toml states it, with sentences in `language`; `from_toml` reads it back."""
    sections = []
    for rule in playbook.rules:
        said = rule_settings(rule, zone, language)
        # JSON's texts, lists and switches are TOML's as well.
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
        sections.append("\n".join([f"[playbooks.{playbook.id}.{rule.id}]", *lines]))
    return "\n\n".join(sections) + "\n"


def from_toml(text: str, playbook_id: str, source: str, zone: ZoneInfo) -> Playbook:
    """The playbook of a file, under the name `playbook_id`; `source` is named in errors.

    Its rules stand below `[playbooks.NAME]`, whatever the name there, or at
    the top. Raises `IntakeError` for a file that holds no playbook and
    `PlanningError`, naming rule and key, for a rule that can't be used.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{source}: {error}; correct the line") from error
    rules = _rules(data, source)
    for name, said in rules.items():
        checked_name("rule", name)
        if not isinstance(said, dict):
            raise IntakeError(f"{source}: {name!r} stands outside of any rule; put it below [playbooks.NAME.RULE]")
    return playbook_from(playbook_id, rules, zone)


def _rules(data: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    if "playbooks" not in data:
        return data
    found = data["playbooks"]
    if not isinstance(found, dict) or len(found) != 1 or len(data) != 1:
        raise IntakeError(f"{source} has to hold one playbook and nothing else; take the rest out")
    (rules,) = found.values()
    if not isinstance(rules, dict):
        raise IntakeError(f"{source}: [playbooks] holds no rules; write [playbooks.NAME.RULE]")
    return rules


def with_values(rule: Rule | None, rule_id: str, pairs: Sequence[str], zone: ZoneInfo) -> Rule:
    """A rule changed, or made, by texts of the form KEY=VALUE; an empty value takes a key back to its default.

    Raises `PlanningError` that names rule and key.
    """
    said = rule_settings(rule, zone) if rule else {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        key = key.strip()
        if key not in RuleSettings.model_fields or not sign:
            known = ", ".join(RuleSettings.model_fields)
            raise PlanningError(f"the rule {rule_id!r}: {pair!r} sets nothing; write KEY=VALUE with one of: {known}")
        if value.strip():
            said[key] = _value(rule_id, key, value.strip())
        else:
            said.pop(key, None)
    return rule_from_settings(rule_id, said, zone)


def _value(rule_id: str, key: str, value: str) -> object:
    if key in _LISTS:
        return [part.strip(" \"'") for part in value.strip("[]").split(",") if part.strip(" \"'")]
    if key in _SWITCHES:
        if value.lower() not in _YES | _NO:
            raise PlanningError(f"the rule {rule_id!r}, {key}: {value!r} is neither true nor false; write one of them")
        return value.lower() in _YES
    return value
