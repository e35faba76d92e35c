"""Subscribing by form and by API. No cookie, no script, and one answer for every address.

What is wrong with a request is said as far as it shows without looking: no
list chosen, no @, sent faster than anybody types. Whose the address is is
looked up after the answer (`office.signup`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from announcer.clock import Clock
from announcer.office import signup
from announcer.office.shown import Shown
from announcer.office.signup import Answer
from announcer.settings import MailList
from announcer.store.database import Database
from announcer.store.optin import Signup
from announcer.web import stamps
from announcer.web.callers import Callers
from announcer.web.feed_files import FeedFiles
from announcer.web.leaving import Body
from announcer.web.pages import Pages

READ = ["GET", "HEAD"]
FORM = "/abonnieren"
#: A form that lay open for longer is shown again; its words may have changed.
OPEN_FOR = timedelta(hours=24)
LONGEST_ADDRESS, LONGEST_FORM = 254, 300
_HOUR_SECONDS = "3600"
#: What is said of a request that is not taken, as status and key of the words.
_REFUSED = {Answer.TOO_MANY: (429, "too_many"), Answer.BUSY: (503, "too_busy")}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came back."""

    email: str = ""
    lists: tuple[str, ...] = ()
    language: str = ""
    trap: str = ""  #: A field that people don't see and programs fill in.
    stamp: str = ""

    @classmethod
    def read(cls, body: bytes) -> Filled:
        """From the body of a POST."""
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)

        def first(name: str) -> str:
            return form.get(name, [""])[0]

        return cls(
            first("email").strip(), tuple(form.get("list", [])), first("language"), first("homepage"), first("stamp")
        )


class Subscribing:
    """The routes of the form and the API. Made by `public_app`."""

    def __init__(self, db: Database, pages: Pages, key: bytes, feeds: FeedFiles, shown: Shown, clock: Clock) -> None:
        self._db = db
        self._pages = pages
        self._settings = pages.settings
        self._key = key
        self._feeds = feeds
        self._shown = shown
        self._clock = clock
        self._callers = Callers(self._settings.web.trusted_proxies)

    @property
    def takes(self) -> bool:
        """Whether anybody can subscribe here: not without mail, and not on pages that are files."""
        return self._settings.subscribe.enabled and self._settings.mail.enabled and not self._pages.static

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        for path in (FORM, "/subscribe"):
            app.add_api_route(path, self.show, methods=READ, response_class=Response)
            if self.takes:
                app.add_api_route(path, self.take, methods=["POST"], response_class=Response)
        if self.takes:
            app.add_api_route("/api/subscribe", self.offer, methods=READ, response_class=Response)
            app.add_api_route("/api/subscribe", self.take_json, methods=["POST"], response_class=Response)

    def open_lists(self) -> dict[str, MailList]:
        """What anybody may subscribe to now."""
        return signup.open_lists(self._settings, self._shown, self._clock())

    # -- The form. --

    def show(self, request: Request) -> Response:
        """Every feed and what it is, and the form for the newsletters."""
        language = self._pages.language(request)
        values = self._values(language)
        if not values["takes"]:
            return self._pages.page(request, "subscribe.html", language, values, path=FORM)
        # The stamp says when the form was shown: no copy of the page may be kept.
        return self._pages.personal("subscribe.html", language, {**values, "path": FORM}, indexed=True)

    def take(self, request: Request, body: Body) -> Response:
        """Take the form, or show it again with what is missing."""
        language, filled = self._pages.language(request), Filled.read(body)
        lists = self.open_lists()
        chosen = tuple(name for name in lists if name in filled.lists)
        filled = replace(filled, lists=chosen, language=self._mail_language(filled.language, language))
        consent = self._pages.consent(language)
        wrong = self._wrong(filled, consent.version)
        if wrong:
            return self._again(language, filled, wrong)
        if not filled.trap:  # whoever fills it in is told what everybody is told
            form = self._pages.absolute(FORM)
            asked = self._asked(filled.email, chosen, filled.language, form, consent.text, consent.version)
            answer = signup.ask(
                self._db, self._key, asked, self._callers.of(request), self._settings.subscribe, self._clock()
            )
            if answer is not Answer.TAKEN:
                return self._not_now(language, answer)
        values = {"email": filled.email[:LONGEST_ADDRESS], "lists": [lists[name].title for name in chosen]}
        return self._pages.personal("subscribed.html", language, values)

    def _values(self, language: str, filled: Filled | None = None, wrong: Sequence[str] = ()) -> dict[str, Any]:
        consent = self._pages.consent(language)
        lists = self.open_lists()
        return {
            "feeds": self._feeds.listed(),
            "calendars": self._feeds.calendars(),
            "accounts": [a for a in self._settings.channels.values() if a.enabled and a.url],
            "lists": lists,
            "absolute": self._pages.absolute,
            "webcal": self._pages.webcal,
            "takes": self.takes and bool(lists),
            "consent": consent,
            "filled": filled or Filled(language=self._mail_language("", language)),
            "wrong": tuple(wrong),
            "stamp": stamps.make(self._key, consent.version, self._clock()),
            "spoken": self._settings.site.languages,
        }

    def _wrong(self, filled: Filled, version: str) -> list[str]:
        """What is wrong with a form, as keys of the words; all of it shows without a look at the address's owner."""
        stamp, now = stamps.read(self._key, filled.stamp), self._clock()
        if stamp is None or now - stamp.at > OPEN_FOR or stamp.version != version:
            return ["form_stale"]
        wrong = [] if plausible(filled.email) else ["email_wrong"]
        wrong += [] if filled.lists else ["list_missing"]
        if not wrong and now - stamp.at < timedelta(seconds=self._settings.subscribe.min_seconds):
            return ["too_fast"]
        return wrong

    def _again(self, language: str, filled: Filled, wrong: Sequence[str]) -> Response:
        values = self._values(language, filled, wrong)
        if "form_stale" not in wrong:
            values["stamp"] = filled.stamp  # its time goes on
        return self._pages.personal("subscribe.html", language, {**values, "path": FORM}, 422)

    def _not_now(self, language: str, answer: Answer) -> Response:
        status, said = _REFUSED[answer]
        response = self._pages.personal("subscribe_later.html", language, {"said": said}, status)
        response.headers["Retry-After"] = _HOUR_SECONDS
        return response

    def _mail_language(self, wanted: str, page: str) -> str:
        """The language somebody is written to in: one the office speaks."""
        site = self._settings.site
        return next((one for one in (wanted, page) if one in site.languages), site.language)

    def _asked(self, address: str, lists: Sequence[str], language: str, form: str, text: str, version: str) -> Signup:
        return Signup(address, tuple(lists), language, form, text, version, self._clock())

    # -- The API. --

    def offer(self, request: Request) -> Response:
        """The lists, the languages, and the words somebody has to agree to."""
        site = self._settings.site
        consents = {language: self._pages.consent(language) for language in dict.fromkeys(site.languages)}
        return _json(
            200,
            {
                "lists": [{"id": name, "title": entry.title} for name, entry in self.open_lists().items()],
                "languages": list(consents),
                "consents": {name: {"text": one.text, "version": one.version} for name, one in consents.items()},
            },
        )

    def take_json(self, request: Request, body: Body) -> Response:
        """The same as the form, for a form of somebody else's (docs/subscribers.md)."""
        # A page of another site can't send this type without asking first, and is never told yes.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refused(415, "send JSON with Content-Type: application/json")
        try:
            asked = self._from_json(json.loads(body))
        except _Unusable as error:
            return _refused(error.status, str(error))
        except (ValueError, RecursionError):
            return _refused(400, "the body is no JSON")
        caller = self._callers.of(request)
        answer = signup.ask(self._db, self._key, asked, caller, self._settings.subscribe, self._clock())
        if answer is not Answer.TAKEN:
            return _refused(_REFUSED[answer][0], "too many requests; try again in an hour", {"Retry-After": "3600"})
        return _json(202, {"status": "accepted"})

    def _from_json(self, said: Any) -> Signup:
        if not isinstance(said, dict):
            raise _Unusable("the body is no JSON object")
        if unknown := sorted(set(said) - {"address", "lists", "language", "consent", "form"}):
            raise _Unusable(f"{unknown[0]!r} is not known; known are address, lists, language, consent, form")
        address = said.get("address")
        if not isinstance(address, str) or not plausible(address.strip()):
            raise _Unusable("'address' is no mail address")
        lists, open_ = said.get("lists"), self.open_lists()
        if (
            not isinstance(lists, list)
            or not lists
            or not all(isinstance(name, str) and name in open_ for name in lists)
        ):
            raise _Unusable("'lists' names no list, or one that is not open; GET /api/subscribe names them")
        language = said.get("language", self._settings.site.language)
        if language not in self._settings.site.languages:
            raise _Unusable("'language' is none that is spoken here; GET /api/subscribe names them")
        consent = self._pages.consent(language)
        if said.get("consent") != consent.version:
            raise _Unusable("'consent' is not the version of the words as they are now; show them anew", 409)
        return self._asked(
            address.strip(), tuple(dict.fromkeys(lists)), language, self._form(said), consent.text, consent.version
        )

    def _form(self, said: Mapping[str, Any]) -> str:
        form = said.get("form", self._pages.absolute("/api/subscribe"))
        if not isinstance(form, str) or len(form) > LONGEST_FORM or not _is_web_address(form):
            raise _Unusable(f"'form' is no web address of at most {LONGEST_FORM} characters")
        return form


class _Unusable(Exception):
    """A request that is not taken, and why."""

    def __init__(self, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.status = status


def plausible(address: str) -> bool:
    """Whether somebody may have meant this as an address. Whether it is one is looked at later."""
    local, at, domain = address.rpartition("@")
    return bool(at and local and domain) and len(address) <= LONGEST_ADDRESS and not any(c.isspace() for c in address)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"https", "http"} and bool(parts.hostname) and text.isprintable()
    except ValueError:
        return False


def _json(status: int, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    kept_by_nobody = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", **(headers or {})}
    return JSONResponse(dict(value), status, kept_by_nobody)


def _refused(status: int, said: str, headers: Mapping[str, str] | None = None) -> Response:
    return _json(status, {"status": "refused", "said": said}, headers)
