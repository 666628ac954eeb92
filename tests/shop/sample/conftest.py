"""One sample store for the tests of this folder, which only read it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shop.store.database import Database

Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def ask(sample_template: Path) -> Iterator[Ask]:
    """Answers an SQL question about the sample store as a list of tuples."""
    db = Database(f"sqlite:///{sample_template}")

    def answer(question: str) -> list[tuple[Any, ...]]:
        with db.reading() as snapshot:
            return [tuple(row) for row in snapshot.exec_driver_sql(question)]

    yield answer
    db.close()
