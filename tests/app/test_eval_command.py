"""``shophand eval``: what reads stored runs and conversations; nothing is played here."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from app.bootstrap import House
from evals.harness.case import Trigger
from evals.harness.suite_files import read_suite
from shop.store.journal import append
from tests.app.conftest import Shophand
from tests.stored_evaluation import LOOK, REFUND, kept

Process = Callable[..., subprocess.CompletedProcess[str]]
VIEW = """
import sys, types
{extra}
from app.cli.main import run
sys.exit(run(["eval", "view", "first", "--port", "7591"]))
"""
FAKE = "sys.modules['inspect_ai'] = types.SimpleNamespace(view=lambda **asked: print(asked))"


@pytest.fixture
def _first(house: House) -> None:
    """A stored run."""
    kept(house.home, "first", REFUND, LOOK)


@pytest.mark.usefixtures("_first")
def test_view_opens_the_log_of_a_run_on_this_machine_only(process: Process) -> None:
    """Inspect's viewer gets the directory of the run's logs, the port, and the loopback address."""
    done = process(code=VIEW.format(extra=FAKE))
    assert done.returncode == 0, done.stderr
    assert "first/logs" in done.stdout
    assert "'host': '127.0.0.1', 'port': 7591" in done.stdout


@pytest.mark.usefixtures("_first")
def test_view_without_the_extra_says_how_to_install_it(process: Process) -> None:
    """Without inspect_ai the command names the extra."""
    done = process(code=VIEW.format(extra="sys.modules['inspect_ai'] = None"))
    assert done.returncode != 0
    assert "pip install 'shophand[evals]'" in done.stderr


def test_capture_prints_a_conversation_without_its_people(shophand: Shophand, house: House) -> None:
    """Words, calls and what was asked for become a case; address, telephone number and names do not.

    Johanna is the order's customer: her first name counts by itself.
    """
    shophand(
        "chat", "-m", "Refund 12.00 of order 1042 for Isla Cook, isla@cook.org, 07700 900813, Johanna waits"
    )
    conversation = house.conversations.journal.streams("conversation", 1)[0].id
    said = shophand("eval", "capture", conversation, "--name", "Isla Cook")
    (case,) = yaml.safe_load(said.out)["cases"]
    assert case["must_ask"][0]["refund_order"]["amount"] == "12.00 GBP"
    assert case["path"][0]["refund_order"]["order"] == "1042"
    assert not [word for word in ("Isla", "cook.org", "900813", "Johanna") if word in said.out]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("option", ["--store", "--script"])
def test_capture_overwrites_no_file(shophand: Shophand, tmp_path: Path, option: str) -> None:
    """A file that is there is refused before anything is read or written."""
    (tmp_path / "mine").write_text("mine")
    said = shophand("eval", "capture", "any", option, str(tmp_path / "mine"))
    assert said.code != 0
    assert "is there already; name a new file" in said.err
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.usefixtures("house")
def test_capture_writes_two_files_to_two_places(shophand: Shophand, tmp_path: Path) -> None:
    """The script does not overwrite the copy that was written just before it."""
    place = str(tmp_path / "both")
    said = shophand("eval", "capture", "any", "--store", place, "--script", place)
    assert "name the same file; give each its own" in said.err


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("store", "script", "words"),
    [
        ("s.db", "no/x.yaml", "there is no directory"),
        ("no/s.db", "x.yaml", "there is no directory"),
        ("t.db", "sub/../t.db", "name the same file"),
    ],
)
def test_capture_leaves_nothing_behind_where_it_cannot_write(
    shophand: Shophand, tmp_path: Path, store: str, script: str, words: str
) -> None:
    """Both places are looked at before anything is written, as where they lead, not as they are spelt."""
    place = tmp_path / "place"
    (place / "sub").mkdir(parents=True)
    said = shophand("eval", "capture", "any", "--store", str(place / store), "--script", str(place / script))
    assert said.code != 0
    assert words in said.err
    assert list(place.iterdir()) == [place / "sub"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "tau2_retail", "--at-once", "3"), "one case after another: leave out --at-once 3"),
        (("run", "operations", "--data", "."), "are played from data: leave out --data"),
        (("run", "operations", "--cap", "nan"), "expected an amount above 0"),
        (("judge", "--model", "openai:x", "--uncalibrated", "--labels", "x"), "leave one of the two out"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    shophand: Shophand, arguments: tuple[str, ...], words: str
) -> None:
    """Who names an option hears that it has no effect here, and what to do."""
    said = shophand("eval", *arguments)
    assert said.code == 2
    assert words in " ".join(said.err.split())


def test_capture_prints_a_run_as_its_trigger(shophand: Shophand, house: House, tmp_path: Path) -> None:
    """A reorder run becomes a case with its scope and the kinds of its requests, and the case is read."""
    journal = house.conversations.journal
    run = journal.open("run", "reorder", "Reorder run")
    with house.db.writing() as transaction:
        body = {"location": None, "supplier": "northwind"}
        append(transaction, run, "run_plan", body, journal.now)
    said = shophand("eval", "capture", run)
    (tmp_path / "captured.yaml").write_text(said.out)
    (case,) = read_suite(tmp_path / "captured.yaml").cases
    assert case.trigger == Trigger(run="reorder", supplier="northwind")
    assert {each.kind for each in case.may_ask} == {"place_purchase_order", "transfer_stock"}
