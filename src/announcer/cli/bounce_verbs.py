"""bounces: mails that came back, and what somebody has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from announcer.cli.app import REFUSED, app
from announcer.cli.options import As, Json
from announcer.cli.terminal import Terminal
from announcer.model.returns import ReturnKind

if TYPE_CHECKING:
    from announcer.store.returned import Returned

bounces_app = typer.Typer(help="Mails that came back: bounces, complaints, notes of absence.")
app.add_typer(bounces_app, name="bounces")

Number = Annotated[int, typer.Argument(metavar="N", help="Its number, as bounces list shows it.")]

_SHOWN = 200
#: What each kind is called, as a key of `words`.
CALLED = {
    ReturnKind.HARD: "returned_hard",
    ReturnKind.SOFT: "returned_soft",
    ReturnKind.DELAYED: "returned_delayed",
    ReturnKind.COMPLAINT: "returned_complaint",
    ReturnKind.ABSENT: "returned_absent",
    ReturnKind.NOTICE: "returned_notice",
    ReturnKind.UNCLEAR: "returned_unclear",
    ReturnKind.STRANGE: "returned_strange",
}


@bounces_app.command("list")
def bounces_list(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="How many days back.")] = 30,
    kind: Annotated[
        list[ReturnKind] | None, typer.Option("--kind", help="Show these instead; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what came back of late, and what somebody has to look at."""
    from announcer.office import bounces as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = office.overview(house, house.clock() - timedelta(days=days), _SHOWN)
        listed = office.latest(house, kind, _SHOWN) if kind else list(found.open)
    if json:
        counts = {one.value: found.counts.get(one, 0) for one in ReturnKind}
        terminal.json({"days": days, "counts": counts, "mails": [_shape(one) for one in listed]})
        return
    if not found.counts and not listed:
        terminal.say("bounces_nothing")
        return
    if found.counts:
        _show_counts(terminal, days, found.counts)
    if kind is None:
        terminal.say("bounces_open" if listed else "bounces_none_open", style="bold" if listed else "dim")
    if listed:
        _show_mails(terminal, listed)
        terminal.next(f"announcer bounces show {listed[0].id}")


def _show_counts(terminal: Terminal, days: int, counts: dict[ReturnKind, int]) -> None:
    from announcer.cli.terminal import row, table

    speech = terminal.speech
    terminal.say("bounces_days", style="bold", n=days)
    shown = table(speech("kind"), speech("bounces_number"))
    for one in ReturnKind:
        if number := counts.get(one):
            row(shown, [speech(CALLED[one]), number])
    terminal.show(shown)


def _show_mails(terminal: Terminal, mails: Sequence[Returned]) -> None:
    from zoneinfo import ZoneInfo

    from announcer.cli.terminal import row, table

    speech, zone = terminal.speech, ZoneInfo(terminal.settings.site.timezone)
    shown = table(*(speech(key) for key in ("number", "when", "kind", "bounces_from", "note")))
    for one in mails:
        note = " · ".join(part for part in (one.subject, one.said) if part)
        row(shown, [one.id, speech.moment(one.at, zone), speech(CALLED[one.kind]), one.sender, note])
    terminal.show(shown)


def _shape(one: Returned) -> dict[str, Any]:
    from announcer.cli.shapes import instant

    return {
        "id": one.id,
        "source": one.source,
        "at": instant(one.at),
        "kind": one.kind.value,
        "status": one.status or None,
        "said": one.said or None,
        "subject": one.subject,
        "sender": one.sender,
        "delivery": one.delivery_id,
        "subscriber": one.subscriber_id,
        "done_at": instant(one.done_at),
    }


@bounces_app.command("show")
def bounces_show(context: typer.Context, number: Number, json: Json = False) -> None:
    """Show one returned mail, whole if nobody understood it."""
    from announcer.office import bounces as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        one = office.show(house, number)
    if json:
        terminal.json({**_shape(one), "raw": one.raw or None})
        return
    _show_mails(terminal, [one])
    if one.raw:
        terminal.say("bounces_raw", style="bold")
        terminal.line(one.raw.replace("\r\n", "\n"))
        if one.done_at is None:
            terminal.next(f"announcer bounces done {number}")


@bounces_app.command("done")
def bounces_done(context: typer.Context, number: Number, by: As = None) -> None:
    """Say that somebody looked at it and it needs nothing more."""
    from announcer.office import bounces as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        office.tick_off(house, number, terminal.actor(by), house.clock())
    terminal.say("bounces_ticked", style="green", number=number)


@bounces_app.command("fetch")
def bounces_fetch(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this mailbox.")] = None,
    json: Json = False,
) -> None:
    """Look into the mailboxes now instead of waiting for the service."""
    from announcer.errors import SendError

    terminal: Terminal = context.obj
    names = [name] if name else list(terminal.settings.bounces)
    shapes: list[dict[str, Any]] = []
    bad = False
    if not names and not json:
        terminal.say("bounces_none_set")
    with terminal.engine() as engine:
        for one in names:
            try:
                found = engine.look_for_bounces(one)
            except SendError as error:
                bad = True
                shapes.append({"mailbox": one, "error": str(error)})
                if not json:
                    terminal.fail(terminal.speech("bounces_failed", name=one, why=str(error)))
                continue
            kinds = {kind.value: number for kind, number in found.kinds}
            shapes.append({"mailbox": one, "new": found.number, "ended": found.ended, "kinds": kinds})
            if not json:
                terminal.say("bounces_fetched", name=one, n=found.number, ended=found.ended)
                for kind, number in found.kinds:
                    terminal.line(f"  {number} × {terminal.speech(CALLED[kind])}")
    if json:
        terminal.json(shapes)
    if bad:
        raise typer.Exit(REFUSED)
