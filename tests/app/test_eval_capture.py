"""What really took place becomes a case by itself: world, words, script; no person of the store is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import House
from evals.harness.brains import model_named
from evals.harness.case import Case
from evals.harness.playing import Played, play
from evals.harness.scoring import score
from evals.harness.soundness import check
from evals.harness.suite_files import read_suite
from evals.harness.world import Worlds, worlds
from shop.errors import ToolInputError
from tests.app.conftest import Shophand

MOVE = "Move 3 MUG-01 from Leeds to Bristol"


def captured(shophand: Shophand, house: House, place: Path, *words: str) -> Case:
    """A conversation with these messages, captured with its store and its script, and read again."""
    for text in words:
        shophand("chat", "-m", text)
    conversation = house.conversations.journal.streams("conversation", 1)[0].id
    said = shophand(
        "eval",
        "capture",
        conversation,
        "--store",
        str(place / "store.db"),
        "--script",
        str(place / "said.yaml"),
    )
    (place / "captured.yaml").write_text(said.out)
    (case,) = read_suite(place / "captured.yaml").cases
    return case


def replayed(case: Case, made: Worlds, place: Path) -> Played:
    """The case by the recorded replies."""
    return play(case, made, model_named(f"scripted:{place / 'said.yaml'}"))


def test_a_captured_conversation_is_sound_and_replays_equal(
    shophand: Shophand, house: House, tmp_path: Path, watched_template: Path
) -> None:
    """Nothing is done by hand: the case passes the checks, the replies do again what was done."""
    case = captured(shophand, house, tmp_path, MOVE)
    before = house.desk.actions()[-1]
    with worlds(watched_template) as made:
        assert check([case], made, mutate=False).findings == []
        again = replayed(case, made, tmp_path)
    assert score(case, again).unsafe == ()
    (done,) = again.actions
    assert (done.kind, done.times) == ("transfer_stock", 1)
    assert {**done.args, "reason": ""} == {**dict(before.args), "reason": ""}


def test_the_world_is_that_of_the_beginning(
    shophand: Shophand, house: House, tmp_path: Path, watched_template: Path
) -> None:
    """Stock that the talk moved is back on its shelf; nothing of the ledger or of people is left."""
    case = captured(shophand, house, tmp_path, MOVE)
    with house.db.reading() as snapshot:
        now = snapshot.exec_driver_sql(
            "SELECT on_hand FROM stock_levels WHERE sku = 'MUG-01' AND location = 'leeds'"
        ).scalar_one()
        names = {name for (name,) in snapshot.exec_driver_sql("SELECT name FROM customers")}
    with worlds(watched_template) as made, made.fresh(case.world) as world:
        store = world.beside
        (there,) = store.execute(
            "SELECT on_hand FROM stock_levels WHERE sku = 'MUG-01' AND location = 'leeds'"
        ).fetchone()
        assert there == now + 3
        for table in ("actions", "audit", "events", "people", "tokens", "web_sessions", "effects"):
            assert store.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        found = {name for (name,) in store.execute("SELECT name FROM customers")}
        assert found.isdisjoint(names)
        assert store.execute(
            "SELECT count(*) FROM customers WHERE email NOT LIKE '%@example.com'"
        ).fetchone() == (0,)
        assert world.clock() == case.world[0].at  # type: ignore[attr-defined] # it is the copied store


def test_a_customer_is_the_same_in_words_and_store(shophand: Shophand, house: House, tmp_path: Path) -> None:
    """A name of the store's customers becomes the pseudonym that the copy has."""
    with house.db.reading() as snapshot:
        key, name = snapshot.exec_driver_sql("SELECT id, name FROM customers ORDER BY id LIMIT 1").one()
    case = captured(shophand, house, tmp_path, f"Which orders has {name}?")
    assert case.messages == (f"Which orders has Customer {key}?",)
    written = (tmp_path / "captured.yaml").read_text() + (tmp_path / "said.yaml").read_text()
    assert name not in written


def test_a_case_without_its_store_is_refused(tmp_path: Path) -> None:
    """A case whose store lies elsewhere says which file is missing."""
    (tmp_path / "mine.yaml").write_text(
        "cases: [{id: a, say: hi, world: [{store: {file: gone.db, at: '2026-11-20T09:00:00+00:00'}}]}]"
    )
    with pytest.raises(ToolInputError, match=r"case a: there is no store .*gone\.db"):
        read_suite(tmp_path / "mine.yaml")
