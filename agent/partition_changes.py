"""What a run over partitions buys otherwise than the previous one: its table of lines against that one's.

Both tables hold the candidates only, the rows that something was to be bought for. A SKU-location in one of
them and not in the other was, or is, above its reorder point, or has a finding of its own; the table of its
partition says which.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agent.run_changes import MOST_CHANGES, TELLING
from agent.run_report import Change, Comparison, Draft
from shop.errors import ImportFileError
from shop.run_tables import LINES, read_table

if TYPE_CHECKING:
    import pyarrow as pa

_log = logging.getLogger(__name__)
_SEEN: Final = ("verdict", "quantity", "supplier")
_NOTHING_WANTED: Final = "nothing to buy"


def compared_tables(lines: pa.Table, previous: Draft, run: str) -> Comparison | None:
    """The candidates that ended differently, most pieces first; None where there is no earlier table."""
    if previous.elsewhere is None:
        return None
    path = Path(previous.elsewhere.directory) / LINES
    if not path.exists():
        return None
    try:
        table = read_table(path)
    except ImportFileError as fault:
        _log.warning("what changed since the run %s is not told: %s", previous.key, fault)
        return None
    if not set(lines.column_names) <= set(table.column_names):
        return None
    before, after = _by_place(table), _by_place(lines)
    changed = [
        change
        for key in sorted(before.keys() | after.keys())
        if (change := _change(before.get(key), after.get(key), previous.as_of))
    ]
    changed.sort(key=lambda one: (-abs(one.pieces), one.sku, one.location))
    return Comparison(
        run=run,
        key=previous.key,
        as_of=previous.as_of,
        total=len(changed),
        changes=tuple(changed[:MOST_CHANGES]),
    )


def _by_place(table: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["sku"], row["location"]): row for row in table.to_pylist()}


def _change(old: dict[str, Any] | None, new: dict[str, Any] | None, since: date) -> Change | None:
    if old is not None and new is not None and all(old[name] == new[name] for name in _SEEN):
        return None
    known = new or old or {}
    return Change(
        sku=known["sku"],
        title=known["title"],
        location=known["location"],
        before=_state(old),
        after=_state(new),
        pieces=(new["quantity"] if new else 0) - (old["quantity"] if old else 0),
        why=tuple(_reasons(old, new, since)),
    )


def _state(row: dict[str, Any] | None) -> str:
    """The verdict with its pieces: 'ordered 24'."""
    if row is None:
        return _NOTHING_WANTED
    words = str(row["verdict"]).replace("_", " ")
    return f"{words} {row['quantity']}" if row["quantity"] else words


def _reasons(old: dict[str, Any] | None, new: dict[str, Any] | None, since: date) -> Iterator[str]:
    """What moved between the two runs, with both figures; of a single row, what it says itself."""
    if old is None or new is None:
        yield str((new or old or {})["words"])
        return
    if old["position"] != new["position"]:
        yield f"position {old['position']} -> {new['position']} since {since.isoformat()}"
    was, now = old["demand_per_day"], new["demand_per_day"]
    if abs(now - was) > TELLING * max(was, now):
        yield f"demand per day {was:.2f} -> {now:.2f}"
    if old["supplier"] != new["supplier"]:
        yield f"supplier {old['supplier'] or 'none'} -> {new['supplier'] or 'none'}"
    if old["lead_time_days"] != new["lead_time_days"]:
        yield f"lead time {old['lead_time_days']:g} -> {new['lead_time_days']:g} days"
    if old["reason"] != new["reason"]:
        yield f"reason {old['reason'].replace('_', ' ')} -> {new['reason'].replace('_', ' ')}"
