"""A small store in a home of its own, and the command line as a person would call it."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.bootstrap import House, build_house, open_house, settle
from app.cli.main import run
from app.settings import Settings
from shop.actions import PlacePurchaseOrder, PurchaseLine
from shop.money import Money
from shop.people import Kind, Principal, Role
from tests.small_store import TODAY, fill
from tools.desk import Session, Submission

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Shophand = Callable[..., Said]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test starts in an empty directory, without any setting of the machine."""
    for name in list(os.environ):
        if name.startswith(("SHOPHAND_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the small store, made once for each test process."""
    home = tmp_path_factory.mktemp("template") / "home"
    house = build_house(Settings.load({"home": home}))
    fill(house.db)
    settle(house, name="Hearth & Home", currency="GBP", timezone="Europe/London")
    house.db.close()
    return home


@pytest.fixture
def house(home_template: Path, tmp_path: Path) -> Iterator[House]:
    """A fresh copy of the small store where commands look for it."""
    shutil.copytree(home_template, tmp_path / ".shophand")
    opened = open_house(Settings.load())
    yield opened
    opened.db.close()


@pytest.fixture
def operator(house: House) -> Principal:
    """The operator of the small store."""
    return house.people.principal_for(house.credentials.tokens()["operator"])


@pytest.fixture
def shophand(capsys: pytest.CaptureFixture[str]) -> Shophand:
    """Calls a command in this process: ``shophand("approvals", "list")``."""

    def call(*words: str) -> Said:
        capsys.readouterr()
        code = run(list(words))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls a command in a real process without a terminal, in the test's directory."""

    def call(
        *words: str, code: str | None = None, shell: str | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **(env or {})}
        command = [sys.executable, *(["-c", code] if code else ["-m", "app.cli", *words])]
        if shell is not None:
            command = ["sh", "-c", f"{shlex.quote(sys.executable)} -m app.cli {shell}"]
        return subprocess.run(  # noqa: PLW1510 - the exit code is what the tests look at
            command,
            cwd=tmp_path,
            env=environment,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=280,
        )

    return call


def assistant_of(person: Principal) -> Principal:
    """The assistant at work for a person, as conversations make it."""
    return Principal("assistant", "Shophand", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of=person.id)


def order_of(pieces: int) -> PlacePurchaseOrder:
    """An order of mugs at the supplier's present terms; over 2,000 pieces it needs a purchasing manager."""
    cost = 450 if pieces >= 240 else 480 if pieces >= 120 else 500
    line = PurchaseLine(sku="MUG-01", quantity=pieces, unit_cost=Money(cost, "GBP"))
    return PlacePurchaseOrder(supplier="northwind", location="leeds", lines=(line,), expected_on=TODAY)


@pytest.fixture
def ask(house: House, operator: Principal) -> Callable[[int], Submission]:
    """Asks for an order of so many mugs, as the assistant does for the operator."""

    def submit(pieces: int) -> Submission:
        return house.desk.submit(order_of(pieces), Session(assistant_of(operator)))

    return submit
