"""The catalogue as Arrow tables: partitions of whole SKUs, with history, stock and terms, in Parquet.

A partition is planned beside all others: what forecasts share is added up over all of them first, exactly
(`shop/partition_sales.py`). So a plan depends neither on how the catalogue is cut into files nor on how many
machines or processes read them. All locations of a SKU lie in one partition. What is small or of the moment
(suppliers, rates, open orders, signals) is a `Frame`.

    inputs = inputs_of(read_partition(partition_files(Path("night"))[0]), frame)

Columns: the fields of `shop.plan_inputs.Items`; `sold` pieces of each day, the last one being the day before
`as_of`; `empty`, whether the shelf was empty that day; `offers` of the SKU, price breaks included.
`shop/partition_writing.py` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.errors import ImportFileError, SetupError
from shop.partition_columns import faults_of_columns, faults_of_days, faults_of_offers
from shop.plan_inputs import UNKNOWN, History, Incoming, Items, Offers, PlanInputs, Suppliers
from shop.signalled import with_signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    import pyarrow as pa
    from numpy.typing import NDArray

    from shop.budgets import PlacedLine
    from shop.plan_inputs import EarlierSales, Ints, Names, Season
    from shop.signalled_past import PromotionSums
    from shop.signals import Signal

TURNED: Final = 128
"""So many rows are turned at a time: they fit in a core's cache."""

TEXTS: Final = ("sku", "title", "location", "category", "status", "currency")
FIGURES: Final = (
    "price_minor",
    "cost_minor",
    "on_hand",
    "committed",
    "unavailable",
    "observed_from",
    "weight_grams",
    "volume_ml",
)
HISTORY: Final = ("sold", "empty")
OFFERS: Final = "offers"
OPTIONAL: Final = ("shelf_life_days",)
"""Figures that a file written by another tool may leave out: nothing is known of them then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWay:
    """Supply that is ordered or asked for, by name; columns as in `shop.plan_inputs.Incoming`."""

    sku: Names
    location: Names
    quantity: Ints
    due_in_days: Ints
    source: Names
    supplier: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all partitions of a run share; `location` and `only_supplier` narrow what is planned.

    `earlier` are the sales of the year before the partitions' history; `season` is what they and all
    partitions together tell; `promoted`, what all partitions sold within and around past promotions
    (`shop/partition_rounds.py` finds both).
    """

    as_of: date
    home_currency: str
    suppliers: Suppliers
    on_the_way: OnTheWay
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    location: str | None = None
    only_supplier: str | None = None
    signals: tuple[Signal, ...] = ()
    placed: tuple[PlacedLine, ...] = ()
    earlier: EarlierSales | None = None
    season: Season | None = None
    promoted: tuple[PromotionSums, ...] | None = None


def need_arrow() -> None:
    """Raises SetupError where the extra that reads Parquet is not installed."""
    if find_spec("pyarrow") is None:
        raise SetupError("partitions need the extra scale: pip install 'shophand[scale]'")


def partition_files(directory: Path) -> list[Path]:
    """The partitions of a directory in order."""
    return sorted(directory.glob("part-*.parquet"))


def read_partition(path: Path, without: Sequence[str] = ()) -> pa.Table:
    """A partition; raises ImportFileError for a file that is none, with what is missing.

    The columns `without` are left out where they are not needed: ``sold`` and ``empty`` are most of a file.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    try:
        with parquet.ParquetFile(path) as file:
            known, told = file.schema_arrow.names, file.schema_arrow.metadata or {}
            wanted = [name for name in known if name not in without]
            table = file.read(columns=wanted, use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise ImportFileError(f"{path} cannot be read as Parquet: {error}") from error
    missing = [name for name in (*TEXTS, *FIGURES, *HISTORY, OFFERS) if name not in known]
    if missing:
        raise ImportFileError(f"{path.name} is no partition: {', '.join(missing)} is not there")
    faults = [
        *faults_of_days(told),
        *faults_of_columns(table, TEXTS, (*FIGURES, *OPTIONAL), HISTORY),
        *(faults_of_offers(table[OFFERS]) if OFFERS in wanted else ()),
    ]
    if faults:
        raise ImportFileError(f"{path.name} cannot be planned from: {'; '.join(faults)}")
    return table


def inputs_of(table: pa.Table, frame: Frame) -> PlanInputs:
    """The inputs of a partition's plan; raises ImportFileError if it was written for another day.

    Of a table that was read without history or offers they know none.
    """
    check_day(table, frame)
    as_of, items = frame.as_of, items_of(table, frame.location)
    suppliers = all_suppliers(table, frame)
    return with_signals(
        PlanInputs(
            as_of=as_of,
            home_currency=frame.home_currency,
            items=items,
            history=_history(table) if "sold" in table.column_names else no_history(as_of, len(table)),
            incoming=_incoming(items, frame.on_the_way),
            suppliers=suppliers,
            offers=offers_of(table, suppliers),
            rates=frame.rates,
            only_supplier=frame.only_supplier,
            signals=frame.signals,
            placed=frame.placed,
            season=frame.season,
            promoted=frame.promoted,
        )
    )


def check_day(table: pa.Table, frame: Frame) -> None:
    """Raises ImportFileError for a partition that was written for another day."""
    as_of = date.fromisoformat(table.schema.metadata[b"as_of"].decode())
    if as_of != frame.as_of:
        raise ImportFileError(f"the partitions were written for {as_of}, the run is of {frame.as_of}")


def _history(table: pa.Table) -> History:
    return History(
        starts_on=date.fromisoformat(table.schema.metadata[b"starts_on"].decode()),
        sold=_days_by_rows(table, "sold"),
        stocked_out=_days_by_rows(table, "empty").astype(bool),
    )


def no_history(as_of: date, rows: int) -> History:
    """The history of items of which it was read before, or never was."""
    nothing = np.zeros((0, rows))
    return History(starts_on=as_of, sold=nothing, stocked_out=nothing > 0)


def items_of(table: pa.Table, location: str | None) -> Items:
    """The rows of a partition, or of candidates, as items; in scope are those of `location` (None: all)."""
    names: dict[str, Any] = {name: _names(table, name) for name in TEXTS}
    figures: dict[str, Any] = {name: table[name].to_numpy().astype(np.int64) for name in FIGURES}
    figures |= {
        name: table[name].to_numpy().astype(np.int64) for name in OPTIONAL if name in table.column_names
    }
    here = np.ones(len(table), dtype=bool) if location is None else names["location"] == location
    return Items(**names, **figures, in_scope=np.asarray(here, dtype=bool))


def all_suppliers(table: pa.Table, frame: Frame) -> Suppliers:
    """The suppliers of the store, and after them those that only the offers of the table name."""
    if OFFERS not in table.column_names:
        return frame.suppliers
    named = table[OFFERS].combine_chunks().flatten().field("supplier").unique().to_pylist()
    strangers = sorted(set(named) - set(frame.suppliers.id.tolist()))
    return _with_strangers(frame.suppliers, strangers, frame.home_currency) if strangers else frame.suppliers


def _with_strangers(known: Suppliers, names: Sequence[str], home_currency: str) -> Suppliers:
    """The suppliers, and after them names that nothing is known of."""
    more = len(names)
    text = np.array([*known.id, *names], dtype=np.object_)
    nothing: dict[str, NDArray[Any]] = {
        "currency": np.full(more, home_currency, dtype=np.object_),
        "lead_time_days": np.full(more, np.nan),
        "lead_time_sd_days": np.full(more, np.nan),
        "minimum_minor": np.zeros(more, dtype=np.int64),
        "approved": np.zeros(more, dtype=bool),
        "most_weight_grams": np.full(more, UNKNOWN),
        "most_volume_ml": np.full(more, UNKNOWN),
        "reliability": np.ones(more),
    }
    columns = {name: getattr(known, name) for name in nothing}
    longer: dict[str, Any] = {
        name: None if column is None else np.concatenate((column, nothing[name]))
        for name, column in columns.items()
    }
    unknown = np.arange(len(text)) >= len(known.id)
    return Suppliers(**{**longer, "id": text, "name": text, "unknown": unknown})


def offers_of(table: pa.Table, suppliers: Suppliers) -> Offers:
    """The offers of each SKU, once; `suppliers` are `all_suppliers` of the table."""
    if OFFERS not in table.column_names:
        return _no_offers()
    _, first = np.unique(_names(table, "sku").astype(str), return_index=True)
    lists = table[OFFERS].combine_chunks().take(_indices(first))
    count = lists.value_lengths().to_numpy(zero_copy_only=False)
    sku = np.repeat(_names(table, "sku")[first], count)
    offers = lists.flatten()
    place = {str(name): row for row, name in enumerate(suppliers.id)}
    named = offers.field("supplier").to_pylist()
    breaks = offers.field("breaks")
    steps = breaks.flatten()
    width = breaks.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)

    def figures(column: Any) -> Ints:
        # An empty cell is a figure that cannot be, so that the line is named; a cast could make it any.
        known = column.fill_null(UNKNOWN) if column.null_count else column
        return np.asarray(known.to_numpy(zero_copy_only=False), dtype=np.int64)

    return Offers(
        sku=sku,
        supplier=np.array([place[name] for name in named], dtype=np.int64),
        unit_cost_minor=figures(offers.field("unit_cost_minor")),
        moq=figures(offers.field("moq")),
        pack_size=figures(offers.field("pack_size")),
        rank=figures(offers.field("rank")),
        break_offer=np.repeat(np.arange(len(named), dtype=np.int64), width),
        break_from=figures(steps.field("from_quantity")),
        break_cost_minor=figures(steps.field("unit_cost_minor")),
    )


def _no_offers() -> Offers:
    none, names = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.object_)
    figures: dict[str, Any] = {one.name: none for one in fields(Offers)}
    return Offers(**{**figures, "sku": names})


def _incoming(items: Items, coming: OnTheWay) -> Incoming:
    rows = enumerate(zip(items.sku, items.location, strict=True)) if len(coming.sku) else ()
    row = {key: place for place, key in rows}
    keys = zip(coming.sku, coming.location, strict=True)
    found = np.array([row.get(key, -1) for key in keys], dtype=np.int64)
    there = found >= 0
    return Incoming(
        item=found[there],
        quantity=coming.quantity[there],
        due_in_days=coming.due_in_days[there],
        source=coming.source[there],
        supplier=coming.supplier[there],
    )


def rows_by_days(table: pa.Table, name: str) -> NDArray[Any]:
    """The values of a column of equal lists as they lie: rows x days."""
    column = table[name].combine_chunks()
    values = column.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(values.reshape(len(table), column.type.list_size))


def _days_by_rows(table: pa.Table, name: str) -> NDArray[Any]:
    """The same as days x rows, a day's rows side by side."""
    values = rows_by_days(table, name)
    found = np.empty(values.shape[::-1], dtype=np.float32 if name == "sold" else values.dtype)
    for start in range(0, len(table), TURNED):
        here = slice(start, start + TURNED)
        found[:, here] = values[here].T
    return found


def _names(table: pa.Table, name: str) -> Names:
    found = np.empty(len(table), dtype=np.object_)
    found[:] = table[name].to_pylist()
    return found


def _indices(rows: NDArray[np.intp]) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    return pa.array(rows.astype(np.int64))
