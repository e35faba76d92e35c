"""Channels: how each stands and what its network accepts; check, pause, go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.model.accounts import Role
from announcer.office import pause, ways_out
from announcer.store import journal
from announcer.web.desk.section import Section
from announcer.web.desk.titles import titles
from announcer.web.desk.visit import Here

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk


def routes(desk: Desk) -> Section:
    """The ways out."""
    section = Section(desk)

    @section.get("/channels", Role.AUTHOR)
    def channels(visit: Here) -> Response:
        with desk.house.database.read() as connection:
            all_paused = journal.pauses(connection).get(journal.ALL)
        values = {"ways": ways_out.listed(desk.house), "off": ways_out.switched_off(desk.house), "all": all_paused}
        return visit.page("channels.html", values)

    @section.post("/channels/{name}/check", Role.AUTHOR)
    def check(visit: Here, name: str) -> Response:
        health = ways_out.check(desk.house, name, visit.actor, visit.now)
        key = "channel_answers" if health.ok else "channel_answers_not"
        return visit.to("/channels", key, tone="good" if health.ok else "bad", name=name, text=health.said)

    @section.post("/stops/pause", Role.AUTHOR)
    def stop(visit: Here) -> Response:
        what, back = visit.text("what"), visit.text("back", "/channels")
        pause.pause(desk.house, what, visit.actor, visit.text("why"), visit.now)
        return visit.to(back, "stopped_now")

    @section.get("/stops/resume", Role.AUTHOR)
    def resume_page(visit: Here) -> Response:
        what = visit.text("what")
        with desk.house.database.read() as connection:
            found = pause.what_would_go(connection, desk.house, what, visit.now)
            every = [one.message for one in (*found.go, *found.asked, *found.missed)]
            named = titles(connection, every, visit.language)
        values = {"titles": named, "what": what, "found": found, "back": visit.text("back", "/channels")}
        return visit.page("resume.html", values)

    @section.post("/stops/resume", Role.AUTHOR)
    def resume(visit: Here) -> Response:
        pause.resume(desk.house, visit.text("what"), visit.actor, visit.now)
        return visit.to(visit.text("back", "/channels"), "resumed_now")

    return section
