"""Alembic's environment: runs revisions on the connection that `migrate.py` hands over, inside its transaction."""

from alembic import context

from gateway.persistence.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
