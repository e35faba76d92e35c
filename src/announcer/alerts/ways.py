"""How a notice gets to the office: by mail through the relay, to a webhook, through apprise.

Each says what came of one try as an outcome; nothing here raises. A lost
answer is tried again: a mail under the same Message-ID, a webhook with the
same id in its body, so that who receives it can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from announcer.channels.http import retry_after
from announcer.channels.webhook import SIGNATURE, signature
from announcer.clock import Clock
from announcer.model.content import Health
from announcer.model.ledger import Deferred, Failed, Outcome, Receipt, Sent
from announcer.newsletter.single import Courier, SingleMail
from announcer.office import outgoing
from announcer.settings import Settings
from announcer.store.outbox import Entry

WEBHOOK = "@webhook"
_LONGEST_SAID = 200


class Way(Protocol):
    """One way to the office."""

    def send(self, entry: Entry) -> Outcome:
        """Try it once."""
        ...

    def rest(self) -> None:
        """Nothing is due for now."""
        ...

    def check(self) -> Health:
        """What can be tried without sending anything."""
        ...

    def close(self) -> None:
        """Begin nothing more. May come from any thread."""
        ...


class MailWay:
    """Mail to people of config.toml; their address is looked up as it is sent, so that a corrected one counts."""

    def __init__(self, settings: Settings, courier: Courier) -> None:
        self._people = settings.people
        self._courier = courier

    def send(self, entry: Entry) -> Outcome:
        """Send the mail. A relay that is away or refuses us costs no try."""
        person = self._people.get(entry.recipient)
        if person is None:
            return Failed(f"config.toml has no [people.{entry.recipient}] any more")
        said = entry.payload
        mail = SingleMail(
            key=entry.message_key,
            to=person.mail,
            subject=said["subject"],
            text=said["text"],
            html=said["html"],
            name=said["name"],
            language=said["language"],
            date=entry.created_at,
        )
        return outgoing.post(self._courier, mail)

    def rest(self) -> None:
        """Let go of a connection that has had nothing to do for a while."""
        self._courier.idle()

    def check(self) -> Health:
        """Whether the relay takes our mail."""
        return self._courier.check()

    def close(self) -> None:
        """Say goodbye to the relay."""
        self._courier.close()


class WebhookWay:
    """A POST of JSON, signed if there is a secret (docs/alerts.md)."""

    def __init__(self, url: str, secret: str, client: httpx.Client, clock: Clock) -> None:
        self._url = url
        self._secret = secret
        self._client = client
        self._clock = clock

    def send(self, entry: Entry) -> Outcome:
        """Post it; anything but a 2xx is tried again."""
        body = json.dumps(webhook_body(entry), ensure_ascii=False, sort_keys=True).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, body)
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return Deferred(f"the webhook does not answer ({str(error)[:_LONGEST_SAID] or type(error).__name__})")
        if answer.is_success:
            return Sent(Receipt(str(answer.status_code)))
        return Deferred(f"the webhook answers {answer.status_code}", retry_after(answer.headers, self._clock()))

    def rest(self) -> None:
        """The client keeps its connections itself."""

    def check(self) -> Health:
        """Nothing is asked: a webhook may take any call for an alert."""
        return Health(True, f"{urlsplit(self._url).hostname}, {'signed' if self._secret else 'not signed'}")

    def close(self) -> None:
        """Nothing to end: the client belongs to the house."""


def webhook_body(entry: Entry) -> Mapping[str, object]:
    """What a webhook is sent. `id` stays the same on every try."""
    return {
        "id": entry.message_key,
        "kind": entry.kind,
        "at": entry.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": entry.payload["subject"],
        "text": entry.payload["text"],
        "items": entry.payload["items"],
    }


class AppriseWay:
    """Whatever apprise can reach: chat rooms, phones. One entry per address, so that each is tried on its own."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    def send(self, entry: Entry) -> Outcome:
        """Hand it to apprise, which only says whether it went well."""
        address = self._addresses.get(entry.recipient)
        if address is None:
            return Failed("its apprise address is no longer set")
        import apprise  # here, as it takes half a second and most offices have none

        ways = apprise.Apprise()
        if not ways.add(address):
            return Failed("apprise does not know this address")
        kind = apprise.NotifyType.WARNING if entry.kind in {"trouble", "stopped", "missed"} else apprise.NotifyType.INFO
        sent = ways.notify(
            title=entry.payload["subject"],
            body=entry.payload["text"],
            notify_type=kind,
            body_format=apprise.NotifyFormat.TEXT,
        )
        return Sent(Receipt("")) if sent else Deferred("apprise could not deliver it; see the log")

    def rest(self) -> None:
        """Nothing is kept."""

    def check(self) -> Health:
        """Whether apprise understands every address."""
        import apprise

        unknown = sum(not apprise.Apprise().add(address) for address in self._addresses.values())
        if unknown or not self._addresses:
            return Health(False, f"apprise does not understand {unknown} of {len(self._addresses)} addresses")
        return Health(True, f"{len(self._addresses)} addresses")

    def close(self) -> None:
        """Nothing to end."""


def apprise_addresses(text: str) -> dict[str, str]:
    """The addresses of the environment variable, parted by blanks or commas before a scheme; by their recipient's id.

    The address itself holds secrets and stays out of the database.
    """
    parts = [part.strip(",; ") for part in text.split()]
    return {f"@apprise-{hashlib.sha256(part.encode()).hexdigest()[:12]}": part for part in parts if part}
