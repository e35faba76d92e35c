"""Alembic's entry: runs the migrations on the connection it is handed."""

from alembic import context

from announcer.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds them all
)
context.run_migrations()
