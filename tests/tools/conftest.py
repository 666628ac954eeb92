"""The small store on SQLite, made once and copied for each test, and shops for tools to work in."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

import policies
from policies.rules import PolicySet, load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from shop.store.migrate import upgrade
from tests.service_store import add_service
from tests.small_store import fill
from tools.desk import Desk, Session
from tools.tool import Shop

GUIDE = """---
title: Returns
audience: customer
valid_from: 2026-01-01
updated: 2026-09-14
---
# Returns
## How long
You may send goods back within 30 days of delivery.
## Hygiene goods
Opened soap cannot come back.
"""


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


@pytest.fixture(scope="session")
def shipped_rules() -> PolicySet:
    """The rules as they are shipped."""
    return load_policies(Path(policies.__file__).parent)


OpenShop = Callable[[Database], Shop]


@pytest.fixture
def open_shop(shipped_rules: PolicySet, clock: Callable[[], datetime], tmp_path: Path) -> OpenShop:
    """Makes a shop for tools out of a store, with an agent at work for Dana and one guide."""
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "returns.md").write_text(GUIDE, encoding="utf-8")
    agent = Principal("agent", "Agent", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="dana")

    def opened(db: Database) -> Shop:
        desk = Desk(db, lambda: shipped_rules, EmbeddedEffects(db), clock)
        return Shop(db, desk, Session(agent, conversation="con_1"), guides, clock)

    return opened


@pytest.fixture
def shop(store: Database, open_shop: OpenShop) -> Shop:
    """The small store with everything a tool may use."""
    return open_shop(store)


@pytest.fixture
def sample_shop(sample: Database, open_shop: OpenShop) -> Shop:
    """The sample store with everything a tool may use."""
    return open_shop(sample)


@pytest.fixture
def desk_shop(store: Database, open_shop: OpenShop) -> Shop:
    """A shop over the small store with what service needs."""
    add_service(store)
    return open_shop(store)
