"""Pictures on a server with the Mastodon API: uploaded before the post that shows them.

https://docs.joinmastodon.org/methods/media/#v2
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from announcer.channels.gallery import Gallery, shape_of
from announcer.channels.http import Api
from announcer.channels.pictures import Frame
from announcer.channels.posts import alt_text, pictures_of
from announcer.errors import Transient
from announcer.model.content import Content, Limits, Payload
from announcer.model.ledger import Receipt

#: Where a server does not say how large a picture may be.
_CAREFUL = Frame(2_000_000, most_side=2000)
_PAUSE, _PATIENCE = 1.0, 30  # seconds between looks at an upload, and how many


class Media:
    """Uploads, waits until the server has made them ready, and names them in posts."""

    def __init__(self, api: Api, gallery: Gallery, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._gallery = gallery
        self._sleep = sleep

    def prepare(self, content: Content, limits: Limits) -> Content:
        """The content with its pictures made to fit what the server takes."""
        pictures = content.payload.get("pictures")
        if not pictures:
            return content
        frame = _CAREFUL
        if limits.picture_bytes:
            frame = Frame(limits.picture_bytes, most_side=3840, most_pixels=limits.picture_pixels)
        made = [self._gallery.made_to_fit(picture, frame) for picture in pictures]
        return Content(content.channel_kind, content.language, {**content.payload, "pictures": made})

    def ids(self, payload: Payload, previous: Receipt | None) -> list[str]:
        """The ids of the payload's pictures: those that `previous` shows already, else uploaded now.

        An upload shows nowhere before a post names it: a lost answer may be
        repeated. Raises what `Api` raises, and `Transient` while the server is
        still at work.
        """
        pictures: Sequence[Mapping[str, Any]] = payload.get("pictures") or ()
        if previous is not None and previous.extra.get("pictures") == hashes(payload):
            return previous.extra["media"].split(",")
        return [self._upload(picture) for picture in pictures]

    def _upload(self, picture: Mapping[str, Any]) -> str:
        suffix = picture["media_type"].partition("/")[2]
        sent = {
            "files": {"file": (f"picture.{suffix}", self._gallery.read(picture), picture["media_type"])},
            "data": {"description": picture["alt"]},
        }
        answer = self._api.ask("POST", "/api/v2/media", write=False, **sent)
        if answer.status_code == 404:  # Pixelfed and older servers know only v1
            answer = self._api.ask("POST", "/api/v1/media", write=False, **sent)
        if not answer.is_success:
            raise self._api.refused(answer, write=False)
        found = self._api.json(answer, write=False)
        if not isinstance(found, dict) or not isinstance(found.get("id"), str):
            raise self._api.lost_answer("answered without the picture's id", write=False)
        media_id: str = found["id"]
        if answer.status_code == 202:
            self._wait(media_id)
        return media_id

    def _wait(self, media_id: str) -> None:
        for _ in range(_PATIENCE):
            answer = self._api.ask("GET", f"/api/v1/media/{quote(media_id, safe='')}", write=False)
            if answer.status_code == 200:
                return
            if answer.status_code != 206:
                raise self._api.refused(answer, write=False)
            self._sleep(_PAUSE)
        raise Transient(f"{self._api.place}: {self._api.host} is still at work on a picture; it is tried again")


def shown_pictures(content: Content, limits: Limits) -> list[dict[str, Any]]:
    """What the payload says of its pictures, with alt text; raises `ComposeError` for one without."""
    chosen = pictures_of(content)[: limits.max_media or None]
    return [{**shape_of(picture), "alt": alt_text(picture, limits.description_limit)} for picture in chosen]


def hashes(payload: Payload) -> str:
    """The payload's pictures in one text."""
    return ",".join(picture["hash"] for picture in payload.get("pictures") or ())
