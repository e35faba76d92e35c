"""subscribers: taking addresses in and giving them out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli import shapes
from announcer.cli.app import people_app
from announcer.cli.options import As, DryRun, Json
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.office.subscribers import ImportReport

#: How many refused lines are shown.
SHOWN = 20
#: Spreadsheets take a CSV file for UTF-8 only with it.
BYTE_ORDER_MARK = "\ufeff"


@people_app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, as a spreadsheet saves it.")],
    source: Annotated[str, typer.Option("--source", help="Where and when these people agreed to be written to.")],
    list_: Annotated[str | None, typer.Option("--list", help="The list; else each line names its own.")] = None,
    press: Annotated[
        bool,
        typer.Option(
            "--press",
            help="The file holds press contacts: "
            "--source says where their addresses are from, the lists are press lists.",
        ),
    ] = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Put the people of a CSV file on a list. Who left stays away."""
    from announcer.office import subscribers

    terminal: Terminal = context.obj
    data = _read(file)
    with terminal.house() as house:
        report = subscribers.import_csv(
            house.database, house.key, data, list_, source, terminal.actor(by), house.clock(),
            dry_run=dry_run, press=press, language=terminal.speech.language,
        )  # fmt: skip
    if json:
        terminal.json(_shape(report))
    else:
        _show(terminal, report)


def _read(file: Path) -> bytes:
    from announcer.errors import IntakeError

    try:
        return file.read_bytes()
    except OSError as error:
        raise IntakeError(f"{file}: {error.strerror}; check the path") from error


def _shape(report: ImportReport) -> dict[str, object]:
    return {
        "added": report.added,
        "known": report.known,
        "left": report.left,
        "suppressed": report.suppressed,
        "dry_run": report.dry_run,
        "refused": [{"line": line, "excerpt": excerpt, "why": why} for line, excerpt, why in report.refused],
    }


def _show(terminal: Terminal, report: ImportReport) -> None:
    from announcer.cli.terminal import row, table

    speech, refused = terminal.speech, report.refused
    if refused:
        terminal.line(speech("refused"), style="bold yellow")
        shown = table(speech("line"), speech("what"), speech("why"))
        for line in refused[:SHOWN]:
            row(shown, line)
        terminal.show(shown)
        if len(refused) > SHOWN:
            terminal.say("and_more", style="dim", n=len(refused) - SHOWN)
    said = speech(
        "imported", added=report.added, known=report.known, left=report.left, suppressed=report.suppressed,
        refused=len(refused),
    )  # fmt: skip
    terminal.line(speech("would_import", said=said) if report.dry_run else said, style="bold")


@people_app.command("export")
def export(
    context: typer.Context,
    list_: Annotated[str | None, typer.Option("--list", help="Only this list.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout.")] = None,
) -> None:
    """Write the people of one list or of all as CSV, those who left with their state."""
    from announcer.office import subscribers

    terminal: Terminal = context.obj
    with terminal.house() as house:
        lines = subscribers.export_csv(house.database, list_)
        if output is None:
            _to_stdout(lines)
            return
        number = write_lines(lines, output)
    terminal.say("exported", n=number, path=output)


def _to_stdout(lines: Iterable[str]) -> None:
    # As bytes: the text layer would turn CR LF into the system's own line ends.
    sys.stdout.flush()
    sys.stdout.buffer.write(BYTE_ORDER_MARK.encode())
    for line in lines:
        sys.stdout.buffer.write(line.encode())
    sys.stdout.buffer.flush()


def write_lines(lines: Iterable[str], path: Path) -> int:
    """Write an export with a byte order mark, readable by its owner only; the number of lines below the head."""
    from announcer.errors import IntakeError

    number = 0
    try:
        # Addresses are nobody else's business on a shared machine.
        path.touch(mode=0o600)
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(BYTE_ORDER_MARK)
            for number, line in enumerate(lines):  # noqa: B007 - the count without the header is wanted afterwards
                file.write(line)
    except OSError as error:
        raise IntakeError(f"{path} can't be written: {error.strerror}; name another file") from error
    return number


@people_app.command("mails")
def mails(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's mail address.")],
    json: Json = False,
) -> None:
    """Show which mails were meant for one person, and why one did not reach them."""
    from announcer.cli.terminal import row, table
    from announcer.errors import NotFound
    from announcer.office.addresses import normalise
    from announcer.planning.why import explain
    from announcer.store import people, received

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        person = people.find(connection, normalise(address))
        if person is None:
            raise NotFound(terminal.speech("nobody", address=address))
        found, zone = received.addressed(connection, person.id), house.planning_zone
    if json:
        terminal.json([shapes.addressed(one) for one in found])
        return
    if not found:
        terminal.say("no_mails")
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("number", "when", "what", "state", "why")))
    for one in found:
        what = f"{speech.kind(one.kind)} ({one.name})"
        state = speech.delivery_state(one.state.value)
        row(shown, [one.message_id, speech.moment(one.at, zone), what, state, explain(one.why, speech.language)])
    terminal.show(shown)


@people_app.command("lists")
def lists(context: typer.Context, json: Json = False) -> None:
    """List the lists, with how many people are on them."""
    from announcer.cli.terminal import row, table
    from announcer.store import people

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        found, counts = people.lists(connection), people.counts(connection)
    if json:
        terminal.json(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "press": one.press,
                    "practical": one.practical,
                    "event": one.event_id,
                    "people": {state.value: number for state, number in counts[one.id].items()},
                }
                for one in found
            ]
        )
        return
    if not found:
        terminal.say("no_lists")
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("id", "title", "confirmed", "unconfirmed_people", "left")))
    for one in found:
        numbers = {state.value: number for state, number in counts[one.id].items()}
        row(shown, [one.id, one.title, *(numbers[state] for state in ("confirmed", "unconfirmed", "left"))])
    terminal.show(shown)
