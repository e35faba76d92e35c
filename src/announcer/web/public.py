"""The public site: announcements, events, feeds, and the way out of every list.

Endpoints are plain functions and run in FastAPI's thread pool; nothing here
sets a cookie, loads anything from elsewhere or believes the Host header.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from announcer.channels.renditions import Renditions
from announcer.clock import Clock
from announcer.errors import AnnouncerError
from announcer.newsletter.slots import Links
from announcer.office.shown import IsPublic, Shown
from announcer.office.shown_issues import ShownIssues
from announcer.settings import Settings
from announcer.store.assets import Assets
from announcer.store.database import Database
from announcer.store.withdrawals import WithdrawalLog
from announcer.web import leaving, viewing
from announcer.web.archive import Archive
from announcer.web.confirming import Confirming
from announcer.web.edge import SECURITY_HEADERS, Edge
from announcer.web.feed_files import FeedFiles
from announcer.web.feed_gate import FeedGate
from announcer.web.materials import Materials
from announcer.web.pages import Pages
from announcer.web.press_link import PressLinks
from announcer.web.reading import Reading
from announcer.web.served_files import ServedFiles
from announcer.web.subscribing import Subscribing


def public_app(
    db: Database,
    settings: Settings,
    key: bytes,
    feeds_folder: Path,
    clock: Clock,
    is_public: IsPublic | None = None,
    *,
    withdrawals: WithdrawalLog | None = None,
    static: bool = False,
) -> FastAPI:
    """The public site as an ASGI application.

    `key` is the signing key behind the links in mails. `is_public` tells
    whether an announcement has been released; by default the ledger does (a
    message of it has been sent). Embargo and status hold in either case.
    `withdrawals` keeps outside the database who left, for the day it is restored.
    `static` makes pages that can be kept as files (`web.static_site`).
    """
    app = FastAPI(title="announcer", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages = Pages(settings, static=static)
    feeds, shown = (
        FeedFiles(feeds_folder, f"{settings.site.url}/feeds", settings.site.websub_hub or ""),
        Shown(db, clock, is_public),
    )
    issues = ShownIssues(db, settings, shown, clock)
    ServedFiles(db, pages, shown, issues).mount(app)
    Archive(pages, issues).mount(app)
    var = settings.path(settings.paths.var)
    assets = Assets(var / "assets")
    renditions = Renditions(assets, var / "renditions")
    materials = Materials(pages, shown, assets, renditions)
    materials.mount(app)
    PressLinks(db, pages, materials, assets, renditions, clock).mount(app)
    Reading(pages, feeds, shown, clock, materials, issues).mount(app)
    subscribing = Subscribing(db, pages, key, feeds, shown, clock)
    subscribing.mount(app)
    Confirming(db, pages, key, clock).mount(app)
    leaving.Leaving(db, pages, key, clock, withdrawals, subscribing.open_lists).mount(app)
    titles = {name: entry.title for name, entry in settings.lists.items()}
    viewing.Viewing(db, pages, key, Links(settings.site.url, titles)).mount(app)
    _answer_errors(app, pages)
    app.add_middleware(FeedGate, feeds=feeds)
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
