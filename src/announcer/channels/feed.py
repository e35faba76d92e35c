"""The feed set as a channel: all RSS, Atom and JSON feeds of the office.

Sending does no I/O. The feed files are a projection of the ledger
(`feeds.projection`): once the delivery is marked sent they are rendered from
its rows. So an entry can't be lost or doubled between network and ledger, a
repeated `send` changes nothing, and a restored database brings its feeds back.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

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

    def __init__(self, folder: Path, guid_of: Callable[[Delivery], str]) -> None:
        self._folder = FeedFolder(folder)
        self._guid_of = guid_of

    def limits(self) -> Limits:
        """None: readers take any length."""
        return Limits()

    def prepare(self, content: Content) -> Content:
        """Nothing to fetch."""
        return content

    def compose(self, content: Content, limits: Limits) -> Payload:
        """Title, summary, html, link and categories, clean and checked.

        A headline too long for a title is cut there and stands in full at the
        head of the text. Raises `ComposeError` for an empty title, a link that
        isn't absolute, or HTML that readers refuse.
        """
        said = content.payload
        full = _title(said)
        title = cut(full)
        html = _html(said, title)
        return {
            "title": title,
            "summary": clean(_text(said, "summary", title)).strip(),
            "html": html if title == full else f"<p><strong>{escape(full, quote=False)}</strong></p>\n{html}".strip(),
            "link": _link(said, title),
            "categories": _categories(said, title),
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
