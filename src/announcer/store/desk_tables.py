"""The tables of the press desk: accounts, their one-time links and sessions. Beside those of `tables`."""

from __future__ import annotations

import sqlalchemy as sa

from announcer.store.tables import Instant, metadata, numbered, referring

account = sa.Table(
    "account",
    metadata,
    numbered(),
    sa.Column("name", sa.String(40), nullable=False, unique=True),
    sa.Column("shown", sa.String(120), nullable=False),
    sa.Column("roles", sa.String(60), nullable=False),  # with commas between
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("password", sa.String(200)),  # argon2id; None until the invitation is accepted
    sa.Column("second_factor", sa.Text),  # the TOTP secret, sealed
    sa.Column("last_step", sa.BigInteger),  # of the code used last: none is used twice
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant),
)

account_link = sa.Table(
    "account_link",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    referring("account_id", "account"),  # None: the first start's
    sa.Column("expires_at", Instant, nullable=False),
)

#: A signed-in browser. Only the hash of its cookie is kept.
desk_session = sa.Table(
    "desk_session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    referring("account_id", "account", nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("flash", sa.Text, nullable=False, server_default="[]"),  # what the next page says once
)

#: A text that somebody pasted or uploaded and has not agreed to yet.
intake_draft = sa.Table(
    "intake_draft",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),  # of the file, for errors and as the default id
    sa.Column("base", sa.Text, nullable=False, server_default=""),  # the address a page came from
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("answers", sa.Text, nullable=False, server_default="{}"),
    sa.Column("released", sa.String(10), nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", Instant, nullable=False, index=True),
)

#: A program that works in somebody's name. Only the hash of its token is kept.
api_token = sa.Table(
    "api_token",
    metadata,
    numbered(),
    referring("account_id", "account", nullable=False, index=True),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", sa.String(60), nullable=False),  # with commas between
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
)

#: What a write with an Idempotency-Key answered, so that its repetition answers the same and does nothing.
api_answer = sa.Table(
    "api_answer",
    metadata,
    sa.Column("key_hash", sa.String(64), primary_key=True),  # of token and key
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),  # 0 while it runs
    sa.Column("body", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Instant, nullable=False, index=True),
)
