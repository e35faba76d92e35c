"""From a change somebody asks for to its confirmation: shown first, then asked, or left for a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from announcer.cli.campaign_verbs import find, view_of
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.cli.timeline import View
    from announcer.model.changes import Change
    from announcer.model.facts import Event as Facts
    from announcer.model.people import Actor
    from announcer.office.change import Proposal
    from announcer.office.house import House


@dataclass(frozen=True, slots=True)
class Consent:
    """Who asked for a change, why, and how far it may go."""

    terminal: Terminal
    yes: bool
    dry_run: bool
    reason: str
    by: str | None
    posts: Mapping[str, str]  #: How posts that are out are put right, by channel; "" is all.
    json: bool = False


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


def carry_out(consent: Consent, name: str, change: Callable[[Facts], Change]) -> None:
    """Show what follows from a change, ask, and confirm it. `change` is made of the event as it stands."""
    from announcer.cli import differences
    from announcer.office import change as office
    from announcer.store import queueing

    terminal = consent.terminal
    with terminal.house() as house:
        key = find(house, name)
        view = view_of(terminal, house, key)
        proposal = office.propose(house, key, change(_event_of(view)), house.clock(), consent.posts)
        with house.database.read() as connection:
            wrong_mails = queueing.received(connection, proposal.stale)
        if consent.json:
            _as_json(consent, house, proposal, wrong_mails)
            return
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


def _as_json(consent: Consent, house: House, proposal: Proposal, wrong_mails: int) -> None:
    """Only show, unless `--yes` confirms; where it takes a second person, that asks for one."""
    from announcer.cli import change_shapes
    from announcer.office import change as office
    from announcer.office import requests

    terminal = consent.terminal
    shown = {**change_shapes.proposal(proposal, wrong_mails), "confirmed": None, "request": None}
    if consent.yes and not consent.dry_run:
        actor, now = terminal.actor(consent.by), house.clock()
        if _must_ask(house, proposal, actor, consent.reason):
            asked = requests.ask(house, proposal.key, proposal.change, consent.reason, actor, now, consent.posts)
            shown["request"] = asked.id
        else:
            done = office.confirm(house, proposal, actor, consent.reason, now)
            shown["confirmed"] = change_shapes.confirmed(done)
    terminal.json(shown)


def _event_of(view: View) -> Facts:
    """The event as it stands; for a notice without one, an empty event on the office's clock."""
    from announcer.model.facts import Event as EventFacts

    return view.event or EventFacts("", "", timezone=view.zone.key)


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
