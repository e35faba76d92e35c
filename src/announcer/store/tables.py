"""The tables, as SQLAlchemy Core sees them. Migrations make them; this file says what they are.

Instants are stored as whole microseconds since 1970 in UTC: the same on
SQLite and PostgreSQL, exact, and cheap to compare and index.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """The instant, in UTC, of whole microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


class Instant(sa.TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds. A naive one is refused."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the ledger takes no instant without a zone: {value}")
        return to_micros(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else from_micros(value)


#: SQLite gives rowids only to INTEGER keys.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def numbered() -> sa.Column[int]:
    """A key that counts up."""
    return sa.Column("id", BigId, primary_key=True, autoincrement=True)


def referring(name: str, target: str, **options: Any) -> sa.Column[Any]:
    """A column that holds the key of another table."""
    return sa.Column(name, sa.ForeignKey(f"{target}.id"), **options)


# -- What is announced. A version is a row of its own and is never updated. --

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("playbook_id", sa.String(40), nullable=False, server_default=""),
    sa.Column("created_at", Instant, nullable=False),
)

event_version = sa.Table(
    "event_version",
    metadata,
    referring("event_id", "event", primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

session = sa.Table(
    "session",
    metadata,
    referring("event_id", "event", primary_key=True),
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("external_id", sa.String(200), nullable=False, server_default=""),
)

announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    referring("event_id", "event", index=True),
    sa.Column("created_at", Instant, nullable=False),
)

announcement_version = sa.Table(
    "announcement_version",
    metadata,
    referring("announcement_id", "announcement", primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("raw", sa.Text, nullable=False, server_default=""),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

asset = sa.Table(
    "asset",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("alt", sa.Text, nullable=False, server_default=""),
    sa.Column("credit", sa.Text, nullable=False, server_default=""),
)

# -- When something is said. --

change = sa.Table(
    "change",
    metadata,
    numbered(),
    referring("event_id", "event", index=True),
    referring("announcement_id", "announcement"),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

occurrence = sa.Table(
    "occurrence",
    metadata,
    numbered(),
    sa.Column("subject", sa.String(20), nullable=False),
    sa.Column("subject_id", sa.String(170), nullable=False),
    sa.Column("rule_id", sa.String(40), nullable=False),
    sa.Column("anchor", sa.String(40), nullable=False),
    sa.UniqueConstraint("subject", "subject_id", "rule_id", "anchor"),
)

message = sa.Table(
    "message",
    metadata,
    numbered(),
    referring("occurrence_id", "occurrence", nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    referring("event_id", "event", index=True),
    referring("announcement_id", "announcement", index=True),
    referring("change_id", "change"),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("not_after", Instant),
    sa.Column("audience", sa.String(20), nullable=False),
    sa.Column("late", sa.String(20), nullable=False),
    sa.Column("urgency", sa.SmallInteger, nullable=False),
    sa.Column("waits_for", sa.Text, nullable=False, server_default="[]"),
    sa.Column("why", sa.Text, nullable=False, server_default="[]"),
    sa.Column("merged", sa.Text, nullable=False, server_default="[]"),
    sa.Column("template", sa.String(60), nullable=False, server_default=""),
    sa.Column("speaks_for", sa.Text, nullable=False, server_default="[]"),
    sa.Column("approved_by", sa.String(120)),
    sa.Column("approved_at", Instant),
    sa.Column("approved_hash", sa.String(64)),
    sa.Column("variant", sa.String(10), nullable=False, server_default=""),  # which of its texts leaves
    sa.Column("sending_since", Instant),
    sa.Column("turn_at", Instant),  # when it leaves, if it was late and waits for others
    sa.Column("frozen_to", BigId),  # the highest subscriber already in the ledger, while the audience is written
    sa.Column("settled_at", Instant),
    sa.UniqueConstraint("occurrence_id", "channel"),
    sa.Index("ix_message_open", "state", "due_at"),
    sa.Index("ix_message_settled", "settled_at"),
)

content = sa.Table(
    "content",
    metadata,
    numbered(),
    referring("message_id", "message", nullable=False, index=True),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("variant", sa.String(10), nullable=False, server_default=""),
    sa.Column("facts_version", sa.String(40), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("limits", sa.Text, nullable=False, server_default="{}"),
    sa.Column("current", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("stands_for", BigId),  # of an answer's words: the text of its message that they bring a post up to
)

#: Entries of a feed that moved in; they stand in the feeds beside those of the ledger.
adopted_entry = sa.Table(
    "adopted_entry",
    metadata,
    sa.Column("guid", sa.String(500), primary_key=True),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("published", Instant, nullable=False),
    sa.Column("updated", Instant, nullable=False),
)

# -- Who receives mail. --

mail_list = sa.Table(
    "list",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("press", sa.Boolean, nullable=False),
    sa.Column("practical", sa.Boolean, nullable=False),
    sa.Column("event_id", sa.String(80)),
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    numbered(),
    sa.Column("address", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False, server_default=""),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("suppressed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", Instant, nullable=False),
)

subscription = sa.Table(
    "subscription",
    metadata,
    referring("subscriber_id", "subscriber", primary_key=True),
    referring("list_id", "list", primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("basis", sa.String(20), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("left_at", Instant),
    sa.Index("ix_subscription_list", "list_id", "state", "subscriber_id"),
)

consent = sa.Table(
    "consent",
    metadata,
    numbered(),
    referring("subscriber_id", "subscriber", nullable=False, index=True),
    sa.Column("list_id", sa.String(40), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
    sa.Column("requested_at", Instant),
    sa.Column("message_id", sa.String(200), nullable=False, server_default=""),
    sa.Column("confirmed_at", Instant),
    sa.Column("list_title", sa.String(200), nullable=False, server_default=""),
    sa.Column("text_version", sa.String(20), nullable=False, server_default=""),
    sa.Column("form", sa.Text, nullable=False, server_default=""),  # where the consent was given
    sa.Column("request", sa.String(40), nullable=False, server_default=""),  # of the mail whose link confirms it
    sa.Column("outlet", sa.String(200), nullable=False, server_default=""),  # of a press contact
)
_unanswered = sa.text("confirmed_at IS NULL")
sa.Index("ix_consent_open", consent.c.requested_at, sqlite_where=_unanswered, postgresql_where=_unanswered)

#: Requests as they came in, before anybody looks whose address it is; each is gone a moment later.
signup = sa.Table(
    "signup",
    metadata,
    numbered(),
    sa.Column("address", sa.String(254), nullable=False),
    sa.Column("lists", sa.Text, nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("text_version", sa.String(20), nullable=False),
    sa.Column("requested_at", Instant, nullable=False),
)

suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("address_hash", sa.String(64), primary_key=True),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

# -- The ledger. --

delivery = sa.Table(
    "delivery",
    metadata,
    numbered(),
    referring("message_id", "message", nullable=False),
    sa.Column("occurrence_id", BigId, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("target", sa.String(80), nullable=False),
    sa.Column("subscriber_id", BigId),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("part", sa.SmallInteger, nullable=False),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    referring("content_id", "content", nullable=False),
    sa.Column("after_id", BigId),
    sa.Column("corrects_id", BigId),
    sa.Column("change_id", BigId),  # the change that made this correction necessary
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("lane", sa.SmallInteger, nullable=False),  # 0 urgent, 1 the rest
    sa.Column("ready_at", Instant, nullable=False),
    sa.Column("not_after", Instant),
    sa.Column("owner", sa.String(80)),
    sa.Column("lease_until", Instant),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("maybe_double", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("key", sa.String(40), nullable=False),
    sa.Column("receipt", sa.Text),
    sa.Column("said", sa.Text),
    sa.Column("sent_at", Instant),
    sa.Column("moment", Instant),  # when it was meant to leave, however often it is put off; not kept for mail
)
_claimable = sa.text("state IN ('pending', 'deferred')")
_leased = sa.text("state = 'sending'")
_held = sa.text("state = 'held'")
_mail = sa.text("subscriber_id IS NOT NULL")
_not_mail = sa.text("subscriber_id IS NULL")
sa.Index(
    "ix_delivery_ready",
    delivery.c.channel, delivery.c.lane, delivery.c.ready_at, delivery.c.id,
    sqlite_where=_claimable, postgresql_where=_claimable,
)  # fmt: skip
sa.Index("ix_delivery_leased", delivery.c.lease_until, sqlite_where=_leased, postgresql_where=_leased)
sa.Index("ix_delivery_held", delivery.c.not_after, sqlite_where=_held, postgresql_where=_held)
sa.Index(
    "uq_delivery_target",
    delivery.c.message_id, delivery.c.target, delivery.c.part, delivery.c.action, delivery.c.revision,
    unique=True, sqlite_where=_not_mail, postgresql_where=_not_mail,
)  # fmt: skip
# A person on two lists gets one mail: the ledger itself forbids the second.
sa.Index(
    "uq_delivery_mail",
    delivery.c.occurrence_id, delivery.c.subscriber_id, delivery.c.action, delivery.c.revision,
    unique=True, sqlite_where=_mail, postgresql_where=_mail,
)  # fmt: skip
sa.Index("ix_delivery_subscriber", delivery.c.subscriber_id, sqlite_where=_mail, postgresql_where=_mail)
_trouble = sa.text("state IN ('failed', 'unknown', 'manual')")
sa.Index("ix_delivery_trouble", delivery.c.ready_at, sqlite_where=_trouble, postgresql_where=_trouble)
sa.Index("ix_delivery_message", delivery.c.message_id, delivery.c.state)

asset_use = sa.Table(
    "asset_use",
    metadata,
    referring("content_id", "content", primary_key=True),
    sa.Column("asset_hash", sa.ForeignKey("asset.hash"), primary_key=True),
)

limit_bucket = sa.Table(
    "limit_bucket",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("tokens", sa.Float, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    numbered(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("verb", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("before", sa.Text, nullable=False, server_default=""),
    sa.Column("after", sa.Text, nullable=False, server_default=""),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
)
