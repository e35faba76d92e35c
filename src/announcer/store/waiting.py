"""What has to wait although it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from announcer.store.tables import delivery

#: Deliveries that one statement may put off, and so many more seconds they wait where there are more of them.
PUT_OFF_AT_ONCE = 20_000


def put_off(connection: sa.Connection, message_id: int, now: datetime, pause: timedelta, said: str) -> None:
    """Let what is due of a message wait for `pause`, or longer for a very large audience: it must not bar the way.

    Others want to write as well, so a million are put off in pieces, claim by claim.
    """
    due = sa.and_(
        delivery.c.message_id == message_id, delivery.c.state.in_(("pending", "deferred")), delivery.c.ready_at <= now
    )
    number = connection.scalar(sa.select(sa.func.count()).select_from(delivery).where(due)) or 0
    until = now + max(pause, timedelta(seconds=number / PUT_OFF_AT_ONCE))
    some = sa.select(delivery.c.id).where(due).limit(PUT_OFF_AT_ONCE)
    connection.execute(
        delivery.update().where(delivery.c.id.in_(some)).values(state="deferred", ready_at=until, said=said)
    )
