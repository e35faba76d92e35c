"""Log: who did what, narrowed down; as a file for whoever has to prove it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from announcer.errors import IntakeError
from announcer.model.accounts import Role
from announcer.office import accounts
from announcer.office.address_file import guarded
from announcer.store import log_pages
from announcer.store.log_pages import Wanted
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_SIZE = 50
_PIECE = 1000
_FIELDS = ("actor", "verb", "words", "since", "until")


def routes(desk: Desk) -> Section:
    """The log, and the same as CSV."""
    section = Section(desk)

    @section.get("/log", Role.AUTHOR)
    def log(visit: Here) -> Response:
        wanted, before = _wanted(visit), visit.text("before")
        with desk.house.database.read() as connection:
            number = int(before) if before.isdigit() and len(before) < 18 else None
            entries, following = log_pages.page(connection, wanted, number, _SIZE)
            verbs = log_pages.verbs(connection)
        given = {name: visit.text(name) for name in _FIELDS}
        values = {
            "entries": entries,
            "following": following,
            "asked": given,
            "query": urlencode({name: value for name, value in given.items() if value}),
            "verbs": [("", visit.t.all), *((verb, verb) for verb in verbs)],
            "actors": [
                ("", visit.t.all),
                ("clock", "clock"),
                *((a.name, a.shown) for a in accounts.listed(desk.house)),
            ],
        }
        return visit.page("log.html", values)

    @section.get("/log.csv", Role.AUTHOR)
    def log_file(visit: Here) -> Response:
        headers = {"Content-Disposition": 'attachment; filename="log.csv"'}
        return StreamingResponse(_lines(desk, _wanted(visit)), 200, headers, "text/csv; charset=utf-8")

    return section


def _actors(visit: Visit) -> list[tuple[str, str]]:
    known = ((one.name, one.shown) for one in accounts.listed(visit.desk.house))
    return [("", visit.t.all), ("clock", "clock"), *known]


def _wanted(visit: Visit) -> Wanted:
    since, until = _midnight(visit, "since"), _midnight(visit, "until")
    end = until + timedelta(days=1) if until else None
    return Wanted(visit.text("actor"), visit.text("verb"), visit.text("words")[:200], since, end)


def _midnight(visit: Visit, field: str) -> datetime | None:
    text = visit.text(field)
    try:
        return datetime.combine(date.fromisoformat(text), time(), visit.desk.house.planning_zone) if text else None
    except ValueError as error:
        raise IntakeError(visit.t("no_day", text=text)) from error


def _lines(desk: Desk, wanted: Wanted) -> Iterator[str]:
    """Line by line; a cell that a spreadsheet would take for a formula is guarded."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(cells: list[str]) -> str:
        writer.writerow([guarded(cell) for cell in cells])
        said = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return said

    yield "\N{BYTE ORDER MARK}" + line(["at", "actor", "verb", "subject", "before", "after", "why"])
    after: int | None = 0
    while after is not None:
        # A transaction per piece: whoever reads slowly must not hold one open.
        with desk.house.database.read() as connection:
            entries, after = log_pages.following(connection, wanted, after, _PIECE)
        for one in entries:
            yield line([one.at.isoformat(), one.actor, one.verb, one.subject, one.before, one.after, one.why])
