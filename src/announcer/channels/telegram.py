"""One Telegram channel or group, written to by a bot.

https://core.telegram.org/bots/api

The network keeps no key against doubles and can't be read back: a publication
whose answer was lost is settled by a person. Edits and deletions may be
repeated: the second changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any, NoReturn

import httpx

from announcer.channels.gallery import Gallery, shape_of
from announcer.channels.http import Api
from announcer.channels.pictures import Frame
from announcer.channels.posts import Post, fit_post, pictures_of, thread
from announcer.clock import Clock
from announcer.errors import Credentials, Permanent, SendError
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering.fitting import laid_out_text
from announcer.settings import ChannelSettings

HOME = "https://api.telegram.org"
LONGEST_CAPTION = 1024  # https://core.telegram.org/bots/api#sendphoto
LIMITS = Limits(max_characters=4096, max_media=1)
_FRAME = Frame(10_000_000, most_side=2560)
_UNCHANGED = "message is not modified"
_GONE = ("message to delete not found", "message to edit not found", "message_id_invalid")


class Refused(Permanent):
    """A refusal in Telegram's own words."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


class Telegram:
    """A chat as a `Channel`."""

    kind = "social"
    can = Abilities(edit=True, delete=True, thread=True, media=True)

    def __init__(
        self,
        name: str,
        settings: ChannelSettings,
        token: str,
        client: httpx.Client,
        wall_clock: Clock,
        gallery: Gallery | None = None,
    ) -> None:
        """`client` is shared and closed by the caller. Raises `SettingsError` for a token that can't be one."""
        self.name = name
        self._place = f"[channels.{name}]"
        self._chat = settings.room
        self._gallery = gallery
        self._api = Api(self._place, settings.url or HOME, "", client, wall_clock, hidden=token)

    # -- Before approval. --

    def limits(self) -> Limits:
        """The service's own, in UTF-16 units; there is nobody to ask."""
        return LIMITS

    def prepare(self, content: Content) -> Content:
        """Make the picture fit."""
        pictures = content.payload.get("pictures") or ()
        if self._gallery is None or not pictures:
            return content
        made = [self._gallery.made_to_fit(picture, _FRAME) for picture in pictures[:1]]
        return Content(content.channel_kind, content.language, {**content.payload, "pictures": made})

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The message as it will be sent: text, as HTML, and its picture.

        With a picture the text is its caption, which is shorter. Raises
        `ComposeError` when it doesn't fit, or the picture has no alt text.
        """
        return thread(content, self._place, lambda post: self._compose(content, post, limits))

    def _compose(self, content: Content, post: Post, limits: Limits) -> Payload:
        pictures = pictures_of(content)[:1] if post.first and self._gallery else []
        limit = LONGEST_CAPTION if pictures else limits.max_characters
        text = laid_out_text(fit_post(post, limit, utf16_units))
        payload: dict[str, Any] = {"text": text, "html": escape(text, quote=False)}
        if pictures:
            # The network keeps no alt text: it is approved with the post, for whoever asks.
            payload["pictures"] = [{**shape_of(picture), "alt": picture["alt"]} for picture in pictures]
        return payload

    # -- The network. --

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Publish, edit or delete. Raises `Transient`, `Permanent`, `Credentials` or `UnknownOutcome`."""
        match delivery.action:
            case Action.PUBLISH:
                answers = delivery.after_id is not None or delivery.corrects_id is not None
                return self._publish(payload, previous if answers else None)
            case Action.CORRECT:
                return self._edit(payload, previous or self._nothing_before("correct"))
            case Action.WITHDRAW:
                before = previous or self._nothing_before("withdraw")
                self.withdraw(before)
                return before

    def _nothing_before(self, verb: str) -> NoReturn:
        raise Permanent(f"{self._place}: there is no earlier message to {verb}; publish one of its own instead")

    def _publish(self, payload: Payload, previous: Receipt | None) -> Receipt:
        body: dict[str, Any] = {"chat_id": self._chat, "parse_mode": "HTML"}
        if previous is not None:
            body["reply_parameters"] = {"message_id": int(previous.id), "allow_sending_without_reply": True}
        if payload.get("pictures"):
            return self._receipt(self._photo(payload, body), {"photo": "yes"})
        return self._receipt(self._call("sendMessage", {**body, "text": payload["html"]}, write=True), {})

    def _photo(self, payload: Payload, body: Mapping[str, Any]) -> Any:
        assert self._gallery is not None
        (picture,) = payload["pictures"]
        suffix = picture["media_type"].partition("/")[2]
        fields = {**body, "caption": payload["html"]}
        if "reply_parameters" in fields:
            fields["reply_parameters"] = json.dumps(fields["reply_parameters"])
        file = (f"picture.{suffix}", self._gallery.read(picture), picture["media_type"])
        return self._result(
            self._api.ask("POST", self._path("sendPhoto"), write=True, data=fields, files={"photo": file}), write=True
        )

    def _edit(self, payload: Payload, previous: Receipt) -> Receipt:
        body = {"chat_id": self._chat, "message_id": int(previous.id), "parse_mode": "HTML"}
        captioned = previous.extra.get("photo") == "yes"
        method, part = ("editMessageCaption", "caption") if captioned else ("editMessageText", "text")
        if captioned and utf16_units(payload["text"]) > LONGEST_CAPTION:
            raise Permanent(
                f"{self._place}: the corrected text is too long for the caption of a picture; answer instead"
            )
        try:
            # A second edit changes nothing, so a lost answer is no doubt: it is tried again.
            self._call(method, {**body, part: payload["html"]}, write=False)
        except Refused as error:
            if _UNCHANGED not in error.said:
                raise
        return previous

    def withdraw(self, receipt: Receipt) -> None:
        """Delete the message; already gone is success. After 48 hours the network lets only people do it."""
        try:
            self._call("deleteMessage", {"chat_id": self._chat, "message_id": int(receipt.id)}, write=False)
        except Refused as error:
            if "can't be deleted" in error.said:
                raise Permanent(
                    f"{self._place}: the message is too old for a bot to delete; delete it by hand: {receipt.url}"
                ) from error
            if not any(gone in error.said for gone in _GONE):
                raise

    def _receipt(self, message: Any, extra: Mapping[str, str]) -> Receipt:
        if not isinstance(message, dict) or not isinstance(message.get("message_id"), int):
            raise self._api.lost_answer("answered without the message's id", write=True)
        number, chat = message["message_id"], message.get("chat") or {}
        name = chat.get("username") or f"c/{str(chat.get('id', '')).removeprefix('-100')}"
        return Receipt(str(number), f"https://t.me/{name}/{number}", extra)

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """A bot can't read what it wrote. Edits and deletions may be repeated; for the rest a person is asked."""
        return None

    # -- The API. --

    def _path(self, method: str) -> str:
        return f"/bot{self._api.hidden}/{method}"

    def _call(self, method: str, body: Mapping[str, Any], *, write: bool) -> Any:
        return self._result(self._api.ask("POST", self._path(method), write=write, json=dict(body)), write=write)

    def _result(self, answer: httpx.Response, *, write: bool) -> Any:
        if answer.status_code == 404:  # an address without such a bot
            raise Credentials(
                f"{self._place}: {self._api.host} knows no bot with this token; make a new one and set it"
            )
        if not answer.is_success:
            error = self._api.refused(answer, write=write)
            raise Refused(str(error), str(error).lower()) if isinstance(error, Permanent) else error
        said = self._api.json(answer, write=write)
        if not isinstance(said, dict) or said.get("ok") is not True:
            raise self._api.lost_answer("answered without a result", write=write)
        return said["result"]

    def check(self) -> Health:
        """Try token, chat and rights; nothing is published. Never raises a `SendError`."""
        try:
            me = self._call("getMe", {}, write=False)
            self._call("getChat", {"chat_id": self._chat}, write=False)
            member = self._call("getChatMember", {"chat_id": self._chat, "user_id": me["id"]}, write=False)
        except SendError as error:
            return Health(ok=False, said=str(error))
        status = member.get("status")
        may_post = status == "creator" or (status == "administrator" and member.get("can_post_messages", True))
        if not may_post and status not in {"member"}:
            return Health(
                ok=False,
                said=f"{self._place}: @{me.get('username')} may not post in {self._chat}; make it an administrator",
            )
        said = f"@{me.get('username')} may post in {self._chat}, {LIMITS.max_characters} characters"
        return Health(ok=True, said=said, limits=LIMITS)


def utf16_units(text: str) -> int:
    """How long Telegram says a text is, after its entities are read."""
    return len(text.encode("utf-16-le")) // 2
