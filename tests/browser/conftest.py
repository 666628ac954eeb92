"""The desk in a real Chromium: a store of its own for each test, people who are signed in, and three rules.

Whatever a test does, its pages may ask no other host for anything, may break no rule of the content security
policy, and may have no error in their scripts.
"""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from app.bootstrap import House, build_house, open_house, settle
from app.settings import Settings
from app.web.limits import Buckets
from app.web.server import create_app
from shop.people import Role
from tests.app.conftest import assistant_of, order_of
from tests.browser.chromium import MISSING, chromium_path
from tests.small_store import fill
from tools.desk import Session, Submission

PEOPLE = {
    "maya": frozenset({Role.PURCHASING_MANAGER, Role.OPERATOR}),
    "noor": frozenset({Role.PURCHASING_MANAGER}),
}
PATIENCE = 15_000
"""Milliseconds that a page may take for what it is waited for; a machine may be busy."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for each file of tests."""
    path = chromium_path()
    if path is None:
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)
    with sync_playwright() as playwright:
        args = [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def store_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the small store with the people of these tests."""
    home = tmp_path_factory.mktemp("browser") / "home"
    house = build_house(Settings.load({"home": home}))
    fill(house.db)
    settle(house, name="Hearth & Home", currency="GBP", timezone="Europe/London")
    for name, roles in PEOPLE.items():
        house.admit(name, name.title(), roles)
    house.db.close()
    return home


@dataclass
class Served:
    """A store and the address at which it is served."""

    house: House
    url: str

    def ask(self, pieces: int) -> str:
        """The assistant asks for an order of mugs for the operator; gives the approval's id."""
        operator = self.house.people.principal_for(self.house.credentials.tokens()["operator"])
        filed: Submission = self.house.desk.submit(order_of(pieces), Session(assistant_of(operator)))
        assert filed.approval_id is not None, filed.in_words()
        return filed.approval_id


@contextmanager
def serving(home: Path, **flags: Any) -> Iterator[Served]:
    """The store of a home behind a real server."""
    house = open_house(Settings.load({"home": home, **flags}, home))
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(house, buckets=Buckets(per_second=1e6, burst=1e6))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Served(house, f"http://127.0.0.1:{listener.getsockname()[1]}")
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def served(store_template: Path, tmp_path: Path) -> Iterator[Served]:
    """A fresh copy of the small store behind a server."""
    shutil.copytree(store_template, tmp_path / "home")
    with serving(tmp_path / "home") as found:
        yield found


@dataclass
class Watch:
    """What went wrong in the pages of a test."""

    url: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.url):
            self.faults.append(f"asked another host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.faults.append(f"console: {message.text}")


Enter = Callable[..., Page]


@pytest.fixture
def enter(served: Served, chromium: Browser) -> Iterator[Enter]:
    """Signs somebody in, in a browser of their own, and opens a path."""
    with entering(served, chromium) as found:
        yield found


@contextmanager
def entering(served: Served, chromium: Browser) -> Iterator[Enter]:
    """Signs people in at a server; at the end every page must have kept the three rules."""
    watch = Watch(served.url)
    contexts: list[BrowserContext] = []

    def open_as(name: str, path: str = "/", **options: Any) -> Page:
        context = chromium.new_context(base_url=served.url, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        token = served.house.credentials.tokens()[name]
        context.request.post("/sign-in", form={"token": token})
        page = context.new_page()
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not watch.faults
