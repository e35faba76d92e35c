"""deputies and requests: who stands in for whom, and what waits for a second person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import deputies_app, requests_app
from announcer.cli.campaign_verbs import view_of
from announcer.cli.options import As, Json, Reason, Yes
from announcer.cli.terminal import Terminal, row, table

if TYPE_CHECKING:
    from announcer.office.change import Proposal
    from announcer.office.house import House
    from announcer.store.requests import Request

Number = Annotated[int, typer.Argument(metavar="N", help="Its number, as the list shows it.")]


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write it like 2018-09-18", param_hint=option) from error


# -- deputies --


@deputies_app.command("add")
def deputies_add(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who is away, as in config.toml.")],
    deputy: Annotated[str, typer.Argument(metavar="DEPUTY", help="Who approves instead.")],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day, like 2018-09-18.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day.")],
    by: As = None,
) -> None:
    """Let somebody approve in place of a person who is away."""
    from announcer.office import staff

    terminal: Terminal = context.obj
    days = _day("--from", first), _day("--to", last)
    with terminal.house() as house:
        made = staff.add_deputy(house, person, deputy, *days, terminal.actor(by), house.clock())
    speech = terminal.speech
    terminal.say(
        "deputy_added", style="green", deputy=made.deputy, person=made.person,
        first=speech.day(made.first), last=speech.day(made.last),
    )  # fmt: skip


@deputies_app.command("list")
def deputies_list(context: typer.Context, json: Json = False) -> None:
    """List who stands in for whom."""
    from announcer.cli import shapes
    from announcer.office import staff
    from announcer.store import deputies

    terminal: Terminal = context.obj
    with terminal.house() as house:
        with house.database.read() as connection:
            found = deputies.listed(connection)
        today = staff.today(house, house.clock())
    if json:
        terminal.json([shapes.deputy(one, today) for one in found])
        return
    if not found:
        terminal.say("no_deputies")
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("number", "away", "deputy", "from", "to", "note")))
    for one in found:
        note = speech("stands_in") if one.covers(today) else ""
        style = "dim" if one.last < today else ""
        row(shown, [one.id, one.person, one.deputy, speech.day(one.first), speech.day(one.last), note], style=style)
    terminal.show(shown)


@deputies_app.command("remove")
def deputies_remove(context: typer.Context, number: Number, by: As = None) -> None:
    """Take a deputy out again."""
    from announcer.office import staff

    terminal: Terminal = context.obj
    with terminal.house() as house:
        gone = staff.remove_deputy(house, number, terminal.actor(by), house.clock())
    terminal.say("deputy_removed", style="green", deputy=gone.deputy, person=gone.person)


# -- requests --


@requests_app.command("list")
def requests_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that are decided as well.")] = False,
    json: Json = False,
) -> None:
    """List the changes that wait for a second person."""
    from announcer.cli import shapes
    from announcer.cli.standing import show_requests
    from announcer.office import requests as office
    from announcer.store import requests

    terminal: Terminal = context.obj
    with terminal.house() as house:
        with house.database.read() as connection:
            found = requests.listed(connection, state=None if every else requests.RequestState.OPEN)
        able = {one.id: office.able(house, one, house.clock()) for one in found}
        if json:
            terminal.json([shapes.request(one, able[one.id]) for one in found])
        elif not found:
            terminal.say("no_requests")
        else:
            show_requests(terminal, [(one, able[one.id]) for one in found])


@requests_app.command("show")
def requests_show(context: typer.Context, number: Number) -> None:
    """Show what a change would do now."""
    from announcer.cli.standing import show_requests
    from announcer.office import requests as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        request = office.find(house, number)
        if request.state.value != "open":
            show_requests(terminal, [(request, ())])
            return
        _show(terminal, house, *office.look(house, number, house.clock()))
    terminal.next(f"announcer requests confirm {number} · announcer requests refuse {number}")


def _show(terminal: Terminal, house: House, request: Request, proposal: Proposal) -> None:
    from announcer.cli import differences
    from announcer.cli.standing import show_requests
    from announcer.office import requests as office
    from announcer.store import queueing

    show_requests(terminal, [(request, office.able(house, request, house.clock()))])
    with house.database.read() as connection:
        wrong_mails = queueing.received(connection, [wrong.message.id for wrong in proposal.wrong])
    differences.show(terminal, house, view_of(terminal, house, request.campaign), proposal, wrong_mails)


@requests_app.command("confirm")
def requests_confirm(context: typer.Context, number: Number, yes: Yes = False, by: As = None) -> None:
    """Look at a change that somebody asked for, and do it."""
    from announcer.office import requests as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        request, proposal = office.look(house, number, house.clock())
        _show(terminal, house, request, proposal)
        if not terminal.agreed(terminal.speech("ask_change"), yes=yes):
            return
        done = office.confirm(house, request, proposal, terminal.actor(by), house.clock())
    terminal.say("changed", style="green", id=done.change_id)
    if done.corrections:
        terminal.say("corrections", n=done.corrections)


@requests_app.command("refuse")
def requests_refuse(context: typer.Context, number: Number, reason: Reason = "", by: As = None) -> None:
    """Leave everything as it is; whoever asked may take it back this way."""
    from announcer.office import requests as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        office.refuse(house, number, reason, terminal.actor(by), house.clock())
    terminal.say("request_ended", style="green", id=number)
