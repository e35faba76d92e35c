"""Previews: what each channel gets, to the character."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from announcer.cli.terminal import seen
from announcer.cli.timeline import View
from announcer.model.content import Limits
from announcer.office.previews import Network, text_of
from announcer.office.previews import used as counted

if TYPE_CHECKING:
    from announcer.office.campaigns import Preview

_SLOT = re.compile("⟦[^⟦⟧]*⟧")


def used(preview: Preview, limits: Limits | None) -> int | None:
    """How many characters of its limit a post takes; None for what has no such limit."""
    payload = preview.payload
    if "subject" in payload or not text_of(payload):
        return None
    network: Network = "mastodon" if "status" in payload else "bluesky" if "facets" in payload else "byhand"
    return counted(network, payload, limits or Limits())


def page(view: View, preview: Preview, limits: Limits | None) -> Panel:
    """One message in one language."""
    planned, speech = preview.message.planned, view.speech
    head = Text(f"{preview.message.id} · {planned.channel} · {preview.language} · ", "bold")
    head.append(view.moment(planned.due_at), "bold")
    head.append(f" · {seen(view.what(planned))}", "bold")
    if preview.late:
        head.append(f" · {speech('late_words')}", "bold yellow")
    foot = Text(f"{speech.state(preview.message.state.value)}{_room(view, preview, limits)}", "dim")
    return Panel(
        Group(*_body(view, preview)),
        title=head,
        title_align="left",
        subtitle=foot,
        subtitle_align="right",
        box=box.ROUNDED,
        border_style="red" if preview.problem else "blue",
    )


def _room(view: View, preview: Preview, limits: Limits | None) -> str:
    number = used(preview, limits)
    if number is None:
        return ""
    if limits is None or limits.max_characters is None:
        return f" · {view.speech('characters', used=number)}"
    return f" · {view.speech('characters_of', used=number, limit=limits.max_characters)}"


def _body(view: View, preview: Preview) -> list[RenderableType]:
    speech, payload = view.speech, preview.payload
    waits = [Text(seen(reason), "yellow") for reason in view.reasons(preview.message.planned)]
    if preview.problem and not payload:
        return [Text(speech("not_sayable", why=seen(preview.problem)), "red"), *waits]
    if preview.problem:
        waits = [Text(seen(preview.problem), "red"), *waits]
    if "status" in payload:
        spoiler = [Text(seen(payload["spoiler_text"]), "bold")] if payload.get("spoiler_text") else []
        return [*waits, *spoiler, *_posts(payload, "status")]
    if "text" in payload and "subject" not in payload:
        return [*waits, *_posts(payload, "text")]
    if "subject" in payload:
        heads = _fields(view, [("subject", payload["subject"]), ("preheader", payload.get("preheader", ""))])
        size = Text(speech("html_size", n=max(1, len(payload["html"].encode()) // 1000)), "dim")
        return [*waits, heads, Text(), _with_slots(payload["text"].rstrip()), Text(), size]
    fields = [("title", payload["title"]), ("summary", payload["summary"]), ("link", payload["link"])]
    return [*waits, _fields(view, [*fields, ("topics", ", ".join(payload.get("categories", ())))])]


def _posts(payload: Mapping[str, Any], key: str) -> list[RenderableType]:
    """A post with its pictures and its card, then the other parts of its thread."""
    shown: list[RenderableType] = [Text(seen(str(payload[key])))]
    shown += [Text(f"▣ {seen(str(picture['alt']))}", "dim") for picture in payload.get("pictures") or ()]
    if card := payload.get("card"):
        shown.append(Text(f"▭ {seen(str(card['title']))} · {seen(str(card['description']))}", "dim"))
    for part in payload.get("thread") or ():
        shown += [Text("↳", "dim"), Text(seen(str(part[key])))]
    return shown


def _fields(view: View, fields: list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for key, value in fields:
        if value:
            grid.add_row(Text(view.speech(key), "dim"), _with_slots(value))
    return grid


def _with_slots(text: str) -> Text:
    """What differs from recipient to recipient is marked."""
    result = Text(seen(text))
    result.highlight_regex(_SLOT, "cyan")
    return result
