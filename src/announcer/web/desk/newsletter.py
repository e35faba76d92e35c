"""Newsletter: lists and their growth, the mails with live progress, who got what; import with a dry run first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from announcer.engine import MAIL
from announcer.errors import AnnouncerError, IntakeError
from announcer.model.accounts import Role
from announcer.office import import_stages, sample, subscribers
from announcer.office.import_stages import Staged
from announcer.store import campaign, people, send_progress
from announcer.store.campaign import campaign_of
from announcer.store.send_progress import Progress
from announcer.web.desk.section import Section
from announcer.web.desk.titles import titles
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_WEEKS = 12
_ISSUES = 40
_PAGE = 100
#: How often a page that watches a send is told; and for how long at most, before it asks again.
_BEAT_SECONDS, _WATCH_SECONDS = 1.0, 600


def routes(desk: Desk) -> Section:
    """Everything about mails and their lists."""
    section = Section(desk)

    @section.get("/newsletter", Role.AUTHOR)
    def newsletter(visit: Here) -> Response:
        with desk.house.database.read() as connection:
            issues = send_progress.newest(connection, MAIL, _ISSUES)
            values = {
                "lists": people.lists(connection),
                "counts": people.counts(connection),
                "weeks": send_progress.growth(connection, _monday(visit), _WEEKS),
                "issues": issues,
                "titles": titles(connection, issues, visit.language),
            }
        return visit.page("newsletter.html", values)

    @section.get("/newsletter/mails/{id_}", Role.AUTHOR)
    def mail(visit: Here, id_: int) -> Response:
        after = visit.text("after")
        number = int(after) if after.isdigit() and len(after) < 18 else 0
        with desk.house.database.read() as connection:
            found = send_progress.progress(connection, id_)
            recipients, following = send_progress.recipients(connection, id_, number, _PAGE)
            title = titles(connection, [found.message], visit.language)[id_]
        values = {"title": title, "progress": found, "recipients": recipients, "following": following, "me": _me(visit)}
        return visit.page("newsletter_mail.html", values)

    @section.get("/newsletter/mails/{id_}/events", Role.AUTHOR)
    async def events(visit: Here, id_: int) -> Response:
        await run_in_threadpool(_progress, desk, id_)  # raises where there is no such mail
        return StreamingResponse(_events(desk, visit, id_), media_type="text/event-stream")

    @section.post("/newsletter/mails/{id_}/sample", Role.AUTHOR)
    def send_sample(visit: Here, id_: int) -> Response:
        with desk.house.database.read() as connection:
            key = campaign_of(campaign.message_by_id(connection, id_))
        number = len(sample.send(desk.house, key, id_, visit.actor.name, visit.actor, visit.now))
        return visit.to(f"/newsletter/mails/{id_}", "sample_sent", n=number)

    @section.get("/newsletter/import", Role.ADMIN)
    def import_page(visit: Here) -> Response:
        return _import_page(visit)

    @section.post("/newsletter/import", Role.ADMIN)
    def dry_run(visit: Here) -> Response:
        try:
            staged = _staged(visit)
            report = _import(visit, staged, dry_run=True)
        except AnnouncerError as error:
            return _import_page(visit, visit.error(error))
        return visit.page("newsletter_report.html", {"report": report, "staged": staged})

    @section.post("/newsletter/import/confirm", Role.ADMIN)
    def confirm(visit: Here) -> Response:
        staged = import_stages.find(desk.house, visit.text("file"), visit.now)
        report = _import(visit, staged, dry_run=False)
        import_stages.drop(desk.house, staged.token)
        return visit.to(
            "/newsletter", "import_done", added=report.added, known=report.known, refused=len(report.refused)
        )

    return section


def _me(visit: Visit) -> bool:
    """Whether whoever asks has an address in config.toml that a sample can go to."""
    return visit.actor.name in visit.desk.house.settings.people


def _monday(visit: Visit) -> datetime:
    today = visit.now.astimezone(visit.desk.house.planning_zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), visit.desk.house.planning_zone)


# -- Live progress. --


def _progress(desk: Desk, message_id: int) -> Progress:
    with desk.house.database.read() as connection:
        return send_progress.progress(connection, message_id)


async def _events(desk: Desk, visit: Visit, message_id: int) -> AsyncIterator[str]:
    """Server-sent events while the mail is on its way. The browser connects anew by itself when they end."""
    last = ""
    for _ in range(int(_WATCH_SECONDS / _BEAT_SECONDS)):
        found = await run_in_threadpool(_progress, desk, message_id)
        said = json.dumps(
            {
                "total": found.total,
                "done": found.done,
                "counts": {state.value: number for state, number in found.counts.items()},
                "over": not found.going,
            }
        )
        yield f"event: progress\ndata: {said}\n\n" if said != last else ": still here\n\n"
        last = said
        if not found.going or await visit.request.is_disconnected():
            return
        await asyncio.sleep(_BEAT_SECONDS)


# -- Import. --


def _import_page(visit: Visit, problem: str = "") -> Response:
    with visit.desk.house.database.read() as connection:
        lists = people.lists(connection)
    values = {
        "problem": problem,
        "lists": [(one.id, one.title) for one in lists],
        "list_id": visit.text("list"),
        "source": visit.text("source"),
    }
    return visit.page("newsletter_import.html", values, 422 if problem else 200)


def _staged(visit: Visit) -> Staged:
    file = visit.upload("file")
    if file is None:
        raise IntakeError(visit.t.import_no_file)
    house, list_id = visit.desk.house, visit.text("list")
    with house.database.read() as connection:
        press = people.list_row(connection, list_id).press
    return import_stages.keep(house, file[1], list_id, visit.text("source"), press, visit.now)


def _import(visit: Visit, staged: Staged, *, dry_run: bool) -> subscribers.ImportReport:
    house = visit.desk.house
    return subscribers.import_csv(
        house.database, house.key, staged.data, staged.list_id, staged.source, visit.actor, visit.now,
        dry_run=dry_run, press=staged.press, language=visit.language,
    )  # fmt: skip
