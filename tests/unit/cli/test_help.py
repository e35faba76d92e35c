"""The help: complete in German, ordered by the work, and the same verbs as in the documentation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from announcer.cli import help
from announcer.cli.verbs import app

DOCS = Path(__file__).parents[3] / "docs" / "cli.md"


def group() -> Any:
    return typer.main.get_command(app)


def verbs(command: Any, path: str = "") -> list[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    found = [one for name, part in below.items() for one in verbs(part, f"{path} {name}".strip())]
    return found if below else [(path, command)]


def test_every_help_text_has_its_german_and_no_german_is_left_over() -> None:
    assert {part.help for part in help.parts(group())} == set(help.GERMAN)


def test_every_verb_stands_under_a_heading() -> None:
    arranged = [verb for _, names in help.PANELS for verb in names]
    assert sorted(arranged) == sorted(group().commands)
    assert group().list_commands(None) == arranged


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Zeigen, was als Nächstes kommt, was einen Menschen braucht, was angehalten ist."),
        ("en", "Show what is next, what needs a person, what is paused."),
    ],
)
def test_help_speaks_the_language_asked_for(language: str, said: str) -> None:
    arranged = group()
    help.arrange(arranged, language)
    assert arranged.commands["status"].help == said


@pytest.mark.parametrize(
    ("args", "config", "language"),
    [
        (["--help"], None, "de"),
        (["--help"], '[site]\nlanguage = "en"', "en"),
        (["--lang", "de", "--help"], '[site]\nlanguage = "en"', "de"),
        (["--lang=en", "plan", "--help"], None, "en"),
        (["--help"], "[site", "de"),
        (["--help"], 'site = "x"', "de"),
    ],
)
def test_the_language_is_known_before_anything_is_parsed(
    args: list[str], config: str | None, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANNOUNCER_CONFIG", raising=False)
    if config is not None:
        (tmp_path / "config.toml").write_text(config)
    assert help.guess_language(args) == language


def test_every_verb_and_option_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    missing = [path for path, _ in verbs(group()) if not re.search(rf"`{path}[ `]", text)]
    options = {option for _, verb in verbs(group()) for p in verb.params for option in p.opts if option[:2] == "--"}
    assert (missing, sorted(option for option in options if option not in text)) == ([], [])
