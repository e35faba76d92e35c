"""A Matrix homeserver on loopback, in memory: as much of Synapse as a press office needs.

tests/servers runs the same suite against Synapse itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.standins.json_server import Call, Refusal, json_server

ROOM, ALIAS, ACCOUNT = "!presse:city.example", "#presse:city.example", "@presse:city.example"


@dataclass
class MatrixStandin:
    """The server's state."""

    url: str = ""
    token: str = "syt_cHJlc3Nl_token"
    events: list[dict[str, Any]] = field(default_factory=list)
    transactions: dict[str, str] = field(default_factory=dict)
    keeps_transactions: bool = True  #: False: a day has passed, or the server was restarted.
    joined: bool = True
    encrypted: bool = False

    def visible(self) -> dict[str, str]:
        """What the room shows: edits applied, redacted messages gone."""
        shown: dict[str, str] = {}
        for event in self.events:
            content = event["content"]
            relation = content.get("m.relates_to", {})
            if relation.get("rel_type") == "m.replace":
                if relation["event_id"] in shown:
                    shown[relation["event_id"]] = content["m.new_content"]["body"]
            elif content:
                shown[event["event_id"]] = content["body"]
        return shown

    def answer(self, call: Call) -> Any:
        """The JSON of a success; raises `Refusal`."""
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed."})
        match call.method, call.path[3:]:
            case "GET", ("account", "whoami"):
                return {"user_id": ACCOUNT, "device_id": "PRESSE"}
            case "GET", ("joined_rooms",):
                return {"joined_rooms": [ROOM] if self.joined else []}
            case "GET", ("directory", "room", alias) if alias == ALIAS:
                return {"room_id": ROOM}
            case "GET", ("rooms", room, "state", "m.room.encryption") if room == ROOM and self.encrypted:
                return {"algorithm": "m.megolm.v1.aes-sha2"}
            case "PUT", ("rooms", room, "send", "m.room.message", key) if room == ROOM:
                return {"event_id": self._once(key, lambda: self._send(call.json))}
            case "PUT", ("rooms", room, "redact", event_id, key) if room == ROOM:
                return {"event_id": self._once(key, lambda: self._redact(event_id))}
            case "GET", ("rooms", room, "event", event_id) if room == ROOM:
                for event in self.events:
                    if event["event_id"] == event_id:
                        return event
            case "GET", ("rooms", room, "messages") if room == ROOM:
                start, limit = int(call.query.get("from", "0")), int(call.query["limit"])
                chunk = self.events[::-1][start : start + limit]
                return {"chunk": chunk, **({"end": str(start + limit)} if chunk else {})}
        raise Refusal(404, {"errcode": "M_NOT_FOUND", "error": "Not found."})

    def _once(self, key: str, act: Any) -> str:
        if not (self.keeps_transactions and key in self.transactions):
            self.transactions[key] = act()
        return self.transactions[key]

    def _send(self, content: dict[str, Any]) -> str:
        if len(json.dumps(content, ensure_ascii=False).encode()) > 65_000:
            raise Refusal(413, {"errcode": "M_TOO_LARGE", "error": "event too large"})
        event_id = f"${len(self.events) + 1}"
        self.events.append({"event_id": event_id, "sender": ACCOUNT, "type": "m.room.message", "content": content})
        return event_id

    def _redact(self, event_id: str) -> str:
        for event in self.events:
            if event["event_id"] == event_id:
                event["content"] = {}
                return f"$redaction-of-{event_id}"
        raise Refusal(404, {"errcode": "M_NOT_FOUND", "error": "Could not find event"})


@contextmanager
def matrix_standin() -> Iterator[MatrixStandin]:
    """A server that runs."""
    standin = MatrixStandin()
    with json_server(standin.answer) as url:
        standin.url = url
        yield standin
