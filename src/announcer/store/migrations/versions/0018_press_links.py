"""personal addresses for the press."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "press_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("announcement_id", sa.String(length=120), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=op.f("fk_press_link_announcement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_press_link_token_hash")),
    )
    op.create_index(op.f("ix_press_link_announcement_id"), "press_link", ["announcement_id"], unique=False)
