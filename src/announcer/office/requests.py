"""Changes that wait for a second person: ask, look at what follows now, confirm or refuse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from announcer.model.changes import Change
from announcer.model.people import Actor
from announcer.office import approval, change, staff
from announcer.office.house import House
from announcer.store import journal, requests
from announcer.store.campaign import Campaign
from announcer.store.requests import Request, RequestState


def ask(
    house: House,
    key: Campaign,
    wanted: Change,
    reason: str,
    actor: Actor,
    now: datetime,
    posts: Mapping[str, str] | None = None,
) -> Request:
    """Keep a change until somebody else has looked at it. Raises `PlanningError` if it makes no sense now."""
    proposal = change.propose(house, key, wanted, now, posts)
    with house.database.write() as connection:
        id_ = requests.record(connection, key, wanted, reason=reason, actor=actor, now=now, posts=posts)
        said = proposal.said.sentence or proposal.said.headline
        journal.note(connection, actor, now, "request", f"{key} request {id_}", after=said, why=reason)
        return requests.by_id(connection, id_)


def find(house: House, id_: int) -> Request:
    """A request, whatever became of it; raises `NotFound`."""
    with house.database.read() as connection:
        return requests.by_id(connection, id_)


def look(house: House, id_: int, now: datetime) -> tuple[Request, change.Proposal]:
    """A request that waits, and everything that follows from it now, not when it was asked.

    Raises `Conflict` if it is decided, `PlanningError` if it makes no sense any more.
    """
    found = find(house, id_)
    requests.refuse_decided(found)
    return found, change.propose(house, found.campaign, found.change, now, found.posts)


def confirm(house: House, request: Request, proposal: change.Proposal, actor: Actor, now: datetime) -> change.Confirmed:
    """Do what was asked, as `proposal` shows it.

    Raises `NotAllowed` for its author and for whoever does not approve,
    `Conflict` if it is decided already or something has moved.
    """
    return change.confirm(house, proposal, actor, request.reason, now, request)


def refuse(house: House, id_: int, why: str, actor: Actor, now: datetime) -> Request:
    """Leave everything as it is. Whoever asked may take it back; else it takes somebody who approves."""
    with house.database.write() as connection:
        found = requests.by_id(connection, id_)
        people = staff.read(connection, house)
        if not people.same(actor.name, found.actor):
            barred = approval.refusal(people, actor, (), staff.today(house, now))
            if barred is not None:
                raise barred
        requests.decide(connection, id_, RequestState.REFUSED, actor, now, why)
        journal.note(connection, actor, now, "refuse request", f"{found.campaign} request {id_}", why=why)
        return requests.by_id(connection, id_)


def able(house: House, request: Request, now: datetime) -> tuple[str, ...]:
    """The names of those who may confirm it today."""
    with house.database.read() as connection:
        people = staff.read(connection, house)
    return tuple(one.name for one in people.able([request.actor], staff.today(house, now)))
