"""Whether a post on a Mastodon server says what we sent. Pure.

A server gives a post back as HTML: links shortened by hidden spans, mentions
without their host, paragraphs and breaks. Its `/source`, where it has one, is
the text as it was sent.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import regex

from announcer.model.content import Payload

_MENTION_HOST = regex.compile(r"(?<![=/\w])(@[A-Za-z0-9_.-]*[A-Za-z0-9_])@[\w.-]*\w")
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "blockquote"})


def says(source: Any, payload: Payload) -> bool:
    """Whether a `/source` holds exactly the payload's text and content warning.

    https://docs.joinmastodon.org/entities/StatusSource/
    """
    if not isinstance(source, dict):
        return False
    return _exact(source.get("text")) == _exact(payload["status"]) and _exact(source.get("spoiler_text")) == _exact(
        payload["spoiler_text"]
    )


def shows(status: Mapping[str, Any], payload: Payload) -> bool:
    """Whether a post's HTML reads as the payload does, but for spaces, line breaks and the hosts of mentions."""
    shown = plain_text(str(status.get("content") or ""))
    warning = html.unescape(str(status.get("spoiler_text") or ""))
    return _loose(shown) == _loose(payload["status"]) and _loose(warning) == _loose(payload["spoiler_text"])


def plain_text(content: str) -> str:
    """The text of a post's HTML, its entities decoded; paragraphs and breaks become line breaks."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    return "".join(reader.pieces).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def _exact(text: Any) -> str:
    """`text` as Mastodon stores it: without outer spaces; NFC, since some servers normalise."""
    return unicodedata.normalize("NFC", str(text or "").replace("\r\n", "\n")).strip()


def _loose(text: str) -> str:
    return " ".join(_MENTION_HOST.sub(r"\1", unicodedata.normalize("NFC", text)).split())
