"""status, settle, decide, log, pause, resume, release-hold: seeing how things stand, and stopping them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from announcer.cli.app import app
from announcer.cli.campaign_verbs import find, view_of
from announcer.cli.options import As, Json, Name, Reason, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.office.house import House
    from announcer.office.outlook import Departure, Overview
    from announcer.office.posts import Posted

OneName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this event or announcement.")]
What = Annotated[str, typer.Argument(metavar="[WHAT]", help="all, channel:NAME, event:ID or message:N.")]


@app.command()
def status(context: typer.Context, name: OneName = None, json: Json = False) -> None:
    """Show what is next, what needs a person, what is paused."""
    from announcer.cli import shapes, standing
    from announcer.cli.timeline import timeline
    from announcer.office import status as office
    from announcer.store import campaign as store

    terminal: Terminal = context.obj
    with terminal.house() as house:
        key = find(house, name) if name else None
        with house.database.read() as connection:
            overview = office.overview(connection, house, house.clock(), key)
            messages = store.messages(connection, key) if key else []
        if json:
            details = {"messages": [shapes.message(message) for message in messages]} if key else {}
            terminal.json({**shapes.overview(overview), **details})
            return
        standing.show(terminal, overview)
        if key and messages:
            terminal.show(timeline(view_of(terminal, house, key), messages))


@app.command()
def posts(context: typer.Context, name: Name, json: Json = False) -> None:
    """Show what of a campaign stands on the networks, with links."""
    from announcer.cli.terminal import row, table
    from announcer.office import posts as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = office.of_campaign(house, find(house, name))
        zone = house.planning_zone
    if json:
        terminal.json([_posted(one) for one in found])
        return
    speech = terminal.speech
    if not found:
        terminal.say("nothing_posted")
        return
    shown = table(*(speech(key) for key in ("number", "message_number", "channel", "what", "state", "note")))
    for one in found:
        what = speech("hand_answer" if one.answer and one.action == "publish" else f"hand_{one.action.value}")
        if one.part:
            what = f"{what} ({one.part + 1})"
        when = speech.moment(one.sent_at, zone) if one.sent_at else ""
        note = "\n".join(filter(None, (when, one.link or one.said)))
        row(shown, [one.id, one.message_id, one.channel, what, speech.delivery_state(one.state.value), note])
    terminal.show(shown)


def _posted(one: Posted) -> dict[str, object]:
    return {
        "id": one.id,
        "message": one.message_id,
        "channel": one.channel,
        "action": one.action.value,
        "answer": one.answer,
        "part": one.part,
        "state": one.state.value,
        "sent_at": one.sent_at.astimezone(UTC).isoformat().replace("+00:00", "Z") if one.sent_at else None,
        "link": one.link or None,
        "network_id": one.network_id or None,
        "said": one.said or None,
    }


@app.command()
def settle(
    context: typer.Context,
    delivery: Annotated[int, typer.Argument(metavar="DELIVERY", help="Its number, as status shows it.")],
    sent: Annotated[bool, typer.Option("--sent", help="It did arrive, or you did it by hand.")] = False,
    again: Annotated[bool, typer.Option("--again", help="It did not; try it again.")] = False,
    by: As = None,
) -> None:
    """Say what became of a delivery whose answer was lost or which failed, or that a task is done."""
    from announcer.office import pause as office

    terminal: Terminal = context.obj
    if sent == again:
        raise typer.BadParameter(terminal.speech("sent_or_again"), param_hint="--sent")
    with terminal.house() as house:
        office.settle(house, delivery, sent, terminal.actor(by), house.clock())
    terminal.say("settled", style="green", id=delivery)


@app.command()
def decide(
    context: typer.Context,
    message: Annotated[int, typer.Argument(metavar="MESSAGE", help="Its number, as status shows it.")],
    send: Annotated[bool, typer.Option("--send", help="What of it is held leaves now.")] = False,
    let_go: Annotated[bool, typer.Option("--let-go", help="What of it is held does not leave.")] = False,
    reason: Reason = "",
    by: As = None,
) -> None:
    """Say what becomes of held deliveries: of a late message, or of one mail too many in a week."""
    from announcer.office import pause as office

    terminal: Terminal = context.obj
    if send == let_go:
        raise typer.BadParameter(terminal.speech("send_or_let_go"), param_hint="--send")
    with terminal.house() as house:
        number = office.decide(house, message, send, terminal.actor(by), reason, house.clock())
    terminal.say("decided_send" if send else "decided_let_go", style="green", id=message, n=number)


@app.command()
def log(
    context: typer.Context,
    name: OneName = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many lines.")] = 50,
    json: Json = False,
) -> None:
    """Show who did what, the newest first."""
    from announcer.cli import shapes
    from announcer.cli.terminal import row, table
    from announcer.office.status import entries
    from announcer.planning.why import explain

    terminal: Terminal = context.obj
    with terminal.house() as house:
        key = find(house, name) if name else None
        with house.database.read() as connection:
            found = entries(connection, key, limit)
    if json:
        terminal.json([shapes.entry(entry) for entry in found])
        return
    if not found:
        terminal.say("log_empty")
        return
    speech, zone = terminal.speech, ZoneInfo(terminal.settings.site.timezone)
    shown = table(*(speech(key_) for key_ in ("when", "who", "did", "note")))
    shown.columns[0].no_wrap = True
    for entry in found:
        note = " · ".join(part for part in (entry.after, explain(entry.why, speech.language)) if part)
        row(shown, [speech.moment(entry.at, zone), entry.actor, f"{speech.did(entry.verb)}: {entry.subject}", note])
    terminal.show(shown)
    terminal.say("zone", style="dim", zone=zone.key)


@app.command()
def pause(context: typer.Context, what: What = "all", reason: Reason = "", by: As = None) -> None:
    """Let nothing leave: at all, by one channel, about one event, or of one message."""
    from announcer.office import pause as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        office.pause(house, what, terminal.actor(by), reason, house.clock())
    terminal.say("paused_now", style="yellow", what=what)
    terminal.next(f"announcer resume {what}")


@app.command()
def resume(context: typer.Context, what: What = "all", yes: Yes = False, json: Json = False, by: As = None) -> None:
    """Show what leaves then, what asks and what is too late; then let it go on."""
    from announcer.cli import shapes
    from announcer.office import pause as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        now = house.clock()
        with house.database.read() as connection:
            found = office.what_would_go(connection, house, what, now)
        if json:
            resumed = yes
            terminal.json({"what": what, "resumed": resumed, **shapes.release(found)})
        else:
            _show_outlook(terminal, house, found)
            waits = found.go or found.missed or found.asked
            resumed = not waits or terminal.agreed(terminal.speech("ask_resume", what=what), yes=yes)
        if resumed:
            office.resume(house, what, terminal.actor(by), house.clock())
    if resumed and not json:
        terminal.say("resumed_now", style="green", what=what)


@app.command(name="release-hold")
def release_hold(context: typer.Context, yes: Yes = False, json: Json = False, by: As = None) -> None:
    """Show what would leave after a restore or a long sleep, and what not any more; then let it go on."""
    from announcer.cli import shapes
    from announcer.errors import Conflict
    from announcer.office import holding

    terminal: Terminal = context.obj
    with terminal.house() as house:
        now, held = house.clock(), holding.state(house)
        if held is None:
            raise Conflict(terminal.speech("not_held"))
        if held.restored:  # first, so that nobody who left is counted among those who would get something
            holding.replay(house, now)
        with house.database.read() as connection:
            found = holding.what_would_go(connection, house, now)
        if json:
            released = yes
            terminal.json({"why": str(held), "released": released, **shapes.release(found)})
        else:
            _show_release(terminal, house, str(held), found)
            released = terminal.agreed(terminal.speech("ask_release"), yes=yes)
        if released:
            holding.release(house, terminal.actor(by), now)
    if released and not json:
        terminal.say("released_now", style="green")


def _show_release(terminal: Terminal, house: House, why: str, found: Overview) -> None:
    terminal.say("held_all", style="bold red", why=terminal.speech.hold(why))
    _show_outlook(terminal, house, found)
    if found.go:
        terminal.say("look_first", style="yellow")
    else:
        terminal.say("nothing_would_go")


def _show_outlook(terminal: Terminal, house: House, found: Overview) -> None:
    _show_departures(terminal, house, "would_go", found.go)
    _show_departures(terminal, house, "would_be_missed", found.missed)
    _show_departures(terminal, house, "would_ask", found.asked)


def _show_departures(terminal: Terminal, house: House, heading: str, departures: Sequence[Departure]) -> None:
    from announcer.cli.terminal import row, table
    from announcer.store.campaign import campaign_of

    if not departures:
        return
    speech, zone = terminal.speech, house.planning_zone
    terminal.say(heading, style="bold")
    shown = table(*(speech(key) for key in ("number", "when", "what", "channel", "note")))
    for one in departures:
        planned = one.message.planned
        name = campaign_of(one.message).name
        due = speech.moment(planned.due_at, zone) if planned.due_at else "–"
        notes = [speech.count("recipient", one.recipients)] if one.recipients else []
        notes += [speech("leaves_at", when=speech.time(one.at, zone))] if one.at and one.at > house.clock() else []
        notes += [speech("in_late_words")] if one.late_words else []
        what = f"{speech.kind(planned.kind.value)} ({name})"
        row(shown, [one.message.id, due, what, planned.channel, ", ".join(notes)])
    terminal.show(shown)
