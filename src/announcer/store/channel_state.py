"""How each way out stands, by indexes alone: a ledger of a million rows is not read for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.store.tables import delivery, message

_OPEN = sa.text("state IN ('pending', 'deferred')")


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One way out in the ledger."""

    waiting: int = 0
    last: datetime | None = None  #: When a message last began to leave by it.
    said: str = ""  #: What the network said when it last put a delivery off.


def states(connection: sa.Connection) -> dict[str, ChannelState]:
    """Every channel that ever had a message."""
    left = sa.select(message.c.channel, sa.func.max(message.c.sending_since).label("last")).group_by(message.c.channel)
    waiting = (
        sa.select(delivery.c.channel, sa.func.count().label("n"), sa.func.max(delivery.c.said).label("said"))
        .where(_OPEN)
        .group_by(delivery.c.channel)
    )
    last = {row.channel: row.last for row in connection.execute(left)}
    found = {row.channel: row for row in connection.execute(waiting)}
    return {
        name: ChannelState(found[name].n, last.get(name), found[name].said or "")
        if name in found
        else ChannelState(last=last[name])
        for name in last.keys() | found.keys()
    }
