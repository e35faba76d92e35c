"""Tasks that only a person can do: posts by hand, their corrections, and what a network can't put right itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound
from announcer.model.content import Payload, part_of
from announcer.model.ledger import Action, DeliveryState, Receipt
from announcer.store import contents
from announcer.store.ledger import read_receipt, receipt_text
from announcer.store.tables import delivery


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do."""

    id: int  #: Its delivery.
    message_id: int
    channel: str
    action: Action
    part: int
    said: str  #: What to do.
    since: datetime
    payload: Payload  #: The text to be copied, and pictures; of a withdrawal what it said.
    about: Receipt | None  #: What it corrects, withdraws or follows.


def tasks(connection: sa.Connection) -> list[Task]:
    """Everything open, the oldest first."""
    open_ = sa.and_(
        sa.text("delivery.state IN ('failed', 'unknown', 'manual')"),  # spelt as in the partial index
        delivery.c.state == DeliveryState.MANUAL,
    )
    query = _tasks().where(open_).order_by(delivery.c.ready_at, delivery.c.id)
    return _read(connection, connection.execute(query).all())


def task(connection: sa.Connection, id_: int) -> Task:
    """One open task; raises `NotFound` for a number that is none, `Conflict` for one that is no task any more."""
    row = connection.execute(_tasks().where(delivery.c.id == id_)).one_or_none()
    if row is None:
        raise NotFound(f"there is no delivery {id_}; 'announcer byhand list' shows the tasks")
    if row.state != DeliveryState.MANUAL:
        raise Conflict(f"delivery {id_} is {row.state}; only what a person has to do can be shown or done by hand")
    return _read(connection, [row])[0]


def _tasks() -> sa.Select[Any]:
    other = delivery.alias("other")
    return sa.select(delivery, other.c.receipt.label("about")).outerjoin(
        other, other.c.id == sa.func.coalesce(delivery.c.corrects_id, delivery.c.after_id)
    )


def _read(connection: sa.Connection, rows: Sequence[Any]) -> list[Task]:
    found = contents.by_id(connection, {row.content_id for row in rows})
    return [
        Task(
            row.id,
            row.message_id,
            row.channel,
            Action(row.action),
            row.part,
            row.said or "",
            row.ready_at,
            part_of(found[row.content_id].payload, row.part),
            read_receipt(row.about),
        )
        for row in rows
    ]


def done(connection: sa.Connection, id_: int, link: str, now: datetime) -> Task:
    """A person did it; `link` is where it stands. Raises as `task`."""
    found = task(connection, id_)
    before = found.about if found.action is not Action.PUBLISH else None
    receipt = Receipt(link or (before.id if before else f"by-hand-{id_}"), link or (before.url if before else ""))
    connection.execute(
        delivery.update()
        .where(delivery.c.id == id_, delivery.c.state == DeliveryState.MANUAL)
        .values(state="sent", sent_at=now, receipt=receipt_text(receipt), said=None)
    )
    return found
