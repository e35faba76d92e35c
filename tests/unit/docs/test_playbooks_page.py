"""docs/playbooks.md: every sentence is read, every option is said, the shipped playbooks stand there as they are."""

from __future__ import annotations

import json
import tomllib
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import PlanningError
from announcer.model.campaign import Anchor, Audience, Kind, Late, Playbook, Rule, Sessions, Unit, Urgency
from announcer.planning.rules import CHANGE_KINDS, CHANNEL_KINDS, playbook_from, shipped_playbooks
from announcer.planning.sentences import moment_sentence, parse_moment
from announcer.settings import RuleSettings, from_dict
from tests.unit.docs.manual import Code, code, page

PAGE = page("playbooks.md")
ZONE = ZoneInfo("Europe/Berlin")
SHIPPED = shipped_playbooks(ZONE)
_ALWAYS_SAID = {"kind", "when", "channels", "not_after"}


@pytest.mark.parametrize("row", PAGE.rows("Moments"), ids=lambda row: row[0])
def test_both_languages_mean_the_same(row: list[str]) -> None:
    """Each line's English and German sentence."""
    assert parse_moment(code(row[0]), ZONE) == parse_moment(code(row[1]), ZONE)


def test_every_anchor_and_every_unit_has_a_line() -> None:
    """Nothing a moment can be counted from, or in, is left out."""
    moments = [parse_moment(sentence, ZONE) for sentence in PAGE.keys("Moments")]
    assert {moment.anchor for moment in moments} == set(Anchor)
    assert {moment.unit for moment in moments} == set(Unit)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("What is said: `kind`", Kind),
        ("`audience`", Audience),
        ("`late`", Late),
        ("`sessions` and `session_kinds`", Sessions),
    ],
)
def test_every_value_of_an_option_is_said(heading: str, values: type[Enum]) -> None:
    """And none that does not exist."""
    assert set(PAGE.keys(heading)) == {value.value for value in values}


def test_channels_and_the_order_of_urgency() -> None:
    """Who stands first in the table goes first."""
    assert tuple(PAGE.keys("`channels`")) == CHANNEL_KINDS
    assert PAGE.keys("`urgency`") == [urgency.name.lower() for urgency in sorted(Urgency)]


def test_every_option_has_its_heading() -> None:
    """Under "The other options", or with the kinds and moments."""
    headings = " ".join(PAGE.headings())
    missing = [name for name in RuleSettings.model_fields if f"`{name}`" not in headings]
    assert missing == ["when", "not_after"]
    assert "`when` and `not_after` are sentences" in PAGE.text


def test_the_changes_stand_last() -> None:
    """As the page says: "the last seven"."""
    assert set(PAGE.keys("What is said: `kind`")[-7:]) == {kind.value for kind in CHANGE_KINDS}


def _row(rule: Rule) -> list[str]:
    until = moment_sentence(rule.not_after, "en") if rule.not_after else "for ever"
    when = moment_sentence(rule.when, "en")
    return [f"`{rule.id}`", f"`{rule.kind.value}`", when, ", ".join(rule.channels), until, _others(rule)]


def _others(rule: Rule) -> str:
    said = []
    for name, field in RuleSettings.model_fields.items():
        value: Any = getattr(rule, name)
        plain = value.name.lower() if isinstance(value, Urgency) else value
        if name not in _ALWAYS_SAID and plain != field.default:
            said.append(f"`{name} = {json.dumps(list(plain) if isinstance(plain, tuple) else plain)}`")
    return ", ".join(said)


@pytest.mark.parametrize("playbook", SHIPPED.values(), ids=lambda playbook: playbook.id)
def test_a_shipped_playbook_stands_there_as_it_is(playbook: Playbook) -> None:
    """Rule by rule, word by word."""
    assert PAGE.rows(playbook.id) == [_row(rule) for rule in playbook.rules]


def test_no_shipped_playbook_is_left_out() -> None:
    """Each has its heading."""
    assert set(SHIPPED) <= set(PAGE.headings())


@pytest.mark.parametrize("block", PAGE.codes("toml config"), ids=lambda block: f"line {block.line}")
def test_every_example_is_read_as_the_page_says(block: Code) -> None:
    """With the error it shows, or without any."""
    settings = from_dict(tomllib.loads(block.text), Path("config.toml"))
    ((name, rules),) = settings.playbooks.items()
    if block.then is None:
        assert playbook_from(name, rules, ZONE).rules
        return
    with pytest.raises(PlanningError) as caught:
        playbook_from(name, rules, ZONE)
    assert f"{caught.value}\n" == block.then
