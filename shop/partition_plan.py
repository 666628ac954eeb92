"""A plan in partitions: each finds its own needs, all their lines are bought together.

`needs_of_partition` is a pure function of a partition, the frame, the settings and what all partitions' sales
tell together (`shop/partition_sales.py`). It answers with tables: a
verdict for each row, and the candidates, which are the rows to buy for with all that buying looks at. What
couples partitions, suppliers' minimums and the prices of budgets, is decided by `buy_together` from the
candidates alone, ordered by name. So no number of machines or processes changes a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from shop.alternatives import Spares
from shop.assessment import Assessment, assess, ordering_weight
from shop.demand import Forecasts
from shop.errors import InvalidActionError
from shop.partition_figures import figures, told
from shop.partitions import Frame, all_suppliers, inputs_of, items_of, no_history, offers_of
from shop.plan_check import faults_of_orders, impossible_transfers
from shop.plan_inputs import Incoming, PlanInputs, PlanSettings
from shop.plan_results import NeedFigures, Plan, PlannedTransfer, Reason
from shop.planning import Needs, Outcome, needs_of, orders_of, transfers_of
from shop.projected_level import Projection
from shop.purchasing import NO_OFFER, Choice
from shop.replenishment import Levels
from shop.signalled import with_signals
from shop.supply import Supply

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.alternatives import Spare
    from shop.partition_sales import Known, PartFits
    from shop.plan_inputs import Floats, Ints

Part = TypeVar("Part")

CANDIDATE: Final = ""
"""The finding of a row that is bought, or held back, with those of all partitions."""
OWN: Final = (
    "lead_time_days",
    "lead_time_sd_days",
    "per_day",
    "position",
    "flawed_sales",
    "urgent",
    "margin",
    "most_unasked",
    "fresh",
)
"""Columns of an assessment that a candidate carries as they are."""


@dataclass(frozen=True, slots=True)
class StockOuts:
    """Expected stock-outs within the exposure in 10,000ths, whole numbers that add up exactly.

    `after` counts no row that something is to be bought for: its risk is known when all are bought.
    """

    without: int
    after: int


def stockouts(risk: Any, per_day: Any, rows: Any) -> int:
    """The risks of `rows` that sell at all, each to four digits as a line tells it, in 10,000ths."""
    selling = rows & (np.round(per_day, 4) > 0)
    return int(np.rint(risk[selling] * 10_000).sum())


@dataclass(frozen=True, slots=True)
class PartitionNeeds:
    """What a partition found: a verdict for each of its rows in scope, candidates to buy, and transfers."""

    verdicts: pa.Table
    candidates: pa.Table
    transfers: tuple[PlannedTransfer, ...]
    stockouts: StockOuts


@dataclass(frozen=True, slots=True)
class Together:
    """All candidates as the inputs and the state of one purchase, and what was decided."""

    inputs: PlanInputs
    state: Assessment
    outcome: Outcome
    elsewhere: tuple[Spare | None, ...]

    def stockouts(self) -> int:
        """Expected stock-outs of the candidates with what is bought, in 10,000ths."""
        final = self.state.position + self.outcome.moved_in - self.outcome.moved_out
        for row, line in self.outcome.lines.items():
            final[row] += line.quantity
        risk = self.state.levels.risk(final)
        return stockouts(risk, self.state.per_day, np.ones(len(final), dtype=bool))

    def plan(self, settings: PlanSettings, transfers: tuple[PlannedTransfer, ...]) -> Plan:
        """The orders, with the transfers that the partitions found; verdicts stay with the partitions.

        Raises InvalidActionError if the independent check finds a fault.
        """
        found = Plan(
            as_of=self.inputs.as_of,
            home_currency=self.inputs.home_currency,
            orders=orders_of(self.inputs, self.outcome, self._need),
            transfers=transfers,
            verdicts=(),
            budget=settings.budget,
            uses=self.outcome.uses,
        )
        faults = faults_of_orders(found, self.inputs)
        if faults:
            told = "; ".join(faults[:5])
            raise InvalidActionError(f"the plan breaks its own rules, nothing was asked: {told}")
        return found

    def _need(self, item: int) -> NeedFigures:
        # `position` of a candidate is what it had before anything was moved.
        return NeedFigures(
            position=int(self.state.position[item]),
            transferred_in=int(self.outcome.moved_in[item]),
            transferred_out=int(self.outcome.moved_out[item]),
            reorder_point=int(self.state.levels.reorder_point[item]),
        )


def needs_of_partition(
    table: pa.Table, frame: Frame, settings: PlanSettings, part: PartFits, known: Known
) -> PartitionNeeds:
    """Forecast, levels, transfers and needs of one partition; reads and writes nothing.

    `part` is what its sales tell by themselves, `known` what those of all partitions tell.
    """
    inputs = inputs_of(table, frame)
    state = assess(inputs, settings, known.told(part, inputs.items))
    needs = needs_of(inputs, settings, state)
    transfers = transfers_of(inputs, needs.moves)
    faults = list(impossible_transfers(transfers, inputs))
    if faults:
        raise InvalidActionError(f"the plan breaks its own rules, nothing was asked: {'; '.join(faults[:5])}")
    moved = needs.moved_in - needs.moved_out
    risk = state.levels.risk(state.position)
    risks = risk, state.levels.risk(state.position + moved) if moved.any() else risk
    verdicts = _verdicts(inputs, state, needs, risks)
    starts_on = table.schema.metadata[b"starts_on"]
    return PartitionNeeds(
        verdicts=verdicts.replace_schema_metadata({**told(inputs, settings), b"starts_on": starts_on}),
        candidates=_candidates(table, inputs, state, needs),
        transfers=transfers,
        stockouts=_stockouts(inputs, state, needs, risks),
    )


def _stockouts(
    inputs: PlanInputs, state: Assessment, needs: Needs, risks: tuple[Floats, Floats]
) -> StockOuts:
    here = inputs.items.in_scope.copy()
    without = stockouts(risks[0], state.per_day, here)
    here[needs.buying] = False
    return StockOuts(without, stockouts(risks[1], state.per_day, here))


def _verdicts(inputs: PlanInputs, state: Assessment, needs: Needs, risks: tuple[Floats, Floats]) -> pa.Table:
    """One row for each SKU-location in scope: its figures, what is missing, and a finding."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    here = np.flatnonzero(inputs.items.in_scope)
    finding = _findings(state, needs)[here]
    return pa.table(
        {
            "sku": pa.array(inputs.items.sku[here].tolist(), pa.string()),
            "location": pa.array(inputs.items.location[here].tolist(), pa.string()),
            "position": needs.position[here],
            "demand_per_day": state.per_day[here],
            "reorder_point": state.levels.reorder_point[here],
            "order_up_to": state.levels.order_up_to[here],
            "moved_in": needs.moved_in[here],
            "moved_out": needs.moved_out[here],
            "need": needs.remaining[here],
            "finding": pa.array(finding.tolist(), pa.string()).dictionary_encode(),
            "status": pa.array(inputs.items.status[here].tolist(), pa.string()).dictionary_encode(),
            **figures(inputs, state, needs, risks, here),
        }
    )


def _findings(state: Assessment, needs: Needs) -> Any:
    """Why each row is not bought, as in `Verdicts`; `CANDIDATE` where buying together decides."""
    words: dict[Reason | None, str] = {reason: reason.value for reason in Reason}
    words[None] = Reason.ENOUGH_STOCK.value
    found = np.array([words[one] for one in state.finding], dtype=object)
    idle = needs.remaining + needs.moved_in == 0
    found[idle & (found == Reason.SUPPLIER_UNAVAILABLE.value)] = Reason.ENOUGH_STOCK.value
    found[(needs.moved_in > 0) & (needs.remaining == 0)] = Reason.SURPLUS_ELSEWHERE.value
    found[needs.buying] = CANDIDATE
    return found


def _candidates(table: pa.Table, inputs: PlanInputs, state: Assessment, needs: Needs) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    rows = needs.buying
    found = table.take(pa.array(rows))
    per_day, variance = state.forecasts.per_day()
    supplier = inputs.suppliers.id[inputs.offers.supplier[state.choice.offer[rows]]]
    spares = Spares(inputs, state, needs.moved_out, frozenset(inputs.items.sku[rows].tolist()))
    spare = [spares.elsewhere(row) or ("", 0) for row in rows.tolist()]
    columns: dict[str, Any] = {name: getattr(state, name)[rows] for name in OWN}
    columns |= {
        "chosen": pa.array(supplier.tolist(), pa.string()),
        "spare_at": pa.array([place for place, _ in spare], pa.string()),
        "spare": pa.array([pieces for _, pieces in spare], pa.int64()),
        "remaining": needs.remaining[rows],
        "free": needs.position[rows],
        "moved_in": needs.moved_in[rows],
        "moved_out": needs.moved_out[rows],
        "mean_per_day": per_day[rows],
        "variance_per_day": variance[rows],
    }
    for prefix, part in (("levels", state.levels), ("supply", state.supply), ("ahead", needs.projection)):
        columns |= {f"{prefix}.{one.name}": getattr(part, one.name)[rows] for one in fields(part)}
    for name, values in columns.items():
        found = found.append_column(name, values if isinstance(values, pa.Array) else pa.array(values))
    return found


def buy_together(tables: Sequence[pa.Table], frame: Frame, settings: PlanSettings) -> Together:
    """The purchases for the candidates of all partitions: minimums, limits and budgets over all of them."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    from shop.order_limits import buy  # noqa: PLC0415 - loads numba

    table = pa.concat_tables(tables).combine_chunks()
    table = table.sort_by([("sku", "ascending"), ("location", "ascending")])
    inputs = _inputs_of_candidates(table, frame)
    state = _state_of_candidates(table, inputs, settings)
    need, position = _figures(table, "remaining"), _figures(table, "free")
    bought = buy(inputs, settings, state, np.arange(len(table)), need, position)
    moved_in = _figures(table, "moved_in")
    outcome = Outcome(
        moves=[],
        moved_in=moved_in,
        moved_out=_figures(table, "moved_out"),
        projection=_part(Projection, "ahead", table),
        need=moved_in + need,
        remaining=need,
        lines=dict(bought.lines),  # each is asked for several times, and made at each
        drafts=dict(bought.drafts),
        held=bought.held,
        uses=bought.uses,
    )
    places = zip(table["spare_at"].to_pylist(), table["spare"].to_pylist(), strict=True)
    return Together(inputs, state, outcome, tuple(spare if spare[1] else None for spare in places))


def _inputs_of_candidates(table: pa.Table, frame: Frame) -> PlanInputs:
    none = np.zeros(0, dtype=np.int64)
    names = np.zeros(0, dtype=np.object_)
    suppliers = all_suppliers(table, frame)
    return with_signals(
        PlanInputs(
            as_of=frame.as_of,
            home_currency=frame.home_currency,
            items=items_of(table, None),
            history=no_history(frame.as_of, len(table)),
            incoming=Incoming(item=none, quantity=none, due_in_days=none, source=names, supplier=names),
            suppliers=suppliers,
            offers=offers_of(table, suppliers),
            rates=frame.rates,
            only_supplier=frame.only_supplier,
            signals=frame.signals,
            placed=frame.placed,
        )
    )


def _state_of_candidates(table: pa.Table, inputs: PlanInputs, settings: PlanSettings) -> Assessment:
    size = len(table)
    nothing = np.full(size, None, dtype=np.object_)
    return Assessment(
        forecasts=_usual_days(_figures(table, "mean_per_day"), _figures(table, "variance_per_day")),
        choice=Choice(_chosen(table, inputs), nothing),
        levels=_part(Levels, "levels", table),
        supply=_part(Supply, "supply", table),
        finding=nothing,
        sound=np.ones(size, dtype=bool),
        ordering_weight=ordering_weight(inputs, settings),
        **{name: _figures(table, name) for name in OWN},
    )


def _chosen(table: pa.Table, inputs: PlanInputs) -> Ints:
    """The offer that each candidate's partition chose, as a row of all candidates' offers."""
    offers, suppliers = inputs.offers, inputs.suppliers
    row = {
        (sku, suppliers.id[supplier]): place
        for place, (sku, supplier) in enumerate(zip(offers.sku, offers.supplier.tolist(), strict=True))
    }
    keys = zip(inputs.items.sku, table["chosen"].to_pylist(), strict=True)
    return np.array([row.get(key, NO_OFFER) for key in keys], dtype=np.int64)


def _usual_days(mean: Any, variance: Any) -> Forecasts:
    """Forecasts of which only the usual day is known: every weekday weighs the same."""
    none = np.zeros(len(mean), dtype=np.int64)
    code = none.astype(np.uint8)
    return Forecasts(
        mean=mean,
        variance=variance,
        level_variance=np.zeros(len(mean)),
        demand_class=code,
        method=code,
        alpha=np.zeros(len(mean)),
        observed_days=none,
        censored_days=none,
        sale_days=none,
        days_since_sale=none,
        spikes=none,
        spike_cap=np.zeros(len(mean)),
        weekday_weights=np.ones(7),
        next_weekday=0,
    )


def _part(kind: type[Part], prefix: str, table: pa.Table) -> Part:
    """A dataclass of arrays from the columns that bear its prefix."""
    return kind(**{one.name: _figures(table, f"{prefix}.{one.name}") for one in fields(kind)})  # type: ignore[arg-type] # arrays throughout


def _figures(table: pa.Table, name: str) -> Any:
    return table[name].to_numpy()
