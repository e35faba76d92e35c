"""What a press link opens: the text ahead of its embargo, the photos for print, and everything in one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response

from announcer.channels.renditions import WHOLE, Rendition, Renditions
from announcer.clock import Clock
from announcer.model.facts import Announcement, Picture
from announcer.office import press_links
from announcer.store.assets import Assets
from announcer.store.database import Database
from announcer.web import moments
from announcer.web.materials import Materials
from announcer.web.pages import PERSONAL, READ, Pages
from announcer.web.words import WORDS, choose_language

#: Two archives of the same announcement are the same bytes.
_ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)


class PressLinks:
    """The routes below `/presse/`. Made by `public_app`."""

    def __init__(
        self, db: Database, pages: Pages, materials: Materials, assets: Assets, renditions: Renditions, clock: Clock
    ) -> None:
        self._db = db
        self._pages = pages
        self._materials = materials
        self._assets = assets
        self._renditions = renditions
        self._clock = clock

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        below = "/presse/{secret}"
        routes: dict[str, Callable[..., Response]] = {
            below: self.page,
            f"{below}/bild/{{name}}": self.preview,
            f"{below}/foto/{{name}}": self.photo,
            f"{below}/datei/{{short}}/{{name}}": self.attachment,
            f"{below}/material.zip": self.archive,
        }
        for path, endpoint in routes.items():
            app.add_api_route(path, endpoint, methods=READ, response_class=Response)

    def page(self, request: Request, secret: str) -> Response:
        """The announcement as its holder may read it now."""
        opened = press_links.opened(self._db, secret, self._clock())
        if opened is None:
            return self._pages.not_found(request)
        if request.method == "GET":
            press_links.note_opening(self._db, opened.link, self._clock())
        announcement = opened.announcement
        below = f"{self._pages.base}/presse/{secret}"
        embargo = announcement.embargoed_until
        values = {
            "a": announcement,
            "link": opened.link,
            "embargo": embargo if embargo is not None and self._clock() < embargo else None,
            "pictures": self._materials.pictures(announcement, below),
            "files": self._materials.files(announcement, below),
            "photos": [f"{below}/foto/{photo.name}" for photo in self._photos(announcement)],
            "archive": f"{below}/material.zip",
        }
        language = self._pages.language(request, announcement.language)
        return self._pages.personal("press.html", language, values)

    def preview(self, request: Request, secret: str, name: str) -> Response:
        """A photo in the size of the page."""
        opened = press_links.opened(self._db, secret, self._clock())
        if opened is None:
            return self._pages.not_found(request)
        return self._materials.rendition(request, opened.announcement, name, PERSONAL)

    def photo(self, request: Request, secret: str, name: str) -> Response:
        """A photo as large as it came, without what the camera wrote into it."""
        opened = press_links.opened(self._db, secret, self._clock())
        if opened is None:
            return self._pages.not_found(request)
        chosen = next((photo for photo in self._photos(opened.announcement) if photo.name == name), None)
        if chosen is None:
            return self._pages.not_found(request)
        return _saved(chosen.made.path.read_bytes(), chosen.made.media_type, name)

    def attachment(self, request: Request, secret: str, short: str, name: str) -> Response:
        """A file of the announcement."""
        opened = press_links.opened(self._db, secret, self._clock())
        if opened is None:
            return self._pages.not_found(request)
        return self._materials.file(request, opened.announcement, short, name, PERSONAL)

    def archive(self, request: Request, secret: str) -> Response:
        """Text, photos and files in one, with a list of credits and licences."""
        opened = press_links.opened(self._db, secret, self._clock())
        if opened is None:
            return self._pages.not_found(request)
        return _saved(self._zip(opened.announcement), "application/zip", f"{opened.announcement.id}.zip")

    def _zip(self, announcement: Announcement) -> bytes:
        words = WORDS[choose_language("", "", announcement.language, self._pages.settings.site.language)]
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            _put(archive, f"{words['press_text_file']}.txt", _text(announcement, words, self._embargo(announcement)))
            credits = []
            for photo in self._photos(announcement):
                _put(archive, photo.name, photo.made.path.read_bytes())
                told = filter(None, (photo.picture.alt, photo.picture.credit, photo.picture.licence))
                credits.append("\n".join((photo.name, *told)))
            if credits:
                _put(archive, f"{words['press_credits_file']}.txt", ("\n\n".join(credits) + "\n").encode())
            for number, one in enumerate((one for one in announcement.attachments if one.hash), 1):
                _put(archive, f"{number:02}-{one.file.rpartition('/')[2]}", self._assets.read(one.hash))
        return file.getvalue()

    def _embargo(self, announcement: Announcement) -> str:
        until = announcement.embargoed_until
        if until is None or self._clock() >= until:
            return ""
        language = choose_language("", "", announcement.language, self._pages.settings.site.language)
        return moments.moment(until, moments.zone_of(self._pages.settings.site.timezone), language)

    def _photos(self, announcement: Announcement) -> list[_Photo]:
        """The photos in full, each under a name of its own."""
        stored = [one for one in announcement.pictures if one.hash]
        made = [self._renditions.of(one.hash, WHOLE, one.file) for one in stored]
        return [
            _Photo(f"{number:02}-{picture.hash[:8]}{rendition.path.suffix}", picture, rendition)
            for number, (picture, rendition) in enumerate(zip(stored, made, strict=True), 1)
        ]


@dataclass(frozen=True, slots=True)
class _Photo:
    name: str
    picture: Picture
    made: Rendition


def _text(announcement: Announcement, words: Mapping[str, str], embargo: str) -> bytes:
    banner = f"{words['embargo'].upper()}: {words['embargo_until'].format(embargo)}" if embargo else ""
    parts = (banner, announcement.kicker, announcement.headline, announcement.lead, announcement.body)
    contact = f"{words['contact']}: {announcement.contact}" if announcement.contact else ""
    return ("\n\n".join(filter(None, (*parts, contact))) + "\n").encode()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # Photos and PDFs are packed already.
    info = zipfile.ZipInfo(name, _ARCHIVE_DATE)
    archive.writestr(info, data, zipfile.ZIP_DEFLATED if name.endswith(".txt") else zipfile.ZIP_STORED)


def _saved(body: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Cache-Control": PERSONAL,
        "X-Robots-Tag": "noindex",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
    }
    return Response(body, headers=headers, media_type=media_type)
