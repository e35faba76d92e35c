"""processes on other machines hear at once of what was written."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_WAKING = ("INSERT ON delivery", "UPDATE OF state, due_at ON message", "DELETE ON setting")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # one process
    op.execute(
        "CREATE FUNCTION announcer_wakes() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_notify('announcer', ''); RETURN NULL; END $$"
    )
    for number, what in enumerate(_WAKING):
        op.execute(f"CREATE TRIGGER wakes_{number} AFTER {what} FOR EACH STATEMENT EXECUTE FUNCTION announcer_wakes()")
