"""What Alembic runs: the steps, on the connection that `minga.migrations.upgrade` opened."""

from alembic import context

from minga.kit.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    transactional_ddl=False,
)
context.run_migrations()
