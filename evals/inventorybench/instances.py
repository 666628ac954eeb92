"""The instances of InventoryBench: a CSV (gzip or not), one row for each period of an instance."""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from shop.errors import ImportFileError

COLUMNS: Final = frozenset({"instance", "part", "period", "demand", "lead_time", "profit", "holding_cost"})
PROMISED: Final = {"lead_time_0": 0, "lead_time_4": 4, "lead_time_stochastic": 2}
GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Instance:
    """One item: five past periods of demand, then the periods to be played.

    `takes` is how many periods an order placed in that period takes, infinity for a lost one: for the market
    only. `profit` and `holding_cost` are per unit.
    """

    name: str
    promised: int
    past: tuple[int, ...]
    demand: tuple[int, ...]
    takes: tuple[float, ...]
    profit: tuple[float, ...]
    holding_cost: tuple[float, ...]

    @property
    def group(self) -> str:
        """``real lead_time_4`` and so on."""
        kind, lead_time, *_ = self.name.split("/")
        return f"{kind.removesuffix('_trajectory')} {lead_time}"


def read_instances(path: Path) -> list[Instance]:
    """All instances of a file, by name.

    Raises ImportFileError for a file that cannot be read, lacks a column or holds a bad number.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ImportFileError(f"{path}: {error}") from error
    rows = list(_rows(text, path))
    rows.sort(key=lambda row: (row["instance"], row["part"] == "test", int(row["period"])))
    return [_instance(name, list(of_it), path) for name, of_it in groupby(rows, lambda row: row["instance"])]


def _rows(text: str, path: Path) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text))
    lacking = COLUMNS - set(reader.fieldnames or ())
    if lacking:
        raise ImportFileError(f"{path}: no column {', '.join(sorted(lacking))}")
    for number, row in enumerate(reader, start=2):
        if not (row["period"] or "").isdigit():
            raise ImportFileError(f"{path}: line {number}: period {row['period']!r} is no number")
        yield row


def _instance(name: str, rows: list[dict[str, str]], path: Path) -> Instance:
    played = [row for row in rows if row["part"] == "test"]
    setting = name.split("/")[1] if "/" in name else ""
    if not played or setting not in PROMISED:
        raise ImportFileError(f"{path}: {name}: no test period, or none of {', '.join(PROMISED)} in its name")
    try:
        return Instance(
            name=name,
            promised=PROMISED[setting],
            past=tuple(int(float(row["demand"])) for row in rows if row["part"] == "train"),
            demand=tuple(int(float(row["demand"])) for row in played),
            takes=tuple(_periods(row["lead_time"]) for row in played),
            profit=tuple(float(row["profit"]) for row in played),
            holding_cost=tuple(float(row["holding_cost"]) for row in played),
        )
    except ValueError as error:
        raise ImportFileError(f"{path}: {name}: {error}") from error


def _periods(text: str) -> float:
    periods = float(text)
    if math.isnan(periods) or periods < 0:
        raise ValueError(f"lead time {text!r}")
    return periods
