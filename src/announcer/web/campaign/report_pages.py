"""The report of a campaign: what went when where, its links, whom the newsletter reached. To be printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from starlette.responses import Response

from announcer.model.accounts import Role
from announcer.model.campaign import Message
from announcer.model.ledger import Action, DeliveryState, MessageState
from announcer.office import posts
from announcer.office.posts import Posted
from announcer.store import campaign as store
from announcer.store import changes
from announcer.store.tables import delivery
from announcer.web.campaign.showing import Shown, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_LEFT = (MessageState.SENDING, MessageState.SENT, MessageState.PARTLY_SENT, MessageState.FAILED)


@dataclass(frozen=True, slots=True)
class Line:
    """One message that left, with everything that became of it."""

    message: Message
    posted: tuple[Posted, ...]
    sent: int  #: Mails that the relay took.
    failed: int
    suppressed: int  #: Who had left by then, or was not to get it.

    @property
    def is_mail(self) -> bool:
        """Whether it went by mail."""
        return bool(self.sent or self.failed or self.suppressed)


def routes(desk: Desk) -> Section:
    """The report."""
    section = Section(desk)

    @section.get("/campaigns/{name}/report", Role.AUTHOR)
    def report(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        return visit.page("report.html", _values(visit, campaign))

    return section


def _values(visit: Visit, campaign: Shown) -> dict[str, object]:
    house = visit.desk.house
    with house.database.read() as connection:
        messages = store.messages(connection, campaign.key)
        left = [m for m in messages if m.state in _LEFT]
        mails = _mails(connection, [m.id for m in left])
        changed = changes.of_campaign(connection, campaign.key) if campaign.key.digest_id is None else []
        since = dict(store.departures(connection, campaign.key).values())
    by_message: dict[int, list[Posted]] = {}
    for one in posts.of_campaign(house, campaign.key):
        by_message.setdefault(one.message_id, []).append(one)
    lines = [
        Line(
            m,
            tuple(by_message.get(m.id, ())),
            *(mails.get((m.id, state), 0) for state in ("sent", "failed", "suppressed")),
        )
        for m in sorted(left, key=lambda m: (since.get(m.id, m.planned.due_at or visit.now), m.id))
    ]
    return {
        "campaign": campaign,
        "lines": lines,
        "since": since,
        "not_sent": [m for m in messages if m.state is MessageState.MISSED and not m.was_dropped],
        "ahead": sum(m.state in store.OPEN for m in messages),
        "changes": changed,
        "corrected": sum(1 for line in lines for one in line.posted if _is_correction(one)),
        "mails": sum(line.sent for line in lines),
        "posts": sum(1 for line in lines for one in line.posted if _is_new(one)),
        # The largest audience of a single mail: how many people were reached at once, without watching anybody.
        "reached": max((number for (_, state), number in mails.items() if state == "sent"), default=0),
    }


def _is_correction(one: Posted) -> bool:
    return one.action is not Action.PUBLISH or one.answer


def _is_new(one: Posted) -> bool:
    return not _is_correction(one) and one.state is DeliveryState.SENT


def _mails(connection: sa.Connection, ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many mails of each message came to what."""
    query = (
        sa.select(delivery.c.message_id, delivery.c.state, sa.func.count().label("number"))
        .where(delivery.c.message_id.in_(ids), delivery.c.subscriber_id.isnot(None))
        .group_by(delivery.c.message_id, delivery.c.state)
    )
    return {(row.message_id, row.state): row.number for row in connection.execute(query)}
