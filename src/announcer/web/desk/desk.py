"""The press desk as an ASGI application: every page of the office, on an origin of its own."""

from __future__ import annotations

import traceback

import structlog
from fastapi import FastAPI
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from announcer.clock import Clock
from announcer.errors import AnnouncerError
from announcer.model.accounts import Role
from announcer.office import accounts
from announcer.office.house import House
from announcer.web.api.app import api_app, problem
from announcer.web.callers import Callers
from announcer.web.campaign.sections import SECTIONS as CAMPAIGN
from announcer.web.desk import (
    announcement,
    channels,
    new,
    newsletter,
    person_page,
    settings_page,
    signing,
    today,
    token_pages,
    users,
)
from announcer.web.desk import log as log_page
from announcer.web.desk.address import Address
from announcer.web.desk.edge import SECURITY_HEADERS, DeskEdge, TooLarge
from announcer.web.desk.gate import Caller, ForeignForm, Gate, RoleNeeded, SignInNeeded
from announcer.web.desk.pages import DeskPages
from announcer.web.desk.section import Declared
from announcer.web.desk.visit import Visit
from announcer.web.statuses import status_of
from announcer.web.words import choose_language

log = structlog.get_logger(__name__)

#: One line per module of pages.
SECTIONS = (
    signing.routes,
    today.routes,
    new.routes,
    announcement.routes,
    newsletter.routes,
    person_page.routes,
    channels.routes,
    log_page.routes,
    users.routes,
    token_pages.routes,
    settings_page.routes,
    *CAMPAIGN,
)
_FOREVER = "public, max-age=31536000, immutable"


class Desk:
    """What every module of pages works with."""

    def __init__(self, house: House) -> None:
        """`house` is open, and stays so longer than the desk."""
        self.house = house
        self.address = Address.of(house.settings)
        self.gate = Gate(house, self.address)
        self.pages = DeskPages(self)
        self.callers = Callers(house.settings.desk.trusted_proxies)
        self.declared: list[Declared] = []

    @property
    def clock(self) -> Clock:
        """The house's clock."""
        return self.house.clock

    def visit(self, request: Request, caller: Caller, form: FormData | None = None) -> Visit:
        """A request, as a page sees it."""
        language = self._language(request, caller)
        return Visit(self, request, caller, form or FormData(), self.house.clock(), language)

    def _language(self, request: Request, caller: Caller) -> str:
        if caller.account is not None:
            return caller.account.language
        asked, accepted = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
        return choose_language(asked, accepted, self.house.settings.site.language)


def desk_app(house: House) -> FastAPI:
    """The desk over an open house."""
    return open_desk(house)[0]


def open_desk(house: House) -> tuple[FastAPI, Desk]:
    """The application, and what its pages share: a test walks through what they declared."""
    app = FastAPI(title="announcer desk", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    desk = Desk(house)
    for routes in SECTIONS:
        section = routes(desk)
        section.mount(app)
        desk.declared += section.declared
    _serve_files(app, desk)
    app.mount("/api/v1", api_app(house))
    _answer_errors(app, desk)
    app.add_middleware(DeskEdge, base=desk.address.base, secure=desk.address.secure)
    return app, desk


def first_link(house: House) -> str | None:
    """The path of the one-time link, while nobody can sign in yet."""
    token = accounts.first_link(house, house.clock())
    return None if token is None else f"/access/{token}"


def _serve_files(app: FastAPI, desk: Desk) -> None:
    @app.get("/files/{mark}/{name}", response_model=None)
    def file(mark: str, name: str) -> Response:
        found = desk.pages.files.get(name)
        if found is None:
            return PlainTextResponse("404\n", 404)
        kept = _FOREVER if found.mark == mark else "no-cache"
        return Response(found.body, 200, {"Cache-Control": kept}, found.media_type)


def _answer_errors(app: FastAPI, desk: Desk) -> None:
    def visit_of(request: Request) -> Visit:
        caller = getattr(request.state, "caller", None) or desk.gate.caller(request)
        return desk.visit(request, caller)

    def shown(request: Request, status: int, key: str, said: str = "", text: str = "") -> Response:
        visit = visit_of(request)
        values = {"title": visit.t(f"{key}_title"), "text": text or _text(visit, key), "said": said}
        return visit.page("trouble.html", values, status)

    def sign_in(request: Request, error: Exception) -> Response:
        wanted = request.scope["path"] if request.method == "GET" else "/"
        if wanted == "/":
            return RedirectResponse(f"{desk.address.base}/sign-in", 303)
        query = f"?{request.url.query}" if request.url.query else ""
        target = request.url.replace(path=f"{desk.address.base}/sign-in", query="").include_query_params(
            next=wanted + query
        )
        return RedirectResponse(f"{target.path}?{target.query}", 303)

    def role(request: Request, error: Exception) -> Response:
        assert isinstance(error, RoleNeeded)
        visit = visit_of(request)
        text = visit.t("forbidden_text", role=visit.t(f"role_{error.role.value}"))
        return shown(request, 403, "forbidden", text=text)

    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if request.scope["path"].startswith("/api/"):  # a path so odd that it did not reach the API
            return problem(status, "there is no such address")
        if status == 404:
            return shown(request, 404, "not_found")
        headers = getattr(error, "headers", None)
        return PlainTextResponse(f"{status}\n", status, headers=headers)

    def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, AnnouncerError)
        status = status_of(error)
        if status >= 500:
            log.error("a page of the desk failed", path=request.scope["path"], why=str(error))
        return shown(request, status, "trouble", said=visit_of(request).error(error))

    def broken(request: Request, error: Exception) -> Response:
        # Answered outside of `DeskEdge`, so it has to bring the headers itself.
        log.error("a page of the desk broke", path=request.scope["path"], trace=_trace(error))
        response = shown(request, 500, "broken")
        response.headers.update(SECURITY_HEADERS)
        return response

    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(RoleNeeded, role)
    app.add_exception_handler(ForeignForm, lambda request, error: shown(request, 403, "foreign"))
    app.add_exception_handler(TooLarge, lambda request, error: shown(request, 413, "too_large"))
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(AnnouncerError, failed)
    app.add_exception_handler(Exception, broken)


def _trace(error: Exception) -> str:
    """Where it broke. Without the values of variables: one of them may be a password."""
    return "".join(traceback.format_exception(error))


def _text(visit: Visit, key: str) -> str:
    return "" if key == "trouble" else visit.t(f"{key}_text")


__all__ = ["Desk", "Role", "desk_app", "first_link", "open_desk"]
