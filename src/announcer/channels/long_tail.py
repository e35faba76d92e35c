"""Any service that apprise knows (https://github.com/caronc/apprise): one address per channel.

Apprise says only whether it went well. So nothing is repeated unseen: a failure
may have arrived, and a person looks. What has left can be neither edited nor
deleted by it: corrections are tasks for a person.
"""

from __future__ import annotations

from typing import Any, Protocol

from announcer.channels.gallery import shape_of
from announcer.channels.pictures import Frame
from announcer.channels.posts import Post, fit_post, pictures_of, thread
from announcer.errors import Permanent, SettingsError, UnknownOutcome
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering.fitting import graphemes, laid_out_text

_FRAME = Frame(2_000_000, most_side=2000)


class Pictures(Protocol):
    """Pictures made to fit, and where they are."""

    def made_to_fit(self, picture: Any, frame: Frame) -> dict[str, Any]: ...
    def path(self, picture: Any) -> str: ...


class LongTail:
    """One apprise address as a `Channel`."""

    kind = "social"
    can = Abilities(media=True)

    def __init__(self, name: str, address: str, pictures: Pictures | None = None) -> None:
        """`address` is a secret in apprise's spelling; raises `SettingsError` if apprise doesn't understand it."""
        import apprise  # here, as it takes half a second and most offices have none

        self.name = name
        self._place = f"[channels.{name}]"
        self._pictures = pictures
        self._apprise = apprise
        self._service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if self._service is None and address != "not-set":
            raise SettingsError(
                f"{self._place}: apprise does not understand the address; "
                "write it as its documentation of the service says"
            )

    def limits(self) -> Limits:
        """What the service takes, as apprise knows it."""
        longest = int(getattr(self._service, "body_maxlen", 0) or 0) or None
        shows = bool(getattr(self._service, "attachment_support", False)) and self._pictures is not None
        return Limits(max_characters=longest, max_media=1 if shows else 0)

    def prepare(self, content: Content) -> Content:
        """Make the picture fit, where the service shows any."""
        pictures = content.payload.get("pictures") or ()
        if self._pictures is None or not pictures or not self.limits().max_media:
            return content
        made = [self._pictures.made_to_fit(picture, _FRAME) for picture in pictures[:1]]
        return Content(content.channel_kind, content.language, {**content.payload, "pictures": made})

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The text as it is handed on; raises `ComposeError` when it doesn't fit."""
        return thread(content, self._place, lambda post: self._compose(content, post, limits))

    def _compose(self, content: Content, post: Post, limits: Limits) -> Payload:
        # Services count in many ways; none counts more than the larger of these two.
        text = laid_out_text(fit_post(post, limits.max_characters, lambda said: max(len(said), graphemes(said))))
        payload: dict[str, Any] = {"text": text}
        if limits.max_media and post.first and (shown := pictures_of(content)[:1]):
            payload["pictures"] = [{**shape_of(picture), "alt": picture["alt"]} for picture in shown]
        return payload

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Hand it to apprise. A failure is `UnknownOutcome`: apprise can't say how far it came."""
        if delivery.action is not Action.PUBLISH or delivery.corrects_id is not None:
            raise Permanent(f"{self._place}: what has left by apprise can't be put right by it; do it by hand")
        if self._service is None:
            raise Permanent(f"{self._place}: its address is not set")
        attach = None
        if payload.get("pictures") and self._pictures is not None:
            attach = self._apprise.AppriseAttachment(self._pictures.path(payload["pictures"][0]))
        sent = self._service.notify(body=payload["text"], body_format=self._apprise.NotifyFormat.TEXT, attach=attach)
        if not sent:
            raise UnknownOutcome(
                f"{self._place}: apprise could not deliver it, or lost the answer; look before repeating it"
            )
        return Receipt(delivery.key)

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """Nothing can be looked up; a person is asked."""
        return None

    def withdraw(self, receipt: Receipt) -> None:
        """Not possible; raises `Permanent`."""
        raise Permanent(f"{self._place}: what has left by apprise can't be taken back by it; do it by hand")

    def check(self) -> Health:
        """Whether apprise understands the address; nothing is sent."""
        if self._service is None:
            return Health(ok=False, said=f"{self._place}: its address is not set")
        limits = self.limits()
        length = f"{limits.max_characters} characters" if limits.max_characters else "any length"
        return Health(ok=True, said=f"apprise speaks to {self._service.service_name}, {length}", limits=limits)
