"""Digests, their issues and what each issue tells."""

import sqlalchemy as sa
from alembic import op

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("considered", sa.BigInteger(), nullable=False),
        sa.Column("gathered", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_digest_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
    )
    op.create_table(
        "digest_issue",
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("digest_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_digest_issue_message_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_digest_issue_digest_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_digest_issue")),
    )
    op.create_index("ix_digest_issue_digest_id", "digest_issue", ["digest_id"], unique=False)
    op.create_table(
        "digest_item",
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("announcement_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("worded", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["digest_issue.message_id"], name=op.f("fk_digest_item_message_id")),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=op.f("fk_digest_item_announcement_id")),
        sa.PrimaryKeyConstraint("message_id", "announcement_id", name=op.f("pk_digest_item")),
    )
    op.create_index("ix_digest_item_announcement_id", "digest_item", ["announcement_id"], unique=False)
