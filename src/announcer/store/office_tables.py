"""The tables of the office itself: who approves, and what it is told. Beside those of `tables`."""

from __future__ import annotations

import sqlalchemy as sa

from announcer.store.tables import BigId, Instant, metadata, numbered, referring

# -- Who approves. People stand in config.toml; who stands in for whom changes from week to week. --

deputy = sa.Table(
    "deputy",
    metadata,
    numbered(),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("deputy", sa.String(40), nullable=False),
    sa.Column("first", sa.String(10), nullable=False),  # a day of the office's calendar, as ISO 8601
    sa.Column("last", sa.String(10), nullable=False),
    sa.UniqueConstraint("person", "deputy", "first", "last"),
)

change_request = sa.Table(
    "change_request",
    metadata,
    numbered(),
    referring("event_id", "event", index=True),
    referring("announcement_id", "announcement"),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("decided_by", sa.String(120)),
    sa.Column("decided_at", Instant),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),  # why it was refused
    sa.Index("ix_change_request_state", "state"),
)

# -- Who of the press reads ahead of an embargo. --

press_link = sa.Table(
    "press_link",
    metadata,
    numbered(),
    referring("announcement_id", "announcement", nullable=False, index=True),
    sa.Column("holder", sa.String(200), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),  # SHA-256 of the address's secret
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("opened", sa.Integer, nullable=False, server_default="0"),
    sa.Column("opened_at", Instant),
)

# -- What the office itself is told. --

outbox = sa.Table(
    "outbox",
    metadata,
    numbered(),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("way", sa.String(20), nullable=False),  # mail, webhook, apprise
    sa.Column("recipient", sa.String(254), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False, server_default="[]"),  # messages: pointless once none of them is open
    sa.Column("message_key", sa.String(40), nullable=False),  # the local part of the Message-ID
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("ready_at", Instant, nullable=False),
    sa.Column("not_after", Instant, nullable=False),
    sa.Column("owner", sa.String(80)),
    sa.Column("lease_until", Instant),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("said", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Index("ix_outbox_ready", "way", "state", "ready_at"),
    sa.Index("ix_outbox_created", "created_at"),
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("key", sa.String(160), primary_key=True),
    sa.Column("recipient", sa.String(254), primary_key=True),
    referring("outbox_id", "outbox", nullable=False),
)

# -- What comes back to the sender of the newsletter. --

returned = sa.Table(
    "returned",
    metadata,
    numbered(),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("ref", sa.String(220), nullable=False),  # by which a mail is known again in its mailbox
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default=""),
    sa.Column("said", sa.Text, nullable=False, server_default=""),
    sa.Column("subject", sa.Text, nullable=False, server_default=""),
    sa.Column("sender", sa.Text, nullable=False, server_default=""),
    sa.Column("delivery_id", BigId),
    sa.Column("subscriber_id", BigId, index=True),
    sa.Column("raw", sa.Text, nullable=False, server_default=""),  # only of what a person has to look at
    sa.Column("done_at", Instant),
    sa.UniqueConstraint("source", "ref"),
    sa.Index("ix_returned_kind", "kind", "done_at"),
    sa.Index("ix_returned_at", "at"),
    sa.Index("ix_returned_delivery_id", "delivery_id"),
)
