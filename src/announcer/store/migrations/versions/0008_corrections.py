"""what an answer stands for, and which change a correction belongs to."""

import sqlalchemy as sa
from alembic import op

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both stores: no table is written anew.
    op.add_column("content", sa.Column("stands_for", BigId, nullable=True))
    op.add_column("delivery", sa.Column("change_id", BigId, nullable=True))
