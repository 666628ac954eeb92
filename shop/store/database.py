"""One tenant's database: SQLite in WAL mode by default, PostgreSQL by URL; same code, same promises.

Every write transaction is serialised per tenant: ``BEGIN IMMEDIATE`` on SQLite, an advisory lock on
PostgreSQL. A store has one ledger whose chain has one writer at a time, so nothing is lost by that, and
what a transaction reads stays true until it commits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError

from shop.errors import SetupError, StoreError

Snapshot = Connection
"""A connection inside a read transaction: everything read through it is of one moment."""

Transaction = Connection
"""A connection inside the only write transaction of this tenant."""

BUSY_SECONDS: Final = 60
POOL: Final = 16
STATEMENTS: Final = 512
"""How many statements an SQLite connection keeps ready; reading their text again costs more than they do."""

MOST_HEAP: Final = 64 * 2**20
"""Bytes that SQLite's caches may take in this process; beyond it they use their own pages again."""

MOST_POSTGRES: Final = 60
"""Connections of a process: its request threads and its background work, each reading inside a read."""

_TENANT = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Database:
    """The store and the ledger of one tenant.

    `url` is an SQLAlchemy URL: ``sqlite:///path/to/shop.db`` or ``postgresql://...`` (psycopg).
    """

    def __init__(self, url: str, tenant: str = "main") -> None:
        if not _TENANT.fullmatch(tenant):
            raise SetupError(f"tenant {tenant!r}: use lower-case letters, digits and _, at most 40")
        self.tenant = tenant
        self.url = url
        self.dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
        self._engine = _sqlite(url) if self.dialect == "sqlite" else _postgres(url, tenant)
        self._idle: list[Connection] = []

    @property
    def engine(self) -> Engine:
        """For migrations only."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """A snapshot: all reads inside see the same moment."""
        if self.dialect == "sqlite":
            with self._translated(), self._on_sqlite("BEGIN") as connection:
                yield connection
            return
        with self._translated(), self._engine.connect() as connection:
            tightened = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with tightened.begin():
                yield tightened

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """The write transaction of this tenant: commits at the end, rolls back on any exception."""
        if self.dialect == "sqlite":
            with self._translated(), self._on_sqlite("BEGIN IMMEDIATE") as connection:
                yield connection
            return
        with self._translated(), self._engine.begin() as connection:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended('shophand:' || :tenant, 0))"),
                {"tenant": self.tenant},
            )
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    @contextmanager
    def _on_sqlite(self, begin: str) -> Iterator[Connection]:
        """A transaction on a connection that stays open between transactions.

        Borrowing a connection from SQLAlchemy for each, and giving it back, costs several times what SQLite
        needs to begin and commit.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(begin)
            yield connection
            if connection.in_transaction():  # of what went through SQLAlchemy, if anything did
                connection.commit()
            driver.commit()
        except BaseException:
            connection.rollback()
            driver.rollback()
            raise
        finally:
            if driver.in_transaction or len(self._idle) >= POOL:
                connection.close()
            else:
                self._idle.append(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of SQLAlchemy and those of the driver, which prepared statements meet directly."""
        driver: Any = self._engine.dialect.dbapi
        try:
            yield
        except (OperationalError, driver.OperationalError) as error:
            why = getattr(error, "orig", error)
            raise StoreError(f"the database {_safe(self.url)} cannot be used: {why}") from error
        except (DBAPIError, driver.Error) as error:
            raise StoreError(f"the database refused: {getattr(error, 'orig', error)}") from error


def _safe(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//***@", url)


def _sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path not in ("", ":memory:"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # No upper bound: a page may read inside a read, and threads that wait for each other's second connection
    # would wait for ever. The threads themselves are bounded.
    engine = create_engine(
        url,
        connect_args={
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            "cached_statements": STATEMENTS,
        },
        **({} if path in ("", ":memory:") else {"pool_size": POOL, "max_overflow": -1}),
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose the last commits, and a lost claim is a second effect
            "foreign_keys=ON",
            "recursive_triggers=ON",  # so that INSERT OR REPLACE meets the delete trigger of the audit
            "cache_size=-65536",
            f"soft_heap_limit={MOST_HEAP}",  # of all connections of the process together
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if not driver.in_transaction:  # of `reading` and `writing`, which began it themselves
            driver.execute("BEGIN").close()

    return engine


def _postgres(url: str, tenant: str) -> Engine:
    url = re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", url)
    schema = f"shophand_{tenant}"
    try:
        engine = create_engine(url, pool_size=5, max_overflow=MOST_POSTGRES - 5, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise SetupError("PostgreSQL needs the extra: pip install 'shophand[postgres]'") from error

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
        if cursor.fetchone() is None:  # a role that only reads may not even ask to make one that is there
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        cursor.execute(f"SET search_path TO {schema}")
        cursor.close()
        connection.commit()

    return engine
