"""However a catalogue is cut into partitions, its plan is the same, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import concat_tables, parquet

from shop.money import Money
from shop.partition_plan import buy_together
from shop.partition_rounds import plan_partitions
from shop.partition_writing import tables_of, write_partition
from shop.partitions import Frame, partition_files
from shop.plan_inputs import EarlierSales
from shop.planning import PlanInputs, PlanSettings
from tests.shop.planning_worlds import DAYS, Item, Offer, Supplier, World
from tests.shop.test_partitions import frame_of
from tests.shop.test_signalled import signal

SKUS = 20
PLACES = ("leeds", "york")
BUDGET = PlanSettings(budget=Money.of("2500", "GBP"))


@cache
def catalogue() -> PlanInputs:
    """Slow and fast sellers, some closed on Sundays, two new, one ended, one spike; three categories."""
    rng = np.random.default_rng(11)
    items = [
        Item(
            f"SKU-{number:02d}",
            place,
            on_hand=int(rng.integers(0, 60)),
            category=f"category-{number % 3}",
            observed_from=DAYS - 9 if number in (3, 4) else 0,
        )
        for number in range(SKUS)
        for place in PLACES
    ]
    rate = np.exp(rng.normal(0.0, 1.0, len(items)))
    sold = rng.poisson(rate, (DAYS, len(items))).astype(np.float32)
    sold[np.arange(DAYS) % 7 == 6, : len(items) // 2] = 0
    sold[: DAYS - 9, [row for row, item in enumerate(items) if item.observed_from]] = 0
    sold[:, 0] = 0
    sold[40, 9] = 1e9
    offers = [
        Offer(f"SKU-{number:02d}", ("northwind", "kyoto")[number % 2], pack=4, breaks=((60, 450),))
        for number in range(SKUS)
    ]
    suppliers = [Supplier("northwind", minimum=40_000), Supplier("kyoto")]
    return World(items, offers, suppliers, sold=sold).inputs()


def frame() -> Frame:
    """With a promotion of a whole category in the past, one that is told ahead, and the year before."""
    names = np.array([f"category-{number}" for number in range(3)])
    pieces = np.random.default_rng(5).poisson(60.0, (364, 3)).astype(np.float64)
    told = (
        signal("promotion", -28, -15, category="category-1", percent=300),
        signal("promotion", 2, 9, category="category-2", percent=50),
    )
    return replace(frame_of(catalogue()), signals=told, earlier=EarlierSales(category=names, pieces=pieces))


def planned(cut: list[int], order: list[int], given: PlanSettings = BUDGET) -> dict[str, Any]:
    """All that a plan of the catalogue says, SKU number n in partition `cut[n]`, rows in some order."""
    inputs, found = catalogue(), {}
    with TemporaryDirectory() as directory:
        night = Path(directory)
        table = tables_of(inputs)
        for place, part in enumerate(sorted(set(cut))):
            rows = [row for sku in order for row in (2 * sku, 2 * sku + 1) if cut[sku] == part]
            write_partition(table(np.array(rows)), night, place)
        told = plan_partitions(partition_files(night), frame(), given, night / "out", workers=1)
        for kind, paths in (("verdicts", told.verdicts), ("candidates", told.candidates)):
            rows = concat_tables([parquet.read_table(path).replace_schema_metadata(None) for path in paths])
            found[kind] = sorted(rows.to_pylist(), key=lambda row: (row["sku"], row["location"]))
        tables = [parquet.read_table(path).replace_schema_metadata(None) for path in told.candidates]
        together = buy_together(tables, frame(), given)
    lines = [
        (order.supplier, order.location, line.sku, line.quantity, line.unit_cost.minor)
        for order in together.plan(given, ()).orders
        for line in order.lines
    ]
    return {**found, "lines": lines}


@cache
def whole() -> str:
    """The plan of the catalogue in one piece; figures are told to their last bit."""
    found = planned([0] * SKUS, list(range(SKUS)))
    assert len(found["lines"]) > 5
    return repr(found)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=SKUS, max_size=SKUS),
    st.permutations(range(SKUS)),
)
def test_any_cut_of_a_catalogue_gives_the_same_plan(cut: list[int], order: list[int]) -> None:
    """Levels, candidates and orders are equal to the last bit, whichever SKUs lie together, in any order."""
    assert repr(planned(cut, order)) == whole()
