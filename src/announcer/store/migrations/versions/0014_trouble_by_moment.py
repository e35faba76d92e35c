"""trouble is looked for by its moment: what is old was told long ago."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    trouble = sa.text("state IN ('failed', 'unknown', 'manual')")
    op.drop_index("ix_delivery_trouble", table_name="delivery")
    op.create_index(
        "ix_delivery_trouble", "delivery", ["ready_at"], unique=False,
        sqlite_where=trouble, postgresql_where=trouble,
    )  # fmt: skip
