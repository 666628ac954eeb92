"""An independent check of a plan: it shares no code with the planner and runs on every plan before use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from shop.money import Money

if TYPE_CHECKING:
    from shop.plan_inputs import PlanInputs
    from shop.plan_results import Plan, PlannedLine, PlannedOrder, PlannedTransfer


def faults_of(plan: Plan, inputs: PlanInputs) -> list[str]:
    """Everything that is wrong with a plan, in words; an empty list means that it may be used.

    Checked: whole packs, MOQ, the price of the quantity, the supplier's minimum, weight and volume of an
    order, every budget with what its period spent before, need behind every line, stock behind every
    transfer, and one verdict for each SKU-location in scope.
    """
    found = faults_of_orders(plan, inputs)
    found += impossible_transfers(plan.transfers, inputs)
    wanted = sorted(_scope(inputs))
    answered = sorted((entry.sku, entry.location) for entry in plan.verdicts)
    if wanted != answered:
        found.append(f"{len(answered)} verdicts for {len(wanted)} SKU-locations in scope")
    return found


def faults_of_orders(plan: Plan, inputs: PlanInputs) -> list[str]:
    """What is wrong with the orders of a plan, whatever its verdicts and transfers say."""
    terms = _Terms(inputs)
    found = [fault for order in plan.orders for fault in terms.faults_of_order(order)]
    found += _over_budget(plan, inputs)
    found += _over_budgets(plan, inputs)
    found += _overloaded(plan, inputs)
    found += _twice(plan)
    return found


class _Terms:
    """Suppliers' terms by supplier and SKU."""

    def __init__(self, inputs: PlanInputs) -> None:
        suppliers, offers = inputs.suppliers, inputs.offers
        names = [str(name) for name in suppliers.id]
        self.supplier = {name: row for row, name in enumerate(names)}
        self.inputs = inputs
        self.offer = {
            (names[supplier], str(sku)): row
            for row, (supplier, sku) in enumerate(zip(offers.supplier.tolist(), offers.sku, strict=True))
        }
        self.breaks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, start, cost in zip(
            offers.break_offer.tolist(),
            offers.break_from.tolist(),
            offers.break_cost_minor.tolist(),
            strict=True,
        ):
            self.breaks[row].append((start, cost))

    def faults_of_order(self, order: PlannedOrder) -> Iterator[str]:
        row = self.supplier[order.supplier]
        minimum = int(self.inputs.suppliers.minimum_minor[row])
        currency = str(self.inputs.suppliers.currency[row])
        total = sum(line.quantity * line.unit_cost.minor for line in order.lines)
        if total < minimum:
            yield f"{order.supplier}/{order.location}: {total} is under the supplier's minimum {minimum}"
        if order.expected_on < self.inputs.as_of:
            yield f"{order.supplier}/{order.location}: expected before it is placed"
        for line in order.lines:
            if line.unit_cost.currency != currency:
                yield f"{line.sku}: priced in {line.unit_cost.currency}, {order.supplier} sells in {currency}"
            yield from self._faults_of_line(order.supplier, line)

    def _faults_of_line(self, supplier: str, line: PlannedLine) -> Iterator[str]:
        row = self.offer[supplier, line.sku]
        pack, moq = int(self.inputs.offers.pack_size[row]), int(self.inputs.offers.moq[row])
        cost = int(self.inputs.offers.unit_cost_minor[row])
        for start, lower in sorted(self.breaks[row]):
            if start <= line.quantity and lower > 0:
                cost = lower
        if line.quantity <= 0 or line.quantity % pack:
            yield f"{line.sku}: {line.quantity} is no number of packs of {pack}"
        if line.quantity < moq:
            yield f"{line.sku}: {line.quantity} is under the MOQ {moq}"
        if line.unit_cost.minor != cost:
            yield f"{line.sku}: {line.quantity} cost {cost} each, not {line.unit_cost.minor}"
        figures = line.arithmetic
        if figures.position + figures.transferred_in - figures.transferred_out > figures.reorder_point:
            yield f"{line.sku}: ordered without need"


def _over_budget(plan: Plan, inputs: PlanInputs) -> Iterator[str]:
    if plan.budget is None:
        return
    spent = Decimal(0)
    for order in plan.orders:
        for line in order.lines:
            currency = line.unit_cost.currency
            rate = Decimal(1) if currency == inputs.home_currency else inputs.rates[currency]
            spent += (line.unit_cost * line.quantity).amount * rate
    if spent > plan.budget.amount:
        yield f"the plan costs {Money.rounded(spent, inputs.home_currency)}, the budget is {plan.budget}"


def _over_budgets(plan: Plan, inputs: PlanInputs) -> Iterator[str]:
    """Budgets of a period, supplier or category that the plan exceeds; one overspent before buys nothing."""
    names = zip(inputs.items.sku, inputs.items.category, strict=True)
    category = {str(sku): str(name) for sku, name in names}
    for use in plan.uses:
        budget = use.budget
        start = budget.period.starts_on(inputs.as_of)
        before = Decimal(0)
        if budget.period.value != "run":
            before = sum(
                (
                    Money(line.home_minor, inputs.home_currency).amount
                    for line in inputs.placed
                    if start <= line.ordered_on <= inputs.as_of
                    and (budget.supplier is None or budget.supplier == line.supplier)
                    and (budget.category is None or budget.category == line.category)
                ),
                Decimal(0),
            )
        spent = Decimal(0)
        for order in plan.orders:
            if budget.supplier not in {None, order.supplier}:
                continue
            for line in order.lines:
                if budget.category not in {None, category[line.sku]}:
                    continue
                currency = line.unit_cost.currency
                rate = Decimal(1) if currency == inputs.home_currency else inputs.rates[currency]
                spent += (line.unit_cost * line.quantity).amount * rate
        if spent > 0 and before + spent > budget.amount.amount:
            told = Money.rounded(before + spent, inputs.home_currency)
            yield f"{budget.words} is {budget.amount}, with this plan {told} would be spent"


def _overloaded(plan: Plan, inputs: PlanInputs) -> Iterator[str]:
    """Orders that weigh or take up more than one order of their supplier may."""
    row = {str(name): place for place, name in enumerate(inputs.suppliers.id)}
    suppliers, items = inputs.suppliers, inputs.items
    kinds = (
        ("grams", suppliers.most_weight_grams, items.weight_grams),
        ("millilitres", suppliers.most_volume_ml, items.volume_ml),
    )
    for unit, limits, pieces in kinds:
        if limits is None:
            continue
        totals: Counter[tuple[str, str]] = Counter()
        for order in plan.orders:
            for line in order.lines:
                each = -1 if pieces is None else int(pieces[line.item])
                if each < 0 <= int(limits[row[order.supplier]]):
                    yield f"{line.sku}: {order.supplier} limits the {unit} of an order, and it has none"
                totals[order.supplier, order.location] += each * line.quantity
        for (supplier, place), total in totals.items():
            if 0 <= int(limits[row[supplier]]) < total:
                yield f"{supplier}/{place}: {total} {unit} are over {int(limits[row[supplier]])}"


def _twice(plan: Plan) -> Iterator[str]:
    count = Counter((line.sku, order.location) for order in plan.orders for line in order.lines)
    return (
        f"{sku} at {location} is ordered {times} times"
        for (sku, location), times in count.items()
        if times > 1
    )


def impossible_transfers(transfers: Sequence[PlannedTransfer], inputs: PlanInputs) -> Iterator[str]:
    """Transfers that move what is not free at their source."""
    if not transfers:
        return
    items = inputs.items
    free = {
        (str(sku), str(place)): int(on_hand - committed - unavailable)
        for sku, place, on_hand, committed, unavailable in zip(
            items.sku, items.location, items.on_hand, items.committed, items.unavailable, strict=True
        )
    }
    taken: Counter[tuple[str, str]] = Counter()
    for move in transfers:
        taken[move.sku, move.from_location] += move.quantity
        if move.quantity <= 0 or move.from_location == move.to_location:
            yield f"{move.sku}: {move.quantity} from {move.from_location} to {move.to_location} is none"
    for key, pieces in taken.items():
        if pieces > free.get(key, 0):
            yield f"{key[0]}: {pieces} leave {key[1]}, where {free.get(key, 0)} are free"


def _scope(inputs: PlanInputs) -> Iterator[tuple[str, str]]:
    items = inputs.items
    for sku, place, answered in zip(items.sku, items.location, items.in_scope, strict=True):
        if answered:
            yield str(sku), str(place)
