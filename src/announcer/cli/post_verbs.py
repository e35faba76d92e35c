"""text, picture, channels connect: what social posts say and show, and how an account is reached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import app, channels_app, picture_app
from announcer.cli.campaign_verbs import find
from announcer.cli.options import As, Json, Name
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.model.facts import Picture

Announcement = Annotated[str, typer.Argument(metavar="ANNOUNCEMENT", help="The announcement's id.")]
PictureName = Annotated[str, typer.Argument(metavar="PICTURE", help="The picture's file name.")]


@app.command()
def text(
    context: typer.Context,
    name: Name,
    number: Annotated[int, typer.Option("--message", metavar="N", help="The message.")],
    said: Annotated[str | None, typer.Argument(metavar="TEXT", help="Your text.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the text from this file.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take your text back; the template speaks again.")] = False,
    by: As = None,
) -> None:
    """Write one post yourself; a line --- parts the posts of a thread."""
    from announcer.office import own_text
    from announcer.office.entries import read_file

    terminal: Terminal = context.obj
    if [said is not None, file is not None, clear].count(True) != 1:
        raise typer.BadParameter("give one of TEXT, --file and --clear", param_hint="TEXT")
    posts = () if clear else own_text.posts_of(read_file(file) if file else said or "")
    with terminal.house() as house:
        key = find(house, name)
        message = own_text.give(house, key, number, posts, terminal.actor(by), house.clock())
    terminal.say("own_text_cleared" if clear else "own_text_given", style="green", channel=message.planned.channel)
    terminal.next(f"announcer preview {name} --message {number} · announcer approve {name} --message {number}")


@picture_app.command("add")
def picture_add(
    context: typer.Context,
    name: Announcement,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file.")],
    alt: Annotated[str, typer.Option("--alt", help="What it shows, for those who can't see it.")] = "",
    credit: Annotated[str, typer.Option("--credit", help="Whose picture it is.")] = "",
    licence: Annotated[str, typer.Option("--licence", help="What others may do with it.")] = "",
    by: As = None,
) -> None:
    """Add a picture to an announcement."""
    from announcer.office import pictures

    terminal: Terminal = context.obj
    with terminal.house() as house:
        actor = terminal.actor(by)
        kept = pictures.add(house, name, file, alt, credit, actor, house.clock(), licence=licence)
    _say(terminal, "picture_added", kept)


@picture_app.command("describe")
def picture_describe(
    context: typer.Context,
    name: Announcement,
    picture: PictureName,
    alt: Annotated[str | None, typer.Option("--alt", help="What it shows, for those who can't see it.")] = None,
    credit: Annotated[str | None, typer.Option("--credit", help="Whose picture it is.")] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="What others may do with it.")] = None,
    by: As = None,
) -> None:
    """Say what a picture shows, or whose it is."""
    from announcer.office import pictures

    terminal: Terminal = context.obj
    if alt is None and credit is None and licence is None:
        raise typer.BadParameter("give --alt, --credit or --licence", param_hint="--alt")
    with terminal.house() as house:
        actor = terminal.actor(by)
        better = pictures.describe(house, name, picture, alt, credit, actor, house.clock(), licence=licence)
    _say(terminal, "picture_described", better)


@picture_app.command("remove")
def picture_remove(context: typer.Context, name: Announcement, picture: PictureName, by: As = None) -> None:
    """Take a picture off an announcement; what has left keeps it."""
    from announcer.office import pictures

    terminal: Terminal = context.obj
    with terminal.house() as house:
        gone = pictures.remove(house, name, picture, terminal.actor(by), house.clock())
    terminal.say("picture_removed", style="green", file=gone.file)


def _say(terminal: Terminal, key: str, picture: Picture) -> None:
    terminal.say(key, style="green", file=picture.file)
    if not picture.alt:
        terminal.say("without_alt", style="yellow", file=picture.file)


def _picture(one: Picture) -> dict[str, str]:
    return {
        "file": one.file, "hash": one.hash, "alt": one.alt, "credit": one.credit, "caption": one.caption,
        "licence": one.licence,
    }  # fmt: skip


@picture_app.command("list")
def picture_list(context: typer.Context, name: Announcement, json: Json = False) -> None:
    """List the pictures of an announcement."""
    from announcer.cli.terminal import row, table
    from announcer.store import facts

    terminal: Terminal = context.obj
    with terminal.house() as house, house.database.read() as connection:
        found = facts.announcement_facts(connection, name).pictures
    if json:
        terminal.json([_picture(one) for one in found])
        return
    shown = table(*(terminal.speech(key) for key in ("picture", "alt_text", "credit")))
    for one in found:
        row(shown, [one.file, one.alt or terminal.speech("none_yet"), one.credit])
    terminal.show(shown)


@channels_app.command("connect")
def channels_connect(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="mastodon.")],
    url: Annotated[str, typer.Option("--url", help="The server's address.")],
    name: Annotated[str, typer.Option("--name", help="The channel's name in config.toml; else its kind.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="Where to keep the token.")] = None,
) -> None:
    """Register with a Mastodon server once and keep its token in a file that only you can read."""
    from announcer.channels.http import open_client
    from announcer.channels.mastodon_connect import Connecting
    from announcer.clock import system_clock
    from announcer.keyring import keep_secret

    terminal: Terminal = context.obj
    if kind != "mastodon":
        raise typer.BadParameter(
            "only mastodon is connected this way; docs/social.md says how the others are", param_hint="KIND"
        )
    settings, name = terminal.settings, name or kind
    target = file or settings.paths.var / f"{name}.token"
    with open_client(settings) as client:
        connecting = Connecting(name, url, client, system_clock)
        address = connecting.register(settings.site.url)
        terminal.say("connect_open")
        terminal.whole(address)
        code = terminal.answer("connect_code")
        if not code:
            raise typer.BadParameter(terminal.speech("connect_no_code"), param_hint="CODE")
        token, account = connecting.finish(code)
    keep_secret(settings.path(target), token)
    terminal.say("connect_done", style="green", account=account, file=str(target))
    terminal.line(f'\n[channels.{name}]\nkind = "mastodon"\nurl = "{url.rstrip("/")}"\ntoken_file = "{target}"')
