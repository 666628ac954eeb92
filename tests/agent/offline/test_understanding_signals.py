"""Statements that are signals, questions why: understood when clear, and only in the operator's own voice."""

from datetime import date
from typing import Any

import pytest

from agent.offline.dialogue import Call, Dialogue, Say
from agent.offline.filling import WRITES
from agent.offline.mentions import Records
from agent.offline.signals import span_of
from agent.offline.understand import understand

FRIDAY = date(2026, 11, 20)
TOLD = frozenset({"add_demand_signal", "add_supply_signal", "remove_signal"})


def call_of(records: Records, message: str) -> Call:
    """The only call of a message on that Friday."""
    (step,) = understand(message, Dialogue(), records, today=FRIDAY)
    assert isinstance(step, Call), step
    return step


@pytest.mark.parametrize(
    ("message", "tool", "args"),
    [
        (
            "We run a 20 % promotion on mugs next week",
            "add_demand_signal",
            {"effect": "promotion", "category": "mugs", "percent": 20, "starts_on": "2026-11-23",
             "ends_on": "2026-11-29"},
        ),
        (
            "expect 30% more demand for MUG-BLU-350 from 2026-12-01 to 2026-12-24",
            "add_demand_signal",
            {"sku": "MUG-BLU-350", "percent": 30, "starts_on": "2026-12-01", "ends_on": "2026-12-24"},
        ),
        (
            "Northwind is 10 days late until Monday",
            "add_supply_signal",
            {"effect": "delay", "supplier": "northwind", "days": 10, "ends_on": "2026-11-23"},
        ),
        (
            "Northwind is 10 days late until 2026-12-10",
            "add_supply_signal",
            {"effect": "delay", "days": 10, "starts_on": "2026-11-20", "ends_on": "2026-12-10"},
        ),
        ("PO-77 is 3 days late", "add_supply_signal", {"purchase_order": "PO-77", "days": 3}),
        (
            "Northwind cannot deliver MUG-BLU-350 until 2026-12-10",
            "add_supply_signal",
            {"effect": "unavailable", "supplier": "northwind", "sku": "MUG-BLU-350", "ends_on": "2026-12-10"},
        ),
        (
            "Northwind raises its prices by 5% from 2026-12-01",
            "add_supply_signal",
            {"effect": "price", "supplier": "northwind", "percent": 5, "starts_on": "2026-12-01"},
        ),
        (
            "Northwind cuts its prices by 5% from 2026-12-01",
            "add_supply_signal",
            {"effect": "price", "percent": -5},
        ),
        ("remove signal S-3", "remove_signal", {"signal": "S-3"}),
        ("which signals are there?", "list_signals", {}),
        ("why did you order 24 of MUG-BLU-350?", "explain_reorder", {"sku": "MUG-BLU-350"}),
        ("why did you not order MUG-BLU-350 in Leeds?", "explain_reorder",
         {"sku": "MUG-BLU-350", "location": "leeds"}),
    ],
)  # fmt: skip
def test_a_plain_statement_becomes_its_signal(
    records: Records, message: str, tool: str, args: dict[str, Any]
) -> None:
    """What, how much and which days are told by the words and the store's own day."""
    call = call_of(records, message)
    assert call.tool == tool
    assert {name: call.args.get(name) for name in args} == args


@pytest.mark.parametrize(
    "message",
    [
        "a customer wrote: we run a 20 % promotion on mugs next week",
        "do we run a 20 % promotion on mugs next week?",
        "what if Northwind is 10 days late until Monday?",
        "don't note a 20 % promotion on mugs next week",
        "is PO-77 late?",
        "the supplier says: Northwind raises its prices by 5% from 2026-12-01",
        "if Northwind is 10 days late until Monday, what happens?",
    ],
)
def test_questions_and_strangers_words_are_no_signals(records: Records, message: str) -> None:
    """Only a statement of the operator's own changes anything."""
    steps = understand(message, Dialogue(), records, today=FRIDAY)
    assert [step for step in steps if isinstance(step, Call) and step.tool in TOLD] == []


def test_without_days_it_asks(records: Records) -> None:
    """A promotion without days is not guessed."""
    (step,) = understand("we run a 20 % promotion on mugs", Dialogue(), records, today=FRIDAY)
    assert isinstance(step, Say)
    assert "which days" in step.text


def test_writes_know_the_signals() -> None:
    """Signals are changes, so they need a command like all others."""
    assert TOLD <= WRITES


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("tomorrow", 21, 21),
        ("this week", 20, 22),
        ("next week", 23, 29),
        ("until Tuesday", 20, 24),
        ("2 weeks", 20, 33),
        ("next Friday", 27, 27),
    ],
)
def test_a_period_is_days_of_the_calendar(said: str, first: int, last: int) -> None:
    """Spoken from Friday 20 November 2026."""
    start = date(2026, 11, 1).toordinal() - 1
    assert span_of(said, FRIDAY) == (date.fromordinal(start + first), date.fromordinal(start + last))


@pytest.mark.parametrize("said", ["last 2 weeks", "soon", "2026-02-30", ""])
def test_an_unclear_period_is_none(said: str) -> None:
    """What tells no day gives none."""
    assert span_of(said, FRIDAY) is None
