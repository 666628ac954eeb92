"""Plans in partitions: the same orders by whoever plans them, coupled by budgets and minimums alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shop.engines import Engine
from shop.errors import ImportFileError
from shop.money import Money
from shop.partition_plan import Together, buy_together
from shop.partition_rounds import plan_partitions, with_season
from shop.partition_sales import sales_of
from shop.partition_writing import write_partitions
from shop.partitions import Frame, OnTheWay, inputs_of, partition_files, read_partition
from shop.plan_inputs import EarlierSales
from shop.planning import PlanInputs, PlanSettings, plan
from tests.shop.planning_worlds import Item, Offer, Supplier, World

SKUS = 24


def catalogue() -> PlanInputs:
    """Two dozen SKUs at two locations, two suppliers, one with a minimum; every fourth SKU is short."""
    rng = np.random.default_rng(7)
    skus = [f"SKU-{number:02d}" for number in range(SKUS)]
    items = [
        Item(sku, place, on_hand=0 if number % 4 == 0 else 400, sold=int(rng.integers(1, 6)))
        for number, sku in enumerate(skus)
        for place in ("leeds", "york")
    ]
    offers = [
        Offer(sku, ("northwind", "kyoto")[number % 2], pack=6, breaks=((120, 450),) if number % 3 else ())
        for number, sku in enumerate(skus)
    ]
    suppliers = [Supplier("northwind", minimum=10_000), Supplier("kyoto")]
    return World(items, offers, suppliers).inputs()


def frame_of(inputs: PlanInputs) -> Frame:
    """The frame of these inputs; nothing is on its way."""
    none, names = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.object_)
    coming = OnTheWay(
        sku=names, location=names, quantity=none, due_in_days=none, source=names, supplier=names
    )
    return Frame(
        as_of=inputs.as_of,
        home_currency=inputs.home_currency,
        suppliers=inputs.suppliers,
        on_the_way=coming,
        rates=inputs.rates,
    )


@pytest.fixture(scope="module")
def inputs() -> PlanInputs:
    """The catalogue that all tests share."""
    return catalogue()


@pytest.fixture(scope="module")
def written(inputs: PlanInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue in three partitions."""
    directory = tmp_path_factory.mktemp("night")
    assert len(write_partitions(inputs, directory, rows=16)) == 3
    return directory


def bought(
    inputs: PlanInputs, written: Path, out: Path, settings: PlanSettings | None = None, **how: Any
) -> Together:
    """What is bought for the partitions together."""
    settings = settings or PlanSettings()
    frame = how.pop("frame", None) or frame_of(inputs)
    files = plan_partitions(partition_files(written), frame, settings, out, **how).candidates
    tables = [parquet.read_table(path).replace_schema_metadata(None) for path in files]
    return buy_together(tables, frame, settings)


def orders(together: Together, settings: PlanSettings | None = None) -> list[tuple[str, str, str, int, int]]:
    """Every line that is ordered, checked by the plan's own checker."""
    found = together.plan(settings or PlanSettings(), ())
    return [
        (order.supplier, order.location, line.sku, line.quantity, line.unit_cost.minor)
        for order in found.orders
        for line in order.lines
    ]


@pytest.fixture(scope="module")
def alone(inputs: PlanInputs, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Together:
    """The purchases, planned by one process."""
    return bought(inputs, written, tmp_path_factory.mktemp("alone"), workers=1)


def test_a_partition_keeps_what_was_written(inputs: PlanInputs, written: Path) -> None:
    """History, stock and terms of a partition are those of the inputs, SKU by SKU."""
    part = inputs_of(read_partition(partition_files(written)[1]), frame_of(inputs))
    rows = [
        place
        for place, key in enumerate(zip(inputs.items.sku, inputs.items.location, strict=True))
        if key in set(zip(part.items.sku, part.items.location, strict=True))
    ]
    assert (part.history.sold == inputs.history.sold[:, rows]).all()
    assert (part.items.on_hand == inputs.items.on_hand[rows]).all()
    assert len(part.offers.sku) == len(set(part.items.sku))
    assert part.offers.break_cost_minor.tolist() == [450] * len(part.offers.break_offer)


def test_one_partition_gives_the_orders_of_the_whole_plan(inputs: PlanInputs, tmp_path: Path) -> None:
    """A catalogue in one partition is planned as the database's path plans it, line by line."""
    write_partitions(inputs, tmp_path / "one")
    whole = [
        (order.supplier, order.location, line.sku, line.quantity, line.unit_cost.minor)
        for order in plan(inputs).orders
        for line in order.lines
    ]
    assert orders(bought(inputs, tmp_path / "one", tmp_path / "out", workers=1)) == whole != []


def test_two_processes_give_the_tables_of_one(
    inputs: PlanInputs, written: Path, alone: Together, tmp_path: Path
) -> None:
    """Two processes of this machine buy, bit for bit, what one does."""
    two = bought(inputs, written, tmp_path, workers=2)
    assert orders(two) == orders(alone) != []
    assert two.state.levels.cost_per_day.tobytes() == alone.state.levels.cost_per_day.tobytes()


@pytest.mark.processes
def test_ray_gives_the_tables_of_one_process(
    inputs: PlanInputs, written: Path, alone: Together, tmp_path: Path
) -> None:
    """Ray on two workers buys, bit for bit, what one process does."""
    cluster = bought(inputs, written, tmp_path, engine=Engine.RAY, workers=2)
    assert orders(cluster) == orders(alone)
    assert cluster.state.levels.cost_per_day.tobytes() == alone.state.levels.cost_per_day.tobytes()


def test_the_season_of_a_year_does_not_depend_on_how_the_catalogue_is_cut(
    inputs: PlanInputs, written: Path, tmp_path: Path
) -> None:
    """The seasons that three partitions tell together are, bit for bit, those of one partition."""
    rng = np.random.default_rng(3)
    names = np.unique(inputs.items.category.astype(str))
    earlier = EarlierSales(category=names, pieces=rng.poisson(40.0, (364, len(names))).astype(np.float64))
    frame = replace(frame_of(inputs), earlier=earlier)
    write_partitions(inputs, tmp_path / "one")
    directories = (written, tmp_path / "one")
    told = [
        with_season([sales_of(path, frame) for path in partition_files(directory)], frame).season
        for directory in directories
    ]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].category.tolist() == told[1].category.tolist() == names.tolist()
    assert told[0].factors.tobytes() == told[1].factors.tobytes()


def test_a_budget_holds_over_all_partitions(inputs: PlanInputs, written: Path, tmp_path: Path) -> None:
    """One budget is shared: all partitions together spend at most it, and most of it."""
    settings = PlanSettings(budget=Money.of("300", "GBP"))
    together = bought(inputs, written, tmp_path, settings, workers=1)
    spent = sum(quantity * cost for *_, quantity, cost in orders(together, settings))
    assert 25_000 < spent <= 30_000


def test_a_run_that_was_cut_off_plans_only_what_is_missing(
    inputs: PlanInputs, written: Path, tmp_path: Path
) -> None:
    """Partitions whose tables are there are not planned again; after another setting all are."""
    paths = partition_files(written)
    first = plan_partitions(paths, frame_of(inputs), PlanSettings(), tmp_path, workers=1).candidates
    ages = [path.stat().st_mtime_ns for path in first]
    first[1].unlink()
    again = plan_partitions(paths, frame_of(inputs), PlanSettings(), tmp_path, workers=1).candidates
    kept = [path.stat().st_mtime_ns == age for path, age in zip(again, ages, strict=True)]
    assert kept == [True, False, True]
    other = PlanSettings(review_days=14)
    plan_partitions(paths, frame_of(inputs), other, tmp_path, workers=1)
    assert first[0].stat().st_mtime_ns != ages[0]


def test_every_row_has_one_verdict(
    inputs: PlanInputs, written: Path, alone: Together, tmp_path: Path
) -> None:
    """The verdict tables hold each SKU-location once, and as many candidates as were bought or held."""
    plan_partitions(partition_files(written), frame_of(inputs), PlanSettings(), tmp_path, workers=1)
    rows = [
        row for path in sorted(tmp_path.glob("verdicts-*")) for row in parquet.read_table(path).to_pylist()
    ]
    assert len({(row["sku"], row["location"]) for row in rows}) == len(rows) == len(inputs.items)
    candidates = sum(row["finding"] == "" for row in rows)
    assert candidates == len(alone.outcome.lines) + len(alone.outcome.held)


def test_what_is_on_its_way_reaches_its_partition(inputs: PlanInputs, written: Path) -> None:
    """Supply named by SKU and location counts in the partition that holds it, and in no other."""
    coming = OnTheWay(
        sku=np.array(["SKU-00"], dtype=object),
        location=np.array(["york"], dtype=object),
        quantity=np.array([50]),
        due_in_days=np.array([3]),
        source=np.array(["PO-9"], dtype=object),
        supplier=np.array(["kyoto"], dtype=object),
    )
    frame = replace(frame_of(inputs), on_the_way=coming)
    held = [
        inputs_of(read_partition(path), frame).incoming.quantity.sum() for path in partition_files(written)
    ]
    assert held == [50, 0, 0]


def test_partitions_of_another_day_are_refused(inputs: PlanInputs, written: Path) -> None:
    """Yesterday's stock is not planned as today's."""
    frame = replace(frame_of(inputs), as_of=inputs.as_of.replace(day=21))
    with pytest.raises(ImportFileError, match="written for 2026-11-20"):
        inputs_of(read_partition(partition_files(written)[0]), frame)


def test_a_file_that_is_no_partition_is_refused(tmp_path: Path) -> None:
    """A broken file and a table without the columns are one clear error each."""
    broken = tmp_path / "part-00000.parquet"
    broken.write_text(json.dumps({"no": "parquet"}), "utf-8")
    with pytest.raises(ImportFileError, match="cannot be read as Parquet"):
        read_partition(broken)


def spoilt(path: Path, column: str) -> str:
    """The error for a partition in which one column is spoilt."""
    table = parquet.read_table(path)
    place, told = table.column_names.index(column), table.schema.metadata
    values = {
        "committed": pa.array([None] + [0] * (len(table) - 1), pa.int64()),
        "on_hand": pa.array([0.5] * len(table)),
        "sold": pa.array([[1, 2]] * len(table)),
        "offers": pa.array([[{"supplier": "kyoto"}]] * len(table)),
        "title": table["title"],
        "empty": pa.FixedSizeListArray.from_arrays(pa.array(["no"] * len(table)), 1),
    }[column]
    told = {**told, b"starts_on": b"soon"} if column == "title" else told
    other = path.with_name("part-99999.parquet")
    parquet.write_table(table.set_column(place, column, values).replace_schema_metadata(told), other)
    with pytest.raises(ImportFileError) as raised:
        read_partition(other)
    return str(raised.value)


def test_a_partition_with_empty_cells_or_other_types_is_refused(inputs: PlanInputs, tmp_path: Path) -> None:
    """A cell without a number, a type that is none, terms without a cost: each is named with its column."""
    (path,) = write_partitions(inputs, tmp_path, rows=100)
    assert "committed is empty in 1 rows" in spoilt(path, "committed")
    assert "on_hand holds double, whole numbers are expected" in spoilt(path, "on_hand")
    assert "sold holds list<" in spoilt(path, "sold")
    assert "offers have no unit_cost_minor, moq" in spoilt(path, "offers")
    assert "empty holds fixed_size_list<element: string>[1]" in spoilt(path, "empty").replace(
        "item:", "element:"
    )
    assert "starts_on in its metadata is no day" in spoilt(path, "title")


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (None, "offers are empty in 48 rows"),
        ([None], "48 of them name no supplier"),
        ([{"supplier": None, "unit_cost_minor": 5}], "48 of them name no supplier"),
        ([{"supplier": "kyoto", "unit_cost_minor": 1.5}], "unit_cost_minor of offers holds double"),
    ],
)
def test_offers_that_say_nothing_are_refused(
    inputs: PlanInputs, tmp_path: Path, terms: list[dict[str, object] | None] | None, words: str
) -> None:
    """No list of terms, an offer of nobody, a cost with decimals: never read as something else."""
    (path,) = write_partitions(inputs, tmp_path, rows=100)
    table = parquet.read_table(path)
    kind = table.schema.field("offers").type
    rest = {"moq": 1, "pack_size": 1, "rank": 1, "breaks": []}
    told = terms and [one and {**rest, **one} for one in terms]
    fractional = "double" in words
    cells = pa.array([told] * len(table), None if fractional else kind)
    place = table.column_names.index("offers")
    parquet.write_table(
        table.set_column(place, "offers", cells).replace_schema_metadata(table.schema.metadata), path
    )
    with pytest.raises(ImportFileError, match=words):
        read_partition(path)
