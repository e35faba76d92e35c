"""subscribers proof, leave, data, erase, suppress, suppressed: one person among the subscribers."""

from __future__ import annotations

import json as json_format
import textwrap
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import people_app
from announcer.cli.options import As, DryRun, Json, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from announcer.office.person import Chosen, Person
    from announcer.store.optin import Consent

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's mail address.")]
_STATES = {"confirmed": "sub_confirmed", "unconfirmed": "sub_unconfirmed", "left": "sub_left"}
_BASES = {"double_opt_in": "basis_double_opt_in", "imported": "basis_imported", "press": "basis_press"}
#: Reasons of a suppression that the program sets itself; the others are the office's own words.
_REASONS = {"erased": "reason_erased", "left everything": "reason_left"}
#: Width of the labels of a printed proof, and of all of it.
LABEL = 28
WIDTH = 100


@people_app.command("proof")
def proof(context: typer.Context, address: Address, json: Json = False) -> None:
    """Show by what right somebody is written to: every consent with its exact words; fit to be printed."""
    from announcer.office import person

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = person.look(house.database, house.key, address)
        if json:
            terminal.json(person.proof(found))
        else:
            _print(terminal, found, house.planning_zone, house.clock())


def _print(terminal: Terminal, found: Person, zone: ZoneInfo, now: datetime) -> None:
    speech = terminal.speech
    terminal.say("proof_of", address=found.subscriber.address, style="bold")
    terminal.say("proof_made", when=speech.moment(now, zone), zone=zone)
    if found.suppressed is not None:
        why, since = found.suppressed
        said = speech(_REASONS[why]) if why in _REASONS else why
        terminal.say("proof_suppressed", when=speech.moment(since, zone), why=said, style="bold yellow")
    if not found.chosen:
        terminal.say("proof_no_list")
    for one in found.chosen:
        terminal.line("")
        _print_list(terminal, one, zone)
        for consent in found.consents:
            if consent.list_id == one.subscription.list_id:
                terminal.line("")
                _print_consent(terminal, consent, zone)


def _print_list(terminal: Terminal, one: Chosen, zone: ZoneInfo) -> None:
    speech, chosen = terminal.speech, one.subscription
    state = speech("sub_objected") if one.objected else speech(_STATES[chosen.state.value])
    _rows(
        terminal,
        ("proof_list", f"{one.title} ({chosen.list_id})"),
        ("proof_state", speech("since_when", state=state, when=speech.moment(one.left_at or chosen.since, zone))),
        ("proof_basis", speech(_BASES[chosen.basis.value])),
    )


def _print_consent(terminal: Terminal, one: Consent, zone: ZoneInfo) -> None:
    speech = terminal.speech

    def moment(at: datetime | None) -> str:
        return speech.moment(at, zone) if at else ""

    _rows(
        terminal,
        ("proof_source", "" if one.request else one.source),
        ("proof_outlet", one.outlet),
        ("proof_form", one.form),
        ("proof_requested", moment(one.requested_at)),
        ("proof_mail", one.message_id),
        (
            "proof_confirmed" if one.requested_at else "proof_dated",
            moment(one.confirmed_at) or speech("proof_not_yet"),
        ),
        ("proof_version", one.text_version),
        ("proof_text", one.text),
    )


def _rows(terminal: Terminal, *rows: tuple[str, str]) -> None:
    for label, value in rows:
        if value:
            lines = textwrap.wrap(value, WIDTH - LABEL, break_long_words=False, break_on_hyphens=False)
            terminal.line(f"{terminal.speech(label) + ':':<{LABEL}}{lines[0]}")
            for line in lines[1:]:
                terminal.line(" " * LABEL + line)


@people_app.command("leave")
def leave(
    context: typer.Context,
    address: Address,
    list_: Annotated[str | None, typer.Option("--list", help="From this list.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="From every list, for good.")] = False,
    yes: Yes = False,
    by: As = None,
) -> None:
    """Take somebody off a list who asks you to, or off all."""
    from announcer.model.people import SubscriptionState
    from announcer.office import holding, person

    terminal: Terminal = context.obj
    speech = terminal.speech
    if (list_ is None) != everything:
        raise typer.BadParameter(speech("choose_list_or_all"), param_hint="--list, --all")
    with terminal.house() as house:
        found = person.look(house.database, house.key, address)
        titles = {
            one.subscription.list_id: one.title
            for one in found.chosen
            if one.subscription.state is not SubscriptionState.LEFT and list_ in (None, one.subscription.list_id)
        }
        if not titles and list_ is not None:
            terminal.say("not_on_list")
            return
        question = "ask_leave_all" if everything else "ask_leave"
        lists = ", ".join(titles.values())
        if not terminal.agreed(speech(question, address=found.subscriber.address, lists=lists), yes=yes):
            return
        kept = holding.withdrawal_log(house.settings)
        person.leave(house, address, list_, terminal.actor(by), house.clock(), kept)
    if everything:
        terminal.say("left_all_now", style="green")
    else:
        terminal.say("left_now", lists=lists, style="green")


@people_app.command("data")
def data(
    context: typer.Context,
    address: Address,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, not to stdout.")] = None,
) -> None:
    """Everything that is stored about somebody, as one JSON file."""
    from announcer.errors import IntakeError
    from announcer.office import person

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = person.data(house.database, house.key, address)
    if output is None:
        terminal.json(found)
        return
    try:
        # Nobody else's business on a shared machine.
        output.touch(mode=0o600)
        output.write_text(json_format.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise IntakeError(f"{output} can't be written: {error.strerror}; name another file") from error
    terminal.say("data_written", path=output)


@people_app.command("erase")
def erase(context: typer.Context, address: Address, yes: Yes = False, dry_run: DryRun = False, by: As = None) -> None:
    """Erase a person with everything that is theirs. Shows first what goes."""
    from announcer.office import holding, person

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = person.look(house.database, house.key, address)
        goes = person.belongings(house.database, found.subscriber.id)
        terminal.say(
            "erase_preview", subscriptions=goes.subscriptions, consents=goes.consents, queued=goes.queued,
            sent=goes.sent,
        )  # fmt: skip
        terminal.say("erase_stays")
        if dry_run:
            terminal.say("dry_run")
            return
        if not terminal.agreed(terminal.speech("ask_erase", address=found.subscriber.address), yes=yes):
            return
        kept = holding.withdrawal_log(house.settings)
        person.erase(house.database, house.key, found.subscriber.id, terminal.actor(by), house.clock(), kept)
    terminal.say("erased", style="green")


@people_app.command("suppress")
def suppress(
    context: typer.Context,
    address: Address,
    reason: Annotated[str, typer.Option("--reason", help="A few words, like 'complaint'.")],
    by: As = None,
) -> None:
    """Never write to an address again, known or not."""
    from announcer.office import holding, person

    terminal: Terminal = context.obj
    with terminal.house() as house:
        kept = holding.withdrawal_log(house.settings)
        done = person.suppress(house, address, reason, terminal.actor(by), house.clock(), kept)
    if done:
        terminal.say("suppressed_now", style="green")
    else:
        terminal.say("suppressed_before")


@people_app.command("suppressed")
def suppressed(context: typer.Context, json: Json = False) -> None:
    """How many addresses are suppressed, and why. The addresses themselves are not kept."""
    from announcer.cli.terminal import row, table
    from announcer.office.person import stamp
    from announcer.store import people

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        found = people.suppressions(connection)
    reasons = Counter(reason for _, reason, _ in found)
    if json:
        hashes = [{"hash": hashed, "reason": reason, "at": stamp(at)} for hashed, reason, at in found]
        terminal.json({"count": len(found), "reasons": dict(reasons.most_common()), "suppressed": hashes})
        return
    terminal.say("suppressed_count", n=len(found), style="bold")
    if found:
        shown = table(terminal.speech("why"), terminal.speech("number"))
        for reason, number in reasons.most_common():
            row(shown, [terminal.speech(_REASONS[reason]) if reason in _REASONS else reason, number])
        terminal.show(shown)
