"""playbook: look at the named lists of rules, and edit them.

Each edit shows first which rules change and what becomes of every campaign
that follows the playbook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import playbook_app
from announcer.cli.campaign_verbs import find, view_of
from announcer.cli.options import As, DryRun, Event, Json, Reason, Yes
from announcer.cli.terminal import Terminal, row, seen, table

if TYPE_CHECKING:
    from rich.text import Text

    from announcer.model.campaign import Rule
    from announcer.office.house import House
    from announcer.office.playbooks import Proposal, RuleChange

Playbook = Annotated[str, typer.Argument(metavar="NAME", help="The playbook.")]
RuleId = Annotated[str, typer.Argument(metavar="RULE", help="The rule's id.")]
Output = Annotated[Path | None, typer.Option("--output", help="Write to this file, not to stdout.")]


# -- Looking --


@playbook_app.command("list")
def playbook_list(context: typer.Context, json: Json = False) -> None:
    """List the playbooks."""
    from announcer.office.worlds import read_playbook
    from announcer.store import playbooks

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        found = [
            (read_playbook(connection, id_), playbooks.version(connection, id_)) for id_ in playbooks.ids(connection)
        ]
    if json:
        terminal.json([{"id": one.id, "rules": len(one.rules), "version": version} for one, version in found])
        return
    shown = table(*(terminal.speech(key) for key in ("playbook", "rules", "version")))
    for one, version in found:
        row(shown, [one.id, len(one.rules), version])
    terminal.show(shown)


@playbook_app.command("show")
def playbook_show(
    context: typer.Context,
    name: Playbook,
    event: Annotated[str | None, typer.Option("--event", help="Show what it would give for this event.")] = None,
    json: Json = False,
) -> None:
    """Show a playbook's rules as sentences, or what they give for an event."""
    from announcer.cli import shapes
    from announcer.office.worlds import read_playbook

    terminal: Terminal = context.obj
    with terminal.house() as house:
        if event is not None:
            _show_given(terminal, house, name, event, json)
            return
        with house.database.read() as connection:
            found = read_playbook(connection, name)
    if json:
        terminal.json([shapes.rule(rule, terminal.speech.language) for rule in found.rules])
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("rule", "when", "channel", "until")))
    shown.columns[0].min_width = 26
    for column in shown.columns[1:]:
        column.ratio = 1
    for rule in found.rules:
        row(shown, _rule_cells(terminal, rule))
    terminal.show(shown)


def _rule_cells(terminal: Terminal, rule: Rule) -> list[str | Text]:
    from rich.text import Text

    from announcer.planning.rule_words import rule_words

    speech = terminal.speech
    said = rule_words(rule, speech.language)
    quiet = "" if rule.enabled else "dim"
    name = Text(speech.kind(rule.kind.value), quiet).append(f"\n{rule.id}", "dim")
    for note in said.notes:
        name.append(f"\n{seen(note)}", "dim italic")
    return [name, Text(said.when, quiet), Text(said.channels, quiet), Text(said.until or speech("no_limit"), quiet)]


def _show_given(terminal: Terminal, house: House, playbook: str, event: str, json: bool) -> None:
    """What a playbook would give for an event, with nothing stored."""
    from announcer.cli import shapes
    from announcer.cli.timeline import draft_timeline
    from announcer.model.campaign import Anchor
    from announcer.office.worlds import read_playbook, read_world
    from announcer.planning.plan import plan

    key = find(house, event)
    with house.database.read() as connection:
        world = read_world(connection, house, key, house.clock())
        chosen = read_playbook(connection, playbook)
    given = plan(replace(world.planning, playbook=chosen))
    if json:
        terminal.json([shapes.planned(one) for one in given])
        return
    terminal.say("gives", style="bold", event=event)
    terminal.show(draft_timeline(view_of(terminal, house, key), given))
    for title, rules in (
        ("only_on_change", [r for r in chosen.rules if r.enabled and r.when.anchor is Anchor.CHANGE]),
        ("off_rules", [r for r in chosen.rules if not r.enabled]),
    ):
        if rules:
            terminal.say(title, style="bold")
        for rule in rules:
            terminal.line(f"  {rule.id}: {_sentence(terminal, rule)}")


@playbook_app.command("export")
def playbook_export(context: typer.Context, name: Playbook, output: Output = None) -> None:
    """Write a playbook as TOML, with its rules as sentences."""
    from announcer.errors import IntakeError
    from announcer.office import playbooks

    terminal: Terminal = context.obj
    with terminal.house() as house:
        text = playbooks.export(house, name, terminal.speech.language)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise IntakeError(f"{output} can't be written: {error.strerror}; name another file") from error
    terminal.say("playbook_written", path=output)


@playbook_app.command("history")
def playbook_history(context: typer.Context, name: Playbook, json: Json = False) -> None:
    """Show who changed a playbook, when and why, the newest first."""
    from announcer.cli import shapes
    from announcer.office import playbooks

    terminal: Terminal = context.obj
    with terminal.house() as house:
        versions, zone = playbooks.history(house, name), house.planning_zone
    if json:
        terminal.json([shapes.playbook_version(one) for one in versions])
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("version", "when", "who", "rules", "why")))
    for one, earlier in zip(versions, [*versions[1:], None], strict=True):
        changed = _changed(one.rules, earlier.rules) if earlier else str(len(one.rules))
        row(shown, [one.number, speech.moment(one.at, zone), one.actor, changed, one.why])
    terminal.show(shown)


def _changed(rules: Mapping[str, str], before: Mapping[str, str]) -> str:
    """`+ new, − gone, ~ changed`."""
    added = [f"+ {id_}" for id_ in rules if id_ not in before]
    gone = [f"− {id_}" for id_ in before if id_ not in rules]
    changed = [f"~ {id_}" for id_, text in rules.items() if id_ in before and before[id_] != text]
    return ", ".join([*added, *gone, *changed])


# -- Editing --


@dataclass(frozen=True, slots=True)
class Consent:
    """Who asked for an edit, why, and how far it may go."""

    terminal: Terminal
    yes: bool
    dry_run: bool
    reason: str
    by: str | None


@playbook_app.command("set")
def playbook_set(
    context: typer.Context,
    name: Playbook,
    rule: RuleId,
    values: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE …", help="KEY=VALUE; an empty value is the default.")
    ],
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Change a rule of a playbook, or add one."""
    from announcer.office import playbooks

    consent = Consent(context.obj, yes, dry_run, reason, by)
    _carry_out(consent, lambda house, now: playbooks.set_rule(house, name, rule, values, now))


@playbook_app.command("remove")
def playbook_remove(
    context: typer.Context,
    name: Playbook,
    rule: RuleId,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Take a rule out of a playbook; what was sent stays sent."""
    from announcer.office import playbooks

    consent = Consent(context.obj, yes, dry_run, reason, by)
    _carry_out(consent, lambda house, now: playbooks.remove_rule(house, name, rule, now))


@playbook_app.command("import")
def playbook_import(
    context: typer.Context,
    name: Playbook,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file.")],
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Take all rules of a playbook from a TOML file."""
    from announcer.office import playbooks
    from announcer.office.entries import read_file

    text = read_file(file)
    consent = Consent(context.obj, yes, dry_run, reason, by)
    _carry_out(consent, lambda house, now: playbooks.import_rules(house, name, text, str(file), now))


@playbook_app.command("copy")
def playbook_copy(
    context: typer.Context,
    name: Playbook,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name of the new one.")],
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Make another playbook with the same rules."""
    from announcer.office import playbooks

    consent = Consent(context.obj, yes, dry_run, reason, by)
    _carry_out(consent, lambda house, now: playbooks.copy(house, name, new, now))


@playbook_app.command("undo")
def playbook_undo(
    context: typer.Context,
    name: Playbook,
    to: Annotated[int | None, typer.Option("--to", metavar="VERSION", help="The version to go back to.")] = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Take the last edit back, or go back to an earlier version."""
    from announcer.office import playbooks

    consent = Consent(context.obj, yes, dry_run, reason, by)
    _carry_out(consent, lambda house, now: playbooks.undo(house, name, to, now))


@playbook_app.command("use")
def playbook_use(
    context: typer.Context,
    event: Event,
    name: Playbook,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Let an event follow another playbook."""
    from announcer.office import playbooks

    consent = Consent(context.obj, yes, dry_run, reason, by)
    _carry_out(consent, lambda house, now: playbooks.use(house, event, name, now))


def _carry_out(consent: Consent, edit: Callable[[House, datetime], Proposal]) -> None:
    """Show what follows from an edit, ask, and confirm it."""
    from announcer.office import playbooks

    terminal = consent.terminal
    with terminal.house() as house:
        proposal = edit(house, house.clock())
        _show(terminal, house, proposal)
        if proposal.empty:
            return
        if consent.dry_run:
            terminal.say("dry_run")
            return
        if not terminal.agreed(terminal.speech("ask_playbook"), yes=consent.yes):
            return
        saved = playbooks.confirm(house, proposal, terminal.actor(consent.by), consent.reason, house.clock())
    if proposal.event_id:
        terminal.say("playbook_used", style="green", event=proposal.event_id, name=proposal.playbook.id)
    else:
        terminal.say("playbook_saved", style="green", name=proposal.playbook.id, version=saved.version)
    if saved.unapproved:
        said = terminal.speech.count("message", saved.unapproved)
        terminal.say("approve_again", style="yellow", said=said)


def _show(terminal: Terminal, house: House, proposal: Proposal) -> None:
    from announcer.cli import differences

    if proposal.event_id:
        terminal.say(
            "follows", style="bold", event=proposal.event_id, name=proposal.playbook.id, before=proposal.followed
        )
    for change in proposal.changes:
        _show_rule(terminal, change)
    if proposal.empty:
        terminal.say("rules_same")
        return
    for one in proposal.replans:
        view = view_of(terminal, house, one.key)
        terminal.line(f"\n── {view.event.name if view.event else one.key}", style="bold blue")
        shown = [
            differences.show_plan(terminal, view, one.difference),
            differences.show_messages(terminal, view, "unapproved_again", one.unapproved),
            differences.show_planned(terminal, view, "rule_past", one.past),
        ]
        if not any(shown):
            terminal.say("no_consequence")
    if not proposal.replans:
        terminal.say("no_followers")


def _show_rule(terminal: Terminal, change: RuleChange) -> None:
    """A rule that is new, gone or changed, as sentences."""
    speech = terminal.speech
    title = "rule_added" if change.before is None else "rule_gone" if change.after is None else "rule_changed"
    terminal.line(f"{speech(title)}: {change.rule_id}", style="bold")
    if change.before is not None:
        label = f"{speech('rule_before')}: " if change.after is not None else ""
        terminal.line(f"  {label}{_sentence(terminal, change.before)}", style="dim")
    if change.after is not None:
        label = f"{speech('rule_after')}: " if change.before is not None else ""
        terminal.line(f"  {label}{_sentence(terminal, change.after)}")


def _sentence(terminal: Terminal, rule: Rule) -> str:
    from announcer.planning.rule_words import rule_words

    speech = terminal.speech
    said = rule_words(rule, speech.language)
    until = f"{speech('until').lower()} {said.until}" if said.until else speech("no_limit")
    parts = [speech.kind(rule.kind.value), said.when, said.channels, until, *said.notes]
    return " · ".join(parts)
