"""Large stores: search by pieces of words, and indexes for the lists of Activity, Approvals and customers."""

from typing import Final

from alembic import op
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NEW: Final = "SELECT number, new.sku, new.title FROM product_numbers WHERE sku = new.sku"
_OLD: Final = "SELECT 'delete', number, old.sku, old.title FROM product_numbers WHERE sku = old.sku"
_ENTER: Final = f"INSERT INTO product_search (rowid, sku, title) {_NEW};"
_LEAVE: Final = f"INSERT INTO product_search (product_search, rowid, sku, title) {_OLD};"
_COME: Final = "INSERT INTO product_numbers (sku) VALUES (new.sku);"
_GO: Final = "DELETE FROM product_numbers WHERE sku = old.sku;"
_CHANGED: Final = "new.sku IS NOT old.sku OR new.title IS NOT old.title"
_SQLITE: Final = (
    "CREATE TABLE product_numbers (number INTEGER PRIMARY KEY, sku VARCHAR(80) NOT NULL UNIQUE)",
    f"CREATE TRIGGER products_enter_search AFTER INSERT ON products BEGIN {_COME} {_ENTER} END",
    f"CREATE TRIGGER products_leave_search AFTER DELETE ON products BEGIN {_LEAVE} {_GO} END",
    f"CREATE TRIGGER products_change_search AFTER UPDATE OF sku, title ON products WHEN {_CHANGED} "
    f"BEGIN {_LEAVE} {_GO} {_COME} {_ENTER} END",
    "INSERT INTO product_numbers (sku) SELECT sku FROM products ORDER BY sku",
    "INSERT INTO product_search (rowid, sku, title) SELECT number, sku, title FROM product_numbers "
    "JOIN products USING (sku) ORDER BY number",
)


def upgrade() -> None:
    """Make the indexes over what is there."""
    op.create_index("actions_by_moment", "actions", ["tenant", "created_at", "id"])
    op.create_index("actions_by_kind", "actions", ["tenant", "kind", "created_at", "id"])
    op.create_index("actions_of", "actions", ["tenant", "requester", "created_at", "id"])
    op.create_index("actions_for", "actions", ["tenant", "on_behalf_of", "created_at", "id"])
    op.create_index("actions_by_run", "actions", ["tenant", "run", "created_at", "id"])
    op.create_index("actions_by_effect", "actions", ["tenant", "state", "effect_at", "id"])
    op.create_index("actions_by_expiry", "actions", ["tenant", "state", "expires_at"])
    op.create_index("streams_by_start", "streams", ["kind", "started_at", "id"])
    op.create_index("streams_by_owner", "streams", ["owner", "kind", "started_at", "id"])
    op.create_index("orders_by_status", "orders", ["status", "placed_at", "id"])
    op.create_index("orders_of_customer", "orders", ["customer", "placed_at", "id"])
    _index_words(op.get_bind())


def _index_words(connection: Connection) -> None:
    """Make the index over what is there, where the database can keep one; otherwise nothing."""
    if connection.dialect.name == "sqlite":
        if _tried(
            connection,
            "CREATE VIRTUAL TABLE product_search USING fts5(sku, title, content='', tokenize='trigram')",
        ):
            for statement in _SQLITE:
                connection.execute(text(statement))
    elif (place := _trigrams(connection)) is not None:
        connection.execute(
            text(
                "CREATE INDEX products_by_pieces ON products "
                f"USING gin ((lower(title) || ' ' || lower(sku)) {place}.gin_trgm_ops)"
            )
        )


def _trigrams(connection: Connection) -> str | None:
    """The PostgreSQL schema that holds pg_trgm, adding it where this role may; None where it may not."""
    if _place(connection) is None and _available(connection):
        _tried(connection, "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
    return _place(connection)


def _place(connection: Connection) -> str | None:
    found = connection.scalar(
        text(
            "SELECT quote_ident(nspname) FROM pg_extension "
            "JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm'"
        )
    )
    return None if found is None else str(found)


def _available(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")))


def _tried(connection: Connection, statement: str) -> bool:
    """Whether the database could do it; its transaction goes on either way."""
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except DBAPIError:
        return False
    return True
