"""One Bluesky account, on any server of the AT protocol.

https://docs.bsky.app/docs/api/com-atproto-repo-put-record

A post is a record under a key that we choose: made from the delivery, so that
a second try writes the same record to the same place and changes nothing.
`swapRecord: null` says "only if nothing is there": a record that differs is
refused instead of overwritten.

The app knows no edits. What became wrong is answered, in the thread of the post.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn, Protocol

import httpx

from announcer.channels.bluesky_session import Refused, Sealed, Session
from announcer.channels.bluesky_text import (
    LARGEST_BLOB,
    LIMITS,
    cid_of,
    created_at,
    facets,
    is_handle,
    language_of,
    length,
    record_key,
    short_link,
)
from announcer.channels.gallery import Files, Gallery, Notes, shape_of
from announcer.channels.link_card import LinkCards
from announcer.channels.pictures import Frame
from announcer.channels.posts import Post, alt_text, fit_post, pictures_of, thread
from announcer.clock import Clock
from announcer.errors import ComposeError, Permanent, SendError
from announcer.model.content import Abilities, Content, Health, Limits, Payload
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.rendering import clean
from announcer.rendering.facets import marked
from announcer.rendering.fitting import Parts, entities
from announcer.settings import ChannelSettings

HOME = "https://bsky.social"
COLLECTION = "app.bsky.feed.post"
_FRAME = Frame(LARGEST_BLOB, most_side=2000)
_THUMB = Frame(LARGEST_BLOB, most_side=1200)
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 300, 1000


class Memory(Sealed, Notes, Protocol):
    """What is remembered beyond a restart, sealed or not (`store.memory.Memory`)."""


class Bluesky:
    """A Bluesky account as a `Channel`."""

    kind = "social"
    can = Abilities(delete=True, thread=True, media=True, key=True, find=True)

    def __init__(
        self,
        name: str,
        settings: ChannelSettings,
        password: str,
        client: httpx.Client,
        wall_clock: Clock,
        files: Files,
        notes: Memory,
        cards: LinkCards | None = None,
    ) -> None:
        """`client` is shared and closed by the caller. Raises `SettingsError` for a password that can't be one."""
        self.name = name
        self._place = f"[channels.{name}]"
        self._gallery = Gallery(files, notes)
        self._notes = notes
        self._cards = cards
        url = settings.url or HOME
        self._session = Session(self._place, url, settings.account, password, client, wall_clock, notes)

    # -- Before approval. --

    def limits(self) -> Limits:
        """The protocol's own: 300 characters a reader sees, and 3000 bytes."""
        return LIMITS

    def prepare(self, content: Content) -> Content:
        """Look up who is mentioned, and make the pictures fit; what can't be looked up stays plain text."""
        given = content.payload
        names = sorted({name for text in _texts(given) for name in _mentioned(text)})
        prepared = {
            **given,
            "dids": {name: did for name in names if (did := self._did_of(name))},
            "pictures": [self._gallery.made_to_fit(picture, _FRAME) for picture in given.get("pictures") or ()],
        }
        try:
            card = self._cards.card_for(given) if self._cards else given.get("card")
        except ComposeError as error:
            raise ComposeError(f"{self._place}: {error}") from error
        prepared["card"] = card
        if card and card.get("picture"):
            prepared["card"] = {**card, "picture": self._gallery.made_to_fit(card["picture"], _THUMB)}
        return Content(content.channel_kind, content.language, prepared)

    def _did_of(self, name: str) -> str:
        """The id of an account, remembered: two wordings of one text must not differ by a network's mood."""
        known = self._notes.recall(f"did:{name}")
        if known is not None:
            return known
        try:
            found = self._session.query("com.atproto.identity.resolveHandle", {"handle": name})
        except SendError:
            return ""
        did = str(found.get("did", "")) if isinstance(found, dict) else ""
        if did:
            self._notes.remember(f"did:{name}", did)
        return did

    def compose(self, content: Content, limits: Limits) -> Payload:
        """The post as it will be sent: text, facets, langs, pictures or a card.

        Raises `ComposeError` when it doesn't fit, or a picture has no alt text.
        """
        return thread(content, self._place, lambda post: self._compose(content, post, limits))

    def _compose(self, content: Content, post: Post, limits: Limits) -> Payload:
        given = content.payload
        link = post.parts.link.strip()
        shown = replace(post, parts=replace(post.parts, link=short_link(link)))
        said = marked(fit_post(shown, limits.max_characters, length), link)
        return {
            "text": said.text,
            "facets": facets(said, given.get("dids") or {}),
            "langs": [language_of(given.get("language") or content.language)],
            "pictures": _pictures(content, limits) if post.first else [],
            "card": _card(given, post.parts) if post.first else None,
        }

    # -- The network. --

    def send(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        """Publish or delete; a correction is an answer to what it corrects.

        Raises `Transient`, `Permanent`, `Credentials` or `UnknownOutcome`.
        """
        match delivery.action:
            case Action.PUBLISH:
                answers = delivery.after_id is not None or delivery.corrects_id is not None
                return self._publish(delivery, payload, previous if answers else None)
            case Action.CORRECT:
                before = previous or self._nothing_before("correct")
                if self._record(before.id) is None:
                    raise Permanent(f"{self._place}: the post to be corrected is gone; publish one of its own instead")
                return self._publish(delivery, payload, before)
            case Action.WITHDRAW:
                before = previous or self._nothing_before("withdraw")
                self.withdraw(before)
                return before

    def _nothing_before(self, verb: str) -> NoReturn:
        raise Permanent(f"{self._place}: there is no earlier post to {verb}; publish a post of its own instead")

    def _publish(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt:
        key = record_key(delivery)
        record = self._with_blobs(self._bare_record(delivery, payload, previous), payload)
        body = {"repo": self._session.did, "collection": COLLECTION, "rkey": key, "record": record, "swapRecord": None}
        try:
            written = self._session.procedure("com.atproto.repo.putRecord", body)
        except Refused as error:
            if error.name == "InvalidSwap":
                raise Permanent(
                    f"{self._place}: another post stands under the key of this one, {self._uri(key)}; "
                    "look at it, then withdraw one of them"
                ) from error
            raise
        return self._receipt(written, record)

    def _bare_record(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> dict[str, Any]:
        record: dict[str, Any] = {
            "$type": COLLECTION,
            "text": payload["text"],
            "langs": payload["langs"],
            "createdAt": created_at(delivery),
        }
        if payload["facets"]:
            record["facets"] = payload["facets"]
        if previous is not None:
            record["reply"] = _reply_to(previous)
        return record

    def _with_blobs(self, record: dict[str, Any], payload: Payload) -> dict[str, Any]:
        if payload["pictures"]:
            images = [
                {
                    "image": self._blob(picture),
                    "alt": picture["alt"],
                    "aspectRatio": {"width": picture["width"], "height": picture["height"]},
                }
                for picture in payload["pictures"]
            ]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        elif card := payload["card"]:
            external = {key: card[key] for key in ("uri", "title", "description")}
            if card.get("picture"):
                external["thumb"] = self._blob(card["picture"])
            record["embed"] = {"$type": "app.bsky.embed.external", "external": external}
        return record

    def _blob(self, picture: Mapping[str, Any]) -> dict[str, Any]:
        """Upload a picture, and name it in a record. The same bytes have the same name on every try."""
        data = self._gallery.read(picture)
        answer = self._session.upload(data, picture["media_type"])
        stored = answer.get("blob") if isinstance(answer, dict) else None
        ref = {"$link": cid_of(data)}
        if not isinstance(stored, dict) or stored.get("ref") != ref:
            raise self._session.api.lost_answer("stored another picture than it was sent", write=False)
        return {"$type": "blob", "ref": ref, "mimeType": picture["media_type"], "size": len(data)}

    def _receipt(self, written: Any, record: Mapping[str, Any]) -> Receipt:
        if not isinstance(written, dict) or not isinstance(written.get("uri"), str) or not written.get("cid"):
            raise self._session.api.lost_answer("answered without the post's address", write=True)
        root = (record.get("reply") or {}).get("root") or {"uri": written["uri"], "cid": written["cid"]}
        extra = {"cid": str(written["cid"]), "root_uri": root["uri"], "root_cid": root["cid"]}
        key = written["uri"].rpartition("/")[2]
        return Receipt(written["uri"], f"https://bsky.app/profile/{self._session.did}/post/{key}", extra)

    def withdraw(self, receipt: Receipt) -> None:
        """Delete the post; already gone is success."""
        key = receipt.id.rpartition("/")[2]
        body = {"repo": self._session.did, "collection": COLLECTION, "rkey": key}
        self._session.procedure("com.atproto.repo.deleteRecord", body)

    # -- After a lost answer. --

    def find(self, delivery: Delivery, payload: Payload, previous: Receipt | None) -> Receipt | None:
        """The receipt of what this delivery already did, or None if it may be repeated: the key says it."""
        if delivery.action is Action.WITHDRAW:
            return previous if previous is not None and self._record(previous.id) is None else None
        found = self._record(self._uri(record_key(delivery)))
        if found is None:
            return None
        value = found.get("value") or {}
        # A record that says something else is not ours: repeating is refused there, and said.
        return self._receipt(found, value) if value.get("text") == payload["text"] else None

    def _record(self, uri: str) -> Mapping[str, Any] | None:
        # Reading is open to all: only this says whether the account is still ours to look after.
        self._session.standing()
        key = uri.rpartition("/")[2]
        params = {"repo": self._session.did, "collection": COLLECTION, "rkey": key}
        try:
            found = self._session.query("com.atproto.repo.getRecord", params)
        except Refused as error:
            if error.name in {"RecordNotFound", "InvalidRequest"}:
                return None
            raise
        if not isinstance(found, dict):
            raise self._session.api.lost_answer("answered without a record", write=False)
        return found

    def _uri(self, key: str) -> str:
        return f"at://{self._session.did}/{COLLECTION}/{key}"

    def check(self) -> Health:
        """Try the app password and the account; nothing is published. Never raises a `SendError`."""
        try:
            self._session.sign_on_again()
            status = self._session.standing()
        except SendError as error:
            return Health(ok=False, said=str(error))
        if status:
            return Health(ok=False, said=f"{self._place}: the account is {status}; see its app")
        return Health(
            ok=True,
            said=f"@{self._session.handle} on {self._session.api.host} may post, {LIMITS.max_characters} characters",
            limits=LIMITS,
        )


def _texts(given: Payload) -> list[str]:
    own = given.get("own") or ()
    return [str(text) for text in own] or [str(given.get("lead") or ""), str(given.get("fact") or "")]


def _mentioned(text: str) -> list[str]:
    names = (found["user"][1:].lower() for found in entities(text) if found["user"] and not found["at"])
    return [name for name in names if is_handle(name)]


def _reply_to(previous: Receipt) -> dict[str, Any]:
    parent = {"uri": previous.id, "cid": previous.extra["cid"]}
    root = {"uri": previous.extra.get("root_uri", previous.id), "cid": previous.extra.get("root_cid", parent["cid"])}
    return {"root": root, "parent": parent}


def _pictures(content: Content, limits: Limits) -> list[dict[str, Any]]:
    chosen = pictures_of(content)[: limits.max_media]
    return [{**shape_of(picture), "alt": alt_text(picture, limits.description_limit)} for picture in chosen]


def _card(given: Payload, parts: Parts) -> dict[str, Any] | None:
    """What is shown of the page behind the link; pictures of the post's own take its place."""
    card = given.get("card")
    uri = (card or {}).get("uri") or parts.link
    if not card or not uri or given.get("pictures"):
        return None
    shown = {
        "uri": uri,
        "title": clean.cut(str(card.get("title") or ""), _LONGEST_TITLE),
        "description": clean.cut(str(card.get("description") or ""), _LONGEST_DESCRIPTION),
    }
    picture = card.get("picture")
    if picture:
        shown["picture"] = shape_of(picture)
    return shown
