"""When a delivery was meant to leave, apart from when it is tried: networks that date a post need it unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("moment", sa.BigInteger(), nullable=True))
    op.execute("UPDATE delivery SET moment = ready_at WHERE subscriber_id IS NULL")
