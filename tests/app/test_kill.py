"""Kill -9 at random moments: nothing is lost, nothing happens twice, the next start goes on.

Each case runs a command in a real process, kills it after a random part of the time that an undisturbed
run takes, runs it again, and compares the whole outcome with that of the undisturbed run.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.bootstrap import House, open_house
from app.demo import build_demo
from app.settings import Settings
from shop.partition_writing import write_partitions
from shop.store import schema
from shop.store.history import plan_inputs
from shop.store.reads.info import business_day
from tests.app.conftest import REPOSITORY, assistant_of, order_of
from tools.desk import Session, State
from tools.ledger import chain

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
SEED = 20_261_121
WAITING = 8


@dataclass(frozen=True)
class Scene:
    """A home to start from, a command, and what an undisturbed run of it takes and leaves behind."""

    template: Path
    words: tuple[str, ...]
    seconds: float
    outcome: Any


KILLED_AT_THE_SECOND_FITS = """
import os, signal, sys
from app.cli.main import run

renamed = []

def hook(event, names):
    if event == "os.rename" and os.path.basename(str(names[1])).startswith("fits-"):
        renamed.append(names)
        if len(renamed) == 2:
            os.killpg(0, signal.SIGKILL)

sys.addaudithook(hook)
sys.exit(run(sys.argv[1:]))
"""
"""The command line that is killed at a moment which no machine's speed moves: with one partition done."""


def _started(directory: Path, words: tuple[str, ...], code: str | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *(("-m", "app.cli") if code is None else ("-c", code)), *words],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _finished(directory: Path, words: tuple[str, ...]) -> int:
    with _started(directory, words) as process:
        return process.wait(timeout=300)


def _killed(directory: Path, words: tuple[str, ...], after: float) -> bool:
    """Start the command and kill it; False if it ended before its moment."""
    with _started(directory, words) as process:
        try:
            process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=60)
            return True
    return False


def _scene(template: Path, words: tuple[str, ...], work: Path, look: Any) -> Scene:
    _copy(template, work)
    started = time.monotonic()
    _finished(work, words)
    return Scene(template, words, time.monotonic() - started, look(work))


def _copy(template: Path, work: Path) -> None:
    shutil.copytree(template, work, dirs_exist_ok=True)


def _moment(name: str, case: int, seconds: float) -> float:
    """A random moment: anywhere between the start of Python and the end of the work."""
    return seconds * random.Random(f"{SEED}-{name}-{case}").uniform(0.25, 1.0)


def _opened(work: Path) -> House:
    return open_house(Settings.load({"home": work / ".shophand"}))


def _rows(house: House, query: str) -> list[tuple[Any, ...]]:
    with house.db.reading() as snapshot:
        return sorted(tuple(row) for row in snapshot.execute(text(query)))


def _check_ledger(house: House) -> None:
    """Whatever was interrupted: the chain verifies, and each executed action has exactly one effect."""
    with house.db.reading() as snapshot:
        chain.verify(snapshot, house.db.tenant)
        effects = snapshot.scalars(select(schema.effects.c.action_id)).all()
    executed = [view.id for view in house.desk.actions(states=(State.EXECUTED,))]
    assert sorted(effects) == sorted(executed)
    left = (State.EXECUTING, State.UNKNOWN, State.APPROVED)
    assert house.desk.actions(states=left) == []


# --- an import -----------------------------------------------------------------------------------------


def _sales_log(path: Path) -> None:
    chance = random.Random(SEED)
    lines = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"]
    for number in range(3_000):
        sku = f"{22_000 + chance.randrange(60)}"
        day = f"2011-{1 + number // 300:02d}-{1 + chance.randrange(28):02d}"
        price = f"{1 + int(sku) % 7}.25"
        lines.append(
            f"{500_000 + number},{sku},Thing {sku},{1 + chance.randrange(9)},{day} 10:00:00,{price},,UK"
        )
    path.write_text("\n".join(lines) + "\n")


def _import_outcome(work: Path) -> Any:
    house = _opened(work)
    try:
        return {
            "store": _rows(house, "SELECT name, home_currency, source, business_date FROM store_info"),
            "movements": _rows(house, "SELECT sku, location, day, kind, quantity FROM stock_movements"),
            "stock": _rows(house, "SELECT sku, location, on_hand FROM stock_levels"),
            "imports": len(_rows(house, "SELECT id FROM imports")),
            "people": [person.id for person in house.people.everybody()],
            "rules": len(house.policies().rules),
            "tokens": sorted(house.credentials.tokens()),
        }
    finally:
        house.db.close()


@pytest.fixture(scope="module")
def an_import(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Importing a sales log into an empty directory."""
    template = tmp_path_factory.mktemp("import")
    _sales_log(template / "sales.csv")
    words = ("import", "transactions", "sales.csv")
    return _scene(template, words, tmp_path_factory.mktemp("whole"), _import_outcome)


@pytest.mark.parametrize("case", range(3))
def test_a_killed_import_is_all_or_nothing(an_import: Scene, tmp_path: Path, case: int) -> None:
    """Killed and started again, an import leaves the same store, once, with its people and rules."""
    _copy(an_import.template, tmp_path)
    _killed(tmp_path, an_import.words, _moment("import", case, an_import.seconds))
    assert _finished(tmp_path, an_import.words) == 0
    assert _import_outcome(tmp_path) == an_import.outcome


# --- a run ---------------------------------------------------------------------------------------------


def _run_outcome(work: Path) -> Any:
    house = _opened(work)
    try:
        _check_ledger(house)
        asked = [
            (view.kind, json.dumps(view.args, sort_keys=True), view.key) for view in house.desk.actions()
        ]
        runs = _rows(house, "SELECT state FROM streams WHERE kind = 'run'")
        return {"asked": sorted(asked), "runs": runs, "effects": len(_rows(house, "SELECT * FROM effects"))}
    finally:
        house.db.close()


@pytest.fixture(scope="module")
def a_run(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A reorder run of the sample store, which places, moves and asks."""
    template = tmp_path_factory.mktemp("sample")
    build_demo(Settings.load({"home": template / ".shophand"}), lambda _: None).db.close()
    return _scene(template, ("run", "reorder"), tmp_path_factory.mktemp("whole-run"), _run_outcome)


@pytest.mark.parametrize("case", range(4))
def test_a_killed_run_is_finished_with_its_plan(a_run: Scene, tmp_path: Path, case: int) -> None:
    """Killed and started again, a run asks for exactly what it had planned, each request once."""
    _copy(a_run.template, tmp_path)
    _killed(tmp_path, a_run.words, _moment("run", case, a_run.seconds))
    _finished(tmp_path, a_run.words)
    assert _run_outcome(tmp_path) == a_run.outcome


# --- a run over partitions -----------------------------------------------------------------------------


def _night(work: Path) -> Path:
    """The sample store in partitions of about 150 rows."""
    house = _opened(work)
    try:
        with house.db.reading() as snapshot:
            inputs = plan_inputs(snapshot, business_day(snapshot, house.clock), as_sold=True)
    finally:
        house.db.close()
    assert len(write_partitions(inputs, work / "night", rows=150)) > 2
    return work / "night"


def test_a_killed_run_over_partitions_goes_on_where_it_was(a_run: Scene, tmp_path: Path) -> None:
    """Killed after its first partition, it keeps that one's tables and asks for what an ordinary run asks."""
    _copy(a_run.template, tmp_path)
    night = _night(tmp_path)
    words = (*a_run.words, "--partitions", "night", "--workers", "1")
    with _started(tmp_path, words, KILLED_AT_THE_SECOND_FITS) as process:
        assert process.wait(timeout=300) == -signal.SIGKILL
    (kept,) = night.glob("plan-*/fits-*.npz")
    made = kept.stat().st_mtime_ns
    assert list(night.glob("plan-*/lines.parquet")) == []
    ended = _finished(tmp_path, words)
    assert kept.stat().st_mtime_ns == made
    assert _run_outcome(tmp_path) == a_run.outcome, f"it ended with {ended}"


# --- approvals -----------------------------------------------------------------------------------------


def _approve_outcome(work: Path) -> Any:
    house = _opened(work)
    try:
        _check_ledger(house)
        orders = _rows(
            house, "SELECT action_id, total_minor FROM purchase_orders WHERE action_id IS NOT NULL"
        )
        states = [view.state.value for view in house.desk.actions()]
        return {"orders": [total for _, total in orders], "states": states}
    finally:
        house.db.close()


@pytest.fixture(scope="module")
def approvals(home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Several orders that wait, approved in one command."""
    template = tmp_path_factory.mktemp("waiting")
    shutil.copytree(home_template, template / ".shophand")
    house = _opened(template)
    operator = house.people.principal_for(house.credentials.tokens()["operator"])
    ids = []
    for _ in range(WAITING):  # small enough that together they stay under what a supplier may get in a day
        filed = house.desk.submit(order_of(24), Session(assistant_of(operator)))
        assert filed.approval_id is not None
        ids.append(filed.approval_id)
    house.db.close()
    words = ("approvals", "approve", "--yes", "--as", "owner", *ids)
    scene = _scene(template, words, tmp_path_factory.mktemp("whole-approvals"), _approve_outcome)
    assert scene.outcome["states"] == ["executed"] * WAITING
    return scene


@pytest.mark.parametrize("case", range(3))
def test_killed_approvals_execute_once(approvals: Scene, tmp_path: Path, case: int) -> None:
    """Killed and repeated, each approved order is placed exactly once."""
    _copy(approvals.template, tmp_path)
    _killed(tmp_path, approvals.words, _moment("approve", case, approvals.seconds))
    _finished(tmp_path, approvals.words)
    outcome = _approve_outcome(tmp_path)
    assert sorted(outcome["orders"]) == sorted(approvals.outcome["orders"])
    assert outcome["states"] == approvals.outcome["states"]
