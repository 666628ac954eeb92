"""Forecasts of statsforecast feeding the product's own ordering rule."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.replay.simulation import View
from evals.replay.world import World
from shop.money import Money
from shop.plan_inputs import Incoming, PlanSettings
from shop.projected_level import project
from shop.replenishment import levels, raw_needs

RECENT_DAYS = 182
WEEK = 7
LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Rates:
    """A forecast without a weekly pattern: mean and variance of a calendar day, the same for every day."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]

    def over(self, days: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of the demand of the next `days` days."""
        return self.mean * days, self.variance * days

    def within(self, days: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Pieces of the next `days` days."""
        return self.mean * days

    def per_day(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of a day."""
        return self.mean, self.variance


class ForecastRival:
    """Refits every `refit_days`; the levels, the projection and the needs are the product's functions."""

    def __init__(self, name: str, world: World, method: str, refit_days: int) -> None:
        self.name = name
        self._method = method
        self._refit_days = refit_days
        self._fitted_on = -refit_days
        self._rates = Rates(np.zeros(world.items), np.zeros(world.items))
        self._settings = PlanSettings(
            review_days=world.review_days,
            order_cost=Money.of(f"{world.order_cost:.2f}", "GBP"),
            holding_rate_per_year=world.holding_rate,
        )

    def order(self, view: View) -> NDArray[np.int64]:
        """What the product would order on this forecast."""
        if view.day - self._fitted_on >= self._refit_days:
            self._rates, self._fitted_on = _fitted(view, self._method), view.day
        world, forecasts = view.world, self._rates
        lead_time = world.lead_time[world.supplier]
        found = levels(
            forecasts,  # type: ignore[arg-type] # the two questions that the rule asks of a forecast
            lead_time,
            world.lead_time_sd[world.supplier],
            world.price,
            world.unit_cost,
            world.order_cost,
            self._settings,
        )
        position, per_day = view.position, forecasts.mean
        incoming = Incoming(
            item=view.open_items,
            quantity=view.open_quantity,
            due_in_days=view.open_due - view.day,
            source=np.full(len(view.open_items), "PO", dtype=np.object_),
        )
        ahead = project(
            forecasts,  # type: ignore[arg-type] # as above
            lead_time,
            view.on_hand,
            found.order_up_to,
            incoming,
            np.ones(len(view.open_items), dtype=bool),
            (position <= found.reorder_point) & (per_day > 0),
        )
        return raw_needs(position, found.reorder_point, found.order_up_to, per_day, ahead)


def _fitted(view: View, method: str) -> Rates:
    """One model per item; days on which an empty shelf sold nothing are left out."""
    means, variances = np.zeros(view.world.items), np.zeros(view.world.items)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for item in range(view.world.items):
            sold = view.sold[:, item]
            known = sold[~(view.empty[:, item] & (sold == 0))].astype(np.float64)
            if known.any():
                fit = _croston if method == "CrostonSBA" else _ets
                means[item], variances[item] = fit(known)
    return Rates(means, variances)


def _croston(sold: NDArray[np.float64]) -> tuple[float, float]:
    """CrostonSBA's rate and the variance of the last half year around it."""
    from statsforecast.models import CrostonSBA  # noqa: PLC0415 - heavy, of the development tools

    rate = max(float(CrostonSBA().forecast(y=sold, h=1)["mean"][0]), 0.0)
    recent = sold[-RECENT_DAYS:]
    return rate, max(float(np.mean((recent - rate) ** 2)), rate)


def _ets(sold: NDArray[np.float64]) -> tuple[float, float]:
    """AutoETS on whole weeks, its mean and residual variance spread over the days."""
    from statsforecast.models import AutoETS  # noqa: PLC0415 - heavy, of the development tools

    weeks = len(sold) // WEEK
    if weeks < LEAST_WEEKS:
        return float(sold.mean()), max(float(sold.var()), float(sold.mean()))
    weekly = sold[len(sold) - weeks * WEEK :].reshape(weeks, WEEK).sum(axis=1)
    model: Any = AutoETS(season_length=1, model="ZZN").fit(weekly)
    rate = max(float(model.predict(h=1)["mean"][0]), 0.0) / WEEK
    return rate, max(float(model.model_["sigma2"]) / WEEK, rate)
