"""add: taking in a press release. It shows what was understood, asks what is missing, and stores what one agrees to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import app
from announcer.cli.options import As, DryRun, Json, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.intake.proposal import EventDraft, Proposal, Question
    from announcer.intake.release import Beside
    from announcer.office.house import House
    from announcer.office.taking_in import Taken

Source = Annotated[str, typer.Argument(metavar="FILE", help="A file, or the address of a page.")]


@app.command()
def add(
    context: typer.Context,
    source: Source,
    release_date: Annotated[
        str, typer.Option("--release-date", metavar="DATE", help="When it comes out; missing years count from it.")
    ] = "",
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="KEY=VALUE", help="What a question would ask, or a field.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option("--keep", metavar="LINE", help="Put back a line that was taken out.")
    ] = None,
    with_event: Annotated[bool, typer.Option("--with-event", help="Store the event it announces as well.")] = False,
    playbook: Annotated[str, typer.Option("--playbook", help="When is said what; conference if not given.")] = "",
    dry_run: DryRun = False,
    json: Json = False,
    yes: Yes = False,
    by: As = None,
) -> None:
    """Take in a press release: text, Word, HTML, mail or Markdown, or a page's address."""
    from announcer.intake import answers as answering
    from announcer.intake.release import Beside
    from announcer.office import taking_in

    terminal: Terminal = context.obj
    given = answering.parse(answer or [])
    beside = Beside(_day(terminal, release_date), frozenset(line.strip() for line in keep or []))
    with terminal.house() as house:
        taken = _look(house, source, beside, given)
        if json and dry_run:
            _print(terminal, taken.proposal)
            return
        if not json:
            _show(terminal, taken.proposal, house)
        if dry_run:
            terminal.say("dry_run")
            return
        if taken.known is None:
            taken, with_event = _asked(terminal, house, taken, with_event=with_event, quiet=json or yes)
            actor = terminal.actor(by)
            found = taking_in.store(house, taken, actor, house.clock(), with_event=with_event, playbook=playbook)
            draft = taken.proposal.draft if with_event else None
            more = taken.proposal.further if draft is not None else ()
    if taken.known is not None:
        _newer(terminal, taken, yes=yes, by=by)
        return
    if json:
        _print(terminal, replace(taken.proposal, announcement=found))
        return
    terminal.say("announcement_stored", style="green", id=found.id)
    _next(terminal, found.id, found.event_id, draft, more)


def _look(house: House, source: str, beside: Beside, answers: dict[str, str]) -> Taken:
    from announcer.office import pages, taking_in

    if source.startswith(("http://", "https://")):
        return pages.look(house, source, beside, answers)
    return taking_in.look(house, Path(source), beside, answers)


def _day(terminal: Terminal, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(terminal.speech("bad_day", text=text), param_hint="--release-date") from error


def _print(terminal: Terminal, proposal: Proposal) -> None:
    from announcer.cli import proposal_shape

    terminal.json(proposal_shape.proposal(proposal, terminal.speech.language))


def _next(
    terminal: Terminal, id_: str, event_id: str | None, draft: EventDraft | None, more: Sequence[EventDraft] = ()
) -> None:
    if draft is None:
        terminal.next(f"announcer plan {event_id or id_}")
        return
    for one in (draft, *more):
        terminal.say("event_stored", style="green", id=one.event.id)
    if draft.event.certainty.value == "confirmed":
        terminal.next(f"announcer plan {draft.event.id}")
        return
    terminal.say("unconfirmed", style="yellow")
    for one in (draft, *more):
        if one.event.certainty.value != "confirmed":
            start = "" if one.event.start else " --start"
            terminal.next(f"announcer event confirm {one.event.id}{start}")


# What was understood.


def _show(terminal: Terminal, proposal: Proposal, house: House) -> None:
    from announcer.cli.intake_verbs import fields
    from announcer.intake import asking

    speech, found = terminal.speech, proposal.announcement
    embargo = found.embargoed_until
    paragraphs = len([block for block in found.body.split("\n\n") if block.strip()])
    shown = {
        "kicker": found.kicker,
        "headline": found.headline,
        "lead": found.lead,
        "body": speech("paragraphs", n=paragraphs),
        "language": found.language,
        "embargo": speech.moment(embargo, house.planning_zone) if embargo else proposal.embargo_said,
        "source": found.source,
        "contact": found.contact,
        "event": found.event_id or "",
        "topics": ", ".join(found.topics),
        "links": ", ".join(link.label for link in found.links),
        "people": ", ".join(_person(one.title, one.name, one.role) for one in proposal.people),
    }
    fields(terminal, {speech(key): value for key, value in shown.items()})
    if proposal.draft is not None and found.event_id is None:
        for draft in (proposal.draft, *proposal.further):
            _show_event(terminal, draft)
    if proposal.removed:
        terminal.line(f"{speech('stripped')}: {' · '.join(one.text for one in proposal.removed)}", style="dim")
    for remark in proposal.remarks:
        terminal.line(f"{speech('warned')}: {asking.remark(remark, speech.language)}", style="yellow")
    for question in proposal.questions:
        if not terminal.interactive:
            terminal.line(f"{speech('open_question')}: {asking.question(question, speech.language)}", style="yellow")


def _person(title: str, name: str, role: str) -> str:
    said = " ".join(part for part in (title, name) if part)
    return f"{said} ({role})" if role else said


def _show_event(terminal: Terminal, draft: EventDraft) -> None:
    from announcer.cli.intake_verbs import show_event

    terminal.say("announces", style="bold")
    show_event(terminal, draft.event, "", [])
    if draft.start and "T" not in draft.start:
        terminal.say("time_open", style="yellow")


# What is asked.


def _asked(terminal: Terminal, house: House, taken: Taken, *, with_event: bool, quiet: bool) -> tuple[Taken, bool]:
    """The proposal with what a person said to it, on a terminal; elsewhere as it is."""
    if quiet or not terminal.interactive:
        return taken, with_event and taken.proposal.draft is not None
    proposal = taken.proposal
    draft = proposal.draft
    if draft is not None and proposal.event_id is None and not with_event:
        with_event = _agreed(terminal, terminal.speech("ask_event", name=draft.event.name))
    for question in proposal.questions:
        if with_event or question.key not in _ABOUT_EVENT:
            proposal = _ask(terminal, house, proposal, question)
    if with_event and proposal.draft is not None and proposal.draft.event.certainty.value == "inferred":
        proposal = _confirm(terminal, house, proposal)
    if not terminal.agreed(terminal.speech("ask_store"), yes=False):
        raise typer.Exit(1)
    return replace(taken, proposal=proposal), with_event


_ABOUT_EVENT = frozenset({"year", "weekday", "date", "date-missing", "release-date", "time", "place", "events"})
#: What can't be answered in a line: it is done in the text, or later.
_NOT_IN_A_LINE = frozenset({"alt", "credit", "attachment"})


def _ask(terminal: Terminal, house: House, proposal: Proposal, question: Question) -> Proposal:
    """One question, asked again until the answer can be taken; an empty answer leaves it open."""
    from announcer.errors import IntakeError
    from announcer.intake import answers as answering
    from announcer.intake import asking

    terminal.line(asking.question(question, terminal.speech.language), style="bold")
    for number, option in enumerate(question.options, 1):
        terminal.line(f"  {number}  {asking.option(option, terminal.speech.language)}")
    if question.key in _NOT_IN_A_LINE:
        return proposal
    labels = [link.label for link in proposal.announcement.links if not link.url] if question.key == "links" else [""]
    for label in labels:
        key = f"link:{label}" if label else question.key
        while True:
            said = terminal.typed(f"{label or terminal.speech('answer')}: ")
            if not said:
                break
            chosen = (
                question.options[int(said) - 1] if said.isdigit() and 1 <= int(said) <= len(question.options) else said
            )
            try:
                proposal = answering.answered(proposal, {key: chosen}, house.planning_zone)
                break
            except IntakeError as error:
                terminal.line(str(error), style="red")
    return proposal


def _confirm(terminal: Terminal, house: House, proposal: Proposal) -> Proposal:
    """The date as it would be stored, said yes to or left unconfirmed."""
    from announcer.intake import answers as answering

    assert proposal.draft is not None
    event = proposal.draft.event
    assert event.start is not None
    when = terminal.speech.moment(event.start, event.zone)
    if event.end is not None:
        when += f" – {terminal.speech.until(event.end, event.start, event.zone)}"
    if _agreed(terminal, terminal.speech("ask_date", when=when)):
        return answering.answered(proposal, {"date": "ok"}, house.planning_zone)
    return proposal


def _agreed(terminal: Terminal, question: str) -> bool:
    said = terminal.typed(f"{question} {terminal.speech('yes_no')} ")
    return said.casefold() in {"j", "ja", "y", "yes"}


# A newer text.


def _newer(terminal: Terminal, taken: Taken, *, yes: bool, by: str | None) -> None:
    """A newer text of a known release is a change of it, with everything that follows."""
    from announcer.cli.consent import Consent, carry_out
    from announcer.office import taking_in

    assert taken.known is not None
    change = taking_in.newer_text(taken)
    if change is None:
        terminal.say("same_text", id=taken.known.id)
        return
    terminal.say("newer_text", id=taken.known.id)
    _differences(terminal, taken)
    name = taken.known.event_id or taken.known.id
    carry_out(Consent(terminal, yes, False, "", by, {}), name, lambda zone: change)


def _differences(terminal: Terminal, taken: Taken) -> None:
    """Line by line what the newer text takes out and puts in."""
    import difflib

    assert taken.known is not None
    for field in ("headline", "lead", "body"):
        old = getattr(taken.known, field).split("\n")
        new = getattr(taken.proposal.announcement, field).split("\n")
        for line in difflib.ndiff(old, new):
            if line.startswith(("- ", "+ ")) and line[2:].strip():
                terminal.line(line, style="red" if line.startswith("-") else "green")
