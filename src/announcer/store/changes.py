"""Changes as they were confirmed, with what they made wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.model.changes import Change
from announcer.model.people import Actor
from announcer.store import codec
from announcer.store.campaign import Campaign
from announcer.store.tables import change, content


@dataclass(frozen=True, slots=True)
class Recorded:
    """A confirmed change."""

    id: int
    kind: str  #: The class of the change, e.g. `ChangeRoom`.
    change: Change
    facts_before: str  #: Versions before it, as `event:announcement`.
    stale: tuple[int, ...]  #: Messages whose sent text it made wrong.
    told: bool  #: Whether anything had been announced that a notice could correct.
    reason: str
    actor: str
    at: datetime


def record(
    connection: sa.Connection,
    campaign: Campaign,
    value: Change,
    *,
    facts_before: str,
    stale: Sequence[int],
    told: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Store a confirmed change; its id names the occurrences that tell of it (`change:ID`)."""
    last_text = connection.scalar(sa.select(sa.func.max(content.c.id))) or 0
    detail = {
        "change": codec.dump_object(value),
        "facts_before": facts_before,
        "stale": list(stale),
        "told": told,
        "last_text": last_text,
    }
    id_ = connection.scalar(
        change.insert()
        .values(
            event_id=campaign.event_id,
            announcement_id=campaign.announcement_id,
            kind=type(value).__name__,
            detail=json.dumps(detail, ensure_ascii=False),
            reason=reason,
            actor=actor.name,
            at=now,
        )
        .returning(change.c.id)
    )
    assert id_ is not None
    return int(id_)


def of_campaign(connection: sa.Connection, campaign: Campaign) -> list[Recorded]:
    """The changes of a campaign, the oldest first."""
    mine = (
        change.c.event_id == campaign.event_id
        if campaign.event_id is not None
        else sa.and_(change.c.event_id.is_(None), change.c.announcement_id == campaign.announcement_id)
    )
    return [_recorded(row) for row in connection.execute(sa.select(change).where(mine).order_by(change.c.id))]


def stale_messages(connection: sa.Connection, change_id: int) -> list[int]:
    """The messages a change made wrong: its correction goes to whoever received one."""
    text = connection.scalar(sa.select(change.c.detail).where(change.c.id == change_id))
    return [int(id_) for id_ in json.loads(text or "{}").get("stale", [])]


def last_text(connection: sa.Connection, change_id: int | None) -> int | None:
    """The newest content from before a change: later ones know of it. None if it was not written down."""
    text = connection.scalar(sa.select(change.c.detail).where(change.c.id == change_id))
    found: int | None = json.loads(text or "{}").get("last_text")
    return found


def _recorded(row: Any) -> Recorded:
    detail = json.loads(row.detail)
    return Recorded(
        id=row.id,
        kind=row.kind,
        change=codec.load_tagged(row.kind, detail["change"]),
        facts_before=detail["facts_before"],
        stale=tuple(detail["stale"]),
        told=bool(detail["told"]),
        reason=row.reason,
        actor=row.actor,
        at=row.at,
    )
