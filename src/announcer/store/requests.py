"""Changes that somebody asked for and another person has to confirm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.changes import Change
from announcer.model.people import Actor
from announcer.store import codec
from announcer.store.campaign import Campaign
from announcer.store.office_tables import change_request

#: Beside the change's own fields: the wishes for posts.
_POSTS = "--posts"


class RequestState(StrEnum):
    """What became of it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """A change as it was asked for; what follows from it is computed anew whenever it is shown."""

    id: int
    campaign: Campaign
    kind: str  #: The class of the change, e.g. `CorrectWording`.
    change: Change
    reason: str
    actor: str
    at: datetime
    state: RequestState
    decided_by: str | None = None
    decided_at: datetime | None = None
    answer: str = ""  #: Why it was refused.
    posts: Mapping[str, str] = field(default_factory=dict)  #: How posts are to be put right, by channel.


def record(
    connection: sa.Connection,
    campaign: Campaign,
    value: Change,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    posts: Mapping[str, str] | None = None,
) -> int:
    """Keep a change that waits. Raises `Conflict` if the very same waits already."""
    for one in listed(connection, campaign):
        if one.change == value:
            raise Conflict(f"the very same waits already as request {one.id}; see 'announcer requests show {one.id}'")
    id_ = connection.scalar(
        change_request.insert()
        .values(
            event_id=campaign.event_id,
            announcement_id=campaign.announcement_id,
            kind=type(value).__name__,
            detail=json.dumps({**codec.dump_object(value), _POSTS: dict(posts or {})}, ensure_ascii=False),
            reason=reason,
            actor=actor.name,
            at=now,
            state=RequestState.OPEN,
        )
        .returning(change_request.c.id)
    )
    assert id_ is not None
    return int(id_)


def listed(
    connection: sa.Connection,
    campaign: Campaign | None = None,
    state: RequestState | None = RequestState.OPEN,
    only: sa.ColumnElement[bool] | None = None,
) -> list[Request]:
    """The requests of a campaign or of all, the oldest first; those that wait, unless another state is named.

    `only` is one more condition on the table.
    """
    query = sa.select(change_request).order_by(change_request.c.id)
    if campaign is not None:
        query = query.where(
            change_request.c.event_id == campaign.event_id
            if campaign.event_id is not None
            else sa.and_(
                change_request.c.event_id.is_(None), change_request.c.announcement_id == campaign.announcement_id
            )
        )
    if state is not None:
        query = query.where(change_request.c.state == state)
    if only is not None:
        query = query.where(only)
    return [_request(row) for row in connection.execute(query)]


def by_id(connection: sa.Connection, id_: int) -> Request:
    """One request; raises `NotFound`."""
    row = connection.execute(sa.select(change_request).where(change_request.c.id == id_)).one_or_none()
    if row is None:
        raise NotFound(f"there is no request {id_}; 'announcer requests list' shows those that wait")
    return _request(row)


def decide(
    connection: sa.Connection, id_: int, state: RequestState, actor: Actor, now: datetime, answer: str = ""
) -> None:
    """End the waiting of a request; raises `Conflict` if somebody was faster."""
    changed = connection.execute(
        change_request.update()
        .where(change_request.c.id == id_, change_request.c.state == RequestState.OPEN)
        .values(state=state, decided_by=actor.name, decided_at=now, answer=answer)
    )
    if changed.rowcount != 1:
        refuse_decided(by_id(connection, id_))


def refuse_decided(request: Request) -> None:
    """Raise `Conflict` if somebody has decided it."""
    if request.state is not RequestState.OPEN:
        raise Conflict(f"request {request.id} was {request.state.value} by {request.decided_by} already")


def _request(row: Any) -> Request:
    detail = json.loads(row.detail)
    posts = detail.pop(_POSTS, {})
    return Request(
        id=row.id,
        campaign=Campaign(row.event_id, row.announcement_id),
        kind=row.kind,
        change=codec.load_tagged(row.kind, detail),
        reason=row.reason,
        actor=row.actor,
        at=row.at,
        state=RequestState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        answer=row.answer,
        posts=posts,
    )
