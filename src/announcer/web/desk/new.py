"""New announcement: paste, upload or name an address; the proposal beside its source; questions answered in place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from announcer.errors import AnnouncerError, IntakeError
from announcer.intake import asking
from announcer.intake.proposal import Question
from announcer.model.accounts import Role
from announcer.model.facts import Announcement, Certainty
from announcer.office import campaigns, checking, drafting, taking_in
from announcer.office.drafting import Step
from announcer.store import playbooks
from announcer.store.campaign import Campaign
from announcer.web.desk.highlights import pieces
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: The fields of the form, as keys of answers.
_TEXTS = ("headline", "kicker", "lead", "contact", "source", "ed_note", "language", "id")
#: Questions that are answered elsewhere: with the pictures, or by splitting the text.
_ONLY_SHOWN = frozenset({"alt", "credit", "attachment", "events"})
ANSWER = "answer:"


def routes(desk: Desk) -> Section:
    """From the text to the stored announcement."""
    section = Section(desk)

    @section.get("/new", Role.AUTHOR)
    def new_page(visit: Here) -> Response:
        return _new_page(visit)

    @section.post("/new", Role.AUTHOR)
    def new(visit: Here) -> Response:
        try:
            made = _begin(visit)
        except AnnouncerError as error:
            return _new_page(visit, visit.error(error))
        return visit.to(f"/new/{made}")

    @section.get("/new/{id_}", Role.AUTHOR)
    def text_page(visit: Here, id_: str) -> Response:
        return _text_page(visit, drafting.look(desk.house, id_))

    @section.post("/new/{id_}", Role.AUTHOR)
    def text(visit: Here, id_: str) -> Response:
        if visit.text("do") == "throw_away":
            drafting.throw_away(desk.house, id_, visit.actor, visit.now)
            return visit.to("/new", "text_thrown_away")
        try:
            step = _answered(visit, id_)
        except AnnouncerError as error:
            return _text_page(visit, drafting.look(desk.house, id_), visit.error(error), status=409)
        if visit.text("do") != "store" or step.refused:
            return _text_page(visit, step, checked=True)
        return _store(visit, step)

    return section


# -- It begins. --


def _new_page(visit: Visit, problem: str = "") -> Response:
    values = {
        "problem": problem,
        "waiting": drafting.waiting(visit.desk.house),
        "text": visit.text("text"),
        "url": visit.text("url"),
        "released": visit.text("released"),
    }
    return visit.page("new.html", values, 422 if problem else 200)


def _begin(visit: Visit) -> str:
    house, actor, now = visit.desk.house, visit.actor, visit.now
    released = _day(visit, "released")
    if (file := visit.upload("file")) is not None:
        name, data = file
        return drafting.begin(house, data, name, actor, now, released=released).id
    if url := visit.text("url"):
        return drafting.begin_page(house, url, actor, now, released).id
    if text := visit.text("text"):
        return drafting.begin_pasted(house, text, actor, now, released).id
    raise IntakeError(visit.t.new_nothing)


def _day(visit: Visit, field: str) -> date | None:
    text = visit.text(field)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise IntakeError(visit.t("no_day", text=text)) from error


# -- The proposal. --


def _answered(visit: Visit, id_: str) -> Step:
    house = visit.desk.house
    before = drafting.look(house, id_)
    version = visit.text("version")
    given = _given(visit, before)
    return drafting.answer(house, id_, int(version) if version.isdigit() else 0, given)


def _given(visit: Visit, before: Step) -> dict[str, str]:
    """What the form says that the proposal does not say already."""
    shown = _shown(before, visit.desk.house.planning_zone)
    given: dict[str, str] = {}
    for key, value in shown.items():
        if key in visit.form and (said := visit.text(key).replace("\r\n", "\n")) != value:
            given[key] = said
    for name in visit.form:
        if name.startswith(ANSWER):
            key = name.removeprefix(ANSWER)
            # Typed words count before a chosen option.
            said = next((one.strip() for one in reversed(visit.texts(name)) if one.strip()), "")
            if said:
                given[key] = said
    return given


def _shown(step: Step, zone: ZoneInfo) -> dict[str, str]:
    """The fields as the form shows them, by their keys."""
    said = step.announcement
    values = {key: str(getattr(said, key)) for key in _TEXTS}
    values |= {drafting.BODY: said.body, drafting.TOPICS: ", ".join(said.topics)}
    values["embargo"] = _local(said.embargoed_until, zone)
    draft = step.taken.proposal.draft
    if draft is not None:
        values["event.name"] = draft.event.name
        values["event.id"] = draft.event.id
        values["place"] = draft.event.place.name if draft.event.place else ""
    return values


def _local(value: datetime | None, zone: ZoneInfo) -> str:
    return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _text_page(visit: Visit, step: Step, problem: str = "", *, status: int = 200, checked: bool = False) -> Response:
    house, proposal = visit.desk.house, step.taken.proposal
    with house.database.read() as connection:
        known_playbooks = playbooks.ids(connection)
    draft = proposal.draft
    known = step.taken.known
    values = {
        "problem": problem,
        "step": step,
        "fields": _shown(step, house.planning_zone),
        "pieces": pieces(step.source, proposal.known),
        "known": proposal.known,
        "questions": [_question(visit, one, proposal.announcement) for one in proposal.questions],
        "remarks": [asking.remark(one, visit.language) for one in proposal.remarks],
        "draft": draft,
        "unsure": draft is not None and draft.event.certainty is Certainty.INFERRED,
        "playbooks": [("", visit.t.playbook_default), *((one, one) for one in known_playbooks)],
        "rooms": checking.rooms(house, proposal.announcement, visit.now),
        "findings": checking.look(house, proposal.announcement, visit.now) if checked else None,
        "with_event": visit.text("with_event", "1" if visit.request.method == "GET" else "") == "1",
        "playbook": visit.text("playbook"),
        "existing": known,
        "newer": taking_in.newer_text(step.taken) if known is not None else None,
        "zone": house.planning_zone,
    }
    return visit.page("new_text.html", values, status)


def _question(visit: Visit, question: Question, announcement: Announcement) -> Mapping[str, Any]:
    """A question as the page asks it."""
    names = [""]
    if question.key == "links":
        names = [link.label for link in announcement.links if not link.url]
    return {
        "key": question.key,
        "said": asking.question(question, visit.language),
        "options": [(one, asking.option(one, visit.language)) for one in question.options],
        "fields": [] if question.key in _ONLY_SHOWN else [(f"link:{n}" if n else question.key, n) for n in names],
    }


def _store(visit: Visit, step: Step) -> Response:
    house = visit.desk.house
    with_event = visit.ticked("with_event") and step.taken.proposal.draft is not None
    try:
        found = drafting.store(
            house, step, visit.actor, visit.now, with_event=with_event, playbook=visit.text("playbook")
        )
    except AnnouncerError as error:
        return _text_page(visit, step, visit.error(error), status=409)
    key = Campaign(event_id=found.event_id) if found.event_id else Campaign(announcement_id=found.id)
    try:
        planned = campaigns.plan_campaign(house, key, visit.actor, visit.now)
    except AnnouncerError as error:
        return visit.to_saying(
            f"/campaigns/{key.name}", visit.t("stored_unplanned", why=visit.error(error)), tone="bad"
        )
    return visit.to(f"/campaigns/{key.name}", "stored_planned", n=len(planned))
