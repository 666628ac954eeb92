"""Signals applied to a plan: how the past is read, what the days ahead will bring, who delivers when.

`with_signals` changes the inputs once, before anything is computed: unit costs that hold by now, supply that
comes later, sales without the promotions behind them. What depends on the horizon (the demand of a promotion
that lies ahead) or on the choice of a supplier is asked for where it is needed. All arrays go by the rows of
the inputs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from shop.demand import Forecasts
from shop.signalled_past import cleaned, rows_of
from shop.signals import changed_cost

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shop.plan_inputs import Flags, Floats, Incoming, Ints, Offers, PlanInputs
    from shop.signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Signals on disjoint rows: demand changes by `share` on the days from `start` to `end` (days ahead).

    `pieces` come on top within these days, spread evenly. Rows without a signal hold zeros.
    """

    start: Floats
    end: Floats
    share: Floats
    pieces: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalledForecasts(Forecasts):
    """Forecasts with the demand signals of the days ahead; `per_day` stays the usual day's.

    The demand of the days a signal speaks of is scaled, mean and deviation alike; signals on the same day
    add up. Nothing falls below zero.
    """

    layers: tuple[Layer, ...]

    def over(self, days: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the demand of the next `days` days, one horizon per series."""
        mean, variance = Forecasts.over(self, days)
        mean, variance = mean.copy(), variance.copy()
        for layer in self.layers:
            mean_to_end, variance_to_end = Forecasts.over(self, np.minimum(days, layer.end))
            mean_to_start, variance_to_start = Forecasts.over(self, np.minimum(days, layer.start))
            mean += layer.share * (mean_to_end - mean_to_start) + layer.pieces * _reached(layer, days)
            scaled = (1.0 + layer.share) ** 2 - 1.0
            variance += scaled * (variance_to_end - variance_to_start)
        return np.maximum(mean, 0.0), np.maximum(variance, 0.0)


def _reached(layer: Layer, days: Floats) -> Floats:
    """The share of a layer's days that lie within the horizon."""
    length = np.maximum(layer.end - layer.start, 1.0)
    return np.asarray(np.clip((days - layer.start) / length, 0.0, 1.0))


def signalled(forecasts: Forecasts, inputs: PlanInputs) -> Forecasts:
    """The forecasts with what signals say of the days ahead; the same object where they say nothing."""
    layers = _layers(inputs)
    if not layers:
        return forecasts
    known = {part.name: getattr(forecasts, part.name) for part in fields(Forecasts)}
    return SignalledForecasts(**known, layers=layers)


def signal_demand(forecasts: Forecasts, days: Floats) -> Floats:
    """Pieces of the demand of the next `days` days that signals add, or take away."""
    if not isinstance(forecasts, SignalledForecasts):
        return np.zeros(len(days))
    return np.asarray(forecasts.over(days)[0] - Forecasts.over(forecasts, days)[0])


def _layers(inputs: PlanInputs) -> tuple[Layer, ...]:
    """As few layers as the signals allow that share a row."""
    depth = np.zeros(len(inputs.items), dtype=np.int64)
    found: list[Layer] = []
    for signal in inputs.signals:
        last = signal.ends_on
        if not signal.is_demand or last is None or last < inputs.as_of:
            continue
        if signal.percent is None and signal.quantity is None:
            continue
        rows = rows_of(signal, inputs)
        for level in np.unique(depth[rows]).tolist():
            while len(found) <= level:
                found.append(_empty_layer(len(inputs.items)))
            _write(found[level], rows[depth[rows] == level], signal, inputs)
        depth[rows] += 1
    return tuple(found)


def _empty_layer(items: int) -> Layer:
    return Layer(start=np.zeros(items), end=np.zeros(items), share=np.zeros(items), pieces=np.zeros(items))


def _write(layer: Layer, rows: Ints, signal: Signal, inputs: PlanInputs) -> None:
    first = (signal.starts_on - inputs.as_of).days
    last = first + signal.lasts_days
    start = max(first, 0)
    layer.start[rows], layer.end[rows] = start, last
    layer.share[rows] = (signal.percent or 0) / 100.0
    layer.pieces[rows] = (signal.quantity or 0) * (last - start) / (last - first)


def with_signals(inputs: PlanInputs) -> PlanInputs:
    """The inputs as the signals let them be read: costs, supply on its way, and sales without promotions."""
    if not inputs.signals:
        return inputs
    return replace(
        inputs,
        offers=_priced(inputs),
        incoming=_delayed(inputs),
        history=cleaned(inputs),
    )


def _priced(inputs: PlanInputs) -> Offers:
    """Unit costs and price breaks as they are by now, the signals in the order in which they were added."""
    offers = inputs.offers
    cost, tiers = offers.unit_cost_minor.copy(), offers.break_cost_minor.copy()
    for signal in inputs.signals:
        if signal.effect != "price" or signal.starts_on > inputs.as_of:
            continue
        rows = _offers_of(signal, inputs)
        theirs = rows[offers.break_offer]
        cost[rows] = [changed_cost(minor, signal) for minor in cost[rows].tolist()]
        tiers[theirs] = [changed_cost(minor, signal) for minor in tiers[theirs].tolist()]
    return replace(offers, unit_cost_minor=cost, break_cost_minor=tiers)


def _offers_of(signal: Signal, inputs: PlanInputs) -> Flags:
    offers, suppliers = inputs.offers, inputs.suppliers
    spoken = np.ones(len(offers.sku), dtype=bool)
    if signal.supplier is not None:
        spoken &= np.asarray(suppliers.id[offers.supplier] == signal.supplier, dtype=bool)
    if signal.sku is not None:
        spoken &= np.asarray(offers.sku == signal.sku, dtype=bool)
    return spoken


def unavailable_offers(inputs: PlanInputs) -> Flags:
    """The offers that a signal says cannot be had on the plan's day."""
    found = np.zeros(len(inputs.offers.sku), dtype=bool)
    for signal in inputs.signals:
        if signal.effect == "unavailable" and signal.holds_on(inputs.as_of):
            found |= _offers_of(signal, inputs)
    return found


def added_lead_time(inputs: PlanInputs) -> Floats:
    """Days that each supplier (row) takes longer for what is ordered on the plan's day."""
    found = np.zeros(len(inputs.suppliers.id))
    for signal in inputs.signals:
        if signal.effect == "delay" and signal.supplier is not None and signal.holds_on(inputs.as_of):
            found[np.asarray(inputs.suppliers.id == signal.supplier, dtype=bool)] += signal.days or 0
    return found


def _delayed(inputs: PlanInputs) -> Incoming:
    """Supply on its way with the days that signals add: to one order, or to what a supplier owes by then."""
    incoming = inputs.incoming
    due = incoming.due_in_days.copy()
    for signal in inputs.signals:
        if signal.effect == "delay":
            due[_delayed_rows(signal, inputs)] += signal.days or 0
    return replace(incoming, due_in_days=due)


def _delayed_rows(signal: Signal, inputs: PlanInputs) -> Flags:
    incoming = inputs.incoming
    if signal.purchase_order is not None:
        return np.asarray(incoming.source == signal.purchase_order, dtype=bool)
    if incoming.supplier is None or signal.ends_on is None:
        return np.zeros(len(incoming.item), dtype=bool)
    first = (signal.starts_on - inputs.as_of).days
    last = (signal.ends_on - inputs.as_of).days
    within = (incoming.due_in_days >= first) & (incoming.due_in_days <= last)
    return np.asarray(within & (incoming.supplier == signal.supplier), dtype=bool)


def touching(
    inputs: PlanInputs, item: int, supplier: str, sources: Iterable[str], days_ahead: float
) -> tuple[Signal, ...]:
    """The signals that say something of one row: of its demand, its supplier, or what is on its way.

    `sources` are the orders under way to it; `days_ahead` how far the plan looked.
    """
    orders = set(sources)
    horizon = inputs.as_of + timedelta(days=int(days_ahead) + 1)
    return tuple(
        signal
        for signal in inputs.signals
        if signal.starts_on <= horizon and _is_about(signal, inputs, item, supplier, orders)
    )


def _is_about(signal: Signal, inputs: PlanInputs, item: int, supplier: str, orders: set[str]) -> bool:
    items = inputs.items
    if signal.sku not in (None, items.sku[item]):
        return False
    if signal.is_demand:
        return signal.category in (None, items.category[item]) and signal.location in (
            None,
            items.location[item],
        )
    if signal.purchase_order is not None:
        return signal.purchase_order in orders
    return signal.supplier in (None, supplier)
