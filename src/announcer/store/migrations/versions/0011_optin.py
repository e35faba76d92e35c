"""signing up: requests that wait, and the whole proof of a consent."""

import sqlalchemy as sa
from alembic import op

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signup",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("lists", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
    )
    with op.batch_alter_table("consent") as batch:
        batch.add_column(sa.Column("list_title", sa.String(length=200), server_default="", nullable=False))
        batch.add_column(sa.Column("text_version", sa.String(length=20), server_default="", nullable=False))
        batch.add_column(sa.Column("form", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("request", sa.String(length=40), server_default="", nullable=False))
        batch.add_column(sa.Column("outlet", sa.String(length=200), server_default="", nullable=False))
    still_open = sa.text("confirmed_at IS NULL")
    op.create_index(
        "ix_consent_open", "consent", ["requested_at"], sqlite_where=still_open, postgresql_where=still_open
    )
