"""attachment, press-link: what goes with an announcement, and who reads it ahead of its embargo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import attachment_app, press_link_app
from announcer.cli.options import As, Json
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.store.press_links import PressLink

Announcement = Annotated[str, typer.Argument(metavar="ANNOUNCEMENT", help="The announcement's id.")]


@attachment_app.command("add")
def attachment_add(
    context: typer.Context,
    name: Announcement,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file.")],
    title: Annotated[str, typer.Option("--title", help="What it is, in words; else its file name.")] = "",
    by: As = None,
) -> None:
    """Add a file to an announcement."""
    from announcer.office import attachments

    terminal: Terminal = context.obj
    with terminal.house() as house:
        kept = attachments.add(house, name, file, title, terminal.actor(by), house.clock())
    terminal.say("attachment_added", style="green", file=kept.file)


@attachment_app.command("remove")
def attachment_remove(
    context: typer.Context,
    name: Announcement,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file's name.")],
    by: As = None,
) -> None:
    """Take a file off an announcement; it can then no longer be read."""
    from announcer.office import attachments

    terminal: Terminal = context.obj
    with terminal.house() as house:
        gone = attachments.remove(house, name, file, terminal.actor(by), house.clock())
    terminal.say("attachment_removed", style="green", file=gone.file)


@attachment_app.command("list")
def attachment_list(context: typer.Context, name: Announcement, json: Json = False) -> None:
    """List the files of an announcement."""
    from announcer.cli.terminal import row, table
    from announcer.store import facts

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        found = facts.announcement_facts(connection, name).attachments
    if json:
        keys = ("file", "title", "media_type", "size", "hash")
        terminal.json([{key: getattr(one, key) for key in keys} for one in found])
        return
    shown = table(*(terminal.speech(key) for key in ("file", "file_title", "file_size")))
    for one in found:
        row(shown, [one.file, one.title, f"{max(1, round(one.size / 1000))} kB"])
    terminal.show(shown)


@press_link_app.command("new")
def press_link_new(
    context: typer.Context,
    name: Announcement,
    holder: Annotated[str, typer.Option("--for", metavar="NAME", help="Whom it is for.")],
    days: Annotated[int, typer.Option("--days", help="How many days it lasts.")] = 14,
    json: Json = False,
    by: As = None,
) -> None:
    """Make an address that opens an announcement ahead of its embargo, for one person."""
    from announcer.office import press_links

    terminal: Terminal = context.obj
    with terminal.house() as house:
        zone = house.planning_zone
        site = house.settings.site.url
        given = press_links.give(house.database, name, holder, timedelta(days=days), terminal.actor(by), house.clock())
    url = f"{site}{given.path}"
    if json:
        terminal.json({**_link(given.link), "url": url})
        return
    until = terminal.speech.moment(given.link.expires_at, zone)
    terminal.say("press_link_made", style="green", holder=given.link.holder, until=until)
    terminal.whole(url)
    terminal.say("press_link_once", number=given.link.id)


@press_link_app.command("revoke")
def press_link_revoke(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="N", help="The link's number.")],
    by: As = None,
) -> None:
    """Close a press link at once and for good."""
    from announcer.office import press_links

    terminal: Terminal = context.obj
    with terminal.house() as house:
        closed = press_links.revoke(house.database, number, terminal.actor(by), house.clock())
    terminal.say("press_link_closed", style="green", holder=closed.holder)


@press_link_app.command("list")
def press_link_list(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="ANNOUNCEMENT", help="The announcement's id.")] = None,
    json: Json = False,
) -> None:
    """List press links, whom they are for and how often they were opened."""
    from announcer.cli.terminal import row, table
    from announcer.store import press_links

    terminal: Terminal = context.obj
    with terminal.house() as house:
        now, zone = house.clock(), house.planning_zone
        with house.database.read() as connection:
            found = press_links.listed(connection, name)
    if json:
        terminal.json([_link(one) for one in found])
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("number", "press_text", "press_holder", "press_until", "press_opened")))
    for one in found:
        until = speech.moment(one.expires_at, zone) if one.is_open(now) else speech("press_closed")
        row(shown, [str(one.id), one.announcement_id, one.holder, until, str(one.opened)])
    terminal.show(shown)


def _link(one: PressLink) -> dict[str, object]:
    from announcer.cli.shapes import instant

    return {
        "id": one.id,
        "announcement": one.announcement_id,
        "for": one.holder,
        "by": one.actor,
        "at": instant(one.at),
        "expires_at": instant(one.expires_at),
        "revoked_at": instant(one.revoked_at),
        "opened": one.opened,
        "opened_at": instant(one.opened_at),
    }
