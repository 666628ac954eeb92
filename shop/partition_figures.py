"""The figures behind each row of a partition's plan, kept beside its verdict, so that any line can be opened.

`figures` makes the columns while the partition is planned; `lines_in` reads them again for one SKU, with what
was bought or held of it when all partitions bought together. Rows with nothing to buy are opened like others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.alternatives import home_amount
from shop.demand import DemandClass, Method
from shop.distributions import DISTRIBUTION_NAMES
from shop.errors import ImportFileError, NotFoundError
from shop.forecasting.seasons import season_demand
from shop.money import Money
from shop.plan_results import Arithmetic, Constraint, Reason, Verdict
from shop.purchasing import NO_OFFER
from shop.replenishment import Levels
from shop.run_tables import LINES, read_table
from shop.signalled import added_lead_time, signal_demand
from shop.verdicts import ATTENTION, COUNTED_ABOVE, WORDS

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.assessment import Assessment
    from shop.plan_inputs import Floats, Ints, PlanInputs, PlanSettings
    from shop.planning import Needs

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


def figures(
    inputs: PlanInputs, state: Assessment, needs: Needs, risks: tuple[Floats, Floats], rows: Ints
) -> Row:
    """The columns; `risks` are of every row, without and with what is moved."""
    items, levels, forecasts, supply = inputs.items, state.levels, state.forecasts, state.supply
    offer = state.choice.offer[rows]
    none = offer == NO_OFFER
    supplier = np.where(
        none, -1, inputs.offers.supplier[np.maximum(offer, 0)] if len(inputs.offers.sku) else -1
    )
    life = items.shelf_life_days
    variance = forecasts.per_day()[1]
    share = forecasts.share_of_weeks
    return {
        "on_hand": items.on_hand[rows],
        "committed": items.committed[rows],
        "unavailable": items.unavailable[rows],
        "incoming": supply.in_time[rows],
        "incoming_late": supply.late[rows],
        "position_before": state.position[rows],
        "demand_variance_per_day": variance[rows],
        "demand_class": forecasts.demand_class[rows],
        "method": forecasts.method[rows],
        "observed_days": forecasts.observed_days[rows],
        "stockout_days": forecasts.censored_days[rows],
        "bulk_sales": forecasts.spikes[rows],
        "sale_days": forecasts.sale_days[rows],
        "days_since_sale": forecasts.days_since_sale[rows],
        "share_by_weeks": np.full(len(rows), 0.5) if share is None else share[rows],
        "supplier": _names(inputs.suppliers.id, supplier),
        "currency": _names(inputs.suppliers.currency, supplier),
        "moq": _of_offer(inputs.offers.moq, offer),
        "pack_size": _of_offer(inputs.offers.pack_size, offer),
        "unit_cost_minor": _of_offer(inputs.offers.unit_cost_minor, offer),
        "lead_time_days": state.lead_time_days[rows],
        "lead_time_sd_days": state.lead_time_sd_days[rows],
        "lead_time_demand": levels.demand_mean[rows],
        "lead_time_variance": levels.demand_variance[rows],
        "service": levels.service[rows],
        "distribution": levels.distribution[rows],
        "risk_without": risks[0][rows],
        "risk_with": risks[1][rows],
        "margin": state.margin[rows],
        "lost_before_delivery": needs.projection.lost[rows],
        "counted_above": needs.projection.surplus[rows],
        "season_demand": _settled(season_demand(forecasts, levels.exposure_days)[rows]),
        "signal_demand": _settled(signal_demand(forecasts, levels.exposure_days)[rows]),
        "signal_delay_days": np.where(supplier < 0, 0.0, added_lead_time(inputs)[np.maximum(supplier, 0)]),
        "shelf_life_days": np.zeros(len(rows), dtype=np.int64) if life is None else life[rows],
        "fresh": np.where(np.isfinite(state.fresh[rows]), state.fresh[rows], 0.0),
        **_coming(inputs, rows),
    }


def _settled(difference: Floats) -> Floats:
    """Differences of sums without their last bits, which depend on where in an array a row lies."""
    return np.round(difference, 9) + 0.0  # and no zero below zero


def _of_offer(values: Ints, offer: Ints) -> Ints:
    if not len(values):
        return np.zeros(len(offer), dtype=np.int64)
    return np.where(offer == NO_OFFER, 0, values[np.maximum(offer, 0)])


def _names(names: Any, place: Ints) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    known = pa.array([*names.tolist(), ""], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(np.where(place < 0, len(names), place)), known)


def _coming(inputs: PlanInputs, rows: Ints) -> Row:
    """What is on its way to each row: its days and its pieces, overdue supply today."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    incoming, size = inputs.incoming, len(inputs.items)
    place = np.full(size, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    item = place[incoming.item]
    order = np.argsort(item, kind="stable")
    order = order[item[order] >= 0]
    ends = np.concatenate(([0], np.cumsum(np.bincount(item[order], minlength=len(rows)))))

    def lists(values: Ints) -> pa.Array:
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(values[order]))

    return {
        "coming_days": lists(np.maximum(incoming.due_in_days, 0)),
        "coming_pieces": lists(incoming.quantity),
    }


def told(inputs: PlanInputs, settings: PlanSettings) -> dict[bytes, bytes]:
    """What all rows of a table of verdicts share, as its metadata."""
    return {
        b"as_of": inputs.as_of.isoformat().encode(),
        b"starts_on": inputs.history.starts_on.isoformat().encode(),
        b"home_currency": inputs.home_currency.encode(),
        b"review_days": str(settings.review_days).encode(),
        b"maximum_cover_days": str(settings.maximum_cover_days).encode(),
        b"only_supplier": (inputs.only_supplier or "").encode(),
    }


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
        unit_cost=Money(cost, row["currency"]) if cost > 0 and row["currency"] else None,
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
