"""View in browser: a mail that somebody received, as a page behind a link of their own."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from announcer.newsletter import tokens
from announcer.newsletter.page import as_page
from announcer.newsletter.rounds import Letter
from announcer.newsletter.slots import Links
from announcer.store import received
from announcer.store.database import Database
from announcer.web.pages import Pages

#: A mail brings its own styles and nothing else; no link of it may leak its address.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}


class Viewing:
    """The route behind "view in browser". Made by `public_app`."""

    def __init__(self, db: Database, pages: Pages, key: bytes, links: Links) -> None:
        self._db = db
        self._pages = pages
        self._key = key
        self._links = links

    def mount(self, app: FastAPI) -> None:
        """Add the route to `app`."""
        app.add_api_route("/v/{content_id}/{token}", self.show, methods=["GET", "HEAD"], response_class=Response)

    def show(self, request: Request, content_id: str, token: str) -> Response:
        """The mail, to whom it was sent; anybody else gets what an unknown address gets."""
        holder = tokens.read(self._key, "view", token)
        if holder is None or not content_id.isdecimal() or len(content_id) > 15:
            return self._pages.not_found(request)
        with self._db.read() as connection:
            mail = received.mail(connection, int(content_id), holder[0])
        if mail is None:
            return self._pages.not_found(request)
        letter = Letter(
            id=mail.delivery_id,
            fence=0,
            content_id=int(content_id),
            key=mail.key,
            subscriber_id=holder[0],
            address=mail.address,
            name=mail.name,
            language=mail.language,
            list_id=holder[1],
            attempts=1,
            maybe_double=False,
            corrects_key=None,
        )
        return HTMLResponse(as_page(mail.payload, letter, self._links, self._key), headers=HEADERS)
