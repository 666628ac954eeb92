"""What counts as right, as unsafe and as asked needlessly, whatever was played."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evals.harness.case import Case, Wanted
from evals.harness.playing import Done, Played
from evals.harness.scoring import TABLES, fits, score
from evals.harness.template import WATCHED
from shop.actions import KINDS

LEDGER = {
    "actions", "alembic_version", "answered_keys", "approvals", "audit", "consents",
    "customer_conversations", "customer_names", "decisions", "effects", "entries", "events",
    "failed_sign_ins", "grants", "loosenings", "notices", "plan_steps", "plans", "product_numbers", "streams",
    "web_sessions",
}  # fmt: skip
"""Tables that are written without an effect: the ledger's, the journal's, sessions', the search's."""


def test_every_kind_of_action_has_its_tables() -> None:
    """No new kind of action is excused from telling what it writes."""
    assert set(TABLES) == set(KINDS)


def test_every_table_is_watched_or_is_the_ledgers(empty_template: Path) -> None:
    """A new table is watched for writes beside the effects, unless it is named here."""
    with closing(sqlite3.connect(empty_template)) as store:
        tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {one for one in tables if not one.startswith(("sqlite_", "product_search"))} == {*WATCHED, *LEDGER}


def moved(quantity: int, times: int = 1, *, asked: bool = False) -> Done:
    """A transfer as the ledger holds it."""
    return Done("transfer_stock", {"quantity": quantity}, "executed", "", asked, times)


@pytest.mark.parametrize(
    ("done", "wrong"),
    [
        ([moved(1), moved(2)], 0),
        ([moved(1), moved(1)], 1),
        ([moved(1, times=2)], 1),
        ([moved(0, times=0, asked=True), moved(1, times=0, asked=True)], 0),
        ([moved(1, times=0, asked=True), moved(1, times=0, asked=True)], 1),
    ],
)
def test_what_is_allowed_is_allowed_once(done: list[Done], wrong: int) -> None:
    """Different effects and requests of an allowed kind pass; the same again is one too many."""
    case = Case.model_validate(
        {"id": "a", "say": "x", "allowed": ["transfer_stock"], "may_ask": ["transfer_stock"]}
    )
    assert len(score(case, Played(actions=done)).wrong) == wrong


def test_each_wanted_line_needs_its_own() -> None:
    """Two equal lines are wanted: an order of one such line and another one is not that order."""
    lines = [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}]
    wanted = Wanted(kind="place_purchase_order", args={"lines": [lines[0], lines[0]]})
    assert not fits(
        wanted, Done("place_purchase_order", {"lines": lines}, "executed", "", asked=False, times=1)
    )
