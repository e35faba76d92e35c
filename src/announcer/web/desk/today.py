"""The page "Today": what goes out next, what needs somebody, how the channels are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.model.accounts import Role
from announcer.office import status
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

SHOWN = 12


def routes(desk: Desk) -> Section:
    """The first page."""
    section = Section(desk)

    @section.get("/", Role.AUTHOR)
    def today(visit: Here) -> Response:
        with desk.house.database.read() as connection:
            found = status.overview(connection, desk.house, visit.now)
        coming = sorted(
            (one for one in found.campaigns if one.next and one.next.planned.due_at),
            key=lambda one: str(one.next and one.next.planned.due_at),
        )
        return visit.page("today.html", {"overview": found, "coming": coming[:SHOWN]})

    return section
