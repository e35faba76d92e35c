"""what only a person can do is found as quickly as what failed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    trouble = sa.text("state IN ('failed', 'unknown', 'manual')")
    op.drop_index("ix_delivery_trouble", table_name="delivery")
    op.create_index(
        "ix_delivery_trouble", "delivery", ["message_id"], unique=False,
        sqlite_where=trouble, postgresql_where=trouble,
    )  # fmt: skip
