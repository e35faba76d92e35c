"""Users: who works at the desk, with which roles; invited by a link that is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.errors import AnnouncerError
from announcer.model.accounts import Role
from announcer.office import accounts
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_GIVEN = (Role.APPROVER, Role.ADMIN)


def routes(desk: Desk) -> Section:
    """For those who look after the accounts."""
    section = Section(desk)

    @section.get("/users", Role.ADMIN)
    def users(visit: Here) -> Response:
        return _page(visit)

    @section.post("/users", Role.ADMIN)
    def invite(visit: Here) -> Response:
        try:
            made, token = accounts.invite(
                desk.house, visit.text("name"), visit.text("shown"), _roles(visit), visit.actor, visit.now
            )
        except AnnouncerError as error:
            return _page(visit, visit.error(error))
        return _page(visit, link=_link(visit, token), invited=made.shown)

    @section.post("/users/{id_}/invite", Role.ADMIN)
    def invite_again(visit: Here, id_: int) -> Response:
        made, token = accounts.invite_again(desk.house, id_, visit.actor, visit.now)
        return _page(visit, link=_link(visit, token), invited=made.shown)

    @section.post("/users/{id_}", Role.ADMIN)
    def change(visit: Here, id_: int) -> Response:
        try:
            accounts.change(
                desk.house, id_, shown=visit.text("shown"), roles=_roles(visit), active=visit.ticked("active"),
                actor=visit.actor, now=visit.now,
            )  # fmt: skip
        except AnnouncerError as error:
            return _page(visit, visit.error(error))
        return visit.to("/users", "saved")

    return section


def _roles(visit: Visit) -> set[Role]:
    given = visit.texts("roles")
    return {Role.AUTHOR, *(role for role in _GIVEN if role.value in given)}


def _link(visit: Visit, token: str) -> str:
    return visit.desk.address.absolute(f"/access/{token}", visit.request)


def _page(visit: Visit, problem: str = "", link: str = "", invited: str = "") -> Response:
    house = visit.desk.house
    values = {
        "accounts": accounts.listed(house),
        "problem": problem,
        "link": link,
        "invited": invited,
        "given": _GIVEN,
        "people": house.settings.people,
        "name": visit.text("name") if problem else "",
        "shown": visit.text("shown") if problem else "",
    }
    return visit.page("users.html", values, 422 if problem else 200)
