"""The card of a page that is not our own: fetched with care, its picture made to fit.

Only a person's own text can link to such a page; what templates link to is the
office's, and its card is made of the facts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urljoin

from lxml import etree, html

from announcer.channels.gallery import Files, Notes
from announcer.channels.pictures import LARGEST_FILE
from announcer.errors import ComposeError, FetchError
from announcer.fetching import Bounds, Fetched
from announcer.rendering import clean
from announcer.rendering.fitting import entities

_PAGE = Bounds(connect=4, read=4, total=8, most_bytes=2_000_000)
_PICTURE = Bounds(connect=4, read=4, total=12, most_bytes=LARGEST_FILE)
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 300, 600


class Fetches(Protocol):
    """What fetches from strangers (`fetching.Fetcher`)."""

    def get(
        self, url: str, *, accept: tuple[str, ...] = (), headers: None = None, bounds: Bounds | None = None
    ) -> Fetched: ...


class LinkCards:
    """Cards of foreign pages, each fetched once and remembered, so that two wordings of a text do not differ."""

    def __init__(self, fetcher: Fetches, files: Files, notes: Notes, own_site: str) -> None:
        self._fetcher = fetcher
        self._files = files
        self._notes = notes
        self._own = own_site.rstrip("/")

    def card_for(self, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The card of a content: of the first link in a person's own text, else the one it brings.

        Raises `ComposeError` for a page that can't be fetched, or must not be.
        """
        own = given.get("own") or ()
        if not own:
            card: Mapping[str, Any] | None = given.get("card")
            return card
        link = next((found["url"] for found in entities(str(own[0])) if found["url"]), "")
        if not link:
            return None
        if link.rstrip("/") == str(given.get("link") or "").rstrip("/"):
            return {**(given.get("card") or {}), "uri": link}
        if link == self._own or link.startswith(f"{self._own}/"):
            return None  # a page of our own that this message does not speak of: nothing is known of it here
        return self._fetched(link)

    def _fetched(self, link: str) -> Mapping[str, Any]:
        known = self._notes.recall(f"card:{link}")
        if known is not None:
            kept: Mapping[str, Any] = json.loads(known)
            return kept
        try:
            page = self._fetcher.get(link, accept=("text/html", "application/xhtml+xml"), bounds=_PAGE)
            card = self._read(page)
        except FetchError as error:
            raise ComposeError(
                f"the page behind {link} can't be shown as a card ({error}); try again, or take the link out"
            ) from error
        self._notes.remember(f"card:{link}", json.dumps({**card, "uri": link}, ensure_ascii=False))
        return {**card, "uri": link}

    def _read(self, page: Fetched) -> dict[str, Any]:
        try:
            tree = html.document_fromstring(page.body, parser=html.HTMLParser(encoding=page.charset or "utf-8"))
        except (etree.ParserError, etree.XMLSyntaxError, LookupError, ValueError) as error:
            raise FetchError(f"{page.url}: it is no page that can be read") from error
        said = {
            str(one.get("property") or one.get("name") or "").lower(): str(one.get("content") or "")
            for one in reversed(tree.findall(".//meta"))
        }
        title = said.get("og:title") or str(tree.findtext(".//title") or "") or page.url
        card: dict[str, Any] = {
            "title": clean.line(title, _LONGEST_TITLE),
            "description": clean.line(
                said.get("og:description") or said.get("description") or "", _LONGEST_DESCRIPTION
            ),
        }
        if image := said.get("og:image", "").strip():
            picture = self._fetcher.get(urljoin(page.url, image), accept=("image/",), bounds=_PICTURE)
            card["picture"] = {"hash": self._files.put(picture.body), "name": "card", "alt": ""}
        return card
