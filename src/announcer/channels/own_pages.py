"""The page answers first: what links to a page of ours leaves once that page can be read at its public address.

A page opens the moment a public message that is due stands in the ledger
(`store.published`); whether it does, through proxy, cache and certificate,
only the address itself can tell. A message whose page does not answer waits
in the queue with the reason, is tried again every few seconds, and ends with
its `not_after`. Changes and cancellations don't wait: their page has been
open since the first message, and people have to know.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import httpx
import structlog

from announcer.model.campaign import Audience, Message, Urgency
from announcer.model.content import Payload, canonical
from announcer.store import campaign, contents
from announcer.store.database import Database

log = structlog.get_logger(__name__)

#: Seconds after which a message whose page did not answer is tried again.
RETRY_SECONDS = 5.0
#: Begins what is said of a delivery that waits for its page.
WAITS_FOR_PAGE = "page:"
#: So long one answer counts for everything that links there.
_KEPT_SECONDS = 3.0
_TIMEOUT_SECONDS = 3.0
_MOST_REMEMBERED = 10_000
_NO_HEAD = frozenset({405, 501})


class OwnPages:
    """Asks the site's own address, as a reader would. Several threads may, and none waits for another."""

    def __init__(self, client: httpx.Client, site_url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._link = re.compile(rf"{re.escape(site_url)}/[ae]/[A-Za-z0-9._~%-]+")
        self._answers: dict[str, tuple[float, str]] = {}

    def trouble(self, payload: Payload) -> str | None:
        """Which page of ours that `payload` links to does not answer and how, as a key of planning.why; else None."""
        for url in sorted(set(self._link.findall(canonical(payload)))):
            # A full stop ends a sentence, not an address.
            if said := self._asked(url.rstrip(".")):
                return f"{WAITS_FOR_PAGE}{url}|{said}"
        return None

    def _asked(self, url: str) -> str:
        """What is wrong with a page; empty if it answers 200."""
        now = self._monotonic()
        known = self._answers.get(url)
        if known is not None and now - known[0] < _KEPT_SECONDS:
            return known[1]
        said = self._ask(url)
        if len(self._answers) > _MOST_REMEMBERED:
            self._answers.clear()
        self._answers[url] = self._monotonic(), said
        return said

    def _ask(self, url: str) -> str:
        try:
            status = self._status("HEAD", url)
            if status in _NO_HEAD:
                status = self._status("GET", url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return " ".join(str(error).split())[:120] or type(error).__name__
        return "" if status == 200 else str(status)

    def _status(self, method: str, url: str) -> int:
        # Only the head of the answer is read.
        with self._client.stream(method, url, timeout=_TIMEOUT_SECONDS, follow_redirects=True) as answer:
            return answer.status_code


class Gate:
    """Opens for a content once its pages answered, and stays open: what has begun to leave goes on."""

    def __init__(self, database: Database, pages: OwnPages) -> None:
        self._database = database
        self._pages = pages
        self._open: set[int] = set()
        self._lock = threading.Lock()

    def bar(self, content_id: int) -> str | None:
        """Why what this content says has to wait; None if it may leave. Never call it inside a transaction."""
        if content_id in self._open:
            return None
        with self._database.read() as connection:
            stored = contents.by_id(connection, [content_id])[content_id]
            one = campaign.message_by_id(connection, stored.message_id)
        said = self._pages.trouble(stored.payload) if _waits(one) else None
        if said is not None:
            log.warning("a page of ours does not answer; the message waits", message=one.id, why=said)
            return said
        with self._lock:
            if len(self._open) > _MOST_REMEMBERED:
                self._open.clear()
            self._open.add(content_id)
        return None


def _waits(one: Message) -> bool:
    """Whether a message waits for its page: everything for the public but changes and cancellations."""
    return one.planned.audience is not Audience.PRESS and one.planned.urgency > Urgency.CHANGE and one.change_id is None
