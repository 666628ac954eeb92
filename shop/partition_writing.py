"""Writes the inputs of a plan as partitions: Parquet files of whole SKUs, each complete or not there.

write_partitions(inputs, Path("night"), rows=10_000)
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.errors import ImportFileError
from shop.partitions import FIGURES, OPTIONAL, TEXTS, need_arrow, partition_files
from shop.run_tables import write_table

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from shop.plan_inputs import Ints, PlanInputs

ROWS: Final = 10_000
"""Rows of a partition where nobody says otherwise; the last SKU's locations may make it a little longer."""


def schema(days: int) -> pa.Schema:
    """The columns of a partition with so many days of history."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    step = pa.struct([("from_quantity", pa.int64()), ("unit_cost_minor", pa.int64())])
    offer = pa.struct(
        [
            ("supplier", pa.string()),
            *((name, pa.int64()) for name in ("unit_cost_minor", "moq", "pack_size", "rank")),
            ("breaks", pa.list_(step)),
        ]
    )
    return pa.schema(
        [
            *((name, pa.string()) for name in TEXTS),
            *((name, pa.int64()) for name in (*FIGURES, *OPTIONAL)),
            _each_day("sold", pa.int32(), days),
            _each_day("empty", pa.bool_(), days),
            ("offers", pa.list_(offer)),
        ]
    )


def _each_day(name: str, kind: pa.DataType, days: int) -> pa.Field:
    """A value for each day; what is declared never to be null is read in two thirds of the time."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    return pa.field(name, pa.list_(pa.field("element", kind, nullable=False), days), nullable=False)


def write_partitions(inputs: PlanInputs, directory: Path, rows: int = ROWS) -> list[Path]:
    """Write the inputs of a plan as partitions into an empty directory; raises ImportFileError if it is not.

    The history must be as it was sold: signals are applied where a partition is planned.
    """
    need_arrow()
    directory.mkdir(parents=True, exist_ok=True)
    if partition_files(directory):
        raise ImportFileError(f"{directory} holds partitions already; name an empty directory")
    order = np.lexsort((inputs.items.location.astype(str), inputs.items.sku.astype(str)))
    sku = inputs.items.sku[order]
    fresh = np.flatnonzero(np.append(True, sku[1:] != sku[:-1]))
    cuts = [
        0,
        *(int(fresh[fresh >= start][0]) for start in range(rows, len(sku), rows) if (fresh >= start).any()),
    ]
    cuts = sorted({*cuts, len(sku)})
    table_of = tables_of(inputs)
    return [
        write_partition(table_of(order[start:end]), directory, place)
        for place, (start, end) in enumerate(pairwise(cuts))
    ]


def write_partition(table: pa.Table, directory: Path, place: int) -> Path:
    """One file, complete or not there."""
    path = directory / f"part-{place:05d}.parquet"
    write_table(table, path, use_dictionary=[*TEXTS, "sold.list.element"])
    return path


def tables_of(inputs: PlanInputs) -> Any:
    """A function from rows of the inputs to their table."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    days = inputs.history.days
    kind = schema(days)
    terms = _terms_by_sku(inputs)
    told = {
        b"as_of": inputs.as_of.isoformat().encode(),
        b"starts_on": inputs.history.starts_on.isoformat().encode(),
    }
    items = inputs.items

    def table(rows: Ints) -> pa.Table:
        columns: dict[str, Any] = {name: getattr(items, name)[rows].tolist() for name in TEXTS}
        for name in (*FIGURES, *OPTIONAL):
            column = getattr(items, name)
            columns[name] = np.full(len(rows), -1) if column is None else column[rows]
        known = inputs.history.sold[:, rows].astype(np.float64)
        sold = np.where(np.isfinite(known), np.clip(known, -1, 2**31 - 1), -1).T.astype(np.int32)
        pieces = pa.array(sold.ravel())
        columns["sold"] = pa.FixedSizeListArray.from_arrays(pieces, type=kind.field("sold").type)
        empty = inputs.history.stocked_out[:, rows].T
        kept = pa.array(empty.ravel())
        columns["empty"] = pa.FixedSizeListArray.from_arrays(kept, type=kind.field("empty").type)
        columns["offers"] = [terms.get(sku, []) for sku in columns["sku"]]
        return pa.table(columns, schema=kind).replace_schema_metadata(told)

    return table


def _terms_by_sku(inputs: PlanInputs) -> dict[str, list[dict[str, Any]]]:
    offers, found = inputs.offers, dict[str, list[dict[str, Any]]]()
    rows = []
    for row, sku in enumerate(offers.sku):
        terms: dict[str, Any] = {
            name: int(getattr(offers, name)[row]) for name in ("unit_cost_minor", "moq", "pack_size", "rank")
        }
        rows.append({"supplier": str(inputs.suppliers.id[offers.supplier[row]]), **terms, "breaks": []})
        found.setdefault(str(sku), []).append(rows[-1])
    steps = zip(offers.break_offer, offers.break_from, offers.break_cost_minor, strict=True)
    for row, start, cost in steps:
        rows[row]["breaks"].append({"from_quantity": int(start), "unit_cost_minor": int(cost)})
    return found
