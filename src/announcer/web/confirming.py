"""The link of a confirmation mail: a page with a button, because mail scanners follow links."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import Response

from announcer.clock import Clock
from announcer.newsletter import tokens
from announcer.office import confirming
from announcer.office.confirming import Stage
from announcer.store.database import Database
from announcer.web.leaving import Body
from announcer.web.pages import Pages


class Confirming:
    """The routes behind that link. Made by `public_app`."""

    def __init__(self, db: Database, pages: Pages, key: bytes, clock: Clock) -> None:
        self._db = db
        self._pages = pages
        self._key = key
        self._clock = clock

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        app.add_api_route("/c/{token}", self.ask, methods=["GET", "HEAD"], response_class=Response)
        app.add_api_route("/c/{token}", self.confirm, methods=["POST"], response_class=Response)

    def ask(self, request: Request, token: str) -> Response:
        """What was asked for, and a button; or that it is done, or too late."""
        return self._page(request, confirming.request_of(self._db, self._key, token, self._clock()))

    def confirm(self, request: Request, token: str, body: Body) -> Response:
        """Confirm what the page showed. A second time shows the same as the first."""
        if confirming.request_of(self._db, self._key, token, self._clock()) is None:
            return self._pages.not_found(request)
        # Only what the page showed: somebody may have added a list to the request meanwhile.
        shown = parse_qs(body.decode("utf-8", "replace")).get("list", [])
        return self._page(request, confirming.confirm(self._db, self._key, token, shown, self._clock()))

    def _page(self, request: Request, found: confirming.Request | None) -> Response:
        if found is None:
            return self._pages.not_found(request)
        language = self._pages.language(request, found.language)
        link = tokens.make(self._key, "preferences", found.subscriber_id, "")
        values = {"found": found, "preferences": f"/p/{link}"}
        return self._pages.personal("confirm.html", language, values, 410 if found.stage is Stage.GONE else 200)
