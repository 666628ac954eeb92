"""The figures behind each row of a partition's plan, kept beside its verdict, so that any line can be opened.

`figures` makes the columns while the partition is planned; `lines_in` of `shop/opened_lines.py` reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shop.forecasting.seasons import season_demand
from shop.purchasing import NO_OFFER
from shop.signalled import added_lead_time, signal_demand

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.assessment import Assessment
    from shop.plan_inputs import Floats, Ints, PlanInputs, PlanSettings
    from shop.planning import Needs

Row = dict[str, Any]


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
