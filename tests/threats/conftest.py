"""The small store under the shipped rules, with an assistant that has read a stranger's text."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.bootstrap import House, build_house, settle
from app.settings import Settings
from policies.rules import SHIPPED, PolicySet, load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from shop.store.migrate import upgrade
from tests.small_store import fill
from tools.desk import Desk, Session
from tools.tool import Shop


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that every store here is a copy of."""
    path = tmp_path_factory.mktemp("threats") / "shop.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    fill(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def shipped() -> PolicySet:
    """The rules as they are shipped."""
    return load_policies(SHIPPED)


@pytest.fixture
def shop(template: Path, shipped: PolicySet, clock: Callable[[], datetime], tmp_path: Path) -> Iterator[Shop]:
    """A fresh store with an assistant at work for Dana, who has read a stranger's text before."""
    shutil.copy(template, tmp_path / "shop.db")
    (tmp_path / "guides").mkdir()
    db = Database(f"sqlite:///{tmp_path}/shop.db")
    agent = Principal("assistant", "Shophand", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="dana")
    desk = Desk(db, lambda: shipped, EmbeddedEffects(db), clock)
    yield Shop(db, desk, Session(agent, conversation="con_1", tainted=True), tmp_path / "guides", clock)
    db.close()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A store of its own for the command line, with an agent that has a token."""
    for name in list(os.environ):
        if name.startswith(("SHOPHAND_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    opened = build_house(Settings.load({"home": tmp_path / ".shophand"}))
    fill(opened.db)
    settle(opened, name="Hearth & Home", currency="GBP", timezone="Europe/London")
    return opened
