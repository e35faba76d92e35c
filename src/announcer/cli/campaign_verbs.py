"""plan, preview, approve, words: a campaign from its facts to the approved texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import REFUSED, app
from announcer.cli.options import As, Json, Name, Reason, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.cli.timeline import View
    from announcer.model.campaign import Message
    from announcer.model.content import Limits
    from announcer.model.people import Actor
    from announcer.office.campaigns import Preview
    from announcer.office.house import House
    from announcer.store.campaign import Campaign

Numbers = Annotated[
    list[int] | None, typer.Option("--message", "-m", metavar="N", help="Only this message; may be repeated.")
]


def find(house: House, name: str) -> Campaign:
    """The campaign of an id; raises `NotFound`."""
    from announcer.office import campaigns

    with house.database.read() as connection:
        return campaigns.find(connection, name)


def view_of(terminal: Terminal, house: House, key: Campaign) -> View:
    """The words and the clock for a campaign: its event's, else the office's."""
    from announcer.cli.timeline import View
    from announcer.store import facts

    if key.event_id is None:
        return View(terminal.speech, house.planning_zone, None)
    with house.database.read() as connection:
        event = facts.event_facts(connection, key.event_id)
    return View(terminal.speech, event.zone, event)


def limits_of(house: House, channel: str, now: datetime) -> Limits | None:
    """A channel's limits, None where its network can't be asked."""
    from announcer.errors import SendError

    try:
        return house.limits(channel, now)
    except SendError:
        return None


@app.command()
def plan(context: typer.Context, name: Name, by: As = None, json: Json = False) -> None:
    """Plan an event's or announcement's messages, or plan them again, and show the timeline."""
    from announcer.cli import shapes
    from announcer.office import campaigns
    from announcer.office.status import living

    terminal: Terminal = context.obj
    with terminal.house() as house:
        key = find(house, name)
        messages = campaigns.plan_campaign(house, key, terminal.actor(by), house.clock())
        if json:
            terminal.json([shapes.message(message) for message in messages])
            return
        _show_plan(terminal, view_of(terminal, house, key), messages)
    waits = {fact for message in living(messages) for fact in message.planned.waits_for}
    if "event.start" in waits:
        terminal.say("unconfirmed", style="yellow")
        terminal.next(f"announcer event confirm {key.event_id}")
    elif any(message.state.value == "draft" for message in messages):
        terminal.next(f"announcer preview {name} · announcer approve {name}")


def _show_plan(terminal: Terminal, view: View, messages: Sequence[Message]) -> None:
    from announcer.cli.timeline import timeline

    if not messages:
        terminal.say("nothing_planned")
        return
    terminal.show(timeline(view, messages))
    terminal.say("planned", said=tally(terminal, messages), style="bold")


def tally(terminal: Terminal, messages: Sequence[Message]) -> str:
    """`27 Nachrichten (Entwurf: 20, wartet: 7)`."""
    counts: dict[str, int] = {}
    for message in messages:
        counts[message.state.value] = counts.get(message.state.value, 0) + 1
    said = ", ".join(f"{terminal.speech.state(state)}: {number}" for state, number in counts.items())
    return f"{terminal.speech.count('message', len(messages))} ({said})"


@app.command()
def preview(
    context: typer.Context,
    name: Name,
    numbers: Numbers = None,
    at: Annotated[str | None, typer.Option("--at", metavar="DATE", help="What is due that local day.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the mail's HTML to this file.")] = None,
    json: Json = False,
) -> None:
    """Show exactly what will be sent, channel by channel."""
    from announcer.cli import pages, shapes
    from announcer.office import campaigns

    terminal: Terminal = context.obj
    day = day_of(at)
    with terminal.house() as house:
        now, key = house.clock(), find(house, name)
        view = view_of(terminal, house, key)
        ids = _chosen(house, key, view, numbers, day)
        previews = campaigns.preview(house, key, now, ids)
        limits = {p.message.planned.channel: limits_of(house, p.message.planned.channel, now) for p in previews}
    if html is not None:
        _write_html(terminal, previews, html)
    elif json:
        shown = ((p, limits[p.message.planned.channel]) for p in previews)
        terminal.json(
            [shapes.preview(p, pages.used(p, known), known.max_characters if known else None) for p, known in shown]
        )
    elif not previews:
        terminal.say("nothing_to_show")
    else:
        for one in previews:
            terminal.show(pages.page(view, one, limits[one.message.planned.channel]))
        terminal.line(view.clock(p.message.planned.due_at for p in previews), style="dim")


def day_of(text: str | None) -> date | None:
    """The value of `--at`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write it like 2018-09-18", param_hint="--at") from error


def known_messages(house: House, key: Campaign, numbers: Collection[int] | None) -> list[Message]:
    """The messages of a campaign, or those with these numbers; raises `NotFound` for a number it doesn't have."""
    from announcer.errors import NotFound
    from announcer.store import campaign as store

    with house.database.read() as connection:
        messages = store.messages(connection, key)
    if numbers:
        known = {message.id for message in messages}
        if missing := sorted(set(numbers) - known):
            raise NotFound(f"{key} has no message {missing[0]}; 'announcer status' with its name shows their numbers")
        messages = [message for message in messages if message.id in numbers]
    return messages


def _chosen(house: House, key: Campaign, view: View, numbers: list[int] | None, day: date | None) -> set[int]:
    """Without numbers or a day, what has not left yet."""
    from announcer.model.ledger import MessageState
    from announcer.office.status import living
    from announcer.store.campaign import OPEN

    messages = known_messages(house, key, numbers)
    if day is not None:
        dated = ((m, m.planned.due_at) for m in (messages if numbers else living(messages)))
        return {m.id for m, due in dated if due is not None and due.astimezone(view.zone).date() == day}
    if numbers:
        return {m.id for m in messages}
    return {m.id for m in messages if m.state in (*OPEN, MessageState.SENDING)}


def _write_html(terminal: Terminal, previews: Sequence[Preview], path: Path) -> None:
    """One mail to `path`; of several, each to its own file beside it."""
    from announcer.errors import IntakeError

    mails = [p for p in previews if "html" in p.payload and "subject" in p.payload]
    if not mails:
        raise IntakeError(terminal.speech("html_none"))
    for mail in mails:
        target = path
        if len(mails) > 1:
            late = "-late" if mail.late else ""
            target = path.with_name(f"{path.stem}-{mail.message.id}-{mail.language}{late}{path.suffix or '.html'}")
        try:
            target.write_text(str(mail.payload["html"]), encoding="utf-8")
        except OSError as error:
            raise IntakeError(f"{target} can't be written: {error.strerror}; name another file") from error
        terminal.say("html_written", path=target)


@app.command()
def approve(context: typer.Context, name: Name, numbers: Numbers = None, yes: Yes = False, by: As = None) -> None:
    """Approve what is drafted: from then on exactly this text is sent, each at its moment."""
    from announcer.office import campaigns

    terminal: Terminal = context.obj
    with terminal.house() as house:
        now, key = house.clock(), find(house, name)
        view, messages = view_of(terminal, house, key), known_messages(house, key, numbers)
        drafts = [m for m in messages if m.state.value in ("draft", "held")]
        waiting = [m for m in messages if m.state.value == "waiting"]
        if not drafts:
            terminal.say("none_to_approve")
            _say_waiting(terminal, waiting)
            return
        actor = terminal.actor(by)
        seen = campaigns.facts_version(house, key)
        unsayable = _show_drafts(terminal, house, key, view, drafts)
        _say_waiting(terminal, waiting)
        unsayable |= _show_barred(terminal, house, key, drafts, actor)
        ids = {m.id for m in drafts} - unsayable
        said = terminal.speech.count("message", len(ids))
        if not ids or not terminal.agreed(terminal.speech("ask_approve", said=said), yes=yes):
            raise typer.Exit(REFUSED if not ids else 0)
        done = campaigns.approve(house, key, actor, now, ids, seen)
    terminal.say("approved", style="green", said=terminal.speech.count("message", len(done.approved)))
    for number, why in done.problems:
        terminal.line(f"{number}: {why}", style="red")
    if unsayable or done.problems:
        raise typer.Exit(REFUSED)


def _show_drafts(terminal: Terminal, house: House, key: Campaign, view: View, drafts: Sequence[Message]) -> set[int]:
    """The drafts, and those that can't be said with the reason; gives the numbers of these."""
    from announcer.cli.timeline import timeline
    from announcer.office import campaigns

    previews = campaigns.preview(house, key, house.clock(), {m.id for m in drafts})
    problems = {p.message.id: p.problem for p in previews if p.problem}
    terminal.show(timeline(view, drafts))
    terminal.say("to_approve", style="bold", said=terminal.speech.count("message", len(drafts) - len(problems)))
    for number, why in problems.items():
        terminal.line(f"{number}: {terminal.speech('not_sayable', why=why)}", style="red")
    _show_durations(terminal, house, view, [m for m in drafts if m.id not in problems])
    return set(problems)


def _show_durations(terminal: Terminal, house: House, view: View, drafts: Sequence[Message]) -> None:
    """To how many each mail goes and how long that takes at the relay's limit."""
    from announcer.office import duration

    speech = terminal.speech
    for one in drafts:
        if one.planned.channel not in house.exits or house.exits[one.planned.channel].kind != "mail":
            continue
        found = duration.of_message(house, one)
        said = speech("mail_to", id=one.id, n=found.recipients)
        if found.lasts:
            said += speech("mail_takes", lasts=_lasts(found.lasts), until=view.moment(found.ends_at))
        terminal.line(said)
        if found.too_late:
            end = view.moment(one.planned.not_after)
            terminal.say("mail_too_slow", style="red", id=one.id, end=end)


def _lasts(value: timedelta) -> str:
    hours, rest = divmod(round(value.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


@app.command()
def sample(
    context: typer.Context,
    name: Name,
    number: Annotated[int, typer.Option("--message", metavar="N", help="The mail.")],
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="Who gets it, as in config.toml.")],
    by: As = None,
) -> None:
    """Send a mail to one person of the office first, in exactly the words its recipients will read."""
    from announcer.office import sample as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        key = find(house, name)
        sent = office.send(house, key, number, to, terminal.actor(by), house.clock())
        address = house.settings.people[to].mail
    terminal.say("sample_sent", style="green", said=terminal.speech.count("mail", len(sent)), address=address)


def _show_barred(terminal: Terminal, house: House, key: Campaign, drafts: Sequence[Message], actor: Actor) -> set[int]:
    """The drafts this person may not approve; each reason once, with the numbers it holds for."""
    from announcer.office import staff

    with house.database.read() as connection:
        barred = staff.barred(connection, house, key, drafts, actor, house.clock())
    reasons: dict[str, list[str]] = {}
    for number, why in barred.items():
        reasons.setdefault(why.said(terminal.speech.language), []).append(str(number))
    for said, numbers in reasons.items():
        terminal.line(f"{', '.join(numbers)}: {said}", style="red")
    return set(barred)


def _say_waiting(terminal: Terminal, waiting: Sequence[Message]) -> None:
    if waiting:
        terminal.say("still_waiting", style="yellow", said=terminal.speech.count("message", len(waiting)))


@app.command()
def drop(
    context: typer.Context,
    name: Name,
    numbers: Annotated[list[int], typer.Option("--message", metavar="N", help="The message; may be repeated.")],
    yes: Yes = False,
    reason: Reason = "",
    by: As = None,
) -> None:
    """Strike out messages that have not left; planning again does not bring them back."""
    from announcer.cli.timeline import timeline
    from announcer.office import campaigns

    terminal: Terminal = context.obj
    with terminal.house() as house:
        key = find(house, name)
        terminal.show(timeline(view_of(terminal, house, key), known_messages(house, key, numbers)))
        if not terminal.agreed(terminal.speech("ask_drop"), yes=yes):
            return
        gone = campaigns.let_go(house, key, numbers, terminal.actor(by), reason, house.clock())
    terminal.say("dropped_by_hand", style="green", said=terminal.speech.count("message", len(gone)))


@app.command()
def words(
    context: typer.Context,
    name: Name,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule that waits; recap@day:2 for one day.")],
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="Your text.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the text from this file.")] = None,
    by: As = None,
) -> None:
    """Hand in the text that a message waits for, a recap for example."""
    from announcer.office import campaigns
    from announcer.office.entries import read_file

    terminal: Terminal = context.obj
    if (text is None) == (file is None):
        raise typer.BadParameter("give either TEXT or --file", param_hint="TEXT")
    said = (read_file(file) if file else text or "").strip()
    if not said:
        raise typer.BadParameter(terminal.speech("words_empty"), param_hint="TEXT")
    with terminal.house() as house:
        key = find(house, name)
        campaigns.give_words(house, key, rule, said, terminal.actor(by), house.clock())
    terminal.say("words_given", style="green", rule=rule)
    terminal.next(f"announcer preview {name} · announcer approve {name}")
