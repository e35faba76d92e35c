"""What was written to one person, and what the log says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.store.erasure import recipient
from announcer.store.office_tables import outbox
from announcer.store.tables import audit, content, delivery, subscriber, subscription


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail of the ledger."""

    subject: str
    list_id: str
    state: str
    at: datetime  #: When it was sent, else when it is or was due.
    message_key: str


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """One mail that asked for a confirmation."""

    state: str
    created_at: datetime
    sent_at: datetime | None
    message_key: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the audit log that names the person's number."""

    at: datetime
    actor: str
    verb: str
    after: str


def mails(connection: sa.Connection, subscriber_id: int) -> list[MailRow]:
    """Every mail to a person, the oldest first."""
    query = (
        sa.select(delivery, content.c.payload)
        .join(content, content.c.id == delivery.c.content_id)
        .where(delivery.c.subscriber_id == subscriber_id)
        .order_by(delivery.c.id)
    )
    return [
        MailRow(json.loads(row.payload).get("subject", ""), row.target, row.state, row.sent_at or row.ready_at, row.key)
        for row in connection.execute(query)
    ]


def confirmations(connection: sa.Connection, subscriber_id: int) -> list[ConfirmationRow]:
    """Every confirmation mail to a person that is still known."""
    query = sa.select(outbox).where(outbox.c.recipient == recipient(subscriber_id)).order_by(outbox.c.id)
    return [
        ConfirmationRow(row.state, row.created_at, row.sent_at, row.message_key) for row in connection.execute(query)
    ]


def log_lines(connection: sa.Connection, subscriber_id: int) -> list[LogRow]:
    """What the audit log says of a person's number."""
    query = sa.select(audit).where(audit.c.subject == recipient(subscriber_id)).order_by(audit.c.id)
    return [LogRow(row.at, row.actor, row.verb, row.after) for row in connection.execute(query)]


def known_since(connection: sa.Connection, subscriber_id: int) -> datetime | None:
    """When the person was written down."""
    return connection.scalar(sa.select(subscriber.c.created_at).where(subscriber.c.id == subscriber_id))


def left_at(connection: sa.Connection, subscriber_id: int) -> dict[str, datetime | None]:
    """When they left each list they are or were on."""
    query = sa.select(subscription.c.list_id, subscription.c.left_at)
    rows = connection.execute(query.where(subscription.c.subscriber_id == subscriber_id))
    return {row.list_id: row.left_at for row in rows}
