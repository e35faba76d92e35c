"""The way out of every list: one click for mail programs (RFC 8058), two for people, none for scanners.

A GET shows a page and changes nothing, because mail scanners follow links. A
POST needs no cookie, no login and no redirect, and may come twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from announcer.clock import Clock
from announcer.model.people import SubscriptionState
from announcer.newsletter import tokens
from announcer.office import confirming, person, subscribers
from announcer.office.confirming import Wording
from announcer.office.subscribers import Standing
from announcer.settings import MailList
from announcer.store.database import Database
from announcer.store.withdrawals import WithdrawalLog
from announcer.web.pages import Pages

#: What a mail program or the page's own form sends is far below this.
LARGEST_BODY = 64 * 1024


async def small_body(request: Request) -> bytes:
    """The request's body; refused when it is larger than any form of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, headers={"Connection": "close"})
    return body


Body = Annotated[bytes, Depends(small_body)]


class Leaving:
    """The routes behind the links of a mail. Made by `public_app`."""

    def __init__(
        self,
        db: Database,
        pages: Pages,
        key: bytes,
        clock: Clock,
        withdrawals: WithdrawalLog | None = None,
        open_lists: Callable[[], Mapping[str, MailList]] = dict,
    ) -> None:
        """`open_lists` gives what anybody may subscribe to now."""
        self._db = db
        self._pages = pages
        self._key = key
        self._clock = clock
        self._kept = withdrawals
        self._open_lists = open_lists

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        app.add_api_route("/u/{token}", self.ask, methods=["GET", "HEAD"], response_class=Response)
        app.add_api_route("/u/{token}", self.unsubscribe, methods=["POST"], response_class=Response)
        app.add_api_route("/p/{token}", self.preferences, methods=["GET", "HEAD"], response_class=Response)
        app.add_api_route("/p/{token}", self.choose, methods=["POST"], response_class=Response)
        app.add_api_route("/p/{token}/loeschen", self.ask_erase, methods=["GET", "HEAD"], response_class=Response)
        app.add_api_route("/p/{token}/loeschen", self.erase, methods=["POST"], response_class=Response)

    def ask(self, request: Request, token: str) -> Response:
        """What the link is about, and a button."""
        standing = subscribers.status_of(self._db, self._key, token)
        if standing is None:
            return self._pages.not_found(request)
        return self._leave_page(request, standing)

    def unsubscribe(self, request: Request, token: str, body: Body) -> Response:
        """Unsubscribe. The body's content does not matter: whoever posts here wants to leave (RFC 8058 §3.2)."""
        if subscribers.status_of(self._db, self._key, token) is None:
            return self._pages.not_found(request)
        standing = subscribers.leave(self._db, self._key, token, None, self._clock(), kept=self._kept)
        return self._leave_page(request, standing)

    def preferences(self, request: Request, token: str) -> Response:
        """The person's lists, each with a box, further ones they may join, and their language."""
        standing = subscribers.status_of(self._db, self._key, token)
        if standing is None:
            return self._pages.not_found(request)
        return self._preferences_page(request, standing, saved=False)

    def choose(self, request: Request, token: str, body: Body) -> Response:
        """Leave what is no longer ticked, or everything; join what is; and write in another language."""
        if subscribers.status_of(self._db, self._key, token) is None:
            return self._pages.not_found(request)
        form = parse_qs(body.decode("utf-8", "replace"))
        if form.get("do") == ["leave-all"]:
            standing = subscribers.leave_everything(self._db, self._key, token, None, self._clock(), kept=self._kept)
        else:
            # Only what the page showed: a list joined meanwhile had no box to keep ticked.
            # Joined first: who goes from one list to another has a confirmed address while they do.
            self._join_and_speak(request, token, form)
            gone = sorted(set(form.get("shown", [])) - set(form.get("keep", [])))
            standing = subscribers.leave_lists(self._db, self._key, token, gone, None, self._clock(), kept=self._kept)
        return self._preferences_page(request, standing, saved=True)

    def _join_and_speak(self, request: Request, token: str, form: Mapping[str, list[str]]) -> None:
        standing = subscribers.status_of(self._db, self._key, token)
        if standing is None:
            return
        consent = self._pages.consent(self._pages.language(request, standing.language))
        wanted = [name for name in self._open_lists() if name in form.get("join", [])]
        if wanted and form.get("consent") == [consent.version]:  # what is agreed to is what stood there
            said = Wording(consent.text, consent.version, self._pages.absolute("/p/"))
            confirming.join(self._db, standing.subscriber_id, wanted, said, self._clock())
        language = form.get("language", [""])[0]
        if language in self._pages.settings.site.languages:
            confirming.speak(self._db, standing.subscriber_id, language, self._clock())

    def ask_erase(self, request: Request, token: str) -> Response:
        """What goes for good, and a button."""
        standing = subscribers.status_of(self._db, self._key, token)
        if standing is None:
            return self._pages.not_found(request)
        return self._erase_page(request, token, standing)

    def erase(self, request: Request, token: str, body: Body) -> Response:
        """Delete everything that is stored about the person. A second time shows the same."""
        standing = subscribers.status_of(self._db, self._key, token)
        if standing is None:
            return self._pages.not_found(request)
        person.erase(self._db, self._key, standing.subscriber_id, None, self._clock(), self._kept)
        after = subscribers.status_of(self._db, self._key, token)
        assert after is not None  # its token was genuine a moment ago
        return self._erase_page(request, token, after, standing.language)

    def _erase_page(self, request: Request, token: str, standing: Standing, spoken: str = "") -> Response:
        language = self._pages.language(request, standing.language or spoken)
        return self._pages.personal("erase.html", language, {"standing": standing, "preferences": f"/p/{token}"})

    def _leave_page(self, request: Request, standing: Standing) -> Response:
        language = self._pages.language(request, standing.language)
        link = tokens.make(self._key, "preferences", standing.subscriber_id, "")
        return self._pages.personal("leave.html", language, {"standing": standing, "preferences": f"/p/{link}"})

    def _preferences_page(self, request: Request, standing: Standing, *, saved: bool) -> Response:
        language = self._pages.language(request, standing.language)
        left = [m for m in standing.memberships if m.state is SubscriptionState.LEFT]
        mine = [m for m in standing.memberships if m.state is not SubscriptionState.LEFT]
        on = {m.list_id for m in mine}
        may_join = confirming.may_join(self._db, standing.subscriber_id)
        values = {
            "standing": standing,
            "mine": mine,
            "left": left,
            "saved": saved,
            "more": {name: one for name, one in self._open_lists().items() if may_join and name not in on},
            "consent": self._pages.consent(language),
            "spoken": self._pages.settings.site.languages,
            "erase": f"/p/{tokens.make(self._key, 'preferences', standing.subscriber_id, '')}/loeschen",
        }
        return self._pages.personal("preferences.html", language, values)
