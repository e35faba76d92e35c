"""One stored announcement: its text, edited so that nobody overwrites another's words.

What nobody was told of yet is changed at once. What has left is a correction:
first everything that follows from it, then one confirmation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.errors import NotAllowed
from announcer.model.accounts import Role
from announcer.model.changes import CorrectAnnouncement
from announcer.model.facts import Announcement
from announcer.office import change, requests
from announcer.store import facts
from announcer.store.campaign import Campaign
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_FIELDS = ("headline", "lead", "body")


def routes(desk: Desk) -> Section:
    """Reading and correcting the text."""
    section = Section(desk)

    @section.get("/announcements/{id_}", Role.AUTHOR)
    def announcement(visit: Here, id_: str) -> Response:
        return _page(visit, _stored(desk, id_))

    @section.post("/announcements/{id_}", Role.AUTHOR)
    def correct(visit: Here, id_: str) -> Response:
        return _correct(visit, _stored(desk, id_))

    return section


def _stored(desk: Desk, id_: str) -> Announcement:
    with desk.house.database.read() as connection:
        return facts.announcement_facts(connection, id_)


def _page(visit: Visit, stored: Announcement, *, theirs: bool = False, status: int = 200) -> Response:
    """The form; with `theirs` what somebody else stored meanwhile stands beside what was typed here."""
    with visit.desk.house.database.read() as connection:
        history = facts.announcement_history(connection, stored.id)
        writers = facts.latest_actors(connection, None, stored.id)
    typed = {name: visit.text(name).replace("\r\n", "\n") if theirs else getattr(stored, name) for name in _FIELDS}
    values = {
        "stored": stored,
        "typed": typed,
        "theirs": [name for name in _FIELDS if theirs and typed[name] != getattr(stored, name)],
        "who": writers[0] if writers else "",
        "history": history,
        "campaign": _key(stored).name,
    }
    return visit.page("announcement.html", values, status)


def _key(stored: Announcement) -> Campaign:
    return Campaign(event_id=stored.event_id) if stored.event_id else Campaign(announcement_id=stored.id)


def _correct(visit: Visit, stored: Announcement) -> Response:
    house, where = visit.desk.house, f"/announcements/{stored.id}"
    if visit.text("version") != str(stored.version):
        return _page(visit, stored, theirs=True, status=409)
    said = {name: visit.text(name).replace("\r\n", "\n") for name in _FIELDS if name in visit.form}
    changed = {name: text for name, text in said.items() if text != getattr(stored, name)}
    if not changed or not said.get("headline", stored.headline):
        return visit.to(where, "correct_nothing", tone="bad")
    wanted = CorrectAnnouncement(**changed, material=visit.ticked("material"), note=visit.text("note"))
    proposal = change.propose(house, _key(stored), wanted, visit.now)
    if proposal.told and visit.text("do") != "confirm":
        values = {
            "stored": stored,
            "changed": changed,
            "proposal": proposal,
            "wanted": wanted,
            "version": stored.version,
        }
        return visit.page("announcement_confirm.html", values)
    try:
        done = change.confirm(house, proposal, visit.actor, visit.text("reason"), visit.now)
    except NotAllowed as error:
        if visit.text("do") == "confirm" and not visit.text("reason"):
            raise
        requests.ask(house, _key(stored), wanted, visit.text("reason"), visit.actor, visit.now)
        return visit.to_saying(where, visit.t("correct_asked", why=visit.error(error)))
    return visit.to(where, "correct_done", n=done.corrections)
