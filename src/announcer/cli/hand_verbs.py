"""byhand: what a person posts, corrects or deletes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from announcer.cli.app import app
from announcer.cli.options import As, Json
from announcer.cli.terminal import Terminal

if TYPE_CHECKING:
    from announcer.office.by_hand import Shown

hand_app = typer.Typer(help="What a person posts, corrects or deletes.")
app.add_typer(hand_app, name="byhand")

Number = Annotated[int, typer.Argument(metavar="N", help="Its number, as byhand list shows it.")]


@hand_app.command("list")
def byhand_list(context: typer.Context, json: Json = False) -> None:
    """List what waits for a person's hand."""
    from announcer.cli.terminal import row, table
    from announcer.office import by_hand

    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = by_hand.tasks(house)
        zone = house.planning_zone
    if json:
        terminal.json([_shape(one) for one in found])
        return
    speech = terminal.speech
    if not found:
        terminal.say("nothing_by_hand")
        return
    shown = table(*(speech(key) for key in ("number", "since", "channel", "what", "post_text")))
    for one in found:
        first = one.text.split("\n", 1)[0]
        row(shown, [one.task.id, speech.moment(one.task.since, zone), one.task.channel, _what(terminal, one), first])
    terminal.show(shown)
    terminal.next(f"announcer byhand show {found[0].task.id}")


def _what(terminal: Terminal, one: Shown) -> str:
    return terminal.speech({"publish": "hand_publish", "correct": "hand_correct"}.get(one.task.action, "hand_withdraw"))


def _shape(one: Shown) -> dict[str, Any]:
    return {
        "id": one.task.id,
        "message": one.task.message_id,
        "channel": one.task.channel,
        "action": one.task.action.value,
        "said": one.task.said,
        "text": one.text,
        "pictures": [dict(picture) for picture in one.pictures],
        "about": one.task.about.url or one.task.about.id if one.task.about else None,
    }


@hand_app.command("show")
def byhand_show(
    context: typer.Context,
    number: Number,
    folder: Annotated[Path | None, typer.Option("--folder", help="Copy the pictures into this folder.")] = None,
    json: Json = False,
) -> None:
    """Show a task's text, pictures and alt texts, ready to be copied."""
    from announcer.office import by_hand

    terminal: Terminal = context.obj
    with terminal.house() as house:
        one = by_hand.task(house, number)
        files = [str(house.assets.path(picture["hash"])) for picture in one.pictures]
        if folder is not None:
            files = [str(path) for path in by_hand.copy_pictures(house, one, folder)]
    if json:
        terminal.json({**_shape(one), "files": files})
        return
    where = one.task.about.url or one.task.about.id if one.task.about else ""
    terminal.line(f"{_what(terminal, one)} · {one.task.channel}", style="bold")
    if where:
        terminal.say("hand_where", where=where)
    terminal.line(f"\n{one.text}\n")
    for picture, file in zip(one.pictures, files, strict=True):
        terminal.say("hand_picture", file=file)
        terminal.say("hand_alt", alt=picture["alt"])
    terminal.next(f"announcer byhand done {number} --link https://…")


@hand_app.command("done")
def byhand_done(
    context: typer.Context,
    number: Number,
    link: Annotated[str, typer.Option("--link", help="Where it stands, for later corrections.")] = "",
    by: As = None,
) -> None:
    """Say that it is done."""
    from announcer.office import by_hand

    terminal: Terminal = context.obj
    with terminal.house() as house:
        by_hand.done(house, number, link, terminal.actor(by), house.clock())
    terminal.say("hand_done" if link else "hand_done_without_link", style="green", number=number)
