"""The public site: announcements, events, feeds, and the way out of every list.

Endpoints are plain functions and run in FastAPI's thread pool; nothing here
sets a cookie, loads anything from elsewhere or believes the Host header.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from announcer.clock import Clock
from announcer.errors import AnnouncerError
from announcer.feeds import serving
from announcer.feeds.names import event_stem
from announcer.newsletter.slots import Links
from announcer.office.shown import IsPublic, Shown
from announcer.settings import Settings
from announcer.store.database import Database
from announcer.store.withdrawals import WithdrawalLog
from announcer.web import leaving, viewing
from announcer.web.edge import SECURITY_HEADERS, Edge
from announcer.web.feed_files import FeedFiles
from announcer.web.pages import Pages, etag, matches
from announcer.web.programme import programme
from announcer.web.prose import embedded_json
from announcer.web.structured import event_data

PAGE_SIZE = 20
_READ = ["GET", "HEAD"]
Endpoint = Callable[..., Response]


class PublicSite:
    """The routes that only read. Made by `public_app`."""

    def __init__(self, db: Database, pages: Pages, feeds: FeedFiles, shown: Shown, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._pages = pages
        self._feeds = feeds
        self._shown = shown

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        routes: dict[str, Endpoint] = {
            "/": self.index,
            "/a/{announcement_id}": self.announcement,
            "/e/{event_id}": self.event,
            "/abonnieren": self.subscribe,
            "/subscribe": self.subscribe,
            "/impressum": self.imprint,
            "/imprint": self.imprint,
            "/style.css": self.style,
            "/icon.svg": self.icon,
            "/favicon.ico": self.icon,  # where browsers look on a page that names none, such as a mail
            "/healthz": self.health,
            "/feeds/{path:path}": self.feed,
        }
        for path, endpoint in routes.items():
            app.add_api_route(path, endpoint, methods=_READ, response_class=Response)

    def index(self, request: Request) -> Response:
        """The press room: every public announcement, the latest first."""
        everything = self._shown.announcements()
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
        chosen = everything[(number - 1) * PAGE_SIZE : number * PAGE_SIZE] if number else []
        if not chosen and number != 1:
            return self._pages.not_found(request)
        values = {
            "announcements": chosen,
            "number": number,
            "more": len(everything) > number * PAGE_SIZE,
        }
        return self._pages.page(request, "index.html", self._pages.language(request), values, path="/")

    def announcement(self, request: Request, announcement_id: str) -> Response:
        """One announcement; where it isn't public, the answer is that of an address that doesn't exist."""
        found = self._shown.announcement(announcement_id)
        if found is None:
            return self._pages.not_found(request)
        event_id = found.facts.event_id
        values = {"shown": found, "event_id": event_id if self._shown.shows_event(event_id) else None}
        language = self._pages.language(request, found.facts.language)
        return self._pages.page(request, "announcement.html", language, values, path=f"/a/{announcement_id}")

    def event(self, request: Request, event_id: str) -> Response:
        """One event with its programme."""
        found = self._shown.event(event_id)
        if found is None:
            return self._pages.not_found(request)
        content = found.announcements[0].facts.language if found.announcements else self._pages.settings.site.language
        language = self._pages.language(request, content)
        path = f"/e/{event_id}"
        name = f"events/{event_stem(event_id)}"
        stem = f"{name}.{content[:2]}"
        values = {
            "shown": found,
            "event": found.facts,
            "now": self._clock(),
            "programme": programme(found.facts),
            "content_language": content,
            "calendar": self._feeds.calendar_of(name),
            "webcal": self._pages.webcal,
            "feed": f"{stem}.rss.xml" if self._feeds.served(f"{stem}.rss.xml") else None,
            "data": embedded_json(event_data(found.facts, self._pages.absolute(path), content)),
        }
        return self._pages.page(request, "event.html", language, values, path=path)

    def subscribe(self, request: Request) -> Response:
        """Every feed, and what it is."""
        lists = [found for found in self._pages.settings.lists.values() if not found.press]
        values = {
            "feeds": self._feeds.listed(),
            "calendars": self._feeds.calendars(),
            "lists": lists,
            "absolute": self._pages.absolute,
            "webcal": self._pages.webcal,
        }
        return self._pages.page(request, "subscribe.html", self._pages.language(request), values, path="/abonnieren")

    def imprint(self, request: Request) -> Response:
        """Who publishes this (§ 5 DDG)."""
        return self._pages.page(request, "imprint.html", self._pages.language(request), {}, path="/impressum")

    def style(self, request: Request) -> Response:
        """The stylesheet."""
        return self._file(request, "style.css", "text/css; charset=utf-8")

    def icon(self, request: Request) -> Response:
        """The sign in the browser's tab."""
        return self._file(request, "icon.svg", "image/svg+xml")

    def _file(self, request: Request, name: str, media_type: str) -> Response:
        body = self._pages.file(name)
        headers = {"ETag": etag(body), "Cache-Control": "public, max-age=300"}
        if matches(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=media_type)

    def feed(self, request: Request, path: str) -> Response:
        """One feed file."""
        found = self._feeds.served(path)
        if found is None:
            return self._pages.not_found(request)
        answer = serving.answer(found, dict(request.headers))
        return Response(answer.body, answer.status, dict(answer.headers))

    def health(self) -> Response:
        """Whether the site can read its database; for whoever watches over it."""
        with self._db.read() as connection:
            connection.execute(sa.select(1))
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def public_app(
    db: Database,
    settings: Settings,
    key: bytes,
    feeds_folder: Path,
    clock: Clock,
    is_public: IsPublic | None = None,
    *,
    withdrawals: WithdrawalLog | None = None,
) -> FastAPI:
    """The public site as an ASGI application.

    `key` is the signing key behind the links in mails. `is_public` tells
    whether an announcement has been released; by default the ledger does (a
    message of it has been sent). Embargo and status hold in either case.
    `withdrawals` keeps outside the database who left, for the day it is restored.
    """
    app = FastAPI(title="announcer", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages = Pages(settings)
    PublicSite(db, pages, FeedFiles(feeds_folder), Shown(db, clock, is_public), clock).mount(app)
    leaving.Leaving(db, pages, key, clock, withdrawals).mount(app)
    titles = {name: entry.title for name, entry in settings.lists.items()}
    viewing.Viewing(db, pages, key, Links(settings.site.url, titles)).mount(app)
    _answer_errors(app, pages)
    app.add_middleware(Edge, base=pages.base)
    return app


def _answer_errors(app: FastAPI, pages: Pages) -> None:
    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return pages.not_found(request)
        headers = getattr(error, "headers", None)
        return PlainTextResponse(f"{status}\n", status, headers={**(headers or {}), "Cache-Control": "no-store"})

    def failed(request: Request, error: Exception) -> Response:
        return pages.trouble(request, 503)

    def broken(request: Request, error: Exception) -> Response:
        # Answered outside of `Edge`, so it has to bring the headers itself.
        response = pages.trouble(request, 500)
        response.headers.update(SECURITY_HEADERS)
        return response

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, broken)
    app.add_exception_handler(AnnouncerError, failed)
