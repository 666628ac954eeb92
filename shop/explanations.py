"""What stands behind one line beside its quantities: costs, the constraint that bound, signals, sources."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.alternatives import Alternatives, home_amount
from shop.assessment import told_order_cost
from shop.forecasting.back_test import JUDGED, losses_of_demand
from shop.forecasting.seasons import season_demand
from shop.money import exponent
from shop.plan_results import Constraint, Note, Reason
from shop.purchase_lines import order_limits
from shop.purchasing import NO_OFFER
from shop.replenishment import DAYS_PER_YEAR
from shop.signalled import added_lead_time, signal_demand, touching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shop.alternatives import Spare
    from shop.assessment import Assessment
    from shop.plan_inputs import PlanInputs, PlanSettings
    from shop.planning import Outcome
    from shop.purchase_lines import Line

_HELD_BY: Final = {
    Reason.OVER_BUDGET: Constraint.BUDGET,
    Reason.ORDER_FULL: Constraint.ORDER_LIMIT,
    Reason.SUPPLIER_MINIMUM: Constraint.SUPPLIER_MINIMUM,
    Reason.SUPPLIER_MINIMUM_URGENT: Constraint.SUPPLIER_MINIMUM,
    Reason.MOQ_OVER_MAXIMUM: Constraint.MAXIMUM_COVER,
    Reason.MOQ_OVER_SHELF_LIFE: Constraint.SHELF_LIFE,
    Reason.QUANTITY_OVER_LIMIT: Constraint.MAXIMUM_COVER,
}


class Explanations:
    """Explains any row of the inputs when it is asked for."""

    def __init__(
        self,
        inputs: PlanInputs,
        settings: PlanSettings,
        state: Assessment,
        outcome: Outcome,
        elsewhere: Sequence[Spare | None] | None = None,
    ) -> None:
        self._inputs = inputs
        self._settings = settings
        self._state = state
        self._outcome = outcome
        self.alternatives = Alternatives(inputs, settings, state, outcome, elsewhere)
        self._season_demand = season_demand(state.forecasts, state.levels.exposure_days)
        self._signal_demand = signal_demand(state.forecasts, state.levels.exposure_days)
        self._added_lead_time = added_lead_time(inputs)
        self._coming = _sources_by_item(inputs)

    def costs(self, item: int) -> dict[str, Any]:
        """What the line costs and what it saves; expectations in the home currency."""
        state, home = self._state, self._inputs.home_currency
        lost, margin = self.alternatives.lost_without(item)
        line, per_day = self._outcome.lines.get(item), float(state.per_day[item])
        found = {
            "lost_sales_without": _rounded(lost),
            "lost_margin_without": margin,
            "unit_margin": home_amount(float(state.margin[item]), home),
        }
        if line is None:
            return found
        held = 0.0
        if per_day > 0:
            days = line.quantity / per_day / 2
            bound = line.home_minor / 10 ** exponent(home)
            held = bound * self._settings.holding_rate_per_year * days / DAYS_PER_YEAR
        order_cost = told_order_cost(self._inputs, self._settings)
        return {**found, "order_cost": order_cost, "holding_cost": home_amount(held, home)}

    def signalled(self, item: int, offer: int) -> dict[str, Any]:
        """What the season and signals add to the demand of the exposure, and signals to the lead time."""
        delay = 0.0 if offer == NO_OFFER else self._added_lead_time[self._inputs.offers.supplier[offer]]
        return {
            "season_demand": _rounded(self._season_demand[item]),
            "signal_demand": _rounded(self._signal_demand[item]),
            "signal_delay_days": _rounded(delay),
        }

    def back_test(self, item: int) -> dict[str, Any]:
        """How far the forecast goes by days and by weeks, and by what earlier mornings; nothing where new."""
        forecasts = self._state.forecasts
        if forecasts.back_test is None or forecasts.share_of_weeks is None:
            return {}
        losses = losses_of_demand(forecasts.back_test[item : item + 1])[0]
        found = {"share_by_weeks": _rounded(forecasts.share_of_weeks[item])}
        if np.isnan(losses).any():
            return found
        mornings = int(forecasts.back_test[item, JUDGED])
        _, days, weeks = (_rounded(loss) for loss in losses)
        return {**found, "back_tests": mornings, "loss_by_days": days, "loss_by_weeks": weeks}

    def spoiling(self, item: int) -> dict[str, Any]:
        """How long a perishable product keeps, and what sells until then; nothing for goods that keep."""
        life = self._inputs.items.shelf_life_days
        if life is None or life[item] < 1:
            return {}
        fresh = int(self._state.fresh[item])
        return {"shelf_life_days": int(life[item]), "sold_before_spoiling": fresh}

    def _spoils_sooner(self, item: int, line: Line) -> bool:
        """Whether the shelf life held the line's order-up-to level, or its last pack, down."""
        need = int(self._outcome.remaining[item])
        spare = self._state.fresh[item] - self._state.levels.order_up_to[item]
        if line.after_packs < line.after_moq:
            return bool(line.after_packs + line.pack_size > need + spare)
        return bool(line.after_packs == line.after_moq == need and spare <= 0)

    def constraint(self, item: int) -> Constraint:
        """The last step that moved the quantity away from the need, or kept it from being bought."""
        outcome = self._outcome
        line, held = outcome.lines.get(item), outcome.held.get(item)
        if line is None:
            if held is not None:
                return _HELD_BY.get(held, Constraint.FINDING)
            if outcome.need[item] == 0:
                return Constraint.NONE
            return Constraint.TRANSFER if outcome.remaining[item] == 0 else Constraint.FINDING
        steps = (
            (Note.TOPPED_UP in line.notes, Constraint.SUPPLIER_MINIMUM),
            (Note.REDUCED in line.notes, self._shortened_by(line)),
            (Note.PRICE_BREAK_TAKEN in line.notes, Constraint.PRICE_BREAK),
            (self._spoils_sooner(item, line), Constraint.SHELF_LIFE),
            (line.after_packs != line.after_moq, Constraint.PACKS),
            (line.after_moq > int(outcome.remaining[item]), Constraint.MOQ),
        )
        return next((constraint for holds, constraint in steps if holds), Constraint.NEED)

    def _shortened_by(self, line: Line) -> Constraint:
        """A quantity under the need: for want of space on its order where that has a limit, else of money."""
        weight, volume = order_limits(self._inputs)
        limited = max(int(weight[line.supplier]), int(volume[line.supplier])) >= 0
        return Constraint.ORDER_LIMIT if limited else Constraint.BUDGET

    def signals(self, item: int, supplier: str) -> tuple[str, ...]:
        """The signals that touch a line, each in one line of words."""
        exposure = float(self._state.levels.exposure_days[item])
        sources = self._coming.get(item, ())
        found = touching(self._inputs, item, supplier, sources, exposure)
        return tuple(signal.in_words() for signal in found)

    def source(self, item: int, offer: int) -> str:
        """Where the figures come from, and how old they are."""
        inputs, ages = self._inputs, self._inputs.ages
        last = inputs.as_of - timedelta(days=1)
        parts = [f"sales {inputs.history.starts_on.isoformat()} to {last.isoformat()}"]
        if self._state.forecasts.sale_days[item] > 0:
            parts[0] += f" (last one {int(self._state.forecasts.days_since_sale[item])} selling days ago)"
        parts.append(f"stock of {inputs.as_of.isoformat()}")
        if ages is not None:
            parts[-1] += f" (set {int(ages.stock_days[item])} days ago{_assumed(ages.assumed_stock[item])})"
        if offer != NO_OFFER:
            parts.append(f"terms of {inputs.suppliers.id[inputs.offers.supplier[offer]]}")
            parts[-1] += "" if ages is None else _assumed(ages.assumed_terms[offer])
            currency = str(inputs.suppliers.currency[inputs.offers.supplier[offer]])
            if ages is not None and currency in ages.rate_days:
                parts.append(f"{currency} rate of {ages.rate_days[currency].isoformat()}")
        return "; ".join(parts)


def _assumed(assumed: object) -> str:
    return ", assumed by an import" if assumed else ""


def _sources_by_item(inputs: PlanInputs) -> dict[int, list[str]]:
    """The orders under way to each row; only signals ask for them."""
    found: dict[int, list[str]] = {}
    if inputs.signals:
        for row, source in zip(inputs.incoming.item.tolist(), inputs.incoming.source.tolist(), strict=True):
            found.setdefault(row, []).append(source)
    return found


def _rounded(figure: float) -> float:
    return round(float(figure), 4)
