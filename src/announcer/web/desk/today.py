"""The page "Today": what goes out next, what needs somebody, how the channels are, and one button to stop all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.model.accounts import Role
from announcer.office import glance
from announcer.planning.message_words import what_words
from announcer.store import journal
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

SHOWN = 12
#: A person reads so many at most; the rest is counted.
MOST_NEEDS = 40


def routes(desk: Desk) -> Section:
    """The first page."""
    section = Section(desk)

    @section.get("/", Role.AUTHOR)
    def today(visit: Here) -> Response:
        with desk.house.database.read() as connection:
            found = glance.glance(connection, desk.house, visit.now, SHOWN)
        values = {
            "glance": found,
            "needs": found.attention[:MOST_NEEDS],
            "more": max(0, len(found.attention) - MOST_NEEDS),
            "what": lambda one: what_words(one.message.planned, one.campaign.event, visit.language),
            "stopped": found.pauses.get(journal.ALL),
        }
        return visit.page("today.html", values)

    return section
