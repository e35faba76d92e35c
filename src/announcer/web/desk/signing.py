"""Signing in and out, the first account, and invitations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import segno
from starlette.responses import RedirectResponse, Response

from announcer.errors import AnnouncerError, NotFound
from announcer.model.accounts import Link, Role
from announcer.office import accounts, totp
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit, inner
from announcer.web.words import LANGUAGES

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_SECRET = re.compile(r"[A-Z2-7]{32}")


def routes(desk: Desk) -> Section:
    """The pages that need nobody signed in, and the way out."""
    section = Section(desk)

    @section.get("/sign-in", None)
    def sign_in_page(visit: Here) -> Response:
        if visit.caller.account is not None:
            return visit.to(visit.text("next", "/"))
        return _sign_in_page(visit)

    @section.post("/sign-in", None)
    def sign_in(visit: Here) -> Response:
        caller = desk.callers.of(visit.request)
        name, password = visit.text("name"), str(visit.form.get("password") or "")
        try:
            token = accounts.sign_in(desk.house, name, password, visit.text("code"), caller, visit.now)
        except AnnouncerError as error:
            return _sign_in_page(visit, visit.error(error))
        # A fresh cookie: whoever planted the old one is not signed in with it.
        response = RedirectResponse(desk.address.base + inner(visit.text("next", "/")), 303)
        desk.gate.set_cookie(response, token)
        return response

    @section.post("/sign-out", Role.AUTHOR)
    def sign_out(visit: Here) -> Response:
        accounts.sign_out(desk.house, visit.caller.token, visit.account, visit.now)
        response = RedirectResponse(f"{desk.address.base}/sign-in?out=1", 303)
        desk.gate.drop_cookie(response)
        return response

    @section.post("/language", Role.AUTHOR)
    def language(visit: Here) -> Response:
        wanted = visit.text("language")
        if wanted in LANGUAGES:
            accounts.speak(desk.house, visit.account, wanted)
        return visit.to(visit.text("here", "/"))

    @section.get("/access/{token}", None)
    def access_page(visit: Here, token: str) -> Response:
        link = accounts.open_link(desk.house, token, visit.now)
        return _link_gone(visit) if link is None else _access_page(visit, link)

    @section.post("/access/{token}", None)
    def access(visit: Here, token: str) -> Response:
        link = accounts.open_link(desk.house, token, visit.now)
        if link is None:
            return _link_gone(visit)
        password, secret = str(visit.form.get("password") or ""), visit.text("secret")
        if not _SECRET.fullmatch(secret):
            return _access_page(visit, link)
        keys = accounts.NewKeys(password, secret, visit.text("code"))
        try:
            accounts.accept(desk.house, token, keys, visit.now, visit.text("name"), visit.text("shown"))
        except NotFound:
            return _link_gone(visit)
        except AnnouncerError as error:
            return _access_page(visit, link, visit.error(error))
        return RedirectResponse(f"{desk.address.base}/sign-in?accepted=1", 303)

    return section


def _sign_in_page(visit: Visit, problem: str = "") -> Response:
    t = visit.t
    good = t.accepted if visit.text("accepted") else t.signed_out if visit.text("out") else ""
    values = {"problem": problem, "good": good, "name": visit.text("name"), "next": inner(visit.text("next", "/"))}
    return visit.page("sign_in.html", values, 422 if problem else 200)


def _access_page(visit: Visit, link: Link, problem: str = "") -> Response:
    given = visit.text("secret")
    secret = given if visit.request.method == "POST" and _SECRET.fullmatch(given) else totp.new_secret()
    name = link.account.name if link.account else "admin"
    address = totp.address(secret, name, visit.desk.house.settings.site.name)
    values = {
        "problem": problem,
        "owner": link.account,
        "secret": secret,
        "picture": segno.make(address, error="m").svg_data_uri(border=4, dark="#000", light="#fff"),
        "name": visit.text("name"),
        "shown": visit.text("shown"),
    }
    return visit.page("access.html", values, 422 if problem else 200)


def _link_gone(visit: Visit) -> Response:
    values = {"title": visit.t.link_gone_title, "text": visit.t.link_gone_text, "said": ""}
    return visit.page("trouble.html", values, 404)
