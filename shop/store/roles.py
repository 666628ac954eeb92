"""Rights of a PostgreSQL role for a process that only looks: it reads the shop and can write nothing.

The gate holds by its own code; this holds when that code is not asked, as by a process that an injected
text has taken over and that speaks SQL by itself.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from shop.errors import SetupError
from shop.store import (  # noqa: F401 - every table joins the others
    journal_schema,
    ledger_schema,
    pricing_schema,
    schema,
    service_schema,
    web_schema,
)
from shop.store.database import Database, Transaction

HIDDEN: Final = frozenset(
    {
        web_schema.tokens,
        schema.people,
        journal_schema.streams,
        journal_schema.events,
        web_schema.web_sessions,
        web_schema.failed_sign_ins,
        web_schema.notices,
        service_schema.customer_conversations,
        service_schema.consents,
    }
)
"""Who may sign in, and what people said to their assistants: looking at the shop needs neither."""

READABLE: Final = tuple(
    sorted(
        (table.name for table in ledger_schema.audit.metadata.tables.values() if table not in HIDDEN),
    )
)


def grants_for_agent(db: Database, role: str) -> tuple[str, ...]:
    """Give an existing PostgreSQL role the right to read the shop, and take every other right away.

    Gives the statements that were carried out, for the record of whoever runs the server. Running it again
    is safe, and needed after a migration that added tables. Raises SetupError on SQLite, for an unknown
    role, and for one whose rights no statement can limit: a superuser or the owner of the tables.
    """
    if db.dialect != "postgresql":
        raise SetupError("SQLite has no roles; protect its file instead, or use PostgreSQL")
    with db.writing() as tx:
        _refuse_unlimited(tx, role)
        statements = _statements(tx, role)
        for statement in statements:
            tx.execute(text(statement))
    return statements


def _refuse_unlimited(tx: Transaction, role: str) -> None:
    found = tx.execute(
        text(
            "SELECT rolsuper, pg_has_role(:role, current_user, 'MEMBER') FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role},
    ).first()
    if found is None:
        raise SetupError(f"the server has no role {role!r}; make it first: CREATE ROLE name LOGIN")
    if any(found):
        raise SetupError(
            f"{role!r} is a superuser or may act as the owner of the tables: use a role of its own"
        )


def _statements(tx: Transaction, role: str) -> tuple[str, ...]:
    quote = tx.dialect.identifier_preparer.quote_identifier
    space, whom = quote(str(tx.scalar(text("SELECT current_schema()")))), quote(role)
    tables = ", ".join(f"{space}.{quote(name)}" for name in READABLE)
    return (
        f"REVOKE ALL ON SCHEMA {space} FROM PUBLIC, {whom}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {space} FROM PUBLIC, {whom}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {space} FROM PUBLIC, {whom}",
        f"GRANT USAGE ON SCHEMA {space} TO {whom}",
        f"GRANT SELECT ON {tables} TO {whom}",
    )
