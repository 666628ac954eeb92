"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from shop.store import journal_schema, ledger_schema, pricing_schema, service_schema, web_schema  # noqa: F401 - their tables join the others
from shop.store.database import Database
from shop.store.migrate import is_current, upgrade
from shop.store.schema import metadata
from shop.store.search_index import POSTGRES_INDEX, TABLES


def test_migrations_make_what_the_code_describes(database: Database) -> None:
    """Nothing is missing, left over or of another type after all migrations, on both databases."""
    apart = {"include_name": lambda name, kind, _: name not in TABLES | {POSTGRES_INDEX}}
    with database.writing() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=apart), metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    """A migrated database is current, and stays as it is."""
    assert is_current(database)
    upgrade(database)
    assert is_current(database)
