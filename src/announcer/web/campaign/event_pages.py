"""The event itself: programme, dates, place, registration, status; its programme from a file."""

from __future__ import annotations

import base64
import binascii
from itertools import groupby
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from announcer.errors import AnnouncerError, NotFound
from announcer.model.accounts import Role
from announcer.model.facts import Session
from announcer.office import calendar_look, campaigns, entries, programme
from announcer.web.campaign.showing import Shown, moment_of, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: A larger file has to be taken in on the command line: the page carries it from one step to the next.
LARGEST_PROGRAMME = 1_500_000


def routes(desk: Desk) -> Section:
    """The event's page and what is done on it."""
    section = Section(desk)

    @section.get("/campaigns/{name}/event", Role.AUTHOR)
    def look(visit: Here, name: str) -> Response:
        return visit.page("event.html", _values(visit, shown(visit, name)))

    @section.post("/campaigns/{name}/plan", Role.AUTHOR)
    def plan(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        found = campaigns.plan_campaign(desk.house, campaign.key, visit.actor, visit.now)
        return visit.to(campaign.path, "planned_n", n=len(found))

    @section.post("/campaigns/{name}/confirm-date", Role.AUTHOR)
    def confirm_date(visit: Here, name: str) -> Response:
        campaign = _with_event(visit, name)
        start, end = (moment_of(visit.text(key), campaign.zone) for key in ("start", "end"))
        event = campaign.event
        assert event is not None
        if start == event.start:  # as it was shown: it is confirmed, not given anew
            start, end = None, None
        try:
            entries.confirm_date(desk.house, event.id, visit.actor, visit.now, start=start, end=end)
            campaigns.plan_campaign(desk.house, campaign.key, visit.actor, visit.now)
        except AnnouncerError as error:
            return visit.to_saying(f"{campaign.path}/event", visit.error(error), tone="bad")
        return visit.to(f"{campaign.path}/event", "date_confirmed")

    @section.post("/campaigns/{name}/programme", Role.AUTHOR)
    def take_in(visit: Here, name: str) -> Response:
        return _programme(visit, _with_event(visit, name))

    return section


def _with_event(visit: Visit, name: str) -> Shown:
    campaign = shown(visit, name)
    if campaign.event is None:
        raise NotFound(f"{campaign.key} has no event; what it announces stands on its timeline")
    return campaign


def _programme(visit: Visit, campaign: Shown) -> Response:
    """A file: first what it would change, then that it is stored."""
    event = campaign.event
    assert event is not None
    try:
        name, data = _file(visit)
        found = programme.compare_bytes(visit.desk.house, event.id, data, name)
        if visit.text("step") == "store":
            programme.store_programme(visit.desk.house, found, visit.actor, visit.now)
            campaigns.plan_campaign(visit.desk.house, campaign.key, visit.actor, visit.now)
            return visit.to(f"{campaign.path}/event", "programme_stored")
    except AnnouncerError as error:
        return visit.page("event.html", _values(visit, campaign) | {"problem": visit.error(error)}, 422)
    kept = base64.b64encode(data).decode("ascii")
    return visit.page("programme.html", {"campaign": campaign, "found": found, "file_name": name, "kept": kept})


class _NoFile(AnnouncerError):
    """Nothing was chosen, or too much."""


def _file(visit: Visit) -> tuple[str, bytes]:
    if kept := visit.text("kept"):
        try:
            return visit.text("name", "programme"), base64.b64decode(kept, validate=True)
        except binascii.Error as error:
            raise _NoFile(visit.t("file_missing")) from error
    found = visit.upload("file")
    if found is None:
        raise _NoFile(visit.t("file_missing"))
    if len(found[1]) > LARGEST_PROGRAMME:
        raise _NoFile(visit.t("file_too_large"))
    return found


def _values(visit: Visit, campaign: Shown) -> dict[str, Any]:
    event = campaign.event
    days = []
    if event is not None:
        sessions = sorted(event.sessions, key=lambda s: (_day(campaign, s), str(s.start or "")))
        days = [(day, list(found)) for day, found in groupby(sessions, key=lambda s: _day(campaign, s))]
    return {
        "campaign": campaign,
        "event": event,
        "days": days,
        "calendar_entries": calendar_look.entries(visit.desk.house, event, visit.now) if event is not None else (),
        "problem": "",
    }


def _day(campaign: Shown, session: Session) -> str:
    day = session.start.astimezone(campaign.zone).date() if session.start else session.day
    return day.isoformat() if day else "9999"
