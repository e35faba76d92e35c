"""every version of a playbook."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    versions = op.create_table(
        "playbook_version",
        sa.Column("playbook_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["playbook_id"], ["playbook.id"], name=op.f("fk_playbook_version_playbook_id")),
        sa.PrimaryKeyConstraint("playbook_id", "version", name=op.f("pk_playbook_version")),
    )
    # What is there now is the first version anybody can go back to.
    connection = op.get_bind()
    found: dict[tuple[str, int], list[list[object]]] = {}
    for id_, version in connection.execute(sa.text("SELECT id, version FROM playbook")).all():
        found[id_, version] = [
            [rule_id, json.loads(definition)]
            for rule_id, definition in connection.execute(
                sa.text("SELECT id, definition FROM rule WHERE playbook_id = :id ORDER BY position"), {"id": id_}
            )
        ]
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    rows = [
        {
            "playbook_id": id_, "version": version, "rules": json.dumps(rules, ensure_ascii=False),
            "actor": "announcer", "at": now, "why": "",
        }
        for (id_, version), rules in found.items()
    ]  # fmt: skip
    if rows:
        op.bulk_insert(versions, rows)
