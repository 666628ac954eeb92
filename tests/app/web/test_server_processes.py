"""Real server processes: two on one PostgreSQL, and the end of one while it works."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest

from agent.journal import EventKind
from app.bootstrap import House, build_house, settle
from app.settings import Settings
from shop.people import Role
from tests.app.conftest import REPOSITORY, assistant_of, order_of
from tests.small_store import fill
from tools.desk import Session, State

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


@dataclass
class Server:
    """A server process and a browser that looks at it."""

    process: subprocess.Popen[bytes]
    browser: httpx.Client

    def end(self) -> None:
        """Ask it to end as an init system does; a server that ended well says so."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(200) == 0


@contextmanager
def served(home: Path, **environment: str) -> Iterator[Server]:
    """A server process of the store in a home, once it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--home", str(home), "serve", "--port", "0"],
        env={**os.environ, **environment, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = process.stderr
    assert said is not None
    rest = threading.Thread(target=said.read)
    try:
        url = address_in(said)
        rest.start()  # what it says afterwards must not fill the pipe
        with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as browser:
            assert browser.get("/readyz").status_code == httpx.codes.OK
            yield Server(process, browser)
    finally:
        process.kill()
        process.wait()
        if rest.ident is not None:
            rest.join()
        said.close()


def address_in(said: IO[bytes]) -> str:
    """Where a server says that it listens."""
    for line in said:
        if found := re.search(rb"Shophand at (\S+)", line):
            return found[1].decode()
    pytest.fail("the server ended before it said where it listens")


def founded(settings: Settings) -> House:
    """The small store with its people."""
    house = build_house(settings)
    fill(house.db)
    settle(house, name="Hearth & Home", currency="GBP", timezone="Europe/London")
    house.admit("maya", "Maya", frozenset({Role.PURCHASING_MANAGER, Role.OPERATOR}))
    return house


def csrf_on(page: httpx.Response) -> str:
    """The value that a page's forms send back."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_two_servers_of_one_postgresql_are_one_desk(postgres_url: str, tmp_path: Path) -> None:
    """A sign-in at one counts at the other; what is decided at one waits at the other no more."""
    store = {"SHOPHAND_DATABASE_URL": postgres_url, "SHOPHAND_TENANT": f"servers_{os.getpid()}"}
    house = founded(
        Settings.load({"home": tmp_path, "database_url": postgres_url, "tenant": store["SHOPHAND_TENANT"]})
    )
    with served(tmp_path, **store) as one, served(tmp_path, **store) as other:
        one.browser.post("/sign-in", data={"token": house.credentials.tokens()["maya"]})
        other.browser.cookies = one.browser.cookies
        assert ["0 waiting" in each.browser.get("/approvals").text for each in (one, other)] == [True, True]
        operator = house.people.principal_for(house.credentials.tokens()["operator"])
        filed = house.desk.submit(order_of(240), Session(assistant_of(operator)))
        page = other.browser.get(f"/approvals/{filed.approval_id}")
        digest = re.findall(r'name="digest" value="([0-9a-f]+)"', page.text)[0]
        assert "1 waiting" in one.browser.get("/approvals").text
        form = {"csrf": csrf_on(page), "digest": digest}
        done = other.browser.post(f"/approvals/{filed.approval_id}/approve", data=form)
        assert "Done: " in done.text
        assert "0 waiting" in one.browser.get("/approvals").text
        again = one.browser.post(f"/approvals/{filed.approval_id}/approve", data=form)
        assert again.status_code == httpx.codes.CONFLICT
        one.end()
        other.end()
    assert house.desk.status(filed.action_id).state is State.EXECUTED
    house.db.close()


def test_a_server_that_is_asked_to_end_finishes_its_turn(tmp_path: Path) -> None:
    """A question that was put just before is answered to its end, and then the process ends."""
    house = founded(Settings.load({"home": tmp_path}))
    with served(tmp_path) as server:
        server.browser.post("/sign-in", data={"token": house.credentials.tokens()["maya"]})
        form = {"csrf": csrf_on(server.browser.get("/ask")), "text": "What should we reorder first?"}
        asked = server.browser.post("/ask", data=form, follow_redirects=False)
        server.end()
    conversation = asked.headers["location"].rpartition("/")[2]
    assert house.conversations.history(conversation)[-1].kind == EventKind.END
    house.db.close()
