"""digest: a list's newsletter that comes again and again. Each edit shows first what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from announcer.cli.app import digest_app
from announcer.cli.campaign_verbs import view_of
from announcer.cli.options import As, DryRun, Json, Reason, Yes
from announcer.cli.terminal import Terminal, row, table

if TYPE_CHECKING:
    from announcer.cli.timeline import View
    from announcer.model.digests import Digest
    from announcer.office.digests import Outlook, Setting
    from announcer.office.house import House
    from announcer.planning.digests import Candidate
    from announcer.planning.repeats import Turn

DigestName = Annotated[str, typer.Argument(metavar="NAME", help="The digest.")]


# -- Looking --


@digest_app.command("list")
def digest_list(context: typer.Context, json: Json = False) -> None:
    """List the digests, with when they come next."""
    from announcer.cli import shapes
    from announcer.office import digests as office
    from announcer.planning.repeat_sentences import repeat_sentence

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = office.outlooks(house, house.clock(), ahead=1)
        view = _view(terminal, house)
    if json:
        terminal.json([shapes.digest(one) for one in found])
        return
    if not found:
        terminal.say("no_digests")
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("digest", "list_name", "repeats", "next_issue")))
    for one in found:
        name = f"{one.digest.id}\n{one.digest.title}"
        said = "\n".join([repeat_sentence(one.digest.when, speech.language), *_conditions(terminal, one.digest)])
        row(shown, [name, one.digest.list_id, said, view.moment(one.turns[0].at) if one.turns else "–"])
    terminal.show(shown)
    terminal.line(view.clock(turn.at for one in found for turn in one.turns), style="dim")


def _view(terminal: Terminal, house: House) -> View:
    from announcer.cli.timeline import View

    return View(terminal.speech, house.planning_zone, None)


def _conditions(terminal: Terminal, digest: Digest) -> list[str]:
    speech = terminal.speech
    found = [speech("hours_before", n=digest.compose_hours_before)]
    found += [speech("standing")] if digest.standing_approval else []
    found += [speech("only_topics", topics=", ".join(digest.topics))] if digest.topics else []
    found += [speech("at_least", n=digest.min_items)] if digest.min_items > 1 else []
    return found


@digest_app.command("show")
def digest_show(context: typer.Context, name: DigestName, json: Json = False) -> None:
    """Show a digest: its next issues, what is put together, what the next one would tell now."""
    from announcer.cli import shapes
    from announcer.cli.timeline import timeline
    from announcer.office import digests as office
    from announcer.store.campaign import Campaign

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = office.outlook(house, name, house.clock())
        view = view_of(terminal, house, Campaign(digest_id=name))
    if json:
        terminal.json(shapes.digest(found))
        return
    digest = found.digest
    terminal.line(f"{digest.title} ({digest.id} → {digest.list_id})", style="bold")
    if not found.row.active:
        terminal.say("removed_digest", style="yellow")
        return
    _show_turns(terminal, view, digest, found.turns)
    if found.waiting:
        terminal.say("under_way", style="bold")
        terminal.show(timeline(view, found.waiting))
    _show_new(terminal, view, found)
    if found.waiting:
        terminal.next(f"announcer preview digest:{name} · announcer approve digest:{name}")


def _show_turns(terminal: Terminal, view: View, digest: Digest, turns: Sequence[Turn]) -> None:
    from announcer.planning.repeat_sentences import repeat_sentence

    speech = terminal.speech
    said = [repeat_sentence(digest.when, speech.language), *_conditions(terminal, digest)]
    terminal.line(f"{speech('coming_issues')}: {'; '.join(said)}", style="bold")
    shown = table(speech("when"), speech("note"))
    for turn in turns:
        composed = view.moment(turn.at - timedelta(hours=digest.compose_hours_before))
        note = "; ".join([speech("composed_at", when=composed), *view.why(turn.why)])
        row(shown, [view.moment(turn.at), note])
    terminal.show(shown)
    terminal.line(view.clock(turn.at for turn in turns), style="dim")


def _show_new(terminal: Terminal, view: View, found: Outlook) -> None:
    if not found.new:
        terminal.say("nothing_to_tell")
        return
    terminal.say("would_tell", style="bold")
    _show_items(terminal, view, found.new)


def _show_items(terminal: Terminal, view: View, items: Sequence[Candidate]) -> None:
    speech = terminal.speech
    shown = table(speech("when"), speech("headline"))
    for one in items:
        row(shown, [view.moment(one.public_at), f"{one.announcement.headline}\n{one.announcement.id}"])
    terminal.show(shown)


# -- An issue on demand --


@digest_app.command("compose")
def digest_compose(
    context: typer.Context,
    name: DigestName,
    now: Annotated[bool, typer.Option("--now", help="A special issue that leaves as soon as it is approved.")] = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Put the next issue together ahead of its hour, or a special one now."""
    from announcer.cli import shapes
    from announcer.cli.timeline import timeline
    from announcer.office import issues
    from announcer.store import digests

    terminal: Terminal = context.obj
    with terminal.house() as house:
        message = issues.compose(house, name, terminal.actor(by), house.clock(), special=now)
        with house.database.read() as connection:
            issue = digests.issue_of(connection, message.id)
        view = _view(terminal, house)
    items = issue.items if issue is not None else ()
    if json:
        terminal.json({**shapes.message(message), "items": list(items)})
        return
    terminal.say("issue_composed", style="green", number=issue.number if issue is not None else "")
    terminal.line(f"{terminal.speech('tells')}: {', '.join(items)}")
    terminal.show(timeline(view, [message]))
    if message.state.value == "draft":
        terminal.next(f"announcer preview digest:{name} · announcer approve digest:{name}")


# -- Setting up and removing --


@digest_app.command("set")
def digest_set(
    context: typer.Context,
    name: DigestName,
    list_: Annotated[str | None, typer.Option("--list", help="The list that receives it.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="What it is called.")] = None,
    when: Annotated[
        str | None, typer.Option("--when", metavar="SENTENCE", help="When it comes: 'every Friday at 10:00'.")
    ] = None,
    hours: Annotated[
        int | None, typer.Option("--compose-hours", metavar="N", help="Put together so many hours ahead.")
    ] = None,
    standing: Annotated[bool, typer.Option("--standing-approval", help="Nobody has to approve its issues.")] = False,
    each: Annotated[bool, typer.Option("--approve-each", help="Each issue has to be approved.")] = False,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", help="Only announcements with this topic; may be repeated.")
    ] = None,
    every_topic: Annotated[bool, typer.Option("--all-topics", help="Announcements of every topic.")] = False,
    fewest: Annotated[
        int | None, typer.Option("--min-items", metavar="N", help="With fewer announcements it does not come.")
    ] = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Set up a digest or change it; what is not given stays as it is."""
    from announcer.cli import shapes
    from announcer.office import digests as office

    terminal: Terminal = context.obj
    wanted: dict[str, Any] = {
        "list": list_,
        "title": title,
        "when": when,
        "compose_hours_before": hours,
        "standing_approval": _either(standing, each),
        "topics": () if every_topic else tuple(topics) if topics else None,
        "min_items": fewest,
    }
    said: Mapping[str, Any] = {key: value for key, value in wanted.items() if value is not None}
    with terminal.house() as house:
        setting = office.propose(house, name, said, house.clock())
        if not json:
            _show_setting(terminal, _view(terminal, house), setting)
        agreed = not dry_run and (yes if json else terminal.agreed(terminal.speech("ask_digest"), yes=yes))
        if agreed:
            office.confirm(house, setting, terminal.actor(by), reason, house.clock())
    if json:
        terminal.json(shapes.digest_setting(setting, stored=agreed))
    elif agreed:
        terminal.say("digest_set", style="green", name=name)
    elif dry_run:
        terminal.say("dry_run")


def _either(standing: bool, each: bool) -> bool | None:
    if standing and each:
        raise typer.BadParameter("give only one of the two", param_hint="--approve-each")
    return standing if standing or each else None


def _show_setting(terminal: Terminal, view: View, setting: Setting) -> None:
    from announcer.cli.timeline import timeline

    before, after = setting.before, setting.after
    old = dict(_properties(terminal, before)) if before is not None else {}
    shown = table("", "")
    for label, value in _properties(terminal, after):
        note = f" ({terminal.speech('was_so')}: {old[label]})" if old and old[label] != value else ""
        row(shown, [label, value + note])
    shown.show_header = False
    terminal.show(shown)
    if before == after:
        terminal.say("digest_unchanged")
    _show_turns(terminal, view, after, setting.turns)
    if setting.dropped:
        terminal.say("issue_falls_out", style="yellow")
        terminal.show(timeline(view, setting.dropped))


def _properties(terminal: Terminal, digest: Digest) -> list[tuple[str, str]]:
    from announcer.planning.repeat_sentences import repeat_sentence

    speech = terminal.speech
    return [
        (speech("title"), digest.title),
        (speech("list_name"), digest.list_id),
        (speech("repeats"), repeat_sentence(digest.when, speech.language)),
        (speech("hours_ahead"), str(digest.compose_hours_before)),
        (speech("standing_approval"), speech("yes" if digest.standing_approval else "no")),
        (speech("topics"), ", ".join(digest.topics) or speech("every")),
        (speech("fewest"), str(digest.min_items)),
    ]


@digest_app.command("remove")
def digest_remove(
    context: typer.Context,
    name: DigestName,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
) -> None:
    """Let no issue come any more; what is put together falls out. Setting it up again brings it back."""
    from announcer.cli.timeline import timeline
    from announcer.office import digests as office

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = office.outlook(house, name, house.clock())
        terminal.line(f"{found.digest.title} ({name} → {found.digest.list_id})", style="bold")
        if found.waiting:
            terminal.show(timeline(_view(terminal, house), found.waiting))
        if dry_run:
            terminal.say("dry_run")
            return
        if not terminal.agreed(terminal.speech("ask_remove_digest"), yes=yes):
            return
        office.remove(house, name, terminal.actor(by), reason, house.clock())
    terminal.say("digest_gone", style="green", name=name)
