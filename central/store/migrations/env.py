"""How Alembic reaches the database: on the connection `central.store.migrate` hands in, under the lock it holds."""

from alembic import context

from central.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
