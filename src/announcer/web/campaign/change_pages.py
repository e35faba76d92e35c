"""When the facts change: choose, fill in, look at everything that follows, confirm once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from announcer.errors import AnnouncerError, NotFound
from announcer.model.accounts import Role
from announcer.model.content import Payload
from announcer.office import approval, change, consequences, fresh, release, requests
from announcer.office.change import Proposal
from announcer.planning.changes import in_words
from announcer.store import queueing
from announcer.web.campaign.change_forms import VERBS, Fields, FormProblem, offered, wishes
from announcer.web.campaign.showing import Shown, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: Fields of a form that say how to go on, and are not of the change itself.
_STEPS = frozenset({"step", "mark", "form_token", "reason"})


def routes(desk: Desk) -> Section:
    """The choice, the form of each verb, the difference page."""
    section = Section(desk)

    @section.get("/campaigns/{name}/change", Role.AUTHOR)
    def choose(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        return visit.page("change.html", {"campaign": campaign, "verbs": offered(campaign)})

    @section.get("/campaigns/{name}/change/{verb}", Role.AUTHOR)
    def form(visit: Here, name: str, verb: str) -> Response:
        campaign = _offering(visit, name, verb)
        return visit.page("change_form.html", _form(visit, campaign, verb, dict(visit.request.query_params)))

    @section.post("/campaigns/{name}/change/{verb}", Role.AUTHOR)
    def go_on(visit: Here, name: str, verb: str) -> Response:
        campaign = _offering(visit, name, verb)
        given = {key: value for key, value in visit.form.items() if isinstance(value, str) and key not in _STEPS}
        try:
            wanted = VERBS[verb](Fields(given, campaign))
            proposal = change.propose(desk.house, campaign.key, wanted, visit.now, wishes(given, verb))
            if visit.text("step") == "confirm":
                return _confirm(visit, campaign, verb, given, proposal)
        except FormProblem as problem:
            values = _form(visit, campaign, verb, given) | {"problem": visit.t(problem.key)}
            return visit.page("change_form.html", values, 422)
        except AnnouncerError as error:
            values = _form(visit, campaign, verb, given) | {"problem": visit.error(error)}
            return visit.page("change_form.html", values, 422)
        return visit.page("difference.html", _difference(visit, campaign, verb, given, proposal))

    return section


def _offering(visit: Visit, name: str, verb: str) -> Shown:
    campaign = shown(visit, name)
    if verb not in offered(campaign):
        raise NotFound(f"{campaign.key} has no change {verb!r}; choose one of {', '.join(offered(campaign))}")
    return campaign


def _form(visit: Visit, campaign: Shown, verb: str, given: Mapping[str, str]) -> dict[str, Any]:
    event = campaign.event
    people = [person.name for s in event.sessions for person in s.performers] if event else []
    rooms = [s.room for s in event.sessions if s.room] if event else []
    return {
        "campaign": campaign,
        "verb": verb,
        "given": given,
        "sessions": event.sessions if event else (),
        "people": sorted(dict.fromkeys(people)),
        "rooms": sorted(dict.fromkeys(rooms)),
        "problem": "",
        "wish": given.get("posts", ""),
    }


def _difference(
    visit: Visit, campaign: Shown, verb: str, given: Mapping[str, str], proposal: Proposal, problem: str = ""
) -> dict[str, Any]:
    return {
        **shown_change(visit, campaign, proposal),
        "verb": verb,
        "given": given,
        "how": _how(visit, proposal),
        "problem": problem,
        "reason": visit.text("reason"),
        "from_day": given.get("from") == "day",
    }


def shown_change(visit: Visit, campaign: Shown, proposal: Proposal) -> dict[str, Any]:
    """Everything that follows from a change, for a template."""
    house = visit.desk.house
    with house.database.read() as connection:
        wrong_mails = queueing.received(connection, proposal.stale)
    texts = [
        (one, house.exits[one.planned.channel].kind, _read(one.payload)) for one in consequences.new_texts(proposal)
    ]
    return {
        "campaign": campaign,
        "proposal": proposal,
        "said": in_words(proposal.change, proposal.before.facts, proposal.after.facts, visit.language),
        "tally": consequences.tally(house, proposal),
        "put_right": list(consequences.put_right(house, proposal)),
        "texts": texts,
        "wrong_mails": wrong_mails,
        "mark": consequences.mark(proposal),
    }


def _read(payload: Payload) -> str:
    return fresh.readable(payload)


def _how(visit: Visit, proposal: Proposal) -> approval.Release:
    """How this person may release it. Without people in config.toml the desk's own roles decide."""
    if not visit.account.has(Role.APPROVER):
        return approval.Release.REQUEST
    return release.how(visit.desk.house, proposal.change, visit.actor, visit.now)


def _confirm(visit: Visit, campaign: Shown, verb: str, given: Mapping[str, str], proposal: Proposal) -> Response:
    """Do what was shown, or ask for a second person. Raises what the office raises."""
    house, reason, how = visit.desk.house, visit.text("reason"), _how(visit, proposal)
    if visit.text("mark") != consequences.mark(proposal):
        values = _difference(visit, campaign, verb, given, proposal, visit.t("change_moved"))
        return visit.page("difference.html", values, 409)
    if how is approval.Release.TOLD and not reason:
        values = _difference(visit, campaign, verb, given, proposal, visit.t("reason_missing"))
        return visit.page("difference.html", values, 422)
    back = f"{campaign.path}/day" if given.get("from") == "day" else campaign.path
    if how is approval.Release.REQUEST:
        requests.ask(house, proposal.key, proposal.change, reason, visit.actor, visit.now, proposal.wishes)
        return visit.to(back, "change_asked")
    done = change.confirm(house, proposal, visit.actor, reason, visit.now)
    return visit.to(back, "change_confirmed_n", n=done.corrections)
