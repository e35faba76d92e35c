"""Where a verb speaks: stdout and stderr, questions, JSON, and the house it opens when it needs one.

Everything that came from outside (titles, addresses, what a server said) goes
through `seen`: a release must not be able to steer somebody's terminal.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from announcer.cli.words import Speech

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from announcer.engine import Engine
    from announcer.model.people import Actor
    from announcer.office.house import House
    from announcer.settings import Settings

DEFAULT_CONFIG = Path("config.toml")
#: Columns where nobody said how wide the terminal is (a pipe, a log).
WIDTH = 100
#: Characters that turn the direction of text and so could hide what is said.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def seen(text: object) -> str:
    """`text` as it may be shown: control and direction characters become "�", line breaks and tabs stay."""
    return "".join("\ufffd" if _unseemly(c) else c for c in str(text))


def _unseemly(character: str) -> bool:
    return character in _BIDI or (character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs"})


@dataclass
class Terminal:
    """The one of this call."""

    config: Path | None = None  #: None is config.toml in the current folder.
    language: str | None = None  #: None is the site's.
    debug: bool = False
    _settings: Settings | None = field(default=None, repr=False)
    _consoles: dict[bool, Console] = field(default_factory=dict, repr=False)

    # What it is about.

    @property
    def settings(self) -> Settings:
        """config.toml, read once; raises `SettingsError`."""
        if self._settings is None:
            from announcer.settings import load

            self._settings = load(self.config or DEFAULT_CONFIG)
        return self._settings

    def settings_or_defaults(self) -> Settings:
        """config.toml, or the defaults where nobody named one and there is none: enough for an example."""
        if self.config is None and not DEFAULT_CONFIG.exists():
            from announcer.settings import Settings

            self._settings = Settings(root=Path.cwd())
        return self.settings

    @property
    def speech(self) -> Speech:
        """The chosen language, else the site's, else German."""
        if self.language is None:
            from announcer.errors import SettingsError

            try:
                self.language = self.settings.site.language
            except SettingsError:
                return Speech("de")
        return Speech(self.language)

    def actor(self, name: str | None) -> Actor:
        """Who does it: as named, else the user of this machine."""
        from announcer.model.people import Actor

        return Actor((name or _user())[:120])

    @contextmanager
    def engine(self, *, without_secrets: bool = False) -> Iterator[Engine]:
        """The open house with its ways out, closed at the end of the block."""
        from announcer.clock import system_clock
        from announcer.engine import Engine

        quiet_logs()
        engine = Engine(self.settings, system_clock, without_secrets=without_secrets)
        try:
            yield engine
        finally:
            engine.close()

    @contextmanager
    def house(self, *, with_secrets: bool = False) -> Iterator[House]:
        """What the office's functions work with. Most verbs need no token: they send nothing."""
        with self.engine(without_secrets=not with_secrets) as engine:
            yield engine.house

    # What it says.

    @property
    def out(self) -> Console:
        """stdout."""
        return self._console(stderr=False)

    @property
    def err(self) -> Console:
        """stderr."""
        return self._console(stderr=True)

    def _console(self, *, stderr: bool) -> Console:
        if stderr not in self._consoles:
            self._consoles[stderr] = _console(stderr)
        return self._consoles[stderr]

    def say(self, key: str, *, style: str = "", **slots: object) -> None:
        """A sentence of `words`."""
        self.line(self.speech(key, **slots), style=style)

    def line(self, text: str, *, style: str = "") -> None:
        """A line of text, made fit to be seen."""
        self.out.print(seen(text), style=style)

    def show(self, *parts: RenderableType) -> None:
        """Tables and panels."""
        self.out.print(*parts)

    def next(self, command: str) -> None:
        """The command that comes next."""
        self.say("next", style="dim", command=command)

    def json(self, value: Any) -> None:
        """Plain JSON on stdout."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def fail(self, said: str) -> None:
        """One line on stderr."""
        from announcer.redaction import without_secrets

        line = " ".join(self.speech("error", said=seen(without_secrets(said))).split())
        self.err.print(line, style="red", soft_wrap=True)

    # What it asks.

    @property
    def interactive(self) -> bool:
        """Whether somebody sits there."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    def answer(self, key: str) -> str:
        """What a person types, or what stands on stdin; "" where there is nothing."""
        if self.interactive:
            return self.out.input(f"{seen(self.speech(key))} ", markup=False, emoji=False).strip()
        return sys.stdin.readline().strip()

    def whole(self, text: str) -> None:
        """A line that must not be broken: an address to be copied."""
        self.out.print(seen(text), soft_wrap=True)

    def typed(self, prompt: str) -> str:
        """What a person types on a terminal; raises `Unasked` where nobody is."""
        if not self.interactive:
            raise Unasked
        return self.out.input(seen(prompt), markup=False, emoji=False).strip()

    def agreed(self, question: str, *, yes: bool) -> bool:
        """Whether to go on: with `yes` at once, on a terminal after asking. Raises `Unasked` where nobody is."""
        if yes:
            return True
        if not self.interactive:
            raise Unasked
        # rich reads a question's brackets as markup unless told not to, whatever the console says.
        answer = self.out.input(f"{seen(question)} {self.speech('yes_no')} ", markup=False, emoji=False)
        if answer.strip().casefold() in {"j", "ja", "y", "yes"}:
            return True
        self.say("left_alone")
        return False


class Unasked(Exception):
    """A question, and nobody there to answer it."""


def table(*columns: str, **options: Any) -> Table:
    """A calm table: a line below its head, no other; headings in `columns`."""
    from rich import box
    from rich.table import Table

    result = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", **options)
    for column in columns:
        result.add_column(column, overflow="fold")
    return result


def row(to: Table, cells: Sequence[object], *, style: str = "") -> None:
    """Add a row, its cells made fit to be seen."""
    from rich.text import Text

    shown = [cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells]
    for cell in shown:
        cell.plain = seen(cell.plain)
    to.add_row(*shown, style=style or None)


def quiet_logs() -> None:
    """The machinery's log goes to stderr, warnings and worse, so that stdout stays what the verb says."""
    from announcer.settings import LogSettings
    from announcer.upkeep import logs

    logs.configure(LogSettings(level="warning"), sys.stderr)


def _console(stderr: bool) -> Console:
    from rich.console import Console

    class Plain(Console):
        """Takes text as it is: no markup, no emoji codes. A closed pipe is for the caller to know."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH
    return Plain(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no name for this user id, as in some containers
        return f"uid {os.getuid()}"
