from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from announcer.errors import AnnouncerError, PlanningError
from announcer.model.campaign import Audience, Kind, Late
from announcer.planning.playbook_file import checked_name, from_toml, to_toml, with_values
from announcer.planning.rules import rule_from_settings, shipped_playbooks

BERLIN = ZoneInfo("Europe/Berlin")
SHIPPED = shipped_playbooks(BERLIN)
REMINDER = rule_from_settings(
    "reminder",
    {"kind": "reminder", "when": "1 week before start at 10:00", "channels": ["mail", "social"], "late": "ask"},
    BERLIN,
)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_exported_is_imported_again(name: str, language: str) -> None:
    text = to_toml(SHIPPED[name], BERLIN, language)
    assert from_toml(text, name, "p.toml", BERLIN) == SHIPPED[name]
    assert from_toml(text, "other", "p.toml", BERLIN) == replace(SHIPPED[name], id="other")


def test_a_file_word_by_word() -> None:
    playbook = replace(SHIPPED["conference"], rules=(replace(REMINDER, session_kinds=(), template="kurz"),))
    assert to_toml(playbook, BERLIN, "de") == (
        '[playbooks.conference.reminder]\nkind = "reminder"\nwhen = "1 Woche vor Beginn um 10:00"\n'
        'channels = ["mail", "social"]\nlate = "ask"\ntemplate = "kurz"\n'
    )


def test_rules_may_stand_at_the_top() -> None:
    text = '[reminder]\nkind = "reminder"\nwhen = "1 week before start at 10:00"\nchannels = ["mail"]'
    assert from_toml(text, "p", "p.toml", BERLIN).rules == (replace(REMINDER, channels=("mail",), late=Late.SEND),)


RULE = 'kind = "reminder"\nwhen = "start"\nchannels = ["mail"]'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[x", "p.toml: Expected ']' at the end of a table declaration"),
        ("", "the playbook 'p' has no rules; add one"),
        ("a = 1", "p.toml: 'a' stands outside of any rule; put it below [playbooks.NAME.RULE]"),
        ("[playbooks]\na = 1", "p.toml: [playbooks] holds no rules; write [playbooks.NAME.RULE]"),
        ("[playbooks.a.x]\n[playbooks.b.x]", "p.toml has to hold one playbook and nothing else; take the rest out"),
        (f"[playbooks.a.x]\n{RULE}\n[site]", "p.toml has to hold one playbook and nothing else; take the rest out"),
        (f"[playbooks.a.X]\n{RULE}", "a rule can't be called 'X'; begin with a small letter"),
        (f"[x]\n{RULE}\ncolour = 1", "the rule 'x' has the unknown key 'colour'; remove it"),
        (f"[x]\n{RULE}\nneeds_words = 3", "the rule 'x' has the value 3 for 'needs_words': input should be a valid bo"),
        (f"[x]\n{RULE}\nnot_after = 'noon'", "the rule 'x', not_after: 'noon' gives no moment: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, problem: str) -> None:
    with pytest.raises(AnnouncerError) as refused:
        from_toml(text, "p", "p.toml", BERLIN)
    assert str(refused.value)[: len(problem)] == problem


@pytest.mark.parametrize(
    ("pairs", "changed"),
    [
        (["enabled=false"], {"enabled": False}),
        (["enabled=nein", "needs_words = ja"], {"enabled": False, "needs_words": True}),
        (["channels=mail", "audience=press"], {"channels": ("mail",), "audience": Audience.PRESS}),
        (["channels=[feed, 'mail']"], {"channels": ("feed", "mail")}),
        (["late="], {"late": Late.SEND}),
        (["kind=thanks", "session_kinds=Keynote,Grußwort"],
         {"kind": Kind.THANKS, "session_kinds": ("Keynote", "Grußwort")}),
    ],
)  # fmt: skip
def test_values_change_a_rule(pairs: list[str], changed: dict[str, object]) -> None:
    assert with_values(REMINDER, "reminder", pairs, BERLIN) == replace(REMINDER, **changed)  # type: ignore[arg-type]


def test_values_make_a_rule() -> None:
    pairs = ["kind=reminder", "when=1 Woche vor Beginn um 10 Uhr", "channels=mail,social", "late=ask"]
    assert with_values(None, "reminder", pairs, BERLIN) == REMINDER


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        (["colour=red"], "the rule 'reminder': 'colour=red' sets nothing; write KEY=VALUE with one of: kind, when, "),
        (["enabled"], "the rule 'reminder': 'enabled' sets nothing; write KEY=VALUE with one of: "),
        (["enabled=maybe"], "the rule 'reminder', enabled: 'maybe' is neither true nor false; write one of them"),
        (["audience=all"], "the rule 'reminder' has the value 'all' for 'audience': input should be 'public', "),
        (["when="], "the rule 'reminder' has no 'when'; add it"),
        (["channels="], "the rule 'reminder' has no 'channels'; add it"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(pairs: list[str], problem: str) -> None:
    with pytest.raises(PlanningError) as refused:
        with_values(REMINDER, "reminder", pairs, BERLIN)
    assert str(refused.value)[: len(problem)] == problem


@pytest.mark.parametrize("name", ["", "X", "1a", "a b", "a" * 41, "ä", "a.b", "a/b"])
def test_a_name_that_can_be_none(name: str) -> None:
    with pytest.raises(PlanningError, match="a playbook can't be called"):
        checked_name("playbook", name)
