"""How a page module brings its pages in: each route with the role it needs, checked before its function runs.

def routes(desk: Desk) -> Section:
    section = Section(desk)

    @section.get("/channels", Role.AUTHOR)
    def channels(visit: Here) -> Response:
        return visit.page("channels.html", {...})

    return section
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI
from starlette.datastructures import FormData
from starlette.requests import Request

from announcer.model.accounts import Role
from announcer.web.desk.gate import Caller
from announcer.web.desk.visit import Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

Endpoint = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a route said about itself."""

    method: str
    path: str
    role: Role | None  #: None: open to everybody.


class Section:
    """The pages of one module. Functions may be plain (they run in a thread) or async (event streams)."""

    def __init__(self, desk: Desk) -> None:
        self._routes: list[tuple[Declared, Endpoint]] = []
        self._desk = desk

    @property
    def declared(self) -> list[Declared]:
        """What the routes said about themselves."""
        return [one for one, _ in self._routes]

    def get(self, path: str, role: Role | None) -> Callable[[Endpoint], Endpoint]:
        """A page that is read."""
        return self._route("GET", path, role)

    def post(self, path: str, role: Role | None) -> Callable[[Endpoint], Endpoint]:
        """A form that does something."""
        return self._route("POST", path, role)

    def _route(self, method: str, path: str, role: Role | None) -> Callable[[Endpoint], Endpoint]:
        def add(endpoint: Endpoint) -> Endpoint:
            self._routes.append((Declared(method, path, role), endpoint))
            return endpoint

        return add

    def mount(self, app: FastAPI) -> None:
        """Bring the pages into the application, each behind the check of its role."""
        for one, endpoint in self._routes:
            admit = Depends(_admission(self._desk, one.role))
            app.add_api_route(one.path, endpoint, methods=[one.method], dependencies=[admit], response_model=None)


def _admission(desk: Desk, role: Role | None) -> Callable[..., Any]:
    gate = desk.gate

    def known(request: Request) -> Caller:
        caller = gate.caller(request)
        request.state.caller = caller  # the pages that refuse say it in the caller's language
        gate.check_role(caller, role)
        return caller

    # Only now is the body read: nobody unknown may send us files.
    async def filled(request: Request, caller: Caller = Depends(known)) -> AsyncIterator[FormData]:
        form = await gate.form(request)
        try:
            gate.check_form(request, caller, form)
            yield form
        finally:
            await form.close()  # uploads lie in temporary files

    def admit(request: Request, caller: Caller = Depends(known), form: FormData = Depends(filled)) -> Visit:
        visit = desk.visit(request, caller, form)
        request.state.visit = visit
        return visit

    return admit
