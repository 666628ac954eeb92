"""What limits whole orders, and what is bought within it: minimums, weight, volume, budgets, all together.

Where every draft can be bought as it is, it is. Otherwise the drafts become a market
(`shop/joint_purchasing`): smaller quantities where money or space is short, larger ones to reach a supplier's
minimum, other suppliers of the same rank that deliver within the exposure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.budgets import BudgetUse, spent_before
from shop.joint_purchasing.market import NO_BUDGET, NO_LIMIT, Market
from shop.money import Money, exponent
from shop.plan_inputs import SupplierChoice
from shop.plan_results import Reason
from shop.purchase_lines import Drafts, Lines, draft, order_limits, rows_of, weights_and_volumes
from shop.purchase_terms import Tiers, home_minor_up
from shop.purchasing import known_rates, offer_faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.assessment import Assessment
    from shop.joint_purchasing.market import Bought
    from shop.plan_inputs import Flags, Floats, Ints, PlanInputs, PlanSettings
    from shop.purchase_worth import Options

PRICE_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Purchases:
    """The lines that stand, the drafts that were wanted, why others (rows of the inputs) are not bought.

    `uses` tells of each budget what was spent, and its price.
    """

    lines: Lines
    drafts: Lines
    held: Mapping[int, Reason]
    uses: tuple[BudgetUse, ...]


def buy(
    inputs: PlanInputs, settings: PlanSettings, state: Assessment, rows: Ints, need: Ints, position: Ints
) -> Purchases:
    """The purchases for the items (rows) in need; `need` and `position` have an entry per item."""
    return _Buyer(inputs, settings, state).bought(rows, need, position)


class _Buyer:
    def __init__(self, inputs: PlanInputs, settings: PlanSettings, state: Assessment) -> None:
        self.inputs = inputs
        self.settings = settings
        self.state = state
        self.tiers = Tiers(inputs.offers)
        self.rates = known_rates(inputs)
        self.budgets = _Budgets(inputs, settings)

    def bought(self, rows: Ints, need: Ints, position: Ints) -> Purchases:
        offer = self.state.choice.offer[rows]
        drafts, findings = self._drafts(rows, offer, need, position)
        first = _Orders(self, drafts)
        if first.hold(first.drafts.quantity):
            return self._answer(first, first.drafts.quantity, drafts, findings, None)
        more_items, more_offers = self._other_offers(drafts)
        others, _ = self._drafts(more_items, more_offers, need, position)
        orders = _Orders(self, _joined(drafts, others))
        options, bought = orders.solved()
        chosen = orders.quantities(options, bought)
        held = orders.held(options, chosen, bought)
        return self._answer(orders, chosen, drafts, {**findings, **held}, bought)

    def _drafts(
        self, item: Ints, offer: Ints, need: Ints, position: Ints
    ) -> tuple[Drafts, dict[int, Reason]]:
        return draft(self.inputs, self.settings, self.state, self.tiers, item, offer, need, position)

    def _answer(
        self,
        orders: _Orders,
        quantity: Ints,
        drafts: Drafts,
        held: dict[int, Reason],
        bought: Bought | None,
    ) -> Purchases:
        spend = orders.budget_spend(quantity)
        prices = np.zeros(len(spend)) if bought is None else bought.price
        there = np.flatnonzero(quantity > 0)
        return Purchases(
            lines=self._lines(rows_of(orders.drafts, there), quantity[there]),
            drafts=self._lines(drafts, drafts.quantity),
            held=held,
            uses=self.budgets.uses(spend, prices),
        )

    def _lines(self, drafts: Drafts, quantity: Ints) -> Lines:
        return Lines(self.inputs, self.settings, self.state, self.tiers, drafts, quantity)

    def _other_offers(self, drafts: Drafts) -> tuple[Ints, Ints]:
        """Other usable offers of the same items that are as good to the store, and arrive in time (R5)."""
        inputs, offers, state = self.inputs, self.inputs.offers, self.state
        names, code = np.unique(
            np.concatenate((inputs.items.sku[drafts.item], offers.sku)), return_inverse=True
        )
        item_code, offer_code = code[: len(drafts)], code[len(drafts) :]
        by_sku = np.argsort(offer_code, kind="stable")
        first = np.searchsorted(offer_code[by_sku], np.arange(len(names) + 1))
        count = (first[1:] - first[:-1])[item_code]
        row = np.repeat(np.arange(len(drafts)), count)
        place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        offer = by_sku[first[item_code[row]] + place]
        chosen, supplier = drafts.offer[row], offers.supplier[offer]
        usable = offer_faults(inputs) == None  # noqa: E711 - element by element over an object array
        approved = inputs.suppliers.approved
        days = np.maximum(inputs.suppliers.lead_time_days, self.settings.minimum_lead_time_days)
        fits = usable[offer] & (offer != chosen)
        fits &= approved[supplier] == approved[offers.supplier[chosen]]
        fits &= np.ceil(days[supplier]) <= state.levels.exposure_days[drafts.item[row]]
        if self.settings.supplier_choice is SupplierChoice.PREFERRED:
            fits &= offers.rank[offer] == offers.rank[chosen]
        if inputs.only_supplier is not None:
            fits &= inputs.suppliers.id[supplier] == inputs.only_supplier
        return drafts.item[row[fits]], offer[fits]


class _Budgets:
    """Budgets as rows: 0 is the run's, then one for each supplier and category that has any."""

    def __init__(self, inputs: PlanInputs, settings: PlanSettings) -> None:
        self._home = inputs.home_currency
        self._all = settings.all_budgets
        self._before = [spent_before(budget, inputs.placed, inputs.as_of) for budget in self._all]
        keys = sorted({_scope(budget.supplier, budget.category) for budget in self._all} - {("", "")})
        self._row = {("", ""): 0, **{key: place for place, key in enumerate(keys, 1)}}
        self.amount = np.full(len(self._row), NO_LIMIT, dtype=np.int64)
        for budget, before in zip(self._all, self._before, strict=True):
            row = self._row[_scope(budget.supplier, budget.category)]
            left = max(budget.amount.minor - before.minor, 0)
            self.amount[row] = min(self.amount[row], left)

    def drawn(self, suppliers: Ints, inputs: PlanInputs, items: Ints) -> Ints:
        """The rows that each bid draws on: the run's, its supplier's, its category's."""
        by_supplier = [self._row.get((str(name), ""), NO_BUDGET) for name in inputs.suppliers.id]
        found = np.full((len(items), 3), NO_BUDGET, dtype=np.int64)
        found[:, 0] = 0
        found[:, 1] = np.array(by_supplier, dtype=np.int64)[suppliers]
        categories = {key[1] for key in self._row if key[1]}
        for name in categories:
            found[inputs.items.category[items] == name, 2] = self._row["", name]
        return found

    def uses(self, spend: Ints, prices: Floats) -> tuple[BudgetUse, ...]:
        """What became of each budget; the tightest of a scope carries its price."""
        found = []
        for budget, before in zip(self._all, self._before, strict=True):
            row = self._row[_scope(budget.supplier, budget.category)]
            tightest = max(budget.amount.minor - before.minor, 0) == int(self.amount[row])
            price = Decimal(repr(float(prices[row]) if tightest else 0.0)).quantize(PRICE_PLACES)
            spent = Money(int(spend[row]), self._home)
            found.append(BudgetUse(budget=budget, spent_before=before, spent=spent, price=price))
        return tuple(found)


def _scope(supplier: str | None, category: str | None) -> tuple[str, str]:
    return supplier or "", category or ""


class _Orders:
    """Candidates by the order (supplier and location) that they would be on; sorted by name, not by row."""

    def __init__(self, buyer: _Buyer, drafts: Drafts) -> None:
        inputs = buyer.inputs
        self.buyer = buyer
        supplier = _ranks(inputs.suppliers.id)[drafts.supplier]
        sku, place = _ranks(inputs.items.sku[drafts.item]), _ranks(inputs.items.location[drafts.item])
        order = np.lexsort((drafts.offer, sku, place, supplier))
        self.drafts = rows_of(drafts, order)
        sku, place, supplier = sku[order], place[order], supplier[order]
        fresh = (np.diff(supplier, prepend=-1) != 0) | (np.diff(place, prepend=-1) != 0)
        self.order = np.cumsum(fresh) - 1
        self.first = np.append(np.flatnonzero(fresh), len(order)).astype(np.int64)
        items, self.bid_item = np.unique(sku * (int(place.max(initial=0)) + 1) + place, return_inverse=True)
        self.item_key = np.arange(len(items), dtype=np.int64)
        by_order = self.drafts.supplier[self.first[:-1]]
        self.minimum = np.maximum(inputs.suppliers.minimum_minor[by_order], 0)
        weight, volume = order_limits(inputs)
        self.most_weight = np.where(weight[by_order] >= 0, weight[by_order], NO_LIMIT)
        self.most_volume = np.where(volume[by_order] >= 0, volume[by_order], NO_LIMIT)
        self.weight, self.volume = (np.maximum(each, 0) for each in weights_and_volumes(inputs, self.drafts))
        self.drawn = buyer.budgets.drawn(self.drafts.supplier, inputs, self.drafts.item)
        cost = buyer.settings.purchase_order_cost
        rate = buyer.rates.get(cost.currency, Decimal(1)) if cost else Decimal(0)
        amount = float(cost.amount * rate) * 10 ** exponent(inputs.home_currency) if cost else 0.0
        self.fixed = np.full(len(by_order), amount)

    def values(self, candidate: Ints, quantity: Ints) -> Ints:
        """Minor units of the supplier's currency."""
        return self.buyer.tiers.unit_cost(self.drafts.offer[candidate], quantity) * quantity

    def costs(self, candidate: Ints, value: Ints) -> Ints:
        """Home minor units of values, rounded up."""
        inputs = self.buyer.inputs
        currency = inputs.suppliers.currency[self.drafts.supplier[candidate]]
        found = np.zeros(len(value), dtype=np.int64)
        for code in sorted(set(currency.tolist())):
            there = currency == code
            found[there] = home_minor_up(value[there], self.buyer.rates[code], code, inputs.home_currency)
        return found

    def budget_spend(self, quantity: Ints) -> Ints:
        """Home minor units drawn on each budget."""
        candidate = np.arange(len(quantity))
        cost = self.costs(candidate, self.values(candidate, quantity))
        found = np.zeros(len(self.buyer.budgets.amount), dtype=np.int64)
        for column in range(3):
            there = self.drawn[:, column] != NO_BUDGET
            np.add.at(found, self.drawn[there, column], cost[there])
        return found

    def hold(self, quantity: Ints) -> bool:
        """Whether these quantities keep every minimum, limit and budget, and placing orders costs nothing."""
        if not len(quantity):
            return True
        value = self.values(np.arange(len(quantity)), quantity)
        kept = (self.by_order(value) >= self.minimum).all() and not self.fixed.any()
        kept = kept and (self.by_order(self.weight * quantity) <= self.most_weight).all()
        kept = kept and (self.by_order(self.volume * quantity) <= self.most_volume).all()
        return bool(kept and (self.budget_spend(quantity) <= self.buyer.budgets.amount).all())

    def by_order(self, figures: Ints) -> Ints:
        """Sums by order of a figure per candidate."""
        return np.asarray(np.add.reduceat(figures, self.first[:-1]))

    def solved(self) -> tuple[Options, Bought]:
        """The options of all candidates, and which to buy: a coarse choice, then a fine one around it.

        A line that will run out before the goods arrive may be topped up to the maximum cover.
        """
        from shop.joint_purchasing.solve import solve  # noqa: PLC0415 - loads numba, when something binds

        buyer = self.buyer
        short = (self.most_weight < NO_LIMIT) | (self.most_volume < NO_LIMIT)
        short |= bool((buyer.budgets.amount < NO_LIMIT).any())
        drafts, per_day, urgent = self.drafts, buyer.state.per_day, buyer.state.urgent[self.drafts.item]
        low = np.where(short[self.order], np.minimum(drafts.least, drafts.quantity), drafts.quantity)
        top_up = (per_day[drafts.item] * buyer.settings.top_up_days).astype(np.int64)
        high = np.minimum(np.where(urgent, drafts.most, drafts.quantity + top_up), drafts.most)
        high = np.maximum(high // drafts.pack * drafts.pack, drafts.quantity)
        high = np.where((self.minimum > 0)[self.order], high, drafts.quantity)
        wide = self._options(low, drafts.quantity, high)
        bought = solve(self._market(wide))
        if not short.any():
            return wide, bought
        narrow = self._options(*_around(wide, bought))
        again = solve(self._market(narrow))
        return (narrow, again) if again.worth_milli > bought.worth_milli else (wide, bought)

    def _options(self, low: Ints, middle: Ints, high: Ints) -> Options:
        from shop.purchase_worth import options  # noqa: PLC0415 - loads numba, when something binds

        buyer = self.buyer
        return options(buyer.inputs, buyer.settings, buyer.state, buyer.tiers, self.drafts, low, middle, high)

    def _market(self, options: Options) -> Market:
        candidate = options.candidate
        value = options.unit_cost * options.quantity
        return Market(
            minimum=self.minimum,
            fixed=self.fixed,
            most_cost=np.full(len(self.minimum), NO_LIMIT, dtype=np.int64),
            most_weight=self.most_weight,
            most_volume=self.most_volume,
            order_first=self.first,
            order_key=np.arange(len(self.minimum), dtype=np.int64),
            bid_item=self.bid_item.astype(np.int64),
            bid_budget=self.drawn,
            bid_first=options.first,
            item_key=self.item_key,
            cost=self.costs(candidate, value),
            value=value,
            weight=self.weight[candidate] * options.quantity,
            volume=self.volume[candidate] * options.quantity,
            worth=options.worth,
            budget=self.buyer.budgets.amount,
        )

    def quantities(self, options: Options, bought: Bought) -> Ints:
        """What is bought by each candidate (0: nothing), top-ups cut to what the minimum needs."""
        chosen = np.where(bought.option >= 0, options.quantity[bought.option], 0)
        topped = np.flatnonzero(chosen > self.drafts.quantity)
        unit_cost = self.buyer.tiers.unit_cost(self.drafts.offer, chosen)
        spare = self.by_order(unit_cost * chosen) - self.minimum
        for row in topped[np.lexsort((topped, -(unit_cost * self.drafts.pack)[topped]))].tolist():
            order, pack, cost = int(self.order[row]), int(self.drafts.pack[row]), int(unit_cost[row])
            floor = max(int(self.drafts.quantity[row]), self._tier_start(row, int(chosen[row])))
            packs = min(int(spare[order]) // (pack * cost), (int(chosen[row]) - floor) // pack)
            chosen[row] -= packs * pack
            spare[order] -= packs * pack * cost
        return chosen

    def _tier_start(self, row: int, quantity: int) -> int:
        """The quantity from which on the present unit cost holds."""
        tiers = self.buyer.tiers.of(int(self.drafts.offer[row]))
        return next(start for start, _ in reversed(tiers) if start <= quantity)

    def held(self, options: Options, chosen: Ints, bought: Bought) -> dict[int, Reason]:
        """Why each item that nothing is bought of is not: its preferred order's limits, or a budget."""
        served = set(self.drafts.item[chosen > 0].tolist())
        value = np.maximum.reduceat(options.unit_cost * options.quantity, options.first[:-1])
        reachable = self.by_order(value) >= self.minimum
        placed = self.by_order(chosen) > 0
        priced = self._priced(bought)
        full = self.by_order(self.weight * chosen) + self.by_order(self.volume * chosen) > 0
        full &= (self.most_weight < NO_LIMIT) | (self.most_volume < NO_LIMIT)
        found = {}
        for row in np.flatnonzero(self.drafts.preferred).tolist():
            item, order = int(self.drafts.item[row]), int(self.order[row])
            if item in served:
                continue
            if placed[order]:
                tight = full[order] and not self._fits_still(
                    row, int(options.quantity[options.first[row]]), chosen
                )
                found[item] = Reason.ORDER_FULL if tight else Reason.OVER_BUDGET
            elif reachable[order] and priced[row]:
                found[item] = Reason.OVER_BUDGET
            elif self.minimum[order] > 0:
                urgent = bool(self.buyer.state.urgent[item])
                found[item] = Reason.SUPPLIER_MINIMUM_URGENT if urgent else Reason.SUPPLIER_MINIMUM
            else:
                found[item] = Reason.ORDER_FULL if full[order] or not priced[row] else Reason.OVER_BUDGET
        return found

    def _fits_still(self, row: int, quantity: int, chosen: Ints) -> bool:
        """Whether so many pieces more of a candidate would still go on its order."""
        order = int(self.order[row])
        own = slice(int(self.first[order]), int(self.first[order + 1]))
        weight = int((self.weight[own] * chosen[own]).sum()) + int(self.weight[row]) * quantity
        volume = int((self.volume[own] * chosen[own]).sum()) + int(self.volume[row]) * quantity
        return weight <= int(self.most_weight[order]) and volume <= int(self.most_volume[order])

    def _priced(self, bought: Bought) -> Flags:
        """Whether a budget of the candidate binds."""
        price = np.append(bought.price, 0.0)
        return np.asarray((price[self.drawn] > 0).any(axis=1))


def _around(options: Options, bought: Bought) -> tuple[Ints, Ints, Ints]:
    """The chosen quantities with the next ones under and over them."""
    first, last = options.first[:-1], options.first[1:] - 1
    here = np.where(bought.option >= 0, bought.option, first)
    low, high = np.maximum(here - 1, first), np.minimum(here + 1, last)
    return options.quantity[low], options.quantity[here], options.quantity[high]


def _ranks(names: object) -> Ints:
    """The place of each name among the sorted distinct ones."""
    _, found = np.unique(np.asarray(names, dtype=np.object_), return_inverse=True)
    return found.astype(np.int64)


def _joined(left: Drafts, right: Drafts) -> Drafts:
    columns = {
        name: np.concatenate((getattr(left, name), getattr(right, name)))
        for name in Drafts.__dataclass_fields__
    }
    return replace(left, **columns)
