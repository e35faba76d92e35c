"""A receiver of webhooks as docs/webhook.md asks for it: checks the signature, does each id once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.standins.json_server import Call, Refusal, json_server


@dataclass
class WebhookStandin:
    """The receiver's state."""

    url: str = ""
    secret: str = "a-secret-of-more-than-16"
    posts: dict[str, str] = field(default_factory=dict)
    done: dict[str, Any] = field(default_factory=dict)
    bodies: list[Any] = field(default_factory=list)

    def answer(self, call: Call) -> Any:
        """The JSON of a success; raises `Refusal`."""
        expected = hmac.new(self.secret.encode(), call.raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(call.headers.get("x-announcer-signature", ""), f"sha256={expected}"):
            raise Refusal(401, {"error": "wrong signature"})
        body = call.json
        assert call.headers["idempotency-key"] == body["id"]
        self.bodies.append(body)
        if body["id"] not in self.done:
            self.done[body["id"]] = self._do(body)
        return self.done[body["id"]]

    def _do(self, body: Any) -> Any:
        match body["action"]:
            case "publish":
                if len(body["post"]["text"]) > 30_000:
                    raise Refusal(422, {"error": "too long"})
                number = f"post-{len(self.done) + 1}"
                self.posts[number] = body["post"]["text"]
                return {"id": number, "url": f"https://intern.city.example/{number}"}
            case "correct":
                if body["about"] not in self.posts:
                    raise Refusal(404, {"error": "there is no such post"})
                self.posts[body["about"]] = body["post"]["text"]
            case "withdraw":
                if self.posts.pop(body["about"], None) is None:
                    raise Refusal(410, {"error": "gone already"})
        return {}


@contextmanager
def webhook_standin() -> Iterator[WebhookStandin]:
    """A receiver that runs."""
    standin = WebhookStandin()
    with json_server(standin.answer) as url:
        standin.url = f"{url}/hook?for=presse"
        yield standin
