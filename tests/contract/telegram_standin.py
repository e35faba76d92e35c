"""The Bot API on loopback, in memory: messages of one channel, with the service's own refusals."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.standins.json_server import Call, Refusal, json_server

CHAT = "@presse_musterstadt"


@dataclass
class Message:
    """One message as the service keeps it."""

    text: str
    photo: bytes = b""
    answers: int | None = None
    old: bool = False  #: Older than 48 hours.


@dataclass
class TelegramStandin:
    """The service's state."""

    url: str = ""
    token: str = "123456:ABC-DEF_ghi"
    messages: dict[int, Message] = field(default_factory=dict)
    made: int = 0
    waits: int = 0  #: Seconds that a 429 asks for; 0: none.
    status: str = "administrator"

    def visible(self) -> dict[str, str]:
        """What the channel shows."""
        return {str(number): message.text for number, message in self.messages.items()}

    def answer(self, call: Call) -> Any:
        """The JSON of a success; raises `Refusal`."""
        if call.path[0] != f"bot{self.token}":
            raise _refused(401, "Unauthorized")
        is_form = call.headers.get("content-type", "").startswith("multipart/")
        body = call.form if is_form else call.json
        match call.path[1]:
            case "getMe":
                return _result({"id": 99, "is_bot": True, "username": "presse_bot"})
            case "getChat" if body["chat_id"] == CHAT:
                return _result({"id": -1001, "username": CHAT[1:]})
            case "getChatMember" if body["chat_id"] == CHAT:
                return _result({"status": self.status, "can_post_messages": True})
        if body.get("chat_id") != CHAT:
            raise _refused(400, "Bad Request: chat not found")
        if self.waits:
            more = {"parameters": {"retry_after": self.waits}}
            raise Refusal(429, {"ok": False, "error_code": 429, "description": "Too Many Requests", **more})
        match call.path[1]:
            case "sendMessage":
                return self._send(_shown(body["text"], 4096), b"", body.get("reply_parameters"))
            case "sendPhoto":
                answers = json.loads(body["reply_parameters"]) if "reply_parameters" in body else None
                return self._send(_shown(body["caption"], 1024), body["photo"], answers)
            case "editMessageText":
                return self._edit(body["message_id"], _shown(body["text"], 4096), photo=False)
            case "editMessageCaption":
                return self._edit(body["message_id"], _shown(body["caption"], 1024), photo=True)
            case "deleteMessage":
                return self._delete(body["message_id"])
        raise _refused(404, "Not Found")

    def _send(self, text: str, photo: bytes, answers: Any) -> Any:
        self.made += 1
        self.messages[self.made] = Message(text, photo, answers and answers["message_id"])
        return _result({"message_id": self.made, "chat": {"id": -1001, "username": CHAT[1:]}})

    def _edit(self, number: int, text: str, *, photo: bool) -> Any:
        message = self.messages.get(number)
        if message is None:
            raise _refused(400, "Bad Request: message to edit not found")
        if bool(message.photo) is not photo:
            raise _refused(400, "Bad Request: there is no text in the message to edit")
        if message.text == text:
            raise _refused(400, "Bad Request: message is not modified: specified new message content is the same")
        message.text = text
        return _result({"message_id": number})

    def _delete(self, number: int) -> Any:
        message = self.messages.get(number)
        if message is None:
            raise _refused(400, "Bad Request: message to delete not found")
        if message.old:
            raise _refused(400, "Bad Request: message can't be deleted for everyone")
        del self.messages[number]
        return _result(True)


def _shown(markup: str, longest: int) -> str:
    if re.search(r"<(?!/?(?:b|i|a|u|s)\b)|&(?!lt;|gt;|amp;|quot;)", markup):
        raise _refused(400, "Bad Request: can't parse entities")
    text = html.unescape(re.sub(r"<[^>]*>", "", markup))
    if sum(2 if ord(sign) > 0xFFFF else 1 for sign in text) > longest:
        raise _refused(400, "Bad Request: message is too long")
    return text


def _result(value: Any) -> Any:
    return {"ok": True, "result": value}


def _refused(status: int, said: str) -> Refusal:
    return Refusal(status, {"ok": False, "error_code": status, "description": said})


@contextmanager
def telegram_standin() -> Iterator[TelegramStandin]:
    """A service that runs."""
    standin = TelegramStandin()
    with json_server(standin.answer) as url:
        standin.url = url
        yield standin
