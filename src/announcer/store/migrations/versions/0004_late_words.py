"""late words, and what a person has to decide about a delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variant", sa.String(length=10), nullable=False, server_default=""))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variant", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("turn_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_message_settled", "message", ["settled_at"])
    held = sa.text("state = 'held'")
    op.create_index("ix_delivery_held", "delivery", ["not_after"], sqlite_where=held, postgresql_where=held)
