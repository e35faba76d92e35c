"""A feed subscriber: fetches, remembers, and notices what is new or was changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import feedparser
import httpx

from announcer.errors import IntakeError
from announcer.sandbox.arrivals import Arrival, Arrivals, FeedItem, ItemText


class FeedReader:
    """Reads feeds with conditional requests (RFC 9110 §13) and keeps what it saw in `arrivals`.

    An item is known by its guid and the feed's path, not its host or port: a
    variant of the campaign may be served from another port.
    """

    def __init__(self, arrivals: Arrivals, *, timeout: float = 10) -> None:
        self._arrivals = arrivals
        self._timeout = timeout
        self._validators: dict[tuple[str, str], dict[str, str]] = {}  # (story, url) → headers of the next request
        self._lock = threading.Lock()

    def poll(self, urls: Iterable[str]) -> tuple[FeedItem, ...]:
        """Fetch the feeds; returns what is new or changed, oldest first.

        Raises `IntakeError` where a subscriber would see nothing: no answer,
        no feed, or XML that doesn't parse.
        """
        with self._lock, httpx.Client(timeout=self._timeout, trust_env=False, follow_redirects=True) as client:
            return tuple(item for url in urls for item in self._read(client, url))

    def _read(self, client: httpx.Client, url: str) -> tuple[FeedItem, ...]:
        body = self._fetch(client, url)
        if body is None:
            return ()
        latest = known(self._arrivals.seen(), url)
        found = list(entries(body, url))
        # Feeds list the newest first; a subscriber meets them in the order they were written.
        return tuple(
            self._keep(url, guid, text, latest.get(guid)) for guid, text in reversed(found) if latest.get(guid) != text
        )

    def _fetch(self, client: httpx.Client, url: str) -> bytes | None:
        """The feed's bytes, or None when the server says that nothing changed."""
        key = (self._arrivals.story.name, url)
        try:
            answer = client.get(url, headers=self._validators.get(key, {}))
        except httpx.HTTPError as error:
            raise IntakeError(f"{url} can't be read as a feed: {error}; is the site running?") from error
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if answer.status_code != httpx.codes.OK:
            raise IntakeError(f"{url} answers {answer.status_code} instead of a feed; check the address")
        names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        self._validators[key] = {ask: answer.headers[given] for given, ask in names.items() if given in answer.headers}
        return answer.content

    def _keep(self, url: str, guid: str, text: ItemText, before: ItemText | None) -> FeedItem:
        change: Any = "new" if before is None else "changed"
        return self._arrivals.record(
            lambda number, at, story: FeedItem(number, at, story, url, guid, text, change, before)
        )


def known(arrivals: Iterable[Arrival], url: str) -> dict[str, ItemText]:
    """What the subscriber of the feed `url` has in front of it, by guid."""
    path = urlsplit(url).path
    return {
        arrival.guid: arrival.text
        for arrival in arrivals
        if isinstance(arrival, FeedItem) and urlsplit(arrival.feed_url).path == path
    }


def entries(body: bytes, url: str) -> Iterator[tuple[str, ItemText]]:
    """The items of a feed as guid and text. Raises `IntakeError` if it is not well-formed."""
    # The type is given, so that only the body is judged; its encoding stands in the XML declaration.
    parsed = feedparser.parse(body, response_headers={"content-location": url, "content-type": "application/xml"})
    if parsed.bozo or not parsed.version:
        raise IntakeError(f"{url} is not a well-formed feed: {parsed.get('bozo_exception', 'no RSS and no Atom')}")
    for entry in parsed.entries:
        link = str(entry.get("link", ""))
        yield (
            str(entry.get("id") or link),
            ItemText(
                title=_plain(entry.get("title", "")),
                summary=str(entry.get("summary", "")),
                html="".join(str(part.value) for part in entry.get("content", ())[:1]),
                link=link,
            ),
        )


def _plain(value: object) -> str:
    return " ".join(str(value).split())
