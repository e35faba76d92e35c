"""Tokens: which programs work in whose name; a new one is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.errors import AnnouncerError
from announcer.model.accounts import Role
from announcer.office import api_tokens
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk


def routes(desk: Desk) -> Section:
    """For those who look after the desk."""
    section = Section(desk)

    @section.get("/tokens", Role.ADMIN)
    def tokens(visit: Here) -> Response:
        return _page(visit)

    @section.post("/tokens", Role.ADMIN)
    def make(visit: Here) -> Response:
        days = visit.text("days")
        number = int(days) if days.isdigit() and len(days) < 6 else 0
        try:
            token = api_tokens.make(
                desk.house, visit.account.id, visit.text("title"), visit.texts("scopes"), number, visit.actor, visit.now
            )
        except AnnouncerError as error:
            return _page(visit, visit.error(error))
        return _page(visit, token=token)

    @section.post("/tokens/{id_}/revoke", Role.ADMIN)
    def revoke(visit: Here, id_: int) -> Response:
        api_tokens.revoke(desk.house, id_, visit.actor, visit.now)
        return visit.to("/tokens", "token_revoked")

    return section


def _page(visit: Visit, problem: str = "", token: str = "") -> Response:
    values = {
        "tokens": api_tokens.listed(visit.desk.house),
        "scopes": api_tokens.SCOPES,
        "problem": problem,
        "token": token,
    }
    return visit.page("tokens.html", values, 422 if problem else 200)
