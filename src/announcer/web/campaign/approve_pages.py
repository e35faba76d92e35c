"""What is new and waits for an approval: campaign by campaign, message by message, word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.errors import AnnouncerError
from announcer.model.accounts import Role
from announcer.office import campaigns, fresh, glance, previews, requests
from announcer.office.fresh import Fresh, Waiting
from announcer.store import campaign as store
from announcer.web.campaign.change_pages import shown_change
from announcer.web.campaign.message_pages import shown_mark
from announcer.web.campaign.showing import Shown, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: So many messages are shown on one page, each with its words.
ON_A_PAGE = 20


def routes(desk: Desk) -> Section:
    """Everything that waits, and what waits of one campaign."""
    section = Section(desk)

    @section.get("/approve", Role.AUTHOR)
    def everything(visit: Here) -> Response:
        with desk.house.database.read() as connection:
            found, _ = glance.lines(connection, visit.desk.house, visit.now, number=100_000, waiting=True)
            waiting = glance.requests_that_wait(connection, desk.house, visit.now)
        return visit.page("approve_all.html", {"found": found, "requests": waiting})

    @section.get("/campaigns/{name}/approve", Role.AUTHOR)
    def one(visit: Here, name: str) -> Response:
        return visit.page("approve.html", _values(visit, shown(visit, name)))

    @section.post("/campaigns/{name}/approve", Role.APPROVER)
    def approve(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        only = visit.text("only")
        wanted = {only} if only else set(visit.texts("message"))
        ids = {int(one) for one in wanted if one.isdecimal() and len(one) <= 15}
        if not ids or not _still_the_same(visit, campaign, ids):
            return visit.to(f"{campaign.path}/approve", "approve_moved" if ids else "approve_nothing", tone="bad")
        try:
            done = campaigns.approve(desk.house, campaign.key, visit.actor, visit.now, ids, visit.text("seen"))
        except AnnouncerError as error:
            return visit.to_saying(f"{campaign.path}/approve", visit.error(error), tone="bad")
        if done.problems:
            said = "; ".join(dict.fromkeys(why for _, why in done.problems))
            return visit.to(f"{campaign.path}/approve", "approved_some", tone="bad", n=len(done.approved), why=said)
        return visit.to(f"{campaign.path}/approve", "approved_n", n=len(done.approved))

    @section.get("/requests/{number}", Role.AUTHOR)
    def request(visit: Here, number: str) -> Response:
        found, proposal = requests.look(desk.house, _number(number), visit.now)
        campaign = shown(visit, found.campaign.name)
        values = shown_change(visit, campaign, proposal)
        return visit.page(
            "request.html", {**values, "request": found, "able": requests.able(desk.house, found, visit.now)}
        )

    @section.post("/requests/{number}", Role.AUTHOR)
    def decide(visit: Here, number: str) -> Response:
        found, proposal = requests.look(desk.house, _number(number), visit.now)
        campaign = shown(visit, found.campaign.name)
        here = f"/requests/{found.id}"
        try:
            if visit.text("verdict") == "refuse":
                requests.refuse(desk.house, found.id, visit.text("why"), visit.actor, visit.now)
                return visit.to(campaign.path, "request_refused")
            if not visit.account.has(Role.APPROVER):
                return visit.to(here, "confirm_needs_approver", tone="bad")
            if visit.text("mark") != shown_change(visit, campaign, proposal)["mark"]:
                return visit.to(here, "change_moved", tone="bad")
            requests.confirm(desk.house, found, proposal, visit.actor, visit.now)
        except AnnouncerError as error:
            return visit.to_saying(here, visit.error(error), tone="bad")
        return visit.to(campaign.path, "change_confirmed")

    return section


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 15 else 0


def _values(visit: Visit, campaign: Shown) -> dict[str, object]:
    number = max(1, int(text)) if (text := visit.text("page", "1")).isdecimal() and len(text) < 5 else 1
    found = fresh.waiting(
        visit.desk.house, campaign.key, visit.actor, visit.now, (number - 1) * ON_A_PAGE, ON_A_PAGE
    )  # fmt: skip
    return {
        "campaign": campaign,
        "waiting": found,
        "marks": {one.message.id: shown_mark([said.look for said in one.said]) for one in found.fresh},
        "approvable": [one for one in found.fresh if one.sayable and one.barred is None],
        "barred": _barred(visit, found),
        "number": number,
        "pages": -(-found.total // ON_A_PAGE),
    }


def _barred(visit: Visit, found: Waiting) -> list[tuple[str, list[Fresh]]]:
    """Why somebody may not approve, each reason once."""
    reasons: dict[str, list[Fresh]] = {}
    for one in found.fresh:
        if one.barred is not None:
            reasons.setdefault(one.barred.said(visit.language), []).append(one)
    return list(reasons.items())


def _still_the_same(visit: Visit, campaign: Shown, ids: set[int]) -> bool:
    """Whether each message still says what was looked at: somebody may have changed a text meanwhile."""
    house = visit.desk.house
    with house.database.read() as connection:
        known = {m.id for m in store.messages(connection, campaign.key)}
    looks: dict[int, list[previews.Look]] = {}
    for one in campaigns.preview(house, campaign.key, visit.now, ids & known):
        looks.setdefault(one.message.id, []).append(previews.look(house, one, visit.now))
    return all(id_ in looks and shown_mark(looks[id_]) == visit.text(f"shown-{id_}") for id_ in ids)
