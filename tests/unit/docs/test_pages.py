"""All pages together: their links lead somewhere, their commands exist, and cli.md knows every verb."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer

from announcer.cli.verbs import app
from announcer.settings import Settings
from tests.unit.docs.manual import FOLDER, ROOT, Page, code, page, pages

PAGES = pages()
CLI = page("cli.md")
_VERB = re.compile(r"[a-z][a-z-]*(?: [a-z]+)*")
_OPTION = re.compile(r"--[a-z-]+")
_MAKE = re.compile(r"make ([a-z-]+)")
#: Said once for all verbs, above the tables.
_SAID_ONCE = {"--as", "--help", "--yes"}


def _commands(group: Any, path: str = "") -> dict[str, Any]:
    """Every verb by its full name."""
    if not hasattr(group, "commands"):
        return {path: group}
    return {
        name: command
        for verb, child in group.commands.items()
        for name, command in _commands(child, f"{path} {verb}".strip()).items()
    }


COMMANDS = _commands(typer.main.get_command(app))
_PROGRAM = typer.main.get_command(app)


def _options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")} | {"--help"}


def _verb(words: str) -> str | None:
    """The longest verb these words begin with."""
    found = _VERB.match(words)
    parts = found[0].split() if found else []
    names = [" ".join(parts[:length]) for length in (2, 1)]
    return next((name for name in names if name in COMMANDS), None)


def _usages() -> list[str]:
    """The first cells of cli.md's tables of verbs, as usage texts."""
    start, end = (CLI.headings().index(heading) for heading in ("Verbs", "`--json`"))
    cells = [row[0] for heading in CLI.headings()[start + 1 : end] for row in CLI.rows(heading)]
    return [usage.replace("\\|", "|") for cell in cells for usage in re.findall(r"`([^`]+)`", cell)]


def _above(usage: str) -> str:
    """The text between the heading and the table in which this usage stands: it holds for all verbs of the table."""
    before = CLI.text.replace("\\|", "|").partition(f"| `{usage}`")[0]
    return before[before.rindex("\n### ") : before.rindex("\n| verb |")]


def test_there_are_pages() -> None:
    """So that the tests below look at something."""
    assert {"settings.md", "playbooks.md", "events.md", "rehearsal.md", "templates.md", "operating.md", "cli.md"} <= {
        each.name for each in PAGES
    }


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_every_link_leads_somewhere(each: Page) -> None:
    """Files beside the page, headings in them; addresses on the web are not asked."""
    dead = []
    for link in each.links():
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (FOLDER / each.name).parent / path if path else FOLDER / each.name
        exists = target.exists()
        if not exists or (anchor and anchor not in Page(path, target.read_text(encoding="utf-8")).anchors()):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_every_command_that_is_named_exists(each: Page) -> None:
    """With every option that is named beside it."""
    wrong = []
    for spoken in each.spoken():
        for words in re.findall(r"\bannouncer ([a-z-].*)", spoken):
            verb = _verb(words)
            unknown = set(_OPTION.findall(words)) - _options(_PROGRAM) - (_options(COMMANDS[verb]) if verb else set())
            if (verb is None and not words.startswith("--")) or unknown:
                wrong.append(words)
    assert wrong == []


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_every_make_target_that_is_named_exists(each: Page) -> None:
    """In the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for spoken in each.spoken() for target in _MAKE.findall(spoken)}
    assert named - targets == set()


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_every_section_of_the_settings_that_is_named_exists(each: Page) -> None:
    """`[web]`, `[mail.relay]` in running text."""
    named = {found[1] for spoken in each.spoken() if (found := re.fullmatch(r"\[([a-z]+)(?:\.[a-z.]+)?\]", spoken))}
    known = set(Settings.model_fields) | {"place", "registration"}  # the sections of an event's file
    assert named - known == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_is_said_with_its_options(name: str) -> None:
    """In a table of docs/cli.md."""
    usages = [usage for usage in _usages() if _verb(usage) == name]
    assert usages, f"docs/cli.md does not say what {name!r} does"
    said = " ".join([*usages, _above(usages[0])])
    assert _options(COMMANDS[name]) - _SAID_ONCE - set(_OPTION.findall(said)) == set()


def test_nothing_is_said_that_is_no_verb() -> None:
    """Nor an option that the verb does not have."""
    for usage in _usages():
        verb = _verb(usage)
        assert verb is not None, usage
        assert set(_OPTION.findall(usage)) <= _options(COMMANDS[verb]), usage


def test_the_options_of_the_program_are_said() -> None:
    """In the first table."""
    rows = [code(row[0]) for row in CLI.rows("The command line")]
    assert {row.partition(" ")[0] for row in rows} == _options(_PROGRAM)
