"""Alembic asks here for a connection; ours comes from ``shop/store/migrate.py``."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True, render_as_batch=True)
context.run_migrations()
