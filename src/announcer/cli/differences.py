"""What follows from a change, before anybody agrees to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.text import Text

from announcer.cli.terminal import Terminal, row, seen, table
from announcer.cli.timeline import View
from announcer.model.campaign import Message, Planned
from announcer.model.changes import Remedy
from announcer.model.content import Payload
from announcer.office.consequences import PutRight, new_texts, put_right
from announcer.planning.changes import Difference, in_words
from announcer.planning.why import text_name

if TYPE_CHECKING:
    from announcer.office.change import Proposal
    from announcer.office.house import House

Line = tuple[str, Planned, str]
_REMEDIES = {
    Remedy.EDIT: "by_edit",
    Remedy.REPLY: "by_reply",
    Remedy.REPOST: "by_repost",
    Remedy.DELETE: "by_delete",
    Remedy.NOTICE: "by_notice",
    Remedy.MAIL: "by_mail",
    Remedy.HAND: "by_hand",
    Remedy.LEAVE: "by_leave",
}


def show(terminal: Terminal, house: House, view: View, proposal: Proposal, wrong_mails: int) -> None:
    """The sentence, what is out and wrong, what moves, drops out and appears, and where the old value still stands."""
    said = in_words(proposal.change, proposal.before.facts, proposal.after.facts, view.speech.language)
    terminal.show(
        Panel(
            Text(seen(said.sentence or said.headline)),
            title=Text(said.prefix, "bold yellow"),
            title_align="left",
            border_style="yellow",
        )
    )
    sections = [
        _section(terminal, view, "already_out", _out(house, view, proposal)),
        show_plan(terminal, view, proposal.difference),
        _section(terminal, view, "reworded", _reworded(proposal)),
        show_messages(terminal, view, "issues_waiting", proposal.issues.waiting),
        _section(terminal, view, "held_stale", _held(view, proposal)),
        show_messages(terminal, view, "unreachable", proposal.unreachable),
    ]
    if not any(sections):
        terminal.say("no_consequence")
    if not proposal.told:
        terminal.say("nobody_told")
    if wrong_mails:
        terminal.say("mails_wrong", style="yellow", n=wrong_mails)
    _show_texts(terminal, house, view, proposal)
    _show_places(terminal, view, proposal)


def _show_texts(terminal: Terminal, house: House, view: View, proposal: Proposal) -> None:
    """What the change makes us say, channel by channel: confirming it approves these words."""
    new = list(new_texts(proposal))
    if new:
        terminal.say("said_then", style="bold")
    for one in new:
        kind = house.exits[one.planned.channel].kind
        terminal.line(f"{one.planned.channel} ({one.language}): {_head(kind, one.payload)}", style="")


def _head(kind: str, payload: Payload) -> str:
    """The part of a payload that a reader sees first; of a post all."""
    match kind:
        case "mail":
            return str(payload["subject"])
        case "feed":
            return str(payload["title"])
    text = str(payload.get("status") or payload.get("text") or "")
    return "\n  ".join(line for line in text.splitlines() if line)


def _show_places(terminal: Terminal, view: View, proposal: Proposal) -> None:
    if not proposal.places:
        return
    shown = table(view.speech("where"), view.speech("excerpt"))
    for place in proposal.places:
        row(shown, [text_name(place.text, view.speech.language), place.excerpt])
    terminal.line(view.speech("stale"), style="bold yellow")
    terminal.show(shown)


def show_plan(terminal: Terminal, view: View, found: Difference) -> bool:
    """What a new plan moves, drops, adds and brings back; whether it does anything."""
    shown = [
        _section(terminal, view, "moved", _moved(view, found)),
        _section(terminal, view, "dropped", _dropped(view, found)),
        _section(terminal, view, "appeared", _appeared(view, found)),
        _section(terminal, view, "stopped", ((str(r.message.id), r.planned, "") for r in found.stopped)),
    ]
    return any(shown)


def show_messages(terminal: Terminal, view: View, title: str, messages: Iterable[Message]) -> bool:
    """Some messages under a heading; whether there are any."""
    return _section(terminal, view, title, ((str(m.id), m.planned, "") for m in messages))


def show_planned(terminal: Terminal, view: View, title: str, planned: Iterable[Planned]) -> bool:
    """Some planned messages under a heading, with their reasons; whether there are any."""
    return _section(terminal, view, title, (("", p, "; ".join(view.why(p.why))) for p in planned))


def _section(terminal: Terminal, view: View, title: str, lines: Iterable[Line]) -> bool:
    shown = table("", view.speech("when"), view.speech("what"), view.speech("channel"), view.speech("note"))
    for number, planned, note in lines:
        row(shown, [number, view.moment(planned.due_at), view.what(planned), planned.channel, note])
    if shown.row_count:
        terminal.line(view.speech(title), style="bold")
        terminal.show(shown)
    return shown.row_count > 0


def _out(house: House, view: View, proposal: Proposal) -> Iterable[Line]:
    for one in put_right(house, proposal):
        yield str(one.message.id), one.message.planned, _remedy(view, one)


def _remedy(view: View, one: PutRight) -> str:
    """How something that is out gets put right."""
    if one.how is Remedy.MAIL:
        return (
            view.speech("by_none")
            if one.people is None
            else view.speech("by_mail", people=view.speech.count("person", one.people))
        )
    return view.speech("by_entry") if one.entry else view.speech(_REMEDIES[one.how], said=one.answer)


def _moved(view: View, found: Difference) -> Iterable[Line]:
    for one in found.moved:
        before, after = one.message.planned, one.planned
        notes = [view.speech("instead", when=view.moment(before.due_at))] if before.due_at != after.due_at else []
        if before.not_after != after.not_after:
            until = view.moment(after.not_after) if after.not_after else view.speech("no_limit")
            notes.append(f"{view.speech('until')}: {until}")
        yield str(one.message.id), after, "; ".join([*notes, *view.reasons(after)])


def _dropped(view: View, found: Difference) -> Iterable[Line]:
    for one in found.dropped:
        yield str(one.message.id), one.message.planned, "; ".join(view.why(one.why))


def _appeared(view: View, found: Difference) -> Iterable[Line]:
    for planned in found.appeared:
        yield "+", planned, "; ".join(view.reasons(planned))


def _held(view: View, proposal: Proposal) -> Iterable[Line]:
    for held in proposal.held:
        yield str(held.message.id), held.message.planned, "; ".join(view.why(held.reasons))


def _reworded(proposal: Proposal) -> Iterable[Line]:
    for message in proposal.reworded:
        yield str(message.id), message.planned, ""
