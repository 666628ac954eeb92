"""One tenant's database: SQLite in WAL mode by default, PostgreSQL by URL; same code, same promises.

Every write transaction is serialised per tenant: ``BEGIN IMMEDIATE`` on SQLite, an advisory lock on
PostgreSQL. A store has one ledger whose chain has one writer at a time, so nothing is lost by that, and
what a transaction reads stays true until it commits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
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

    def reading(self) -> AbstractContextManager[Snapshot]:
        """A snapshot: all reads inside see the same moment."""
        return self._on_sqlite("BEGIN") if self.dialect == "sqlite" else self._reading_postgres()

    def writing(self) -> AbstractContextManager[Transaction]:
        """The write transaction of this tenant: commits at the end, rolls back on any exception."""
        return self._on_sqlite("BEGIN IMMEDIATE") if self.dialect == "sqlite" else self._writing_postgres()

    @contextmanager
    def _reading_postgres(self) -> Iterator[Snapshot]:
        with self._translated(), self._engine.connect() as connection:
            tightened = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with tightened.begin():
                yield tightened

    @contextmanager
    def _writing_postgres(self) -> Iterator[Transaction]:
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

    def _on_sqlite(self, begin: str) -> _OnSqlite:
        return _OnSqlite(self._engine, self._idle, begin, self._as_ours)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of SQLAlchemy and those of the driver, which prepared statements meet directly."""
        try:
            yield
        except Exception as error:
            ours = self._as_ours(error)
            if ours is None:
                raise
            raise ours from error

    def _as_ours(self, error: BaseException) -> StoreError | None:
        driver: Any = self._engine.dialect.dbapi
        why = getattr(error, "orig", error)
        if isinstance(error, (OperationalError, driver.OperationalError)):
            return StoreError(f"the database {_safe(self.url)} cannot be used: {why}")
        if isinstance(error, (DBAPIError, driver.Error)):
            return StoreError(f"the database refused: {why}")
        return None


class _OnSqlite:
    """A transaction on a connection that stays open between transactions.

    Borrowing a connection from SQLAlchemy for each, and giving it back, costs several times what SQLite needs
    to begin and commit; and a class costs a third of what generators cost that do the same.
    """

    __slots__ = ("_as_ours", "_begin", "_connection", "_driver", "_engine", "_idle")

    def __init__(
        self,
        engine: Engine,
        idle: list[Connection],
        begin: str,
        as_ours: Callable[[BaseException], StoreError | None],
    ) -> None:
        self._engine, self._idle, self._begin, self._as_ours = engine, idle, begin, as_ours
        self._driver: Any = None

    def __enter__(self) -> Connection:
        try:
            try:
                self._connection = self._idle.pop()
            except IndexError:
                self._connection = self._engine.connect()
            self._driver = self._connection.connection.driver_connection
        except Exception as error:
            ours = self._as_ours(error)
            if ours is None:
                raise
            raise ours from error
        try:
            self._driver.execute(self._begin)
        except BaseException as error:
            self._undone(error)
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._undone(error)
            return
        try:
            if self._connection.in_transaction():  # of what went through SQLAlchemy, if anything did
                self._connection.commit()
            self._driver.commit()
        except BaseException as fault:
            self._undone(fault)
            raise
        self._given_back()

    def _undone(self, error: BaseException) -> None:
        """Take everything back; raises an error of the driver as one of ours."""
        fault = error
        try:
            self._connection.rollback()
            self._driver.rollback()
        except Exception as later:  # noqa: BLE001 - raised below
            fault = later
        finally:
            self._given_back()
        ours = self._as_ours(fault)
        if ours is not None:
            raise ours from fault
        if fault is not error:
            raise fault

    def _given_back(self) -> None:
        if self._driver.in_transaction or len(self._idle) >= POOL:
            self._connection.close()
        else:
            self._idle.append(self._connection)


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
