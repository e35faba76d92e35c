"""A campaign rehearsed in fast-forward and read as a story; how far it is, live where a script runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from announcer.errors import AnnouncerError, NotFound
from announcer.model.accounts import Role
from announcer.office.rehearsals import Played, Rehearsals
from announcer.rendering.differing import compare
from announcer.web.campaign.showing import Shown, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: How often a listener is told how far it is; and how long at most, before the browser asks anew.
_EVERY_SECONDS, _LONGEST_SECONDS = 0.5, 300.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happened in the play."""

    at: datetime
    kind: str  #: post, edit, delete, feed, mail, happening
    line: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """One course of events: as planned, or a variant of it."""

    title: str
    days: tuple[tuple[date, tuple[Scene, ...]], ...]


def routes(desk: Desk) -> Section:
    """Start, watch, read."""
    section = Section(desk)
    rehearsals = Rehearsals(desk.house)

    @section.get("/campaigns/{name}/rehearse", Role.AUTHOR)
    def look(visit: Here, name: str) -> Response:
        campaign = _with_event(visit, name)
        played = rehearsals.read(campaign.key.event_id or "")
        values = {"campaign": campaign, "played": played, "courses": courses(played, campaign.zone), "compare": compare}
        return visit.page("rehearse.html", values)

    @section.post("/campaigns/{name}/rehearse", Role.AUTHOR)
    def start(visit: Here, name: str) -> Response:
        campaign = _with_event(visit, name)
        try:
            rehearsals.start(campaign.key.event_id or "", visit.language, visit.actor, visit.now)
        except AnnouncerError as error:
            return visit.to_saying(f"{campaign.path}/rehearse", visit.error(error), tone="bad")
        return visit.to(f"{campaign.path}/rehearse")

    @section.get("/campaigns/{name}/rehearse/progress", Role.AUTHOR)
    async def progress(visit: Here, name: str) -> Response:
        campaign = await run_in_threadpool(_with_event, visit, name)
        event_id = campaign.key.event_id or ""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            _progress(rehearsals, event_id, campaign.zone), headers=headers, media_type="text/event-stream"
        )

    return section


async def _progress(rehearsals: Rehearsals, event_id: str, zone: ZoneInfo) -> AsyncIterator[str]:
    """One event for each step forward, the last one says that it is over."""
    for _ in range(int(_LONGEST_SECONDS / _EVERY_SECONDS)):
        played = await run_in_threadpool(rehearsals.read, event_id)
        last = next((str(line["at"]) for line in reversed(played.lines) if line.get("at")), "")
        day = datetime.fromisoformat(last).astimezone(zone).date().isoformat() if last else ""
        told = {"lines": len(played.lines), "day": day, "running": played.running}
        yield f"data: {json.dumps(told)}\n\n"
        if not played.running:
            return
        await asyncio.sleep(_EVERY_SECONDS)


def _with_event(visit: Visit, name: str) -> Shown:
    campaign = shown(visit, name)
    if campaign.event is None:
        raise NotFound(f"{campaign.key} has no event; only a campaign around an event can be rehearsed")
    return campaign


def courses(played: Played, zone: ZoneInfo) -> list[Course]:
    """The lines as a story: course by course, day by day."""
    parts: list[tuple[str, list[Scene]]] = []
    for line in played.lines:
        if line.get("type") == "course":
            parts.append((str(line["title"]), []))
        elif line.get("type") in ("arrival", "happening") and line.get("at") and parts:
            kind = str(line.get("kind") or "happening")
            parts[-1][1].append(Scene(datetime.fromisoformat(str(line["at"])), kind, line))
    return [Course(title, tuple(_by_day(scenes, zone))) for title, scenes in parts]


def _by_day(scenes: list[Scene], zone: ZoneInfo) -> list[tuple[date, tuple[Scene, ...]]]:
    ordered = sorted(scenes, key=lambda scene: scene.at)
    grouped = groupby(ordered, key=lambda scene: scene.at.astimezone(zone).date())
    return [(day, tuple(found)) for day, found in grouped]
