"""Whether somebody may release a change: asked before it is shown, and again as it is stored."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from announcer.model.changes import Change
from announcer.model.people import Actor
from announcer.office import approval, staff
from announcer.office.approval import Release
from announcer.office.house import House
from announcer.store import journal, requests
from announcer.store.requests import Request, RequestState


def how(house: House, change: Change, actor: Actor, now: datetime) -> Release:
    """How `actor` may release this change now."""
    with house.database.read() as connection:
        return approval.release(staff.read(connection, house), actor, change, staff.today(house, now))


def permit(
    connection: sa.Connection,
    house: House,
    change: Change,
    actor: Actor,
    reason: str,
    now: datetime,
    request: Request | None = None,
) -> Actor:
    """Whose words the change is, once it is sure that `actor` may release it; raises `NotAllowed` if not.

    A `request` ends with it, in the same transaction; its author wrote the
    change, and `actor` confirms it.
    """
    people, day = staff.read(connection, house), staff.today(house, now)
    if request is not None:
        if (why := approval.refusal(people, actor, [request.actor], day)) is not None:
            raise why
        requests.decide(connection, request.id, RequestState.CONFIRMED, actor, now)
        journal.note(connection, actor, now, "confirm request", f"{request.campaign} request {request.id}")
        return Actor(request.actor)
    match approval.release(people, actor, change, day):
        case Release.REQUEST:
            raise approval.must_be_asked(people, actor, day)
        case Release.TOLD if not reason.strip():
            raise approval.must_give_reason()
    return actor
