"""The tables of digests, beside those of `tables`."""

from __future__ import annotations

import sqlalchemy as sa

from announcer.store.tables import Instant, metadata, referring

# -- Digests: a list's newsletter that comes again and again. --

digest = sa.Table(
    "digest",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    referring("list_id", "list", nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("set_by", sa.String(120), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("since", Instant, nullable=False),  # what was public before is not told any more
    sa.Column("considered", Instant, nullable=False),  # turns up to here have had their issue, or none
    sa.Column("gathered", Instant, nullable=False),  # when the last issue was put together
)

digest_issue = sa.Table(
    "digest_issue",
    metadata,
    referring("message_id", "message", primary_key=True),
    referring("digest_id", "digest", nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
)

digest_item = sa.Table(
    "digest_item",
    metadata,
    sa.Column("message_id", sa.ForeignKey("digest_issue.message_id"), primary_key=True),
    referring("announcement_id", "announcement", primary_key=True, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("worded", sa.String(40), nullable=False, server_default=""),  # the versions its words were made from
)
