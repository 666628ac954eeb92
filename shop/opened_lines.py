"""The lines of one SKU in a run over partitions: the figures beside its verdicts, and what was bought of it.

Rows with nothing to buy are opened like others; `shop/partition_figures.py` writes what is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np

from shop.alternatives import home_amount
from shop.demand import DemandClass, Method
from shop.distributions import DISTRIBUTION_NAMES
from shop.errors import ImportFileError, NotFoundError
from shop.money import MAX_MINOR, Money
from shop.plan_results import Arithmetic, Constraint, Reason, Verdict
from shop.replenishment import Levels
from shop.run_tables import LINES, read_table
from shop.verdicts import ATTENTION, COUNTED_ABOVE, WORDS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """One SKU-location of a run over partitions: verdict, reason, arithmetic, and what was not done instead.

    `coming` is what is on its way, as day from the run's and pieces; `arrives_in` when what is bought comes.
    """

    sku: str
    location: str
    as_of: date
    verdict: Verdict
    reason: Reason
    words: str
    arithmetic: Arithmetic
    alternatives: tuple[str, ...]
    signals: tuple[str, ...]
    coming: tuple[tuple[int, int], ...]
    arrives_in: int | None


def lines_in(directory: Path, sku: str, location: str | None = None) -> list[OpenedLine]:
    """The lines of a SKU in a run's tables.

    Raises ImportFileError for a directory without them, NotFoundError for a SKU that the run did not check.
    """
    tables = sorted(directory.glob("verdicts-*.parquet"))
    if not tables or not (directory / LINES).exists():
        raise ImportFileError(f"{directory} holds no finished run over partitions (PARTITIONS/plan-KEY)")
    wanted = [("sku", "==", sku)] + ([] if location is None else [("location", "==", location)])
    bought = {row["location"]: row for row in read_table(directory / LINES, filters=wanted).to_pylist()}
    for path in tables:
        table = read_table(path, filters=wanted)
        if len(table):
            if "risk_without" not in table.column_names:
                raise ImportFileError(
                    f"{path.name} is of an older version, which kept no figures of its rows"
                )
            common = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
            return [_opened(row, bought.get(row["location"]), common) for row in table.to_pylist()]
    raise NotFoundError(f"the run checked no {sku}" + (f" at {location}" if location else ""))


def _opened(row: Row, line: Row | None, common: dict[str, str]) -> OpenedLine:
    reason = Reason(line["reason"] if line else row["finding"])
    arithmetic = _arithmetic(row, line, common)
    bought = line is not None and line["quantity"] > 0
    return OpenedLine(
        sku=row["sku"],
        location=row["location"],
        as_of=date.fromisoformat(common["as_of"]),
        verdict=Verdict(line["verdict"]) if line else _verdict(reason),
        reason=reason,
        words=line["words"] if line else _words(row, reason, arithmetic, common),
        arithmetic=arithmetic,
        alternatives=tuple(line["alternatives"]) if line else (),
        signals=tuple(line["signals"]) if line else (),
        coming=tuple(zip(row["coming_days"], row["coming_pieces"], strict=True)),
        arrives_in=-int(-arithmetic.lead_time_days // 1) if bought else None,
    )


def _verdict(reason: Reason) -> Verdict:
    if reason is Reason.SURPLUS_ELSEWHERE:
        return Verdict.TRANSFERRED
    return Verdict.NEEDS_ATTENTION if reason in ATTENTION else Verdict.NOT_ORDERED


def _words(row: Row, reason: Reason, found: Arithmetic, common: dict[str, str]) -> str:
    if reason is Reason.ENOUGH_STOCK and found.position <= found.reorder_point:
        counted = found.position + found.counted_above_position
        return COUNTED_ABOVE.format(
            position=found.position, counted=counted, reorder_point=found.reorder_point
        )
    pack = max(found.pack_size, 1)
    return WORDS[reason].format(
        position=found.position,
        owed=-found.position,
        reorder_point=found.reorder_point,
        transferred_in=found.transferred_in,
        since=row["days_since_sale"],
        maximum_cover_days=common["maximum_cover_days"],
        shelf_life_days=found.shelf_life_days,
        status=row["status"],
        only_supplier=common["only_supplier"],
        supplier=found.supplier or "The supplier",
        quantity_needed=found.raw_need,
        quantity_wanted=0,
        least=-(-max(found.moq, 1) // pack) * pack,
    )


def _arithmetic(row: Row, line: Row | None, common: dict[str, str]) -> Arithmetic:
    quantity = line["quantity"] if line else 0
    row = {**row, **{name: line[name] for name in _OF_THE_LINE if name in line}} if line and quantity else row
    home = common["home_currency"]
    final = row["position_before"] + row["moved_in"] - row["moved_out"] + quantity
    levels = _levels(row)
    lost = float(levels.shortage(np.array([row["position_before"]]))[0])
    cost = row["unit_cost_minor"]
    need = row["need"] + row["moved_in"]
    return Arithmetic(
        **{name: row[name] for name in _SAME},
        **{name: round(row[name], 4) for name in _ROUNDED},
        position=row["position_before"],
        demand_per_day=round(row["demand_per_day"], 4),
        demand_sd_per_day=round(sqrt(row["demand_variance_per_day"]), 4),
        demand_class=DemandClass(row["demand_class"]).name.lower(),
        method=Method(row["method"]).name.lower(),
        supplier=row["supplier"],
        review_days=int(common["review_days"]),
        lead_time_demand_sd=round(sqrt(row["lead_time_variance"]), 4),
        service_target=round(row["service"], 4),
        distribution=DISTRIBUTION_NAMES[row["distribution"]],
        safety_stock=int(levels.safety_stock[0]),
        economic_quantity=row["order_up_to"] - row["reorder_point"],
        raw_need=need,
        transferred_in=row["moved_in"],
        transferred_out=row["moved_out"],
        after_moq=quantity,
        after_packs=quantity,
        quantity=quantity,
        unit_cost=Money(cost, row["currency"]) if 0 < cost <= MAX_MINOR and row["currency"] else None,
        risk_with=round(float(levels.risk(np.array([final]))[0]), 4),
        source=_source(row, common),
        constraint=Constraint(line["bound"]) if line else _bound(row, need),
        lost_before_delivery=min(row["lost_before_delivery"], row["order_up_to"]) if row["need"] else 0,
        counted_above_position=row["counted_above"],
        shelf_life_days=max(row["shelf_life_days"], 0),
        sold_before_spoiling=int(row["fresh"]) if row["shelf_life_days"] > 0 else 0,
        lost_sales_without=round(lost, 4),
        lost_margin_without=home_amount(lost * row["margin"], home),
        unit_margin=home_amount(row["margin"], home),
    )


_OF_THE_LINE: Final = (
    "supplier",
    "currency",
    "unit_cost_minor",
    "moq",
    "pack_size",
    "lead_time_days",
    "signal_delay_days",
)
"""What is bought need not be bought of the first choice, whose terms stand beside the verdict."""
_SAME: Final = (
    "on_hand",
    "committed",
    "unavailable",
    "incoming",
    "incoming_late",
    "observed_days",
    "stockout_days",
    "bulk_sales",
    "reorder_point",
    "order_up_to",
    "moq",
    "pack_size",
)
_ROUNDED: Final = (
    "lead_time_days",
    "lead_time_sd_days",
    "lead_time_demand",
    "risk_without",
    "share_by_weeks",
    "season_demand",
    "signal_demand",
    "signal_delay_days",
)


def _levels(row: Row) -> Levels:
    """The levels of one row, as far as they are kept: enough to judge a position by."""

    def one(value: float) -> Any:
        return np.array([value])

    return Levels(
        exposure_days=one(0.0),
        demand_mean=one(row["lead_time_demand"]),
        demand_variance=one(row["lead_time_variance"]),
        service=one(row["service"]),
        fill_rate=one(0.0),
        cost_per_day=one(0.0),
        worth_stocking=one(row["order_up_to"] > 0),
        distribution=one(row["distribution"]),
        reorder_point=one(row["reorder_point"]),
        order_up_to=one(row["order_up_to"]),
    )


def _bound(row: Row, need: int) -> Constraint:
    if need == 0:
        return Constraint.NONE
    return Constraint.TRANSFER if row["need"] == 0 else Constraint.FINDING


def _source(row: Row, common: dict[str, str]) -> str:
    as_of = date.fromisoformat(common["as_of"])
    last = date.fromordinal(as_of.toordinal() - 1).isoformat()
    parts = [f"sales {common['starts_on']} to {last}", f"stock of {as_of.isoformat()}"]
    if row["sale_days"] > 0:
        parts[0] += f" (last one {row['days_since_sale']} selling days ago)"
    if row["supplier"]:
        parts.append(f"terms of {row['supplier']}")
    return "; ".join(parts)
