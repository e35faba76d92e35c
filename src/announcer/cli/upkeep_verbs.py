"""doctor, backup, restore: for whoever runs the house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from announcer.cli.app import app
from announcer.cli.options import Json, Yes
from announcer.cli.terminal import Terminal
from announcer.cli.upkeep_words import FOUND, POINTS

if TYPE_CHECKING:
    from announcer.cli.words import Speech
    from announcer.upkeep.findings import Finding, Level

_MARKS = (("✓", "green"), ("!", "yellow"), ("✗", "red"), ("?", "dim"))
_SUMS = ("doctor_ok", "doctor_warn", "doctor_bad", "doctor_unknown")


@app.command()
def doctor(
    context: typer.Context,
    shown: Annotated[
        Literal["text", "nagios", "checkmk"],
        typer.Option(
            "--format", metavar="text|nagios|checkmk", help="For people, or one line for a monitoring system."
        ),
    ] = "text",
    selector: Annotated[
        list[str] | None,
        typer.Option("--selector", metavar="NAME", help="A selector of the DKIM key; may be repeated."),
    ] = None,
    json: Json = False,
) -> None:
    """Look over machine, disk, clock, mail domain, relay and accounts. Changes and sends nothing."""
    from announcer.upkeep.findings import worst

    terminal: Terminal = context.obj
    found = _examined(terminal, selector or [])
    level = worst(found)
    if json:
        terminal.json([_plain(terminal.speech, one) for one in found])
    elif shown == "text":
        for one in found:
            mark, style = _MARKS[one.level]
            terminal.line(f"{mark} {_about(terminal.speech, one)}", style=style)
        terminal.say(_SUMS[level], n=_number(found, level), style="bold")
    else:
        terminal.whole(_one_line(terminal.speech, found, level, shown))
    raise typer.Exit(int(level))


def _examined(terminal: Terminal, selectors: list[str]) -> list[Finding]:
    from announcer.clock import system_clock
    from announcer.errors import AnnouncerError
    from announcer.upkeep import doctor as room
    from announcer.upkeep.findings import Finding, Level

    now = system_clock()
    try:
        settings = terminal.settings
    except AnnouncerError as error:
        return [Finding(Level.BAD, "settings", "said", {"said": str(error)})]
    found = list(room.examine_machine(settings, now, selectors))
    try:
        with terminal.house(with_secrets=True) as house:
            found += room.examine_house(house, now)
    except AnnouncerError as error:
        found.append(Finding(Level.BAD, "house", "said", {"said": str(error)}))
    return found


def _number(found: list[Finding], level: Level) -> int:
    return len(found) if level == 0 else sum(one.level is level for one in found)


def _about(speech: Speech, one: Finding) -> str:
    place = 0 if speech.language == "de" else 1
    what = POINTS[one.what][place] if one.what in POINTS else one.what
    return f"{what}: {FOUND[one.key][place].format(**one.values)}"


def _plain(speech: Speech, one: Finding) -> dict[str, object]:
    values = {name: str(value) for name, value in one.values.items()}
    return {
        "what": one.what,
        "level": one.level.name.lower(),
        "key": one.key,
        "values": values,
        "said": _about(speech, one),
    }


def _one_line(speech: Speech, found: list[Finding], level: Level, shown: str) -> str:
    """As Nagios and Icinga read a plugin, or Checkmk a local check: the worst first, one line."""
    word = {"BAD": "CRITICAL", "WARN": "WARNING"}.get(level.name, level.name)
    worst_first = sorted((one for one in found if one.level), key=lambda one: one.level != level)
    said = "; ".join(_about(speech, one) for one in worst_first) or speech("doctor_ok", n=len(found))
    said = said.replace("|", "/").replace("\n", " ")
    free = next((one.values["free"] for one in found if "free" in one.values), 0)
    if shown == "nagios":
        return f"ANNOUNCER {word} - {said} | disk_free={free}MB"
    return f"{int(level)} announcer disk_free={free} {said}"


@app.command()
def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder the file is written into.")],
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="Put the key into it, too.")] = False,
    json: Json = False,
) -> None:
    """Copy database, pictures, texts and settings into one file and read it back; the service may go on."""
    from announcer.clock import system_clock
    from announcer.upkeep.backup import make, verify

    terminal: Terminal = context.obj
    with terminal.house() as house:
        path = make(house.database, terminal.settings, folder, system_clock(), secrets=with_secrets)
    manifest = verify(path)
    if json:
        terminal.json({"path": str(path), "rows": sum(manifest.rows.values()), "files": len(manifest.files)})
        return
    terminal.say("backup_made", path=path, rows=sum(manifest.rows.values()), files=len(manifest.files))
    if with_secrets:
        terminal.say("backup_key", style="yellow")
    else:
        terminal.say("backup_no_key", path=terminal.settings.keys.secret_env or terminal.settings.keys.secret_file)


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    check: Annotated[bool, typer.Option("--check", help="Only read it through.")] = False,
    yes: Yes = False,
) -> None:
    """Put a backup in the place of the database; the service has to be stopped."""
    from announcer.clock import system_clock
    from announcer.upkeep import backup as making
    from announcer.upkeep import restoring

    terminal: Terminal = context.obj
    found = making.verify(file)
    rows, made_at = sum(found.rows.values()), found.made_at[:16].replace("T", " ") + " UTC"
    terminal.say("backup_good", path=file, made_at=made_at, schema=found.schema, rows=rows, files=len(found.files))
    if check or not terminal.agreed(terminal.speech("ask_restore"), yes=yes):
        return
    done = restoring.restore(file, terminal.settings, system_clock())
    for path in done.aside:
        terminal.say("moved_aside", path=path)
    terminal.say("restored", rows=rows, files=done.brought, style="bold green")
    terminal.next("announcer serve")
