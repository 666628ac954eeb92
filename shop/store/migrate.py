"""Bring a database to the newest version of the tables; running it again changes nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from shop.store.database import Database

_ROWS_COUNTED = 1_000
"""Of each index: enough to tell which is worth using, and done at once in a store of any size."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(db: Database) -> None:
    """Create or migrate all tables, in one write transaction; raises StoreError."""
    config = _config()
    with db.writing() as connection:
        if not connection.in_transaction():
            connection.begin()  # Alembic keeps to the transaction that it is told of
        config.attributes["connection"] = connection
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(config, "head")
        if db.dialect == "sqlite" and before not in {None, newest()}:
            # A new index about which nothing is known looks better to SQLite than any that was counted.
            connection.exec_driver_sql(f"PRAGMA analysis_limit={_ROWS_COUNTED}")
            connection.exec_driver_sql("ANALYZE")


def is_current(db: Database) -> bool:
    """Whether the tables are of the newest version."""
    with db.reading() as snapshot:
        return MigrationContext.configure(snapshot).get_current_revision() == newest()


def newest() -> str | None:
    """The newest version there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()
