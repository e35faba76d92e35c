"""move, room, delay, person, cancel, postpone, correct, withdraw: what changes after it was announced.

Each shows everything that follows before anything is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from announcer.cli.app import app
from announcer.cli.campaign_verbs import find, view_of
from announcer.cli.options import As, DryRun, Event, Name, Posts, Reason, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.model.changes import Change
    from announcer.model.people import Actor
    from announcer.office.change import Proposal
    from announcer.office.house import House

Session = Annotated[str, typer.Argument(metavar="SESSION", help="The programme item's id.")]
SessionOption = Annotated[str, typer.Option("--session", metavar="ID", help="Only this programme item.")]


@dataclass(frozen=True, slots=True)
class Consent:
    """Who asked for a change, why, and how far it may go."""

    terminal: Terminal
    yes: bool
    dry_run: bool
    reason: str
    by: str | None
    posts: Mapping[str, str]  #: How posts that are out are put right, by channel; "" is all.


def wishes(context: typer.Context, given: list[str] | None) -> dict[str, str]:
    """`--posts repost --posts mastodon=reply` as wishes by channel."""
    from announcer.planning.remedies import EVERY, WISHES, WISHES_FOR_WITHDRAWAL

    terminal: Terminal = context.obj
    possible = WISHES_FOR_WITHDRAWAL if context.info_name == "withdraw" else WISHES
    found: dict[str, str] = {}
    for text in given or ():
        channel, named, wish = text.rpartition("=")
        if wish not in possible or bool(channel) != bool(named):
            said = terminal.speech("bad_posts", text=text, possible=", ".join(possible))
            raise typer.BadParameter(said, param_hint="--posts")
        found[channel or EVERY] = wish
    return found


def carry_out(consent: Consent, name: str, change: Callable[[ZoneInfo], Change]) -> None:
    """Show what follows from a change, ask, and confirm it. `change` is made on the event's wall clock."""
    from announcer.cli import differences
    from announcer.office import change as office
    from announcer.store import queueing

    terminal = consent.terminal
    with terminal.house() as house:
        key = find(house, name)
        view = view_of(terminal, house, key)
        proposal = office.propose(house, key, change(view.zone), house.clock(), consent.posts)
        with house.database.read() as connection:
            wrong_mails = queueing.received(connection, proposal.stale)
        differences.show(terminal, house, view, proposal, wrong_mails)
        if consent.dry_run:
            terminal.say("dry_run")
            return
        actor = terminal.actor(consent.by)
        if _must_ask(house, proposal, actor, consent.reason):
            _ask(consent, house, proposal, actor)
            return
        if not terminal.agreed(terminal.speech("ask_change"), yes=consent.yes):
            return
        done = office.confirm(house, proposal, actor, consent.reason, house.clock())
    terminal.say("changed", style="green", id=done.change_id)
    if done.corrections:
        terminal.say("corrections", n=done.corrections)


def _must_ask(house: House, proposal: Proposal, actor: Actor, reason: str) -> bool:
    """Whether this takes a second person. Raises `NotAllowed`, before anybody is asked, where a reason is missing."""
    from announcer.office import approval, release

    found = release.how(house, proposal.change, actor, house.clock())
    if found is approval.Release.TOLD and not reason.strip():
        raise approval.must_give_reason()
    return found is approval.Release.REQUEST


def _ask(consent: Consent, house: House, proposal: Proposal, actor: Actor) -> None:
    """Leave the change for somebody else to confirm."""
    from announcer.office import requests, staff

    terminal = consent.terminal
    with house.database.read() as connection:
        people = staff.read(connection, house)
    able = people.able([actor.name], staff.today(house, house.clock()))
    if able:
        terminal.say("needs_second", style="yellow", names=", ".join(one.name for one in able))
    else:
        terminal.say("confirm_by_nobody", style="yellow")
    if terminal.agreed(terminal.speech("ask_request"), yes=consent.yes):
        now = house.clock()
        asked = requests.ask(house, proposal.key, proposal.change, consent.reason, actor, now, consent.posts)
        terminal.say("requested", style="green", id=asked.id)


def local_time(terminal: Terminal, option: str, text: str, zone: ZoneInfo) -> datetime:
    """A moment on the wall clock of `zone`, unless it brings its own offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(terminal.speech("bad_time", option=option, text=text)) from error
    if "T" not in text.upper() and ":" not in text:
        raise typer.BadParameter(terminal.speech("bad_time", option=option, text=text))
    if moment.tzinfo is not None:
        return moment
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise typer.BadParameter(terminal.speech("no_such_time", option=option, text=text))
    return local


@app.command()
def move(
    context: typer.Context,
    event: Event,
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="The new start, like 2018-09-25T12:00.")],
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="The new end; else as long as before.")] = "",
    session: SessionOption = "",
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Give an event, or one programme item, another time."""
    terminal: Terminal = context.obj

    def change(zone: ZoneInfo) -> Change:
        from announcer.model.changes import MoveEvent, MoveSession

        start = local_time(terminal, "--to", to, zone)
        until = local_time(terminal, "--end", end, zone) if end else None
        return MoveSession(session, start, until) if session else MoveEvent(start, until)

    carry_out(Consent(terminal, yes, dry_run, reason, by, wishes(context, posts)), event, change)


@app.command()
def room(
    context: typer.Context,
    event: Event,
    session: Session,
    to: Annotated[str, typer.Argument(metavar="ROOM", help="The new room.")],
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Put a programme item into another room."""
    from announcer.model.changes import ChangeRoom

    carry_out(
        Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts)),
        event,
        lambda zone: ChangeRoom(session, to),
    )


@app.command()
def delay(
    context: typer.Context,
    event: Event,
    session: Session,
    minutes: Annotated[int, typer.Argument(metavar="MINUTES", help="How much later it begins.")],
    only: Annotated[bool, typer.Option("--only", help="The later items of the day stay where they are.")] = False,
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Let a programme item begin later, and those after it."""
    from announcer.model.changes import Delay

    change = Delay(session, minutes, rest=not only)
    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts)), event, lambda zone: change)


@app.command()
def person(
    context: typer.Context,
    event: Event,
    old: Annotated[str, typer.Argument(metavar="OLD", help="Who was announced.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help='Who speaks instead; "" for nobody.')],
    role: Annotated[str, typer.Option("--role", help="The new person's title or office.")] = "",
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Replace somebody on the programme."""
    from announcer.model.changes import ReplacePerson

    change = ReplacePerson(old, new, role)
    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts)), event, lambda zone: change)


@app.command()
def cancel(
    context: typer.Context,
    event: Event,
    session: SessionOption = "",
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Call off an event, or one programme item."""
    from announcer.model.changes import CancelEvent, CancelSession

    change = CancelSession(session) if session else CancelEvent()
    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts)), event, lambda zone: change)


@app.command()
def postpone(
    context: typer.Context,
    event: Event,
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Put an event off without a new date."""
    from announcer.model.changes import PostponeEvent

    carry_out(
        Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts)), event, lambda zone: PostponeEvent()
    )


@app.command()
def correct(
    context: typer.Context,
    name: Name,
    old: Annotated[str, typer.Option("--old", help="What is wrong, wherever it stands.")] = "",
    new: Annotated[str, typer.Option("--new", help="What is right.")] = "",
    headline: Annotated[str | None, typer.Option("--headline", help="A new headline.")] = None,
    lead: Annotated[str | None, typer.Option("--lead", help="A new lead.")] = None,
    body_file: Annotated[Path | None, typer.Option("--body-file", help="A new text, from this file.")] = None,
    note: Annotated[str, typer.Option("--note", help="What was wrong, for the correction's text.")] = "",
    silent: Annotated[bool, typer.Option("--silent", help="Mend it everywhere, announce it nowhere.")] = False,
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Correct a word wherever it stands, or the announcement's text."""
    from announcer.model.changes import CorrectAnnouncement, CorrectWording
    from announcer.office.entries import read_file

    terminal: Terminal = context.obj
    of_text = (headline, lead, body_file) != (None, None, None)
    if bool(old or new) == of_text or (not of_text and not (old and new)):
        raise typer.BadParameter(terminal.speech("nothing_corrected"), param_hint="--old")
    change: Change = CorrectWording(old, new, material=not silent)
    if of_text:
        body = read_file(body_file).strip() if body_file else None
        change = CorrectAnnouncement(headline, lead, body, material=not silent, note=note)
    carry_out(Consent(terminal, yes, dry_run, reason, by, wishes(context, posts)), name, lambda zone: change)


@app.command()
def withdraw(
    context: typer.Context,
    announcement: Annotated[str, typer.Argument(metavar="ANNOUNCEMENT", help="The announcement's id.")],
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Take an announcement back; its address then answers with the notice."""
    from announcer.model.changes import Withdraw

    carry_out(
        Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts)), announcement, lambda zone: Withdraw()
    )
