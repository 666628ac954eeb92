"""The small store on SQLite, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.store.database import Database
from shop.store.migrate import upgrade
from tests.small_store import fill


@pytest.fixture(scope="session")
def small_store_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that every small store is a copy of."""
    path = tmp_path_factory.mktemp("small") / "shop.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    fill(db)
    db.close()
    return path


@pytest.fixture
def store(small_store_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh copy of the small store."""
    path = tmp_path / "small.db"
    shutil.copy(small_store_template, path)
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()
