"""One Matrix room, written to by one account.

https://spec.matrix.org/latest/client-server-api/#sending-events-to-a-room

Every event goes out under a transaction id made from the delivery: the server
makes one event of two tries, but forgets that after a day. So the key also
stands in the event itself, and `find` reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, NoReturn
from urllib.parse import quote

import httpx

from announcer.channels.http import Api
from announcer.channels.posts import Post, fit_post, thread
from announcer.clock import Clock
from announcer.errors import Permanent, SendError
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering.facets import Marked, marked
from announcer.rendering.fitting import Parts
from announcer.settings import ChannelSettings

#: An event may have 65,536 bytes in all (https://spec.matrix.org/latest/client-server-api/#size-limits); this is for
#: what we put into it, so that ids, signatures and hashes of the server have room.
LIMITS = Limits(max_characters=60_000)
#: Where the delivery's key stands in an event.
KEY = "org.announcer.key"
_ROOMS = "/_matrix/client/v3/rooms"
_PAGE, _PAGES = 100, 5  # how far back `find` looks, among our own messages


class Matrix:
    """A room as a `Channel`."""

    kind = "social"
    can = Abilities(edit=True, delete=True, thread=True, key=True, find=True)

    def __init__(
        self, name: str, settings: ChannelSettings, token: str, client: httpx.Client, wall_clock: Clock
    ) -> None:
        """`client` is shared and closed by the caller. Raises `SettingsError` for a token that can't be one."""
        self.name = name
        self._place = f"[channels.{name}]"
        self._named = settings.room
        self._api = Api(self._place, settings.url, token, client, wall_clock)
        self._room: str | None = None
        self._me: str | None = None

    # -- Before approval. --

    def limits(self) -> Limits:
        """The protocol's own, in bytes of the event's content."""
        return LIMITS

    def prepare(self, content: Content) -> Content:
        """Nothing to fetch: each server makes its own previews."""
        return content

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The message as it will be sent: text, and the same as HTML. Raises `ComposeError` when it doesn't fit."""
        return thread(content, self._place, lambda post: self._compose(post, limits))

    def _compose(self, post: Post, limits: Limits) -> Payload:
        said = marked(fit_post(post, limits.max_characters, size))
        return {"text": said.text, "html": as_html(said)}

    # -- The network. --

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Publish, edit or redact. Raises `Transient`, `Permanent`, `Credentials` or `UnknownOutcome`."""
        match delivery.action:
            case Action.PUBLISH:
                content = {**message(payload), **_relation(delivery, previous)}
                return self._receipt(self._put(delivery.key, content))
            case Action.CORRECT:
                before = previous or self._nothing_before("correct")
                if self._is_gone(before.id):
                    raise Permanent(
                        f"{self._place}: the message to be corrected is gone; publish one of its own instead"
                    )
                self._put(delivery.key, edit(payload, before.id))
                return before
            case Action.WITHDRAW:
                before = previous or self._nothing_before("withdraw")
                self._redact(before.id, delivery.key)
                return before

    def _nothing_before(self, verb: str) -> NoReturn:
        raise Permanent(f"{self._place}: there is no earlier message to {verb}; publish one of its own instead")

    def _put(self, key: str, content: Mapping[str, Any]) -> str:
        path = f"{self._in_room()}/send/m.room.message/{quote(key, safe='')}"
        answer = self._api.write("PUT", path, {**content, KEY: key})
        if not isinstance(answer, dict) or not isinstance(answer.get("event_id"), str):
            raise self._api.lost_answer("answered without the message's id", write=True)
        event_id: str = answer["event_id"]
        return event_id

    def _redact(self, event_id: str, key: str) -> None:
        path = f"{self._in_room()}/redact/{quote(event_id, safe='')}/{quote(key, safe='')}"
        answer = self._api.write("PUT", path, {})
        if not isinstance(answer, dict) or "event_id" not in answer:
            raise self._api.lost_answer("answered without the redaction's id", write=True)

    def withdraw(self, receipt: Receipt) -> None:
        """Redact the message; already redacted is success."""
        self._redact(receipt.id, f"withdraw-{receipt.id}")

    def _receipt(self, event_id: str) -> Receipt:
        return Receipt(
            event_id, f"https://matrix.to/#/{quote(self._room_id(), safe='!:')}/{quote(event_id, safe='$:')}"
        )

    # -- After a lost answer. --

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """The receipt of what this delivery already did, or None if it may be repeated: its key stands in the event."""
        if delivery.action is Action.WITHDRAW:
            return previous if previous is not None and self._is_gone(previous.id) else None
        for event in self._own_messages():
            if event.get("content", {}).get(KEY) == delivery.key:
                return previous if delivery.action is Action.CORRECT else self._receipt(str(event["event_id"]))
        return None

    def _own_messages(self) -> Iterator[Mapping[str, Any]]:
        """Our own messages, the newest first."""
        chosen = json.dumps({"types": ["m.room.message"], "senders": [self._account()]})
        params = {"dir": "b", "limit": str(_PAGE), "filter": chosen}
        for _ in range(_PAGES):
            found = self._api.read(f"{self._in_room()}/messages", params)
            if not isinstance(found, dict) or not isinstance(found.get("chunk"), list):
                raise self._api.lost_answer("answered without a list of messages", write=False)
            yield from (event for event in found["chunk"] if isinstance(event, dict) and "event_id" in event)
            if not found.get("end") or not found["chunk"]:
                return
            params["from"] = str(found["end"])

    def _is_gone(self, event_id: str) -> bool:
        event = self._api.read_if_there(f"{self._in_room()}/event/{quote(event_id, safe='')}")
        return not isinstance(event, dict) or not event.get("content")

    # -- The account and its room. --

    def _in_room(self) -> str:
        return f"{_ROOMS}/{quote(self._room_id(), safe='')}"

    def _room_id(self) -> str:
        if self._room is None:
            self._room = self._named if self._named.startswith("!") else self._resolved(self._named)
        return self._room

    def _resolved(self, alias: str) -> str:
        found = self._api.read(f"/_matrix/client/v3/directory/room/{quote(alias, safe='')}")
        if not isinstance(found, dict) or not isinstance(found.get("room_id"), str):
            raise self._api.lost_answer(f"knows no room {alias}", write=False)
        room: str = found["room_id"]
        return room

    def _account(self) -> str:
        if self._me is None:
            known = self._api.read("/_matrix/client/v3/account/whoami")
            if not isinstance(known, dict) or not isinstance(known.get("user_id"), str):
                raise self._api.lost_answer("answered without an account", write=False)
            self._me = known["user_id"]
        return self._me

    def check(self) -> Health:
        """Try token and room; nothing is published. Never raises a `SendError`."""
        self._me = self._room = None
        try:
            account = self._account()
            joined = self._api.read("/_matrix/client/v3/joined_rooms")
            encrypted = self._api.read_if_there(f"{self._in_room()}/state/m.room.encryption")
            room = self._room_id()
        except SendError as error:
            return Health(ok=False, said=str(error))
        if not isinstance(joined, dict) or room not in joined.get("joined_rooms", ()):
            return Health(
                ok=False, said=f"{self._place}: {account} has not joined {self._named}; invite it and let it join"
            )
        if encrypted is not None:
            return Health(
                ok=False, said=f"{self._place}: {self._named} is encrypted; use a room that everybody can read"
            )
        said = f"{account} may write to {self._named}, {LIMITS.max_characters} bytes"
        return Health(ok=True, said=said, limits=LIMITS)


def message(payload: Payload) -> dict[str, Any]:
    """The content of a message. A notice: clients don't answer it by themselves."""
    return {
        "msgtype": "m.notice",
        "body": payload["text"],
        "format": "org.matrix.custom.html",
        "formatted_body": payload["html"],
    }


def edit(payload: Payload, event_id: str) -> dict[str, Any]:
    """The content of an edit; what stands outside `m.new_content` is for clients that know no edits.

    https://spec.matrix.org/latest/client-server-api/#event-replacements
    """
    old_way = {**message(payload), "body": f"* {payload['text']}", "formatted_body": f"* {payload['html']}"}
    return {
        **old_way,
        "m.new_content": message(payload),
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def _relation(delivery: Delivery, previous: Receipt | None) -> dict[str, Any]:
    if previous is None or (delivery.after_id is None and delivery.corrects_id is None):
        return {}
    return {"m.relates_to": {"m.in_reply_to": {"event_id": previous.id}}}


def as_html(said: Marked) -> str:
    """A text as HTML: its links lead somewhere, its line breaks stay."""
    pieces, last = [], 0
    for one in said.ranges:
        if one.mark == "link":
            shown = escape(said.text[one.start : one.end])
            pieces += [escape(said.text[last : one.start]), f'<a href="{escape(one.value)}">{shown}</a>']
            last = one.end
    pieces.append(escape(said.text[last:]))
    return "".join(pieces).replace("\n", "<br>")


def size(text: str) -> int:
    """How many bytes an edit to this text takes: the largest event it can become."""
    payload = {"text": text, "html": as_html(marked(Parts(fact=text)))}
    return len(json.dumps(edit(payload, "$" + "x" * 60), ensure_ascii=False).encode())
