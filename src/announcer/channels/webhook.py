"""A webhook: each post as signed JSON to an address of the office's own choosing (docs/webhook.md).

The receiver is asked to do the same thing once for the same `id`. So a try
whose answer was lost is simply made again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx

from announcer.channels.http import Api
from announcer.channels.posts import Post, fit_post, thread
from announcer.clock import Clock
from announcer.errors import Permanent, SendError, SettingsError
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering.fitting import graphemes, laid_out_text
from announcer.settings import ChannelSettings

SIGNATURE = "X-Announcer-Signature"
VERSION = 1
LIMITS = Limits(max_characters=20_000)
_SHORTEST_SECRET = 16


class Webhook:
    """An address as a `Channel`."""

    kind = "social"
    can = Abilities(edit=True, delete=True, thread=True, key=True)

    def __init__(
        self, name: str, settings: ChannelSettings, secret: str, client: httpx.Client, wall_clock: Clock
    ) -> None:
        """`client` is shared and closed by the caller. Raises `SettingsError` for a secret too short to sign with."""
        if len(secret) < _SHORTEST_SECRET and secret != "not-set":
            raise SettingsError(
                f"[channels.{name}]: its secret has {len(secret)} characters; take at least {_SHORTEST_SECRET}, "
                "as from 'openssl rand -hex 32'"
            )
        self.name = name
        self._place = f"[channels.{name}]"
        self._secret = secret
        parts = urlsplit(settings.url)
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._api = Api(self._place, f"{parts.scheme}://{parts.netloc}", "", client, wall_clock)

    def limits(self) -> Limits:
        """What fits into any receiver; it may cut further."""
        return LIMITS

    def prepare(self, content: Content) -> Content:
        """Nothing to fetch."""
        return content

    def compose(self, content: Content, limits: Limits) -> Payload:
        """What the receiver gets of the post; raises `ComposeError` when it doesn't fit."""
        return thread(content, self._place, lambda post: self._compose(content, post, limits))

    def _compose(self, content: Content, post: Post, limits: Limits) -> Payload:
        parts = fit_post(post, limits.max_characters, graphemes)
        return {
            "text": laid_out_text(parts),
            "lead": parts.lead,
            "fact": parts.fact,
            "link": parts.link,
            "hashtags": [tag.lstrip("#") for tag in parts.hashtags],
            "language": content.payload.get("language") or content.language,
        }

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Post it, with what it corrects, withdraws or answers. Raises `SendError`s as `Api` does."""
        if delivery.action is not Action.PUBLISH and previous is None:
            self._nothing_before(delivery.action.value)
        answer = self._post(self._body(delivery, payload, previous))
        if delivery.action is not Action.PUBLISH:
            assert previous is not None
            return previous
        known = answer if isinstance(answer, dict) else {}
        return Receipt(str(known.get("id") or delivery.key), str(known.get("url") or payload["link"]))

    def _nothing_before(self, verb: str) -> NoReturn:
        raise Permanent(f"{self._place}: there is no earlier post to {verb}; publish a post of its own instead")

    def _body(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> dict[str, Any]:
        answers = delivery.action is Action.PUBLISH and (
            delivery.after_id is not None or delivery.corrects_id is not None
        )
        moment = delivery.moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if delivery.moment else None
        return {
            "version": VERSION,
            "id": delivery.key,
            "action": delivery.action.value,
            "channel": self.name,
            "moment": moment,
            "post": None if delivery.action is Action.WITHDRAW else dict(payload),
            "about": previous.id if previous and delivery.action is not Action.PUBLISH else None,
            "answers": previous.id if previous and answers else None,
        }

    def _empty(self, action: str, key: str) -> dict[str, Any]:
        nothing = dict.fromkeys(("moment", "post", "about", "answers"))
        return {"version": VERSION, "id": key, "action": action, "channel": self.name, **nothing}

    def _post(self, body: dict[str, Any]) -> Any:
        raw = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": body["id"],
            SIGNATURE: signature(self._secret, raw),
        }
        answer = self._api.ask("POST", self._path, write=True, content=raw, headers=headers)
        if answer.is_success:
            return self._read(answer)
        if body["action"] == Action.WITHDRAW and answer.status_code in {404, 410}:
            return None
        raise self._api.refused(answer, write=True)

    def _read(self, answer: httpx.Response) -> Any:
        """The receiver's own id and address, if it says them; a page with status 200 proves nothing."""
        if not answer.content.strip():
            return None
        if "html" in answer.headers.get("Content-Type", ""):
            raise self._api.lost_answer("answered with a web page", write=True)
        try:
            return answer.json()
        except ValueError:
            return None

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """Nobody can be asked; the receiver knows the id, so repeating changes nothing."""
        return None

    def withdraw(self, receipt: Receipt) -> None:
        """Say that the post is taken back; the id follows from what it names."""
        key = hashlib.sha256(f"withdraw {receipt.id}".encode()).hexdigest()[:32]
        self._post({**self._empty("withdraw", key), "about": receipt.id})

    def check(self) -> Health:
        """Send a signed `{"action": "check"}`; a receiver answers 2xx and does nothing. Never raises a `SendError`."""
        try:
            self._post(self._empty("check", "check"))
        except SendError as error:
            return Health(ok=False, said=str(error))
        said = f"{self._api.host} takes signed posts, {LIMITS.max_characters} characters"
        return Health(ok=True, said=said, limits=LIMITS)


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of the body, in hex."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
