"""sending, recipients, stop: what is leaving, who got it, and how to end it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from announcer.cli.app import app
from announcer.cli.options import As, Json, Reason, Yes
from announcer.cli.terminal import Terminal, row, table
from announcer.model.ledger import SETTLED, DeliveryState

if TYPE_CHECKING:
    from rich.console import RenderableType

    from announcer.office.house import House
    from announcer.office.sending import Progress
    from announcer.store.sends import Fate

OneMessage = Annotated[
    int | None, typer.Argument(metavar="[MESSAGE]", help="Only this message, with domains and errors.")
]
Number = Annotated[int, typer.Argument(metavar="MESSAGE", help="Its number, as status shows it.")]

#: Seconds between two looks; a look at a million mails takes a fraction of it.
_LOOK = 0.5
_FAILED = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.MISSED, DeliveryState.CANCELLED)
_WIDTH = 24


@app.command()
def sending(
    context: typer.Context,
    message: OneMessage = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Stay and keep looking until it is done; Ctrl-C ends the looking, not the sending."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Show what is being sent: how far it is, how fast, and how long it still takes."""
    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = _look(house, message, {})
        if json:
            terminal.json([_shape(one) for one in found])
        elif not found:
            terminal.say("sending_nothing")
        elif watch:
            _watch(terminal, house, message, found)
        else:
            terminal.show(*_shown(terminal, found))


def _look(house: House, message: int | None, before: dict[int, Progress]) -> list[Progress]:
    from announcer.office import sending as office

    if message is None:
        ids = [one.message.id for one in office.under_way(house)]
        return [office.progress(house, id_, before.get(id_)) for id_ in ids]
    return [office.progress(house, message, before.get(message), details=True)]


def _watch(terminal: Terminal, house: House, message: int | None, first: list[Progress]) -> None:
    """Look again and again. On a terminal in place; elsewhere the first and the last look."""
    from rich.console import Group
    from rich.live import Live

    found = first
    with Live(Group(*_shown(terminal, found)), console=terminal.out, auto_refresh=False, transient=False) as live:
        while any(one.left for one in found):
            time.sleep(_LOOK)
            looked = _look(house, message, {one.message.id: one for one in found})
            if not looked:  # what was watched is settled
                looked = [one for last in found for one in _look(house, last.message.id, {last.message.id: last})]
            found = looked
            live.update(Group(*_shown(terminal, found)), refresh=True)


def _shown(terminal: Terminal, found: Sequence[Progress]) -> list[RenderableType]:
    from rich.text import Text

    speech = terminal.speech
    keys = ("number", "what", "sending_progress", "sending_speed", "sending_time", "note")
    shown = table(*(speech(key) for key in keys))
    for one in found:
        rate = speech("sending_rate", rate=_number(one.per_second)) if one.per_second and one.left else ""
        what = speech.kind(one.message.planned.kind.value)
        row(shown, [one.message.id, what, _bar(terminal, one), rate, _time(terminal, one), _note(terminal, one)])
    parts: list[RenderableType] = [shown]
    for one in found:
        if one.domains:
            parts += [Text(speech("sending_domains"), "bold"), _domains(terminal, one)]
        if one.errors:
            parts += [Text(speech("sending_errors"), "bold"), _errors(terminal, one)]
    return parts


def _bar(terminal: Terminal, one: Progress) -> Any:
    from rich.text import Text

    settled = one.total - one.left
    full = round(_WIDTH * settled / one.total) if one.total else 0
    # A bar is never full before it is done.
    full = min(full, _WIDTH - 1) if one.left else full
    of = terminal.speech("sending_of", sent=_number(one.sent), total=_number(one.total))
    return Text.assemble(("█" * full, "green"), ("░" * (_WIDTH - full), "dim"), f" {of}")


def _number(value: float | None) -> str:
    """With a thin space between thousands, as both languages read it."""
    return "" if value is None else f"{value:,.0f}".replace(",", "\u202f")


def _time(terminal: Terminal, one: Progress) -> str:
    if not one.left:
        return terminal.speech("sending_done")
    if one.remaining is None:
        return ""
    minutes, seconds = divmod(int(one.remaining.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return terminal.speech("sending_left", left=f"{hours}:{minutes:02}:{seconds:02}")


def _note(terminal: Terminal, one: Progress) -> str:
    speech = terminal.speech
    deferred = one.counts.get(DeliveryState.DEFERRED, 0)
    notes = [speech("sending_paused", why=one.paused)] if one.paused else []
    notes += [speech("sending_writing")] if one.writing else []
    notes += [speech("sending_waits", n=_number(deferred))] if deferred else []
    notes += [
        f"{speech.delivery_state(state.value)}: {_number(one.counts[state])}"
        for state in (*_FAILED, DeliveryState.SUPPRESSED)
        if one.counts.get(state)
    ]
    return ", ".join(notes)


def _domains(terminal: Terminal, one: Progress) -> Any:
    speech = terminal.speech
    keys = ("sending_domain", "sending_all", "sending_sent", "sending_open", "sending_failed")
    shown = table(*(speech(key) for key in keys))
    for domain, counts in one.domains:
        open_ = sum(number for state, number in counts.items() if state not in SETTLED)
        failed = sum(counts.get(state, 0) for state in _FAILED)
        numbers = (sum(counts.values()), counts.get(DeliveryState.SENT, 0), open_, failed)
        row(shown, [domain, *map(_number, numbers)])
    return shown


def _errors(terminal: Terminal, one: Progress) -> Any:
    from announcer.planning.why import explain

    speech = terminal.speech
    shown = table(speech("sending_number"), speech("sending_words"))
    for said, number in one.errors:
        row(shown, [_number(number), explain(said, speech.language)])
    return shown


def _shape(one: Progress) -> dict[str, Any]:
    from announcer.cli.shapes import instant

    remaining = one.remaining
    return {
        "message": one.message.id,
        "kind": one.message.planned.kind.value,
        "state": one.message.state.value,
        "since": instant(one.since),
        "total": one.total,
        "sent": one.sent,
        "left": one.left,
        "counts": {state.value: number for state, number in one.counts.items()},
        "writing": one.writing,
        "paused": one.paused or None,
        "per_second": round(one.per_second, 1) if one.per_second else None,
        "remaining_seconds": None if remaining is None else int(remaining.total_seconds()),
        "domains": [
            {"domain": domain, "counts": {state.value: number for state, number in counts.items()}}
            for domain, counts in one.domains
        ],
        "errors": [{"said": said, "number": number} for said, number in one.errors],
    }


@app.command()
def recipients(
    context: typer.Context,
    message: Number,
    state: Annotated[DeliveryState | None, typer.Option("--state", help="Only those in this state.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, as CSV.")] = None,
    json: Json = False,
) -> None:
    """List what became of every recipient of a message, or write it to a file."""
    from announcer.cli.people_verbs import write_lines
    from announcer.office import sending as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        if output is not None:
            number = write_lines(office.fates_csv(house, message, state), output)
            terminal.say("recipients_written", style="green", n=_number(number), path=output)
            return
        page = list(office.fates(house, message, 0, state))
    if json:
        terminal.json([_fate(one) for one in page])
        return
    if not page:
        terminal.say("recipients_none")
        return
    _show_fates(terminal, page[:200])
    if len(page) > 200:
        terminal.say("recipients_more", style="dim", n=200)


def _show_fates(terminal: Terminal, page: Sequence[Fate]) -> None:
    from zoneinfo import ZoneInfo

    from announcer.cli.bounce_verbs import CALLED
    from announcer.model.returns import ReturnKind
    from announcer.planning.why import explain

    speech, zone = terminal.speech, ZoneInfo(terminal.settings.site.timezone)
    shown = table(*(speech(key) for key in ("recipients_address", "state", "when", "note")))
    for one in page:
        came_back = [speech(CALLED[ReturnKind(one.returned)])] if one.returned else []
        note = " · ".join([*came_back, *([explain(one.said, speech.language)] if one.said else [])])
        when = speech.moment(one.sent_at, zone) if one.sent_at else ""
        address = one.address or speech("recipients_erased")
        row(shown, [address, speech.delivery_state(one.state.value), when, note])
    terminal.show(shown)


def _fate(one: Fate) -> dict[str, Any]:
    from announcer.cli.shapes import instant

    return {
        "delivery": one.delivery_id,
        "address": one.address or None,
        "list": one.list_id,
        "language": one.language,
        "state": one.state.value,
        "sent_at": instant(one.sent_at),
        "attempts": one.attempts,
        "said": one.said or None,
        "returned": one.returned or None,
    }


@app.command()
def stop(context: typer.Context, message: Number, reason: Reason = "", yes: Yes = False, by: As = None) -> None:
    """End a message that is being sent: whoever has not got it by now never does."""
    from announcer.office import sending as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = office.progress(house, message)
        numbers = {"sent": _number(found.sent), "total": _number(found.total), "left": _number(found.left)}
        if not terminal.agreed(terminal.speech("sending_stop", id=message, **numbers), yes=yes):
            return
        done = office.stop(house, message, terminal.actor(by), reason, house.clock())
    said = {"sent": _number(done.sent), "total": _number(done.total)}
    terminal.say("sending_stopped", style="green", id=message, **said)
