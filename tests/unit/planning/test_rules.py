from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import PlanningError
from announcer.model.campaign import Anchor, Audience, Kind, Late, Moment, Rule, Sessions, Unit, Urgency
from announcer.planning.rules import (
    playbook_from,
    rule_definition,
    rule_from_definition,
    rule_from_settings,
    rule_settings,
    shipped_playbooks,
)
from announcer.settings import RuleSettings

BERLIN = ZoneInfo("Europe/Berlin")
SOON = {
    "kind": "session_soon",
    "when": "15 minutes before session",
    "channels": ["social", "feed"],
    "not_after": "session start",
    "sessions": "public",
    "session_kinds": ["Keynote"],
    "late": "drop",
    "urgency": "deadline",
}
RULE = Rule(
    "soon",
    Kind.SESSION_SOON,
    Moment(Anchor.SESSION_START, -15, Unit.MINUTES),
    ("social", "feed"),
    Moment(Anchor.SESSION_START),
    Audience.PUBLIC,
    Late.DROP,
    Urgency.DEADLINE,
    Sessions.PUBLIC,
    ("Keynote",),
)


def test_a_rule_comes_from_settings_or_a_plain_mapping() -> None:
    assert rule_from_settings("soon", SOON, BERLIN) == RULE
    assert rule_from_settings("soon", RuleSettings.model_validate(SOON), BERLIN) == RULE


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_shipped_rule_survives_the_form_of_config_toml(language: str) -> None:
    for playbook in shipped_playbooks(BERLIN).values():
        for rule in playbook.rules:
            assert rule_from_settings(rule.id, rule_settings(rule, BERLIN, language), BERLIN) == rule
    assert rule_settings(RULE, BERLIN) == {**SOON, "when": "15 minutes before session start"}


def test_a_fixed_moment_of_another_zone_is_said_in_the_asked_one() -> None:
    moment = Moment(Anchor.ABSOLUTE, absolute=datetime(2026, 9, 1, 9, tzinfo=ZoneInfo("Europe/London")))
    rule = Rule("fixed", Kind.REMINDER, moment, ("mail",))
    assert rule_settings(rule, BERLIN)["when"] == "on 2026-09-01 at 10:00"


def test_a_rule_of_an_older_program_reads_as_it_was_meant() -> None:
    stored = rule_definition(RULE)
    for key in ("template", "working_days", "under_embargo"):
        del stored[key]
    assert rule_from_definition("soon", stored) == RULE


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"kind": "party"}, "the rule 'soon' has the kind 'party', which does not exist; write one of: announcement, "),
        ({"when": "noon"}, "the rule 'soon', when: 'noon' gives no moment: "),
        ({"not_after": "later"}, "the rule 'soon', not_after: 'later' gives no moment: "),
        ({"channels": []}, "the rule 'soon' names no channel; "),
        ({"channels": ["fax"]}, "the rule 'soon' has the value 'fax' for 'channels.0': input should be "),
        ({"colour": "red"}, "the rule 'soon' has the unknown key 'colour'; remove it"),
        ({"sessions": "none"}, "the rule 'soon' counts from a session but speaks of none; "),
        ({"when": "1 day before start"}, "the rule 'soon' speaks of sessions but does not count from one; "),
        ({"kind": "digest"}, "the rule 'soon' is of the kind 'digest', but issues of a digest come by themselves; "),
        ({"kind": "move"}, "the rule 'soon' is of the kind 'move'; its 'when' has to be 'at once on a change'"),
        ({"template": "../x"}, "the rule 'soon' has the value '../x' for 'template': string should match pattern "),
        ({"under_embargo": True}, "the rule 'soon' may leave under embargo, but only a mail to the press may; "),
        ({"working_days": True}, "the rule 'soon' speaks of what happens that very day and can't wait for a working "),
        ({"when": "at once on a change"}, "the rule 'soon' is of the kind 'session_soon'; its 'when' has to be a mom"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(PlanningError) as refused:
        rule_from_settings("soon", {**SOON, **changed}, BERLIN)
    assert str(refused.value)[: len(problem)] == problem


def test_a_missing_key_is_named() -> None:
    with pytest.raises(PlanningError, match="the rule 'soon' has no 'when'; add it"):
        rule_from_settings("soon", {"kind": "reminder", "channels": ["mail"]}, BERLIN)


def test_an_empty_playbook_is_refused() -> None:
    with pytest.raises(PlanningError, match=r"the playbook 'mine' has no rules; add one, e\.g\. \[playbooks\.mine\."):
        playbook_from("mine", {}, BERLIN)


@pytest.mark.parametrize("name", ["conference", "press-invitation", "simple-notice"])
def test_every_shipped_rule_survives_its_stored_form(name: str) -> None:
    for rule in shipped_playbooks(BERLIN)[name].rules:
        stored = json.loads(json.dumps(rule_definition(rule)))
        assert rule_from_definition(rule.id, stored) == rule


def test_a_fixed_moment_survives_its_stored_form() -> None:
    moment = Moment(Anchor.ABSOLUTE, absolute=datetime(2026, 9, 1, 9, tzinfo=BERLIN))
    rule = Rule("fixed", Kind.REMINDER, moment, ("mail",), not_after=Moment(Anchor.START, -1, Unit.DAYS, time(9, 30)))
    assert rule_from_definition("fixed", json.loads(json.dumps(rule_definition(rule)))) == rule


@pytest.mark.parametrize("change", [{"kind": "party"}, {"when": None}, {"urgency": 3}, {"channels": ["fax"]}])
def test_a_broken_stored_rule_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PlanningError, match="'soon'"):
        rule_from_definition("soon", {**rule_definition(RULE), **change})


def test_the_shipped_playbooks() -> None:
    playbooks = shipped_playbooks(BERLIN)
    assert list(playbooks) == ["conference", "press-invitation", "simple-notice"]
    assert {r.audience for r in playbooks["press-invitation"].rules} == {Audience.PRESS}
    off = {name: [r.id for r in playbook.rules if not r.enabled] for name, playbook in playbooks.items()}
    assert off == {
        "conference": ["session-live"],
        "press-invitation": ["invitation-under-embargo"],
        "simple-notice": [],
    }
