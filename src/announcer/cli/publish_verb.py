"""publish: the public site as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from announcer.cli.app import app
from announcer.cli.options import Json
from announcer.cli.terminal import Terminal


@app.command()
def publish(
    context: typer.Context,
    static: Annotated[Path, typer.Option("--static", metavar="DIR", help="The folder for the files.")],
    json: Json = False,
) -> None:
    """Write everything that is public now as plain files, for a web server that runs no program."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    from announcer.web.public import public_app
    from announcer.web.static_site import export

    terminal: Terminal = context.obj
    with terminal.house() as house:
        settings = house.settings
        feeds = settings.path(settings.paths.feeds)
        site = public_app(house.database, settings, house.key, feeds, house.clock, static=True)
        quiet = json or not terminal.err.is_terminal
        bar = Progress(BarColumn(), MofNCompleteColumn(), console=terminal.err, transient=True, disable=quiet)
        with bar:
            task = bar.add_task("")
            done = export(site, settings.site.url, static, lambda n, of: bar.update(task, completed=n, total=of))
    if json:
        terminal.json({"files": done.files, "written": done.written, "removed": done.removed})
        return
    numbers = {"n": done.files, "written": len(done.written), "removed": len(done.removed)}
    terminal.say("site_written", style="green", folder=static, **numbers)
