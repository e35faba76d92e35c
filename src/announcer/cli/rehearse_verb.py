"""rehearse: a whole campaign in fast-forward, into the sandbox."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import REFUSED, app, language
from announcer.cli.options import Json
from announcer.cli.terminal import DEFAULT_CONFIG, Terminal, quiet_logs

if TYPE_CHECKING:
    from announcer.engine import Engine
    from announcer.rehearsal.run import Source
    from announcer.settings import Settings

#: Playbooks with their rules, as they are stored.
Playbooks = dict[str, dict[str, str]]


@app.command()
def rehearse(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="FOLDER|EVENT", help="An example's folder, or one of your events.")],
    story: Annotated[Path | None, typer.Option("--story", help="What happens on the way (TOML).")] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="de|en", help="The language of the output.")] = None,
    json: Json = False,
) -> None:
    """Play a campaign in fast-forward: the real program, driven by its moments, into a sandbox on this machine."""
    from announcer.cli.live import Live
    from announcer.cli.rehearsal_lines import Lines
    from announcer.rehearsal.run import Audience, Rehearsal

    terminal: Terminal = context.obj
    terminal.language = language(lang) or terminal.language
    quiet_logs()
    settings = terminal.settings_or_defaults()
    source, playbooks = _source(settings, what, story)
    live = Live(terminal, source)
    lines = Lines(source, terminal.speech.language)
    if json:
        audience = Audience(arrived=lines.arrived, happened=lines.happened, began=lines.began)
    else:
        audience = Audience(arrived=live.arrived, moved=live.moved, happened=live.happened, began=live.began)
    rehearsal = Rehearsal(
        source,
        settings,
        folder=settings.path(settings.paths.var) / "rehearsal",
        audience=audience,
        playbooks=lambda engine: _copy(playbooks, engine),
    )
    if json:
        with rehearsal.on_stage():
            told = rehearsal.play()
        lines.ended(told)
        raise typer.Exit(REFUSED if any(one.tally.problems for one in told) else 0)
    with rehearsal.on_stage():
        with live:
            told = rehearsal.play()
        live.tell(told)
        if terminal.interactive:
            _stay(terminal, rehearsal.sandbox.url)
    if any(one.tally.problems for one in told):
        raise typer.Exit(REFUSED)


def _source(settings: Settings, what: str, story: Path | None) -> tuple[Source, Playbooks]:
    """An example by its folder, or an own event as it stands, with the office's playbooks."""
    from announcer.rehearsal.run import read_folder

    folder = Path(what)
    # Without settings there is no event of one's own to look for: the folder is what was meant.
    if folder.is_dir() or "/" in what or not (settings.root / DEFAULT_CONFIG).exists():
        return _with_story(read_folder(folder, settings), story, settings), {}
    return _own(settings, what, story)


def _with_story(source: Source, story: Path | None, settings: Settings) -> Source:
    from dataclasses import replace

    from announcer.office.entries import read_file
    from announcer.planning.calendar import calendar_of
    from announcer.rehearsal.story import read_story

    if story is None:
        return source
    told = read_story(read_file(story), story.name, source.facts, calendar_of(settings.office))
    return replace(source, story=told)


def _own(settings: Settings, event_id: str, story: Path | None) -> tuple[Source, Playbooks]:
    from announcer.errors import IntakeError
    from announcer.rehearsal.run import read_own
    from announcer.store import playbooks, schema
    from announcer.store.database import open_database

    if story is not None and not story.exists():
        raise IntakeError(f"{story} is not there; check the path")
    database = open_database(settings.database_url())
    try:
        schema.migrate(database)
        with database.read() as connection:
            source = read_own(connection, event_id, settings, story)
            return source, {id_: playbooks.rules_of(connection, id_) for id_ in playbooks.ids(connection)}
    finally:
        database.close()


def _copy(playbooks: Playbooks, engine: Engine) -> None:
    from announcer.model.people import Actor
    from announcer.store import playbooks as store

    with engine.database.write() as connection:
        for id_, rules in playbooks.items():
            store.save(connection, id_, rules, "rehearsal", Actor("rehearsal"), engine.house.clock())


def _stay(terminal: Terminal, url: str) -> None:
    """Keep the sandbox's page up until Ctrl-C."""
    try:
        terminal.say("sandbox_page", style="bold", url=url)
        terminal.say("ctrl_c", style="dim")
        threading.Event().wait()
    except KeyboardInterrupt:
        terminal.line("")
