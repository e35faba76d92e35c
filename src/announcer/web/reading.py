"""The pages people read: the press room with its search and topics, announcements, events, Impressum and the like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import Response

from announcer.clock import Clock
from announcer.feeds.names import event_stem, topic_stem
from announcer.model.facts import PubStatus
from announcer.office.shown import Shown, ShownAnnouncement, ShownEvent
from announcer.office.shown_issues import ShownIssues
from announcer.web import press_room
from announcer.web.cards import announcement_card, event_card
from announcer.web.feed_files import FeedFiles
from announcer.web.materials import Materials
from announcer.web.pages import READ, Pages
from announcer.web.press_room import LONGEST_QUESTION, Topic
from announcer.web.programme import programme
from announcer.web.prose import embedded_json
from announcer.web.structured import event_data, news_article

Endpoint = Callable[..., Response]


class Reading:
    """The routes of the pages. Made by `public_app`."""

    def __init__(
        self,
        pages: Pages,
        feeds: FeedFiles,
        shown: Shown,
        clock: Clock,
        materials: Materials,
        issues: ShownIssues,
    ) -> None:
        self._clock = clock
        self._pages = pages
        self._feeds = feeds
        self._shown = shown
        self._materials = materials
        self._counted: tuple[Sequence[ShownAnnouncement], list[Topic]] = ((), [])
        self._issues = issues

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        routes: dict[str, Endpoint] = {
            "/": self.index,
            "/seite/{number}": self.index,
            "/thema/{stem}": self.topic,
            "/thema/{stem}/seite/{number}": self.topic,
            "/a/{announcement_id}": self.announcement,
            "/e/{event_id}": self.event,
            "/impressum": self.imprint,
            "/imprint": self.imprint,
            "/datenschutz": self.privacy,
            "/privacy": self.privacy,
            "/barrierefreiheit": self.accessibility,
            "/accessibility": self.accessibility,
        }
        for path, endpoint in routes.items():
            app.add_api_route(path, endpoint, methods=READ, response_class=Response)

    def index(self, request: Request, number: str = "1") -> Response:
        """The press room: every public announcement, the latest first, or those with the words asked for."""
        question = " ".join(request.query_params.get("q", "")[:LONGEST_QUESTION].split())
        everything = self._shown.announcements()
        if question:
            number = request.query_params.get("page", "1")
            query = urlencode({"q": question})
            listed = press_room.search(everything, question)
            return self._list(request, listed, number, "/", lambda n: f"/?{query}&page={n}", question=question)
        if "page" in request.query_params:  # addresses of pages given out before they had paths
            number = request.query_params["page"]
        return self._list(
            request, everything, number, "/", lambda n: f"/seite/{n}" if n > 1 else "/",
            topics=self._topics(everything), archive=bool(self._issues.all(everything)),
        )  # fmt: skip

    def _topics(self, everything: Sequence[ShownAnnouncement]) -> list[Topic]:
        """Counted once for as long as the list is the same one."""
        of, counted = self._counted
        if of is not everything:
            counted = press_room.topics(everything)
            self._counted = everything, counted
        return counted

    def topic(self, request: Request, stem: str, number: str = "1") -> Response:
        """The announcements on one topic. A topic that nothing public speaks of does not exist."""
        everything = self._shown.announcements()
        found = next((topic for topic in self._topics(everything) if topic.stem == stem), None)
        if found is None:
            return self._pages.not_found(request)
        path = f"/thema/{stem}"
        feed = f"topics/{stem}.{self._pages.settings.site.language}.rss.xml"
        return self._list(
            request, press_room.on_topic(everything, stem), number, path,
            lambda n: f"{path}/seite/{n}" if n > 1 else path,
            topic=found, feed=feed if self._feeds.served(feed) else None,
        )  # fmt: skip

    def _list(
        self,
        request: Request,
        listed: Sequence[ShownAnnouncement],
        number: str,
        first: str,
        address: Callable[[int], str],
        **values: Any,
    ) -> Response:
        part = press_room.part(listed, int(number) if number.isdecimal() and len(number) < 6 else 1)
        if part is None:
            return self._pages.not_found(request)
        values = {
            "question": "", "topics": [], "topic": None, "feed": None, "archive": False, **values,
            "announcements": part.chosen,
            "number": part.number,
            "found": len(listed),
            "newer": address(part.number - 1) if part.number > 1 else None,
            "older": address(part.number + 1) if part.number < part.last else None,
        }  # fmt: skip
        return self._pages.page(request, "index.html", self._pages.language(request), values, path=first)

    def announcement(self, request: Request, announcement_id: str) -> Response:
        """One announcement; where it isn't public, the answer is that of an address that doesn't exist."""
        found = self._shown.announcement(announcement_id)
        if found is None:
            return self._pages.not_found(request)
        event = self._shown.event(found.facts.event_id) if found.facts.event_id else None
        path = f"/a/{quote(announcement_id)}"
        page = self._pages.absolute(path)
        card = announcement_card(self._pages.settings.site.name, found, event)
        gone = found.facts.status is PubStatus.CANCELED
        below = f"{self._pages.base}{path}"
        shown = [] if gone else [f"{page}/bild/{one.name}" for one in self._materials.largest(found.facts)]
        values = {
            "pictures": [] if gone else self._materials.pictures(found.facts, below),
            "files": [] if gone else self._materials.files(found.facts, below),
            "shown": found,
            "versions": self._shown.versions(found),
            "event_id": event.facts.id if event else None,
            "card": card,
            "topic_stem": topic_stem,
            "data": embedded_json(news_article(found, page, self._pages.settings.site, (*shown, f"{page}/card.png"))),
        }
        language = self._pages.language(request, found.facts.language)
        return self._pages.page(request, "announcement.html", language, values, path=path)

    def event(self, request: Request, event_id: str) -> Response:
        """One event with its programme."""
        found = self._shown.event(event_id)
        if found is None:
            return self._pages.not_found(request)
        content = content_language(found, self._pages.settings.site.language)
        path = f"/e/{quote(event_id)}"
        name = f"events/{event_stem(event_id)}"
        feed = f"{name}.{content[:2]}.rss.xml"
        values = {
            "shown": found,
            "event": found.facts,
            "now": self._clock(),
            "programme": programme(found.facts),
            "content_language": content,
            "calendar": self._feeds.calendar_of(name),
            "webcal": self._pages.webcal,
            "feed": feed if self._feeds.served(feed) else None,
            "card": event_card(self._pages.settings.site.name, found.facts, content),
            "data": embedded_json(event_data(found.facts, self._pages.absolute(path), content)),
        }
        return self._pages.page(request, "event.html", self._pages.language(request, content), values, path=path)

    def imprint(self, request: Request) -> Response:
        """Who publishes this (§ 5 DDG)."""
        return self._pages.page(request, "imprint.html", self._pages.language(request), {}, path="/impressum")

    def privacy(self, request: Request) -> Response:
        """The privacy notice of config.toml, if it is a text of its own."""
        return self._text(request, "privacy", self._pages.settings.site.privacy_file, "/datenschutz")

    def accessibility(self, request: Request) -> Response:
        """The accessibility statement of config.toml (Directive (EU) 2016/2102, article 7)."""
        return self._text(request, "accessibility", self._pages.settings.site.accessibility_file, "/barrierefreiheit")

    def _text(self, request: Request, name: str, file: Any, path: str) -> Response:
        text = self._pages.office_text(file)
        if text is None:
            return self._pages.not_found(request)
        values = {"name": name, "text": text}
        return self._pages.page(request, "text.html", self._pages.language(request), values, path=path)


def content_language(found: ShownEvent, otherwise: str) -> str:
    """The language an event is announced in."""
    return found.announcements[0].facts.language if found.announcements else otherwise


def last_change(found: ShownAnnouncement) -> datetime:
    """When what the page shows last changed."""
    return max(found.published, found.updated or found.published)
