"""The page of a run while it works, on both databases."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.reorder_run import ReorderRequest, run_reorder
from app.bootstrap import House, build_house, settle
from app.settings import Settings
from app.web.limits import Buckets
from app.web.server import create_app
from shop.people import Role
from tests.app.web.conftest import HOST
from tests.small_store import fill
from tools.desk import Desk, Session
from tools.tool import Shop


@pytest.fixture(params=["sqlite", "postgresql"])
def shop_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The small store with its people, on SQLite and on PostgreSQL."""
    flags: dict[str, Any] = {"home": tmp_path / "home"}
    if request.param == "postgresql":
        flags |= {
            "database_url": request.getfixturevalue("postgres_url"),
            "tenant": f"progress{os.getpid()}",
        }
    opened = build_house(Settings.load(flags))
    fill(opened.db)
    settle(opened, name="Hearth & Home", currency="GBP", timezone="Europe/London")
    yield opened
    opened.db.close()


class Watched:
    """The desk of a run; before each request somebody looks at the run's page."""

    def __init__(self, desk: Desk, house: House, browser: TestClient) -> None:
        self._desk = desk
        self._house = house
        self._browser = browser
        self.pages: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def submit(self, *args: Any, **named: Any) -> Any:
        """Look, then ask."""
        run = self._house.conversations.journal.streams("run")[0]
        answer = self._browser.get(f"/runs/{run.id}")
        self.pages.append((answer.text, answer.headers.get("refresh", "")))
        return self._desk.submit(*args, **named)


def test_a_run_shows_how_far_it_is(shop_house: House) -> None:
    """Each look says how many requests were made by then; when all are, there is the report."""
    shop_house.admit("maya", "Maya", frozenset({Role.OPERATOR}))
    app = create_app(shop_house, buckets=Buckets(1e6, 1e6))
    browser = TestClient(app, base_url=HOST)
    browser.post("/sign-in", data={"token": shop_house.credentials.tokens()["maya"]})
    maya = shop_house.people.principal_for(shop_house.credentials.tokens()["maya"])
    shop = shop_house.shop(Session(maya))
    watched = Watched(shop.desk, shop_house, browser)
    report = run_reorder(Shop(shop.db, watched, shop.session, shop.guides, shop.clock), ReorderRequest())  # type: ignore[arg-type]
    said = [re.search(r"Asked the desk for (\d+) of (\d+)", text) for text, _ in watched.pages]
    assert [found and found[1] for found in said] == [str(number) for number in range(len(said))]
    assert {found and int(found[2]) for found in said} == {len(said)}
    assert said
    assert {refresh for _, refresh in watched.pages} == {"2"}
    done = browser.get(f"/runs/{report.run}")
    assert "refresh" not in done.headers
    assert "SKU-locations checked" in done.text
