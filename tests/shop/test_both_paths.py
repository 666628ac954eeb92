"""A catalogue in partitions is planned as an ordinary run plans it, whatever is wrong with it, line by line.

So what `test_planning_properties.py` and `test_bad_input.py` show of the ordinary path (need, packs, budgets,
minimums, idempotence, monotony, order of the rows, findings, totals) holds of partitions too.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from shop.money import Money
from shop.partition_lines import lines_of
from shop.partition_plan import CANDIDATE, buy_together
from shop.partition_rounds import plan_partitions
from shop.partition_writing import tables_of, write_partition
from shop.partitions import Frame, OnTheWay, partition_files
from shop.plan_results import Reason
from shop.planning import PlanInputs, PlanSettings, plan
from tests.shop.planning_worlds import DAYS, Item, Offer, Supplier, World
from tests.shop.test_bad_input import ABSURD, ITEMS, OFFERS, SPIKES, SUPPLIERS, UNUSABLE
from tests.shop.test_planning_properties import budgets, worlds

Verdicts = dict[tuple[str, str], str]
Orders = list[tuple[str, str, str, int, int]]


def in_one_piece(inputs: PlanInputs, given: PlanSettings) -> tuple[Verdicts, Orders]:
    """The reason of each SKU-location, and every line that is ordered."""
    found = plan(inputs, given)
    orders = [
        (order.supplier, order.location, line.sku, line.quantity, line.unit_cost.minor)
        for order in found.orders
        for line in order.lines
    ]
    return {(entry.sku, entry.location): entry.reason.value for entry in found.verdicts}, orders


def in_partitions(inputs: PlanInputs, cut: list[int], given: PlanSettings) -> tuple[Verdicts, Orders]:
    """The same from partitions: the n-th SKU lies in file `cut[n]`."""
    with TemporaryDirectory() as directory:
        night = Path(directory)
        table, frame = tables_of(inputs), frame_of(inputs)
        names = sorted(set(inputs.items.sku))
        for place, part in enumerate(sorted(set(cut[: len(names)]))):
            skus = {name for name, number in zip(names, cut, strict=False) if number == part}
            theirs = np.array([row for row, sku in enumerate(inputs.items.sku) if sku in skus])
            write_partition(table(theirs), night, place)
        told = plan_partitions(partition_files(night), frame, given, night / "out", workers=1)
        rows = [row for path in told.verdicts for row in parquet.read_table(path).to_pylist()]
        tables = [parquet.read_table(path) for path in told.candidates]
    together = buy_together([table.replace_schema_metadata(None) for table in tables], frame, given)
    bought = {(row["sku"], row["location"]): row["reason"] for row in lines_of(together, given).to_pylist()}
    assert len(rows) == len(inputs.items)
    reasons = {
        (row["sku"], row["location"]): row["finding"] if row["finding"] != CANDIDATE else None for row in rows
    }
    assert {place for place, reason in reasons.items() if reason is None} == set(bought)
    orders = [
        (order.supplier, order.location, line.sku, line.quantity, line.unit_cost.minor)
        for order in together.plan(given, ()).orders
        for line in order.lines
    ]
    return {place: reason or bought[place] for place, reason in reasons.items()}, orders


def frame_of(inputs: PlanInputs) -> Frame:
    """What all partitions of these inputs share."""
    coming, items = inputs.incoming, inputs.items
    return Frame(
        as_of=inputs.as_of,
        home_currency=inputs.home_currency,
        suppliers=inputs.suppliers,
        on_the_way=OnTheWay(
            sku=items.sku[coming.item],
            location=items.location[coming.item],
            quantity=coming.quantity,
            due_in_days=coming.due_in_days,
            source=coming.source,
            supplier=np.asarray(coming.supplier),
        ),
        rates=inputs.rates,
    )


CUTS = st.lists(st.integers(0, 2), min_size=8, max_size=8)


@settings(max_examples=20, deadline=None)
@given(worlds(), CUTS, budgets)
def test_partitions_are_planned_as_one_piece(world: World, cut: list[int], budget: Money | None) -> None:
    """Every catalogue, cut anyhow, has the verdicts and the orders of an ordinary run, budgets included."""
    given, inputs = PlanSettings(budget=budget), world.inputs()
    assert in_partitions(inputs, cut, given) == in_one_piece(inputs, given)


@UNUSABLE
def test_unusable_terms_are_a_named_finding_in_partitions_too(world: World, reason: Reason) -> None:
    """Nothing is ordered, and the row names what to correct."""
    reasons, orders = in_partitions(world.inputs(), [0] * 8, PlanSettings())
    assert reasons["MUG", "leeds"] == reason
    assert orders == []


@ABSURD
def test_an_absurd_price_stops_no_run_over_partitions(world: World) -> None:
    """The lines beside it are planned as in one piece."""
    inputs = world.inputs()
    assert in_partitions(inputs, [0] * 8, PlanSettings()) == in_one_piece(inputs, PlanSettings())


@settings(deadline=None, max_examples=12)
@given(
    st.lists(ITEMS, min_size=1, max_size=6, unique_by=lambda item: (item.sku, item.location)),
    st.lists(OFFERS, max_size=6, unique_by=lambda offer: (offer.sku, offer.supplier)),
    SUPPLIERS,
    SPIKES,
    CUTS,
)
def test_no_defect_breaks_a_run_over_partitions(
    items: list[Item],
    offers: list[Offer],
    suppliers: tuple[Supplier, ...],
    spikes: list[tuple[int, float]],
    cut: list[int],
) -> None:
    """Whatever is wrong, each SKU-location has the verdict that it has in one piece, and none is dropped."""
    world = World(items, offers, suppliers, [], {"EUR": Decimal("0.87"), "JPY": Decimal("0.005")})
    inputs = world.inputs()
    for day, pieces in spikes:
        inputs.history.sold[day, 0] = pieces
    assert in_partitions(inputs, cut, PlanSettings()) == in_one_piece(inputs, PlanSettings())


@pytest.mark.parametrize("value", [-5.0, float("nan"), float("inf")])
def test_sales_that_are_no_number_of_pieces_leave_partitions_whole(value: float) -> None:
    """A file cannot hold them but as flawed, and the plan is that of one piece."""
    sold = np.full((DAYS, 1), 4.0, dtype=np.float32)
    sold[-3, 0] = value
    inputs = World([Item("MUG")], [Offer("MUG")], sold=sold).inputs()
    assert in_partitions(inputs, [0] * 8, PlanSettings()) == in_one_piece(inputs, PlanSettings())


def test_a_supplier_that_the_store_does_not_know_is_a_finding_on_its_lines() -> None:
    """Its SKU needs attention, one with another offer is bought from that, and the run goes on."""
    offers = [Offer("MUG", "nobody"), Offer("POT", "nobody", rank=0), Offer("POT", rank=1)]
    world = World([Item("MUG"), Item("POT")], offers, [Supplier(), Supplier("nobody")])
    written = world.inputs()
    with TemporaryDirectory() as directory:
        night = Path(directory)
        write_partition(tables_of(written)(np.arange(2)), night, 0)
        frame = frame_of(replace(world, suppliers=[Supplier()], offers=[]).inputs())
        told = plan_partitions(partition_files(night), frame, PlanSettings(), night / "out", workers=1)
        rows = parquet.read_table(told.verdicts[0]).to_pylist()
        tables = [parquet.read_table(path).replace_schema_metadata(None) for path in told.candidates]
    assert {row["sku"]: row["finding"] for row in rows} == {"MUG": Reason.UNKNOWN_SUPPLIER, "POT": CANDIDATE}
    (order,) = buy_together(tables, frame, PlanSettings()).plan(PlanSettings(), ()).orders
    assert (order.supplier, [line.sku for line in order.lines]) == ("northwind", ["POT"])
