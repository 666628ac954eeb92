"""Bring a database to the newest version of the tables; running it again changes nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from shop.store.database import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(db: Database) -> None:
    """Create or migrate all tables, in one write transaction; raises StoreError."""
    config = _config()
    with db.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(db: Database) -> bool:
    """Whether the tables are of the newest version."""
    with db.reading() as snapshot:
        return MigrationContext.configure(snapshot).get_current_revision() == newest()


def newest() -> str | None:
    """The newest version there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()
