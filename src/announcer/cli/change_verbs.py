"""move, registration, programme, room, delay, person, cancel, postpone, correct, withdraw: changes after the news.

Each shows everything that follows before anything is stored (`consent`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import app
from announcer.cli.consent import Consent, carry_out, local_time, wishes
from announcer.cli.options import As, DryRun, Event, Json, Name, Posts, Reason, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.model.changes import Change
    from announcer.model.facts import Event as Facts

Session = Annotated[str, typer.Argument(metavar="SESSION", help="The programme item's id.")]
SessionOption = Annotated[str, typer.Option("--session", metavar="ID", help="Only this programme item.")]


@app.command()
def move(
    context: typer.Context,
    event: Event,
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="The new start, like 2018-09-25T12:00.")] = "",
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="The new end; else as long as before.")] = "",
    session: SessionOption = "",
    place: Annotated[str, typer.Option("--place", metavar="NAME", help="The new place's name.")] = "",
    street: Annotated[str, typer.Option("--street", help="Its street and number.")] = "",
    postal_code: Annotated[str, typer.Option("--postal-code", help="Its postal code.")] = "",
    city: Annotated[str, typer.Option("--city", help="Its city; else the same as before.")] = "",
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Give an event another time, another place, or both; or one programme item another time."""
    terminal: Terminal = context.obj
    if not (to or place) or (session and (place or not to)) or (end and not to) or (not place and (street or city)):
        raise typer.BadParameter(terminal.speech("move_where"), param_hint="--to")

    def change(event: Facts) -> Change:
        from announcer.model.changes import MoveEvent, MoveSession
        from announcer.model.facts import Place

        start = local_time(terminal, "--to", to, event.zone) if to else None
        until = local_time(terminal, "--end", end, event.zone) if end else None
        if session and start is not None:
            return MoveSession(session, start, until)
        same_city = event.place.city if event.place else ""
        elsewhere = Place(place, street, postal_code, city or same_city) if place else None
        return MoveEvent(start, until, elsewhere)

    carry_out(Consent(terminal, yes, dry_run, reason, by, wishes(context, posts), json), event, change)


@app.command()
def registration(
    context: typer.Context,
    event: Event,
    closes: Annotated[str, typer.Option("--closes", metavar="TIME", help="Until when one can register.")] = "",
    opens: Annotated[str, typer.Option("--opens", metavar="TIME", help="From when on.")] = "",
    url: Annotated[str | None, typer.Option("--url", help="Where.")] = None,
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Extend or move the registration."""
    terminal: Terminal = context.obj
    if not (closes or opens or url is not None):
        raise typer.BadParameter(terminal.speech("registration_what"), param_hint="--closes")

    def change(event: Facts) -> Change:
        from announcer.model.changes import ChangeRegistration

        return ChangeRegistration(
            closes=local_time(terminal, "--closes", closes, event.zone) if closes else None,
            opens=local_time(terminal, "--opens", opens, event.zone) if opens else None,
            url=url,
        )

    carry_out(Consent(terminal, yes, dry_run, reason, by, wishes(context, posts), json), event, change)


@app.command()
def programme(
    context: typer.Context,
    event: Event,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An event's file, or only its [[session]] tables.")],
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Bring the programme up to a file: what is missing in it falls out, what is new is added."""
    from announcer.intake.event_file import read_programme
    from announcer.office.entries import read_file

    text = read_file(file)

    def change(event: Facts) -> Change:
        from announcer.model.changes import UpdateProgramme

        return UpdateProgramme(read_programme(text, file.name, event))

    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json), event, change)


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
    json: Json = False,
) -> None:
    """Put a programme item into another room."""
    from announcer.model.changes import ChangeRoom

    carry_out(
        Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json),
        event,
        lambda _: ChangeRoom(session, to),
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
    json: Json = False,
) -> None:
    """Let a programme item begin later, and those after it."""
    from announcer.model.changes import Delay

    change = Delay(session, minutes, rest=not only)
    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json), event, lambda _: change)


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
    json: Json = False,
) -> None:
    """Replace somebody on the programme."""
    from announcer.model.changes import ReplacePerson

    change = ReplacePerson(old, new, role)
    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json), event, lambda _: change)


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
    json: Json = False,
) -> None:
    """Call off an event, or one programme item."""
    from announcer.model.changes import CancelEvent, CancelSession

    change = CancelSession(session) if session else CancelEvent()
    carry_out(Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json), event, lambda _: change)


@app.command()
def postpone(
    context: typer.Context,
    event: Event,
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Put an event off without a new date."""
    from announcer.model.changes import PostponeEvent

    carry_out(
        Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json), event, lambda _: PostponeEvent()
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
    json: Json = False,
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
    carry_out(Consent(terminal, yes, dry_run, reason, by, wishes(context, posts), json), name, lambda _: change)


@app.command()
def withdraw(
    context: typer.Context,
    announcement: Annotated[str, typer.Argument(metavar="ANNOUNCEMENT", help="The announcement's id.")],
    posts: Posts = None,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Take an announcement back; its address then answers with the notice."""
    from announcer.model.changes import Withdraw

    carry_out(
        Consent(context.obj, yes, dry_run, reason, by, wishes(context, posts), json), announcement, lambda _: Withdraw()
    )
