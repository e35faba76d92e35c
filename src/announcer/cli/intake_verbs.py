"""event: taking in events, and confirming their dates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import event_app
from announcer.cli.consent import local_time
from announcer.cli.options import As, Event, Json
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.cli.words import Speech
    from announcer.model import facts as model

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file.")]


def fields(terminal: Terminal, shown: dict[str, str]) -> None:
    """Name and value, one below the other."""
    from rich.table import Table
    from rich.text import Text

    from announcer.cli.terminal import row

    grid = Table.grid(padding=(0, 2))
    for name, value in shown.items():
        if value:
            row(grid, [Text(name, "dim"), value])
    terminal.show(grid)


@event_app.command("add")
def event_add(
    context: typer.Context,
    file: File,
    playbook: Annotated[str, typer.Option("--playbook", help="When is said what; conference if not given.")] = "",
    by: As = None,
) -> None:
    """Take in an event from its TOML file."""
    from announcer.office import entries

    terminal: Terminal = context.obj
    with terminal.house() as house:
        event = entries.add_event(house, file, playbook, terminal.actor(by), house.clock())
    show_event(terminal, event, playbook, [])
    terminal.say("event_stored", style="green", id=event.id)
    _next_for_event(terminal, event, "announcer add FILE · ")


def _next_for_event(terminal: Terminal, event: model.Event, before: str = "") -> None:
    if event.certainty.value == "inferred":
        terminal.say("unconfirmed", style="yellow")
        terminal.next(f"announcer event confirm {event.id}")
    else:
        terminal.next(f"{before}announcer plan {event.id}")


@event_app.command("list")
def event_list(context: typer.Context, json: Json = False) -> None:
    """List the events, the newest first."""
    from announcer.cli import shapes
    from announcer.cli.terminal import row, table
    from announcer.store import facts

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        found = [
            (facts.event_facts(connection, id_), facts.chosen_playbook(connection, id_), ids)
            for id_ in facts.event_ids(connection)
            for ids in [facts.announcement_ids(connection, id_)]
        ]
    if json:
        terminal.json([shapes.event(*one) for one in found])
        return
    if not found:
        terminal.say("no_events")
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("id", "name", "when", "state")))
    for event, _, _ in found:
        row(shown, [event.id, event.name, _when(speech, event), _state(speech, event)])
    terminal.show(shown)


def _when(speech: Speech, event: model.Event) -> str:
    return speech.moment(event.start, event.zone) if event.start else "–"


def _state(speech: Speech, event: model.Event) -> str:
    """Its status if it is out of the ordinary, else how sure its date is."""
    return speech.state(event.certainty.value if event.status.value == "scheduled" else event.status.value)


@event_app.command("show")
def event_show(context: typer.Context, id_: Event, json: Json = False) -> None:
    """Show an event with its programme."""
    from announcer.cli import shapes
    from announcer.store import facts

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        event = facts.event_facts(connection, id_)
        playbook = facts.chosen_playbook(connection, id_)
        announcements = facts.announcement_ids(connection, id_)
    if json:
        terminal.json(shapes.event(event, playbook, announcements))
    else:
        show_event(terminal, event, playbook, announcements)


def show_event(terminal: Terminal, event: model.Event, playbook: str, announcements: list[str]) -> None:
    speech, zone, registration = terminal.speech, event.zone, event.registration
    end = f" – {speech.until(event.end, event.start, zone)}" if event.end else ""
    span = [speech.moment(moment, zone) for moment in (registration.opens, registration.closes) if moment]
    place = event.place
    shown = {
        "name": event.name,
        "when": f"{_when(speech, event)}{end} ({event.timezone})",
        "state": _state(speech, event),
        "place": ", ".join(filter(None, (place.name, place.street, place.city))) if place else "",
        "registration": " – ".join(span),
        "playbook": playbook or "conference",
        "announcements": ", ".join(announcements),
    }
    fields(terminal, {speech(key): value for key, value in shown.items()})
    if event.sessions:
        _show_sessions(terminal, event)


def _show_sessions(terminal: Terminal, event: model.Event) -> None:
    from announcer.cli.terminal import row, table

    speech = terminal.speech
    shown = table(*(speech(key) for key in ("when", "id", "programme", "room", "state")))
    for session in event.sessions:
        day = speech.day(session.day) if session.day else speech("day_undated")
        when = speech.moment(session.start, event.zone) if session.start else day
        people = ", ".join(person.name for person in session.performers)
        title = f"{session.kind}: {session.title}" if session.kind else session.title
        state = "" if session.status.value == "scheduled" else speech.state(session.status.value)
        row(shown, [when, session.id, f"{title} ({people})" if people else title, session.room, state])
    terminal.show(shown)


@event_app.command("confirm")
def event_confirm(
    context: typer.Context,
    id_: Event,
    start: Annotated[str, typer.Option(help="The date it has after all, like 2026-09-18T12:00.")] = "",
    end: Annotated[str, typer.Option(help="When it ends.")] = "",
    by: As = None,
) -> None:
    """Say that the date of an event is right, so that it plans."""
    from announcer.office import entries
    from announcer.store import facts

    terminal: Terminal = context.obj
    with terminal.house() as house:
        with house.database.read() as connection:
            zone = facts.event_facts(connection, id_).zone
        event = entries.confirm_date(
            house,
            id_,
            terminal.actor(by),
            house.clock(),
            start=local_time(terminal, "--start", start, zone) if start else None,
            end=local_time(terminal, "--end", end, zone) if end else None,
        )
    terminal.say("event_confirmed", style="green", when=_when(terminal.speech, event))
    terminal.next(f"announcer plan {event.id}")
