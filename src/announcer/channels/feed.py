"""The feed set as a channel: all RSS, Atom and JSON feeds of the office.

Sending does no I/O. The feed files are a projection of the ledger
(`feeds.projection`): once the delivery is marked sent they are rendered from
its rows. So an entry can't be lost or doubled between network and ledger, a
repeated `send` changes nothing, and a restored database brings its feeds back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from announcer.channels.posts import pictures_of
from announcer.channels.renditions import LARGEST, Renditions, attachment_path
from announcer.errors import AnnouncerError, ComposeError
from announcer.feeds.files import FeedFolder
from announcer.feeds.text import clean, cut, faults, is_blank, one_line, web_address
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Delivery, Receipt


class FeedSet:
    """Fulfils `channels.Channel`. A delivery's target is `feed:LANGUAGE`, one per language.

    `guid_of` names the entry a delivery is about (`feeds.guids.feed_guid` of
    its occurrence and language); for a correction or withdrawal that is the
    entry it corrects.
    """

    name = "feed"
    kind = "feed"
    can = Abilities(edit=True, key=True)

    def __init__(self, folder: Path, guid_of: Callable[[Delivery], str], renditions: Renditions) -> None:
        self._folder = FeedFolder(folder)
        self._guid_of = guid_of
        self._renditions = renditions

    def limits(self) -> Limits:
        """None: readers take any length."""
        return Limits()

    def prepare(self, content: Content) -> Content:
        """The pictures in the size that readers are given, with their addresses; raises `ComposeError`."""
        said = content.payload
        if not said.get("pictures"):
            return content
        return replace(content, payload={**said, "pictures": [self._sized(said, one) for one in said["pictures"]]})

    def _sized(self, said: Payload, picture: Mapping[str, Any]) -> dict[str, Any]:
        name = str(picture.get("name", ""))
        self._renditions.all(picture["hash"], name)  # the page's sizes as well: not when the first reader comes
        made = self._renditions.of(picture["hash"], LARGEST, name)
        shape = {"media_type": made.media_type, "size": made.size, "width": made.width, "height": made.height}
        return {**picture, "url": f"{said['page']}/bild/{made.name}", **shape}

    def compose(self, content: Content, limits: Limits) -> Payload:
        """Title, summary, html, link and categories, clean and checked; pictures and files where there are any.

        A headline too long for a title is cut there and stands in full at the
        head of the text. Raises `ComposeError` for an empty title, a link that
        isn't absolute, HTML that readers refuse, or a picture without alt text.
        """
        said = content.payload
        full = _title(said)
        title = cut(full)
        html = _html(said, title)
        if title != full:
            html = f"<p><strong>{escape(full, quote=False)}</strong></p>\n{html}".strip()
        pictures = [_picture(one) for one in pictures_of(content)]
        attachments = [_attachment(said, one) for one in said.get("attachments") or ()]
        return {
            "title": title,
            "summary": clean(_text(said, "summary", title)).strip(),
            "html": "\n".join(filter(None, (*map(_figure, pictures), html, _files(attachments)))),
            "link": _link(said, title),
            "categories": _categories(said, title),
            **({"pictures": pictures} if pictures else {}),
            **({"attachments": attachments} if attachments else {}),
        }

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """The receipt that the ledger keeps; the files follow from it."""
        del previous  # The guid says which entry it is, also for a correction.
        return self._receipt(delivery, payload)

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """None: what the ledger does not call sent is in no feed, so a try that was cut off never happened."""
        return None

    def withdraw(self, receipt: Receipt) -> None:
        """Nothing to do: the entry stays, with a notice, once the ledger says withdrawn."""

    def check(self) -> Health:
        """Whether the folder of the feeds can be written."""
        try:
            self._folder.check()
        except AnnouncerError as error:
            return Health(False, str(error))
        return Health(True, f"{self._folder.path} can be written")

    def _receipt(self, delivery: Delivery, payload: Payload) -> Receipt:
        return Receipt(id=self._guid_of(delivery), url=str(payload.get("link", "")))


def _picture(one: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("hash", "url", "media_type", "size", "width", "height")
    try:
        shape = {key: one[key] for key in kept}
    except KeyError as error:
        raise ComposeError(f"a picture was not made ready for the feeds (it has no {error})") from error
    return {**shape, "alt": str(one["alt"]).strip(), "credit": str(one.get("credit") or "").strip()}


def _attachment(said: Payload, one: Mapping[str, Any]) -> dict[str, Any]:
    title = one_line(str(one.get("title") or one["file"]))
    url = f"{said['page']}/{attachment_path(one['hash'], one['file'])}"
    return {"hash": one["hash"], "url": url, "media_type": one["media_type"], "size": one["size"], "title": title}


def _figure(one: Mapping[str, Any]) -> str:
    credit = f"<figcaption>{escape(one['credit'], quote=False)}</figcaption>" if one["credit"] else ""
    size = f'width="{one["width"]}" height="{one["height"]}"'
    return f'<figure><img src="{escape(one["url"])}" {size} alt="{escape(one["alt"])}">{credit}</figure>'


def _files(attachments: Sequence[Mapping[str, Any]]) -> str:
    links = (f'<li><a href="{escape(one["url"])}">{escape(one["title"], quote=False)}</a></li>' for one in attachments)
    return f"<ul>{''.join(links)}</ul>" if attachments else ""


def _text(said: Payload, name: str, title: str) -> str:
    value: Any = said.get(name, "")
    if not isinstance(value, str):
        raise ComposeError(f"the feed entry {title!r} has a {name} that is no text; correct the template")
    return value


def _title(said: Payload) -> str:
    title = one_line(_text(said, "title", ""))
    if is_blank(title):
        raise ComposeError("the feed entry has an empty title; give the announcement a headline")
    return title


def _html(said: Payload, title: str) -> str:
    html = clean(_text(said, "html", title)).strip()
    if found := faults(html):
        raise ComposeError(f"the feed entry {title!r} contains {found[0]}; correct the text or the template")
    return html


def _link(said: Payload, title: str) -> str:
    link = _text(said, "link", title)
    try:
        return web_address(link)
    except ValueError as error:
        raise ComposeError(f"the feed entry {title!r}: its link {link!r} {error}") from error


def _categories(said: Payload, title: str) -> list[str]:
    values: Any = said.get("categories", [])
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise ComposeError(f"the feed entry {title!r} has categories that are no list of texts; correct the template")
    lines = (one_line(value) for value in values)
    return list(dict.fromkeys(line for line in lines if not is_blank(line)))
