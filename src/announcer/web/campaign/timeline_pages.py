"""The timeline of a campaign: the picture, lying and standing, the plain list beside it, and the picture for a mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

import announcer
from announcer.model.accounts import Role
from announcer.office import glance, timeline
from announcer.office.timeline import Shown as ShownTimeline
from announcer.planning.lanes import Look, Mark, Timeline, Window, Zoom, event_days
from announcer.store import journal
from announcer.web.campaign import glyphs
from announcer.web.campaign.picture import svg
from announcer.web.campaign.picture_words import PictureWords
from announcer.web.campaign.showing import Shown, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_STYLE = Path(announcer.__file__).parent / "templates" / "desk" / "timeline.css"
#: The states that the legend explains, in the order in which a message passes them.
_LEGEND = (
    Look.DRAFT, Look.WAITING, Look.SCHEDULED, Look.SENDING, Look.SENT, Look.PAUSED, Look.TROUBLE, Look.MISSED, Look.OVER
)  # fmt: skip
#: A picture has room for its whole; in a mail nothing can be opened.
_MAIL_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
#: So many messages are listed at once; more are found by a closer look.
LISTED = 400
#: So many campaigns stand on one page.
ON_A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Day:
    """The messages of one day, for the list."""

    day: date
    marks: tuple[Mark, ...]


def routes(desk: Desk) -> Section:
    """The list of campaigns, and the timeline of each."""
    section = Section(desk)

    @section.get("/campaigns", Role.AUTHOR)
    def all_of_them(visit: Here) -> Response:
        return visit.page("campaigns.html", _all(visit))

    @section.get("/campaigns/{name}", Role.AUTHOR)
    def look(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        found = _read(visit, campaign)
        return visit.page("timeline.html", _values(visit, campaign, found))

    @section.get("/campaigns/{name}/timeline.svg", Role.AUTHOR)
    def picture(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        found = _read(visit, campaign)
        text = svg(
            found.timeline, _words(campaign), lambda marks: "",
            wide=visit.text("form") != "tall", style=_STYLE.read_text(encoding="utf-8"),
        )  # fmt: skip
        stem = "".join(one if one.isalnum() else "-" for one in campaign.key.name)
        headers = {**_MAIL_HEADERS, "Content-Disposition": f'attachment; filename="{stem}.svg"'}
        return Response(text, 200, headers, "image/svg+xml")

    return section


def _all(visit: Visit) -> dict[str, object]:
    """Every campaign at a glance: those with something ahead first, then what is over."""
    number = int(text) if (text := visit.text("page", "1")).isdecimal() and len(text) < 6 else 1
    first = (max(1, number) - 1) * ON_A_PAGE
    with visit.desk.house.database.read() as connection:
        found, total = glance.lines(connection, visit.desk.house, visit.now, first=first, number=ON_A_PAGE)
        pauses = journal.pauses(connection)
    return {"found": found, "pauses": pauses, "number": max(1, number), "pages": -(-total // ON_A_PAGE)}


def _read(visit: Visit, campaign: Shown) -> ShownTimeline:
    zoom = _zoom(visit.text("zoom"))
    with visit.desk.house.database.read() as connection:
        return timeline.read(
            connection, visit.desk.house, campaign.key, visit.now, zoom=zoom, at=_day(visit.text("at")),
            language=visit.language,
        )  # fmt: skip


def _zoom(text: str) -> Zoom:
    return Zoom(text) if text in set(Zoom) else Zoom.CAMPAIGN


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 2200 else None


def _words(campaign: Shown) -> PictureWords:
    return PictureWords(campaign.language, campaign.zone, campaign.event, campaign.title)


def _values(visit: Visit, campaign: Shown, found: ShownTimeline) -> dict[str, object]:
    words, window, base = _words(campaign), found.timeline.window, visit.desk.address.base
    marks = found.timeline.marks

    def link(marks: Sequence[Mark]) -> str:
        return base + _opens(campaign, found.timeline, marks)

    return {
        "campaign": campaign,
        "timeline": found.timeline,
        "wide": svg(found.timeline, words, link, wide=True, name="lying"),
        "tall": svg(found.timeline, words, link, wide=False, name="standing"),
        "words": words,
        "days": _by_day(marks[:LISTED], window),
        "unlisted": max(0, len(marks) - LISTED),
        "legend": [(look, words.look(look)) for look in _LEGEND if any(mark.look is look for mark in marks)],
        "zooms": list(_zooms(campaign, found)),
        "earlier": _at(campaign, found.timeline.zoom, window.moved(-1).first) if found.timeline.before else "",
        "later": _at(campaign, found.timeline.zoom, window.moved(1).first) if found.timeline.after else "",
        "signs": {look: glyphs.alone(look) for look in Look},
        "query": visit.request.url.query,
    }


def _opens(campaign: Shown, shown_: Timeline, marks: Sequence[Mark]) -> str:
    """Where a sign leads: to its message; of several, to the days in which they lie, and at last to the list."""
    if len(marks) == 1:
        return campaign.link(marks[0].message)
    if shown_.zoom is Zoom.DAY:
        return f"{_at(campaign, Zoom.DAY, shown_.window.first)}#m{marks[0].message.id}"
    first = marks[0].at.astimezone(campaign.zone).date()
    last = marks[-1].at.astimezone(campaign.zone).date()
    lasting = (last - first).days + 1
    zoom = Zoom.DAY if lasting == 1 else Zoom.WEEK if lasting <= 7 and shown_.zoom is not Zoom.WEEK else Zoom.DAY
    return _at(campaign, zoom, first)


def _at(campaign: Shown, zoom: Zoom, first: date | None = None) -> str:
    at = {"at": first.isoformat()} if first and zoom is not Zoom.CAMPAIGN else {}
    return f"{campaign.path}?{urlencode({'zoom': zoom.value, **at})}"


def _zooms(campaign: Shown, found: ShownTimeline) -> list[tuple[str, str, bool]]:
    """The choices above the picture: key or day, address, whether it is the present one."""
    now, window = found.timeline.zoom, found.timeline.window
    wider = [(zoom.value, _at(campaign, zoom), zoom is now) for zoom in Zoom if zoom is not Zoom.DAY]
    days = event_days(found.event)[:8] or [window.first]
    return wider + [
        (day.isoformat(), _at(campaign, Zoom.DAY, day), now is Zoom.DAY and window.first == day) for day in days
    ]


def _by_day(marks: Sequence[Mark], window: Window) -> list[Day]:
    grouped = groupby(marks, key=lambda mark: mark.at.astimezone(window.zone).date())
    return [Day(day, tuple(found)) for day, found in grouped]
