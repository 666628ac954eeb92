"""The rights of a read-only agent process, on a real PostgreSQL server."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from shop.errors import SetupError, StoreError
from shop.store.database import Database
from shop.store.migrate import upgrade
from shop.store.roles import grants_for_agent
from tests import small_store

ROLE = f"shop agent {os.getpid()}"
"""With blanks, so that an unquoted use fails."""
WRITES = (
    "INSERT INTO grants (tenant, approval, person, round, roles, digest, at, note) "
    "VALUES ('main', 1, 'priya', 1, 'finance', '', '', '')",
    "UPDATE actions SET state = 'approved'",
    "UPDATE approvals SET digest = ''",
    "INSERT INTO delegations DEFAULT VALUES",
    "UPDATE switches SET value = 'running'",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "ALTER TABLE audit DISABLE TRIGGER USER",
    "UPDATE products SET price_minor = 1",
    "INSERT INTO payments DEFAULT VALUES",
    "UPDATE stock_levels SET on_hand = 0",
    "UPDATE effects SET digest = ''",
    "CREATE TABLE mine (x integer)",
    "SELECT * FROM tokens",
    "SELECT * FROM people",
    "SELECT * FROM events",
    "SELECT setval(pg_get_serial_sequence('order_notes', 'id'), 1)",
)


@pytest.fixture(scope="module")
def served(postgres_url: str) -> Iterator[Database]:
    """The small store on PostgreSQL, with a role that was given its rights twice."""
    db = Database(postgres_url, tenant=f"roles{os.getpid()}")
    upgrade(db)
    small_store.fill(db)
    with db.writing() as tx:
        tx.execute(text(f'CREATE ROLE "{ROLE}"'))
        tx.execute(text(f'GRANT ALL ON ALL TABLES IN SCHEMA shophand_{db.tenant} TO "{ROLE}"'))
    assert grants_for_agent(db, ROLE) == grants_for_agent(db, ROLE)
    yield db
    db.close()


@pytest.mark.parametrize("table", ["products", "stock_levels", "orders", "actions", "approvals", "audit"])
def test_the_agents_role_reads_the_shop(served: Database, table: str) -> None:
    """The role may look at the shop and at what was asked for."""
    with served.reading() as snapshot:
        snapshot.execute(text(f'SET LOCAL ROLE "{ROLE}"'))
        snapshot.execute(text(f"SELECT * FROM {table}")).all()


@pytest.mark.parametrize("statement", WRITES)
def test_the_agents_role_writes_nothing(served: Database, statement: str) -> None:
    """The role writes no table, opens no secret and makes nothing, whatever rights it had before."""
    with pytest.raises(StoreError, match=r"permission denied|must be owner"):
        _as_agent(served, statement)


def _as_agent(db: Database, statement: str) -> None:
    with db.writing() as tx:
        tx.execute(text(f'SET LOCAL ROLE "{ROLE}"'))
        tx.execute(text(statement))


def test_a_process_with_that_role_can_connect(served: Database) -> None:
    """Shophand opens the store with this role: connecting asks for no right that the role lacks."""
    name = f"reader{os.getpid()}"
    with served.writing() as tx:
        tx.execute(text(f"CREATE ROLE {name} LOGIN"))
    grants_for_agent(served, name)
    url = served.url.replace("postgres:@", f"{name}:@", 1)
    assert name in url
    reader = Database(url, tenant=served.tenant)
    with reader.reading() as snapshot:
        assert snapshot.scalar(text("SELECT count(*) FROM products")) == 5
    with pytest.raises(StoreError, match="permission denied"), reader.writing() as tx:
        tx.execute(text("UPDATE actions SET state = 'approved'"))
    reader.close()


def test_a_role_without_limits_is_refused(served: Database) -> None:
    """A superuser, a stranger, and SQLite are refused in words."""
    with served.reading() as snapshot:
        owner = snapshot.scalar(text("SELECT current_user"))
    with pytest.raises(SetupError, match="superuser"):
        grants_for_agent(served, str(owner))
    with pytest.raises(SetupError, match="has no role"):
        grants_for_agent(served, "nobody'; DROP TABLE audit; --")


def test_sqlite_has_no_roles(sqlite_database: Database) -> None:
    """On SQLite it is said that a file is protected by its own rights."""
    with pytest.raises(SetupError, match="SQLite has no roles"):
        grants_for_agent(sqlite_database, "agent")
