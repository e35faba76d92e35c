"""The program's top: its global options, its groups of verbs, and what becomes of an error.

Exit codes: 0 done, 1 refused or something is wrong, 2 wrong usage, 130 Ctrl-C,
141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from announcer import __version__
from announcer.cli import help
from announcer.cli.terminal import Terminal, Unasked
from announcer.errors import AnnouncerError, NotAllowed
from announcer.redaction import fit_to_log

REFUSED, USAGE, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141


class Announcer(TyperGroup):
    """The group of all verbs. Errors end in one line on stderr, wherever they come from."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run, and leave with an exit code."""
        terminal = Terminal()
        given = list(sys.argv[1:] if args is None else args)
        if help.wanted(given):
            help.arrange(self, help.guess_language(given))
        try:
            code = self._run(terminal, given)
            sys.stdout.flush()
        except BrokenPipeError:
            _let_go_of_stdout()
            code = CLOSED_PIPE
        sys.exit(code)

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of the work."""
        del ctx
        return [verb for _, verbs in help.PANELS for verb in verbs]

    def invoke(self, ctx: Any) -> Any:
        """Run the verb. Here, because further out typer takes a closed pipe for an error of its own."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            _let_go_of_stdout()
            raise typer.Exit(CLOSED_PIPE) from error

    def _run(self, terminal: Terminal, args: list[str]) -> int:
        try:
            result = super().main(args=args, prog_name="announcer", standalone_mode=False, obj=terminal)
            return result if isinstance(result, int) else 0
        except TyperException as error:
            terminal.fail(_usage(error))
            return USAGE
        except typer.Abort:
            return INTERRUPTED
        except Unasked:
            terminal.fail(terminal.speech("ask_yes"))
            return USAGE
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing may end in a traceback
            return _failed(terminal, error)


def _usage(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "announcer"
    return f"{error.format_message()} ({command} --help)"


def _failed(terminal: Terminal, error: Exception) -> int:
    if terminal.debug:
        traceback.print_exception(error)
    if isinstance(error, NotAllowed):
        terminal.fail(error.said(terminal.speech.language))
    elif isinstance(error, AnnouncerError):
        terminal.fail(str(error))
    elif not terminal.debug:
        log = _keep_traceback(terminal, error)
        said = f"{type(error).__name__}: {error}"
        terminal.fail(terminal.speech("unexpected", said=said, log=log))
    return REFUSED


def _keep_traceback(terminal: Terminal, error: Exception) -> Path:
    """Append the traceback to the log beside the database, or in the system's temporary folder."""
    said = fit_to_log("".join(traceback.format_exception(error)))
    text = f"{datetime.now(UTC).isoformat()}\n{said}\n"
    for folder in (_var(terminal), Path(tempfile.gettempdir())):
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                with (folder / "announcer.log").open("a", encoding="utf-8") as log:
                    log.write(text)
                return folder / "announcer.log"
        except OSError:
            continue
    return Path("-")


def _var(terminal: Terminal) -> Path | None:
    try:
        return terminal.settings.path(terminal.settings.paths.var)
    except AnnouncerError:
        return None


def _let_go_of_stdout() -> None:
    # Or the interpreter tries to flush it once more on its way out, and complains.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"announcer {__version__}")
        raise typer.Exit


app = typer.Typer(cls=Announcer, add_completion=False, invoke_without_command=True, rich_markup_mode="rich")
event_app = typer.Typer(help="Events and their programme.")
intake_app = typer.Typer(help="What comes in without a person: the watched folder, feeds of other systems.")
people_app = typer.Typer(help="Who receives the newsletter.")
picture_app = typer.Typer(help="The pictures of an announcement.")
attachment_app = typer.Typer(help="The files that go with an announcement.")
press_link_app = typer.Typer(help="Personal addresses that open an announcement ahead of its embargo.")
channels_app = typer.Typer(help="The ways out of the house.")
deputies_app = typer.Typer(help="Who stands in for whom, and when.")
requests_app = typer.Typer(help="Changes that wait for a second person.")
playbook_app = typer.Typer(help="When is said what: named lists of rules.")
digest_app = typer.Typer(help="A list's newsletter that comes again and again.")
app.add_typer(event_app, name="event")
app.add_typer(intake_app, name="intake")
app.add_typer(people_app, name="subscribers")
app.add_typer(picture_app, name="picture")
app.add_typer(attachment_app, name="attachment")
app.add_typer(press_link_app, name="press-link")
app.add_typer(channels_app, name="channels")
app.add_typer(playbook_app, name="playbook")
app.add_typer(digest_app, name="digest")
feeds_app = typer.Typer(help="Feeds that move in from elsewhere.")
app.add_typer(feeds_app, name="feeds")
app.add_typer(deputies_app, name="deputies")
app.add_typer(requests_app, name="requests")


@app.callback()
def announcer(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="ANNOUNCER_CONFIG", help="The settings; config.toml in this folder."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="de|en", help="The language of the output; that of the site.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Press releases become feeds, posts and mails, each at its moment; every change follows."""
    del version  # its callback has ended the program
    terminal: Terminal = context.obj
    terminal.config, terminal.debug = config, debug
    terminal.language = language(lang)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(USAGE)


def language(lang: str | None) -> str | None:
    """The value of `--lang`, checked."""
    if lang not in (None, "de", "en"):
        raise typer.BadParameter("choose de or en", param_hint="--lang")
    return lang
