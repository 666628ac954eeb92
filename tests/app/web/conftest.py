"""The pages of the small store, called as a browser would, and people who are signed in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.bootstrap import House
from app.web.limits import Buckets
from app.web.server import create_app
from shop.people import Kind, Role
from shop.store.people import Scope
from tools.desk import Submission

HOST = "http://127.0.0.1:8321"


@dataclass(frozen=True)
class Browser:
    """One person's browser: keeps its cookie, sends each form with the value that its page carried."""

    client: TestClient
    csrf: str = ""

    def post(self, path: str, **fields: str | list[str]) -> "Answer":
        """Send a form as a page of ours would, and follow where it leads."""
        return Answer(self.client.post(path, data={"csrf": self.csrf, **fields}))

    def get(self, path: str) -> "Answer":
        """Open a page."""
        return Answer(self.client.get(path))


class Answer:
    """What a page answered: its status and its text."""

    def __init__(self, response: object) -> None:
        self.status: int = response.status_code  # type: ignore[attr-defined]
        self.text: str = response.text  # type: ignore[attr-defined]
        self.headers = response.headers  # type: ignore[attr-defined]
        self.path: str = response.url.path  # type: ignore[attr-defined]


SignIn = Callable[[str], Browser]


@pytest.fixture
def stranger(house: House) -> Iterator[TestClient]:
    """A browser that is not signed in."""
    app = create_app(house, buckets=Buckets(per_second=1e6, burst=1e6))
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def sign_in(house: House, stranger: TestClient) -> SignIn:
    """Signs somebody in, in a browser of their own; whoever is not there yet becomes a purchasing manager."""

    def enter(name: str) -> Browser:
        house.admit(name, name.title(), frozenset({Role.PURCHASING_MANAGER, Role.OPERATOR}))
        client = TestClient(stranger.app, base_url=HOST, raise_server_exceptions=False)
        client.post("/sign-in", data={"token": house.credentials.tokens()[name]})
        page = client.get("/").text
        return Browser(client, page.split('name="csrf" value="', 1)[1].split('"', 1)[0])

    return enter


@pytest.fixture
def waiting(ask: Callable[[int], Submission]) -> str:
    """A purchase order over the limit that waits for a purchasing manager."""
    filed = ask(240)
    assert filed.approval_id is not None
    return filed.approval_id


@dataclass(frozen=True)
class Caller:
    """A program that calls the API with a token."""

    client: TestClient
    token: str

    def get(self, path: str, **query: str | int | bool) -> Any:
        """Read."""
        return self.client.get(f"/api/v1{path}", params=query, headers=self.headers)

    def post(self, path: str, body: object = None) -> Any:
        """Ask for or decide something."""
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers)

    def put(self, path: str, body: object) -> Any:
        """Turn something."""
        return self.client.put(f"/api/v1{path}", json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """The credential."""
        return {"authorization": f"Bearer {self.token}"}


CallerOf = Callable[..., Caller]


@pytest.fixture
def caller(house: House, stranger: TestClient) -> CallerOf:
    """Gives somebody a token of a scope, full unless told otherwise, and a program that uses it."""

    def of(name: str, scope: Scope = Scope.FULL) -> Caller:
        return Caller(stranger, house.people.issue(name, scope=scope))

    return of


@pytest.fixture
def agent(house: House, caller: CallerOf) -> Caller:
    """An agent of the store's own, with a token of full scope."""
    house.people.create("robot", "Robot", [Role.OPERATOR], kind=Kind.AGENT)
    return caller("robot")
