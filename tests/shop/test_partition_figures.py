"""The figures of a line of a run over partitions, opened again from its tables."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pyarrow import parquet

from shop.money import Money
from shop.opened_lines import lines_in
from shop.partition_lines import lines_of
from shop.partition_plan import buy_together
from shop.partition_rounds import plan_partitions
from shop.partition_writing import write_partitions
from shop.partitions import partition_files
from shop.planning import PlanSettings
from shop.run_tables import LINES
from tests.shop.planning_worlds import Item, Offer, Supplier, World
from tests.shop.test_partitions import frame_of


def test_a_line_that_is_bought_elsewhere_shows_the_terms_it_is_bought_on(tmp_path: Path) -> None:
    """Currency, cost, MOQ, pack and lead time are those of the line's supplier, not of the first choice."""
    world = World(
        [Item("MUG", on_hand=0, sold=4)],
        [Offer("MUG", "northwind", cost=500), Offer("MUG", "kyoto", cost=700, moq=12, pack=6)],
        [Supplier("northwind", minimum=10**9), Supplier("kyoto", currency="USD", lead_time=15.0)],
        rates={"USD": Decimal("0.8")},
    )
    inputs, settings, out = world.inputs(), PlanSettings(), tmp_path / "out"
    write_partitions(inputs, tmp_path)
    frame = frame_of(inputs)
    planned = plan_partitions(partition_files(tmp_path), frame, settings, out, workers=1)
    tables = [parquet.read_table(path).replace_schema_metadata(None) for path in planned.candidates]
    parquet.write_table(lines_of(buy_together(tables, frame, settings), settings), out / LINES)
    (line,) = lines_in(out, "MUG")
    found = line.arithmetic
    assert (found.supplier, found.unit_cost) == ("kyoto", Money(700, "USD"))
    assert (found.moq, found.pack_size, found.lead_time_days) == (12, 6, 15.0)
    assert line.arrives_in == 15
    assert "terms of kyoto" in found.source
