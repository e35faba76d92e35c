"""event programme, intake: programmes from other programs, the watched folder and the feeds, looked at once by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import event_app, intake_app
from announcer.cli.options import As, DryRun, Event, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.model.facts import Session
    from announcer.office.programme import Compared

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file.")]


@event_app.command("programme")
def event_programme(
    context: typer.Context, event: Event, file: File, dry_run: DryRun = False, yes: Yes = False, by: As = None
) -> None:
    """Take in an event's programme from pretalx, frab, iCalendar, CSV, Excel, Word or TOML."""
    from announcer.office import programme

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = programme.compare(house, event, file)
        _show(terminal, found)
        if dry_run:
            terminal.say("dry_run")
            return
        if not found.added and (found.told or not found.changed):
            terminal.say("programme_same")
            return
        if not terminal.agreed(terminal.speech("ask_store"), yes=yes):
            return
        programme.store_programme(house, found, terminal.actor(by), house.clock())
    terminal.say("programme_stored", style="green", n=len(found.added) + (0 if found.told else len(found.changed)))
    terminal.next(f"announcer plan {event}")


def _show(terminal: Terminal, found: Compared) -> None:
    from announcer.cli.terminal import row, table

    speech = terminal.speech
    shown = table("", *(speech(key) for key in ("when", "id", "programme", "room")))
    for session in found.added:
        row(shown, ["+", *_cells(terminal, found, session)], style="green")
    for before, after in found.changed:
        row(shown, ["-", *_cells(terminal, found, before)], style="red")
        row(shown, ["+", *_cells(terminal, found, after)], style="green")
    if shown.row_count:
        terminal.show(shown)
    if found.missing:
        terminal.say("programme_missing", items=", ".join(session.id for session in found.missing))
    if found.told and found.changed:
        terminal.say("programme_told", style="yellow")


def _cells(terminal: Terminal, found: Compared, session: Session) -> list[str]:
    speech, zone = terminal.speech, found.event.zone
    day = speech.day(session.day) if session.day else speech("day_undated")
    when = speech.moment(session.start, zone) if session.start else day
    people = ", ".join(person.name for person in session.performers)
    return [when, session.id, f"{session.title} ({people})" if people else session.title, session.room]


@intake_app.command("inbox")
def intake_inbox(context: typer.Context) -> None:
    """Look once into the watched folder, twice in a row, as the service does."""
    import time

    from announcer.errors import SettingsError
    from announcer.office.inbox import Inbox

    terminal: Terminal = context.obj
    folder = terminal.settings.intake.inbox
    if folder is None:
        raise SettingsError("config.toml: [intake] names no 'inbox'; name the folder to look into")
    with terminal.house() as house:
        inbox = Inbox(house, terminal.settings.path(folder))
        inbox.look(house.clock())
        time.sleep(0.2)  # so that a file that is being written shows it
        moved = inbox.look(house.clock())
    for one in moved:
        if one.why:
            terminal.say("inbox_failed", style="red", file=one.file, why=one.why)
        else:
            terminal.say("inbox_taken", style="green", file=one.file, id=one.id, n=one.questions)
    if not moved:
        terminal.say("inbox_empty")
    if any(one.why for one in moved):
        raise typer.Exit(1)


@intake_app.command("feeds")
def intake_feeds(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only this feed.")] = "",
) -> None:
    """Look once at the feeds of other systems."""
    from announcer.errors import SettingsError
    from announcer.office import polling

    terminal: Terminal = context.obj
    sources = {key: one for key, one in terminal.settings.sources.items() if name in ("", key)}
    if not sources:
        what = f"[sources.{name}]" if name else "[sources.NAME]"
        raise SettingsError(f"config.toml has no section {what}; add one with the feed's address")
    with terminal.house() as house:
        for key, source in sources.items():
            found = polling.poll(house, key, source, house.clock())
            new, changed = (", ".join(ids) or "–" for ids in (found.new, found.changed))
            terminal.say("feed_polled", name=key, new=new, changed=changed)
            for title, why in found.refused:
                terminal.line(f"{title}: {why}", style="yellow")
