"""The pictures and files of announcements, at addresses below their pages.

They are there as long as their announcement is: before its embargo ends and
after it is withdrawn, their addresses answer like any that never existed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response

from announcer.channels.renditions import Rendition, Renditions, asked_for, attachment_path
from announcer.model.facts import Announcement, Attachment, Picture, PubStatus
from announcer.office.shown import Shown
from announcer.store.assets import Assets
from announcer.web.pages import READ, REVALIDATE, Pages, validated

#: What a browser shows by itself; everything else is saved.
_SHOWN = ("application/pdf", "text/plain", "audio/", "video/", "image/")


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture on a page."""

    src: str
    srcset: str
    width: int
    height: int
    alt: str
    credit: str
    licence: str
    file: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file on a page."""

    url: str
    title: str
    kind: str  #: "PDF"
    size: int  #: Bytes.


class Materials:
    """Serves them. Made by `public_app`."""

    def __init__(self, pages: Pages, shown: Shown, assets: Assets, renditions: Renditions) -> None:
        self._pages = pages
        self._shown = shown
        self._assets = assets
        self._renditions = renditions

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        app.add_api_route("/a/{announcement_id}/bild/{name}", self.picture, methods=READ, response_class=Response)
        app.add_api_route(
            "/a/{announcement_id}/datei/{short}/{name}", self.attachment, methods=READ, response_class=Response
        )

    def picture(self, request: Request, announcement_id: str, name: str) -> Response:
        """A picture in one of its sizes."""
        found = self._public(announcement_id)
        return self.rendition(request, found, name, REVALIDATE) if found else self._pages.not_found(request)

    def attachment(self, request: Request, announcement_id: str, short: str, name: str) -> Response:
        """A file, under the name it is saved by."""
        found = self._public(announcement_id)
        return self.file(request, found, short, name, REVALIDATE) if found else self._pages.not_found(request)

    def _public(self, announcement_id: str) -> Announcement | None:
        found = self._shown.announcement(announcement_id)
        return None if found is None or found.facts.status is PubStatus.CANCELED else found.facts

    def rendition(self, request: Request, announcement: Announcement, name: str, cache: str) -> Response:
        """A picture of an announcement that may be read, in the size its address names."""
        asked = asked_for(name)
        chosen = asked and next((one for one in announcement.pictures if one.hash[:16] == asked[0]), None)
        if not asked or not chosen:
            return self._pages.not_found(request)
        made = self._renditions.of(chosen.hash, asked[1], chosen.file)
        if name not in (made.name, made.name.rpartition(".")[0]):
            return self._pages.not_found(request)
        return validated(request, made.path.read_bytes(), made.media_type, cache, tag=f'"{name}"')

    def file(self, request: Request, announcement: Announcement, short: str, name: str, cache: str) -> Response:
        """A file of an announcement that may be read."""
        path = f"datei/{short}/{name}"
        chosen = next((one for one in announcement.attachments if attachment_path(one.hash, one.file) == path), None)
        if chosen is None:
            return self._pages.not_found(request)
        headers = {"Content-Disposition": _disposition(chosen)}
        body, tag = self._assets.read(chosen.hash), f'"{chosen.hash[:32]}"'
        return validated(request, body, chosen.media_type, cache, tag=tag, **headers)

    def pictures(self, announcement: Announcement, below: str) -> list[PictureView]:
        """The announcement's pictures for a page; `below` is where their addresses begin."""
        return [self._view(one, below) for one in announcement.pictures if one.hash]

    def files(self, announcement: Announcement, below: str) -> list[FileView]:
        """The announcement's files for a page."""
        return [
            FileView(f"{below}/{attachment_path(one.hash, one.file)}", one.title or one.file, _kind(one), one.size)
            for one in announcement.attachments
            if one.hash
        ]

    def largest(self, announcement: Announcement) -> list[Rendition]:
        """Its pictures as large as a page shows them, for search engines."""
        return [self._renditions.all(one.hash, one.file)[-1] for one in announcement.pictures if one.hash]

    def _view(self, picture: Picture, below: str) -> PictureView:
        made = self._renditions.all(picture.hash, picture.file)
        middle, largest = made[len(made) // 2], made[-1]
        return PictureView(
            src=f"{below}/bild/{middle.name}",
            srcset=_srcset(made, below),
            width=largest.width,
            height=largest.height,
            alt=picture.alt,
            credit=picture.credit,
            licence=picture.licence,
            file=picture.file,
        )


def _srcset(made: Sequence[Rendition], below: str) -> str:
    return ", ".join(f"{below}/bild/{one.name} {one.width}w" for one in made) if len(made) > 1 else ""


def _disposition(one: Attachment) -> str:
    """How a browser treats it, and under which name it is saved (RFC 6266 §4.3)."""
    way = "inline" if one.media_type.startswith(_SHOWN) else "attachment"
    plain = attachment_path(one.hash, one.file).rpartition("/")[2]
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(one.file, safe='')}"


def _kind(one: Attachment) -> str:
    return one.file.rpartition(".")[2].upper()
