"""What of a campaign stands on the networks, and where: every post, answer, edit and deletion with its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from announcer.model.ledger import Action, DeliveryState
from announcer.office.house import House
from announcer.store import campaign
from announcer.store.campaign import Campaign
from announcer.store.ledger import read_receipt
from announcer.store.tables import delivery


@dataclass(frozen=True, slots=True)
class Posted:
    """One delivery to a network."""

    id: int
    message_id: int
    channel: str
    action: Action
    answer: bool  #: It answers an earlier post.
    part: int
    state: DeliveryState
    sent_at: datetime | None
    link: str  #: Where it stands, as the network said.
    network_id: str
    said: str


def of_campaign(house: House, key: Campaign) -> list[Posted]:
    """Everything that was or will be handed to a network for a campaign, mail apart; the oldest first."""
    with house.database.read() as connection:
        return _of(connection, [message.id for message in campaign.messages(connection, key)])


def of_message(house: House, message_id: int) -> list[Posted]:
    """The same for one message."""
    with house.database.read() as connection:
        return _of(connection, [message_id])


def _of(connection: sa.Connection, ids: Sequence[int]) -> list[Posted]:
    query = (
        sa.select(delivery)
        .where(delivery.c.message_id.in_(ids), delivery.c.subscriber_id.is_(None))
        .order_by(delivery.c.message_id, delivery.c.part, delivery.c.revision, delivery.c.id)
    )
    return [_posted(row) for row in connection.execute(query)]


def _posted(row: Any) -> Posted:
    receipt = read_receipt(row.receipt)
    return Posted(
        row.id,
        row.message_id,
        row.channel,
        Action(row.action),
        row.corrects_id is not None,
        row.part,
        DeliveryState(row.state),
        row.sent_at,
        receipt.url if receipt else "",
        receipt.id if receipt else "",
        row.said or "",
    )
