"""feeds: a feed from elsewhere that moves in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import feeds_app
from announcer.cli.options import As, DryRun, Json, Yes
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.settings import Settings


@feeds_app.command("adopt")
def adopt(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="The old feed, RSS or Atom.")],
    yes: Yes = False,
    dry_run: DryRun = False,
    by: As = None,
    json: Json = False,
) -> None:
    """Let an existing feed move in: its entries keep their guids, so that no reader shows them again."""
    from announcer.office import adoption

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = adoption.read_feed(_body(house.settings, source), source, house.settings.site.language)
        if not json:
            terminal.say("feed_found", title=found.title, n=len(found.entries))
            for what, why in found.refused:
                terminal.line(f"✗ {what}: {why}", style="red")
        added = 0
        if dry_run:
            if not json:
                terminal.say("dry_run")
        elif not terminal.agreed(terminal.speech("ask_adopt"), yes=yes):
            return
        else:
            added = adoption.adopt(house, found, source, terminal.actor(by), house.clock())
    if json:
        terminal.json(
            {
                "title": found.title,
                "entries": len(found.entries),
                "added": added,
                "refused": [{"entry": what, "why": why} for what, why in found.refused],
            }
        )
    elif not dry_run:
        terminal.say("feed_adopted", style="green", n=added)


def _body(settings: Settings, source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        from announcer.fetching import Fetcher

        return Fetcher(settings).get(source).body
    from announcer.errors import IntakeError

    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise IntakeError(f"{source}: {error.strerror}; check the path") from error
