"""The tables of the playbooks, beside those of `tables`."""

from __future__ import annotations

import sqlalchemy as sa

from announcer.store.tables import Instant, metadata

playbook = sa.Table(
    "playbook",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("origin", sa.String(20), nullable=False),
)

rule = sa.Table(
    "rule",
    metadata,
    sa.Column("playbook_id", sa.ForeignKey("playbook.id"), primary_key=True),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
)

playbook_version = sa.Table(
    "playbook_version",
    metadata,
    sa.Column("playbook_id", sa.ForeignKey("playbook.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("rules", sa.Text, nullable=False),  # [[id, definition], …] in order
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
)
