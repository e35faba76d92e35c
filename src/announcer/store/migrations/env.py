"""Alembic's entry: runs the migrations on the connection it is handed."""

from alembic import context

from announcer import failpoints
from announcer.store import desk_tables, digest_tables, office_tables, playbook_tables
from announcer.store.tables import metadata

for room in (desk_tables, digest_tables, office_tables, playbook_tables):
    assert room.metadata is metadata  # their tables belong to the same schema


def _passed(*_: object, **__: object) -> None:
    failpoints.hit("migration-step")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    on_version_apply=_passed,
    transactional_ddl=False,  # the caller's transaction holds them all
)
context.run_migrations()
