"""By hand: text, picture and alt text ready to be copied, for networks that need a person with an account.

Sending is asking: at its moment the post becomes a task, which ends when
somebody says where it stands. Corrections and withdrawals are tasks the same way.
"""

from __future__ import annotations

from typing import Any

from announcer.channels.posts import Post, alt_text, fit_post, pictures_of, thread
from announcer.errors import ByHand
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering.fitting import graphemes, laid_out_text
from announcer.settings import ChannelSettings


class Tasks:
    """What a person posts, as a `Channel`."""

    kind = "social"
    can = Abilities(edit=True, delete=True, thread=True, media=True, key=True)

    def __init__(self, name: str, settings: ChannelSettings) -> None:
        self.name = name
        self._place = f"[channels.{name}]"
        self._limits = Limits(max_characters=settings.characters or None)

    def limits(self) -> Limits:
        """As config.toml says: nobody else can be asked."""
        return self._limits

    def prepare(self, content: Content) -> Content:
        """The pictures as they are: whoever posts chooses the size."""
        return content

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The text to be copied, and the pictures with their alt text; raises `ComposeError` when it doesn't fit."""
        return thread(content, self._place, lambda post: self._compose(content, post, limits))

    def _compose(self, content: Content, post: Post, limits: Limits) -> Payload:
        text = laid_out_text(fit_post(post, limits.max_characters, graphemes))
        payload: dict[str, Any] = {"text": text}
        if post.first and (shown := pictures_of(content)):
            keep = ("hash", "name", "credit")
            payload["pictures"] = [
                {**{key: picture.get(key, "") for key in keep}, "alt": alt_text(picture, 0)} for picture in shown
            ]
        return payload

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Always raises `ByHand`: a person does it."""
        where = previous.url or previous.id if previous else ""
        match delivery.action:
            case Action.CORRECT:
                raise ByHand(f"correct it where it stands: {where}" if where else "correct it where it stands")
            case Action.WITHDRAW:
                raise ByHand(f"delete it where it stands: {where}" if where else "delete it where it stands")
            case Action.PUBLISH:
                raise ByHand(f"post it below {where}" if where else "post it")

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """Nothing was done by anything but a person."""
        return None

    def withdraw(self, receipt: Receipt) -> None:
        """Always raises `ByHand`."""
        raise ByHand(f"delete it where it stands: {receipt.url or receipt.id}")

    def check(self) -> Health:
        """There is nothing that could fail."""
        longest = self._limits.max_characters
        length = f"up to {longest} characters" if longest else "of any length"
        return Health(ok=True, said=f"a person posts it, {length}", limits=self._limits)
