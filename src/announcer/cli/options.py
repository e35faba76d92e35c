"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

As = Annotated[str | None, typer.Option("--as", envvar="ANNOUNCER_ACTOR", metavar="NAME", help="Who does this.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only look; change nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Plain JSON on stdout.")]
Posts = Annotated[
    list[str] | None,
    typer.Option(
        "--posts",
        metavar="HOW",
        help="How posts that are out are put right: edit, reply, repost (withdraw: delete, keep); CHANNEL=HOW for one.",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; for the log.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The id of an event or announcement.")]
Event = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")]
