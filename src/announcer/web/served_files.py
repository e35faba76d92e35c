"""What programs read: preview pictures, the sitemap, the stylesheet, the site's health."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import sqlalchemy as sa
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from announcer.channels.pictures import check_picture
from announcer.errors import ComposeError
from announcer.office.shown import Shown
from announcer.office.shown_issues import ShownIssues
from announcer.store.database import Database
from announcer.web import press_room, sitemap
from announcer.web.archive import PATH
from announcer.web.card import Card, draw
from announcer.web.cards import announcement_card, event_card
from announcer.web.pages import READ, REVALIDATE, Pages, validated
from announcer.web.reading import content_language, last_change

log = structlog.get_logger(__name__)

#: What changes seldom, and hurts nobody who sees it a little longer.
KEPT = "public, max-age=300"

Endpoint = Callable[..., Response]


class ServedFiles:
    """The routes of everything that is no page. Made by `public_app`."""

    def __init__(self, db: Database, pages: Pages, shown: Shown, issues: ShownIssues) -> None:
        self._db = db
        self._pages = pages
        self._shown = shown
        self._issues = issues

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        routes: dict[str, Endpoint] = {
            "/a/{announcement_id}/card.png": self.announcement_card,
            "/e/{event_id}/card.png": self.event_card,
            "/style.css": self.style,
            "/icon.svg": self.icon,
            "/logo": self.logo,
            "/favicon.ico": self.icon,  # where browsers look on a page that names none, such as a mail
            "/robots.txt": self.robots,
            "/sitemap.xml": self.sitemap,
            "/healthz": self.health,
        }
        for path, endpoint in routes.items():
            app.add_api_route(path, endpoint, methods=READ, response_class=Response)

    def style(self, request: Request) -> Response:
        """The stylesheet."""
        return validated(request, self._pages.file("style.css"), "text/css; charset=utf-8", KEPT)

    def icon(self, request: Request) -> Response:
        """The sign in the browser's tab."""
        return validated(request, self._pages.file("icon.svg"), "image/svg+xml", KEPT)

    def logo(self, request: Request) -> Response:
        """The office's logo, which mails show."""
        settings = self._pages.settings
        if settings.look.logo is None:
            return self._pages.not_found(request)
        try:
            data = settings.path(settings.look.logo).read_bytes()
            media_type = check_picture(data, settings.look.logo.name)
        except (OSError, ComposeError) as error:
            log.error("the logo can't be shown", why=str(error))
            return self._pages.not_found(request)
        return validated(request, data, media_type, KEPT)

    def robots(self, request: Request) -> Response:
        """What search engines may read."""
        body = sitemap.robots(self._pages.settings.site.url, self._pages.base)
        return validated(request, body, "text/plain; charset=utf-8", KEPT)

    def sitemap(self, request: Request) -> Response:
        """Every public page. Nothing stands here before its page answers."""
        everything = self._shown.announcements()
        paths = [("/", max(map(last_change, everything), default=None)), ("/abonnieren", None), ("/impressum", None)]
        paths += [(f"/a/{quote(one.facts.id)}", last_change(one)) for one in everything]
        paths += [(f"/e/{quote(id_)}", None) for id_ in self._shown.event_ids()]
        paths += [(f"/thema/{topic.stem}", None) for topic in press_room.topics(everything)]
        issues = self._issues.all(everything)
        paths += [(PATH, issues[0].at)] if issues else []
        paths += [(f"{PATH}/{one.id}", None) for one in issues]
        body = sitemap.sitemap((self._pages.absolute(path), changed) for path, changed in paths)
        return validated(request, body, "application/xml; charset=utf-8", REVALIDATE)

    def announcement_card(self, request: Request, announcement_id: str) -> Response:
        """The picture beside a link to an announcement."""
        found = self._shown.announcement(announcement_id)
        if found is None:
            return self._pages.not_found(request)
        event = self._shown.event(found.facts.event_id) if found.facts.event_id else None
        return self._card(request, announcement_card(self._pages.settings.site.name, found, event))

    def event_card(self, request: Request, event_id: str) -> Response:
        """The picture beside a link to an event."""
        found = self._shown.event(event_id)
        if found is None:
            return self._pages.not_found(request)
        site = self._pages.settings.site
        return self._card(request, event_card(site.name, found.facts, content_language(found, site.language)))

    def _card(self, request: Request, card: Card) -> Response:
        return validated(request, draw(card), "image/png", KEPT)

    def health(self) -> Response:
        """Whether the site can read its database; for whoever watches over it."""
        with self._db.read() as connection:
            connection.execute(sa.select(1))
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})
