"""WebSub (https://www.w3.org/TR/websub/): the hub is told that feeds changed, and tells their subscribers.

What is to be told waits in the outbox like all that the house says besides its
messages: written before the files, sent after them, tried again until the hub
has taken it or a newer change makes it worthless.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from announcer.model.content import Health, Payload
from announcer.model.ledger import Deferred, Failed, Outcome, Receipt, Sent
from announcer.store.outbox import Entry

WAY = "websub"
#: Files are written within this time after the hub's news was put down; it reads them right after being told.
HEAD_START = timedelta(seconds=2)
#: A reader comes by itself within hours; later news of a change is none.
WORTH = timedelta(hours=12)
_FORMATS = (".rss.xml", ".atom.xml", ".json")
_LONGEST_SAID = 200


def topics(feeds_url: str, names: Sequence[str]) -> list[str]:
    """The addresses of those files that one can subscribe to: feeds, not calendars."""
    return [f"{feeds_url}/{name}" for name in names if name.endswith(_FORMATS)]


def payload(addresses: Sequence[str]) -> Payload:
    """What the outbox keeps."""
    return {"topics": list(addresses)}


class HubWay:
    """Tells one hub."""

    def __init__(self, hub: str, client: httpx.Client) -> None:
        self._hub = hub
        self._client = client

    def send(self, entry: Entry) -> Outcome:
        """One POST with all that changed; hubs take several topics at once. Anything but a 2xx is tried again."""
        form = {"hub.mode": "publish", "hub.url": entry.payload["topics"], "hub.topic": entry.payload["topics"]}
        try:
            answer = self._client.post(self._hub, data=form)
        except httpx.HTTPError as error:
            return Deferred(f"the hub does not answer ({str(error)[:_LONGEST_SAID] or type(error).__name__})")
        if answer.is_success:
            return Sent(Receipt(str(answer.status_code)))
        said = f"the hub answers {answer.status_code}: {answer.text[:_LONGEST_SAID]}"
        return Failed(said) if answer.status_code in {400, 403, 404, 410} else Deferred(said)

    def rest(self) -> None:
        """The client keeps its connections itself."""

    def check(self) -> Health:
        """Nothing is asked: a hub takes every call for news."""
        return Health(True, f"{urlsplit(self._hub).hostname}")

    def close(self) -> None:
        """Nothing to end: the client belongs to the house."""
