"""What a reorder plan is made from: columns for the whole catalogue, read once, and the settings.

One row of `Items` is one SKU at one location. All other tables point to it, or to each other, by row
number. Nothing here is computed: `shop/store/history.py` fills it from a database, tests fill it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from shop.budgets import Budget, PlacedLine
from shop.errors import InvalidActionError
from shop.money import Money

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shop.signalled_past import PromotionSums
    from shop.signals import Signal

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Names: TypeAlias = NDArray[np.object_]

UNKNOWN: Final = -1
"""In a ``*_minor`` column: nobody told the store this amount."""

NEVER: Final = 2**31 - 1
"""In `Items.observed_from`: the store has no trace of this SKU at this location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The catalogue: one row for each SKU at a location; all arrays have the same length.

    `price_minor` and `cost_minor` are in `currency` (the product's), `UNKNOWN` where nobody told them.
    `observed_from` is the row of the history at which the SKU was first there (0 if it was there before).
    `in_scope` marks the rows that the plan must answer for; the others only lend their stock.
    `weight_grams` and `volume_ml` are of one piece, `UNKNOWN` where nobody told them (None: of none).
    `shelf_life_days` is how long a piece keeps after its arrival, `UNKNOWN` where it does not spoil.
    """

    sku: Names
    title: Names
    location: Names
    category: Names
    status: Names
    currency: Names
    price_minor: Ints
    cost_minor: Ints
    on_hand: Ints
    committed: Ints
    unavailable: Ints
    observed_from: Ints
    in_scope: Flags
    weight_grams: Ints | None = None
    volume_ml: Ints | None = None
    shelf_life_days: Ints | None = None

    def __len__(self) -> int:
        return len(self.sku)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Pieces sold on each day (rows) of each item (columns), and on which days its shelf was empty."""

    starts_on: date
    sold: NDArray[Any]
    stocked_out: Flags

    @property
    def days(self) -> int:
        """Number of days, the last one being the day before the plan's."""
        return int(self.sold.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierSales:
    """Pieces sold per category (columns) on each of the days right before the history (rows).

    NaN on days that tell nothing of a usual year, such as those of a category's promotion.
    """

    category: Names
    pieces: Floats

    @property
    def days(self) -> int:
        """Number of days, the last one being the day before the history's first."""
        return int(self.pieces.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Demand of each week ahead (columns) over that of now, for each category (rows) of a whole catalogue."""

    category: Names
    factors: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Supply that is ordered, or proposed and not refused: one row for each line.

    `due_in_days` counts from the plan's day and is negative for an overdue order. A transfer that is
    waiting is two rows: pieces in at the one location, a negative quantity at the other. `source` is the
    order or request, `supplier` who delivers it ("" for a transfer; None where nobody asked).
    """

    item: Ints
    quantity: Ints
    due_in_days: Ints
    source: Names
    supplier: Names | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppliers:
    """Who sells; `minimum_minor` is the least value of one order, in the supplier's `currency`.

    One order weighs at most `most_weight_grams` and takes up at most `most_volume_ml` (a container, a lorry),
    `UNKNOWN` where there is no limit. `reliability` is the share of ordered pieces that arrives at all.
    `unknown` marks names that offers use and the store does not know: nothing is bought from them.
    """

    id: Names
    name: Names
    currency: Names
    lead_time_days: Floats
    lead_time_sd_days: Floats
    minimum_minor: Ints
    approved: Flags
    most_weight_grams: Ints | None = None
    most_volume_ml: Ints | None = None
    reliability: Floats | None = None
    unknown: Flags | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """A supplier's terms for a SKU, and the price breaks as rows (`break_offer`, from, unit cost)."""

    sku: Names
    supplier: Ints
    unit_cost_minor: Ints
    moq: Ints
    pack_size: Ints
    rank: Ints
    break_offer: Ints
    break_from: Ints
    break_cost_minor: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """All that a plan knows of the world on the morning of `as_of`.

    `rates`: one unit of the currency is worth so many units of `home_currency`; the home currency is 1.
    `only_supplier`: plan the purchases of this supplier only. `signals`: what people know of demand and
    supply (`shop/signalled.py` applies them). `ages`: how old the figures are, where somebody told.
    `earlier`: the sales of the year before the history, for its seasons; None where they are not known.
    `season`: where the inputs are a part of a catalogue, the seasons that were read from all of it; and
    `promoted`: of each signal of past demand, what was sold in all of it.
    """

    as_of: date
    home_currency: str
    items: Items
    history: History
    incoming: Incoming
    suppliers: Suppliers
    offers: Offers
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    only_supplier: str | None = None
    signals: tuple[Signal, ...] = ()
    ages: Ages | None = None
    placed: tuple[PlacedLine, ...] = ()
    earlier: EarlierSales | None = None
    season: Season | None = None
    promoted: tuple[PromotionSums, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How old the inputs are: days since each item's stock figure was set, the day of each exchange rate.

    `assumed_stock` marks items, `assumed_terms` offers, whose figures an import had to invent.
    """

    stock_days: Ints
    assumed_stock: Flags
    assumed_terms: Flags
    rate_days: Mapping[str, date]


class PackRounding(StrEnum):
    """What to do with a quantity that is no whole number of packs."""

    UP = "up"
    NEAREST = "nearest"
    DOWN_NOT_BELOW_MINIMUM = "down_not_below_minimum"


class MaximumStock(StrEnum):
    """What holds where a need rounded up to whole packs passes the maximum cover.

    `REPORTED`: the pack is bought and the line says so. `KEPT`: as many packs as stay within the maximum; if
    not even the least quantity does, a person decides.
    """

    REPORTED = "reported"
    KEPT = "kept"


class SupplierChoice(StrEnum):
    """Which of the usable offers of a SKU a plan may buy by, approved suppliers before others.

    `PREFERRED`: those of the best rank; the store's wish goes before the price. `CHEAPEST`: all of them.
    """

    PREFERRED = "preferred"
    CHEAPEST = "cheapest"


class Shortages(StrEnum):
    """What a customer does who finds the shelf empty."""

    LOST_SALES = "lost_sales"
    BACKORDERS = "backorders"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSettings:
    """How the store wants to reorder; raises InvalidActionError for a setting without a meaning.

    Levels are the cheapest on the costs of holding, ordering and shortage of each SKU. `fill_rate_target`
    (share of the pieces asked for that are served from the shelf) sets the reorder point instead;
    `service_level` (chance that a replenishment cycle has no stock-out, another number) overrides both.
    `shortages`: whether a customer who finds none goes away or waits; waiting costs `waiting_cost_per_day`
    of the piece's margin a day. A missed sale costs the margin, at least `least_goodwill` of the unit cost.
    `order_cost` is what one order line costs
    to place and receive; None is 5 units of the home currency. `holding_rate_per_year` is the yearly cost of
    a unit of money bound in stock. `transfer_cost` is what moving one SKU once costs (picking,
    packing, putting away); None is the order cost, and goods worth less are not moved.
    `economic_cover_days` caps the economic order quantity, `level_cover_days` the levels that costs choose,
    `maximum_cover_days` what minimums, packs and price breaks may make of them, `top_up_days` what may be
    added to reach a supplier's minimum.
    An overdue order counts as supply for `overdue_trust_days`. `purchase_order_cost` is what a whole
    purchase order costs to place, whatever is on it. `budget` is the run's; `budgets` hold for a period, a
    supplier or a category, all of them at once.
    """

    review_days: int = 7
    minimum_lead_time_days: float = 1.0
    unknown_lead_time_days: float = 14.0
    service_level: float | None = None
    fill_rate_target: float | None = None
    shortages: Shortages = Shortages.LOST_SALES
    waiting_cost_per_day: float = 0.05
    least_goodwill: float = 0.1
    order_cost: Money | None = None
    holding_rate_per_year: float = 0.25
    economic_cover_days: int = 60
    level_cover_days: int = 120
    maximum_cover_days: int = 180
    top_up_days: int = 30
    overdue_trust_days: int = 14
    rounding: PackRounding = PackRounding.UP
    transfers: bool = True
    transfer_cost: Money | None = None
    maximum_stock: MaximumStock = MaximumStock.REPORTED
    supplier_choice: SupplierChoice = SupplierChoice.PREFERRED
    purchase_order_cost: Money | None = None
    budget: Money | None = None
    budgets: tuple[Budget, ...] = ()

    def __post_init__(self) -> None:
        if self.review_days < 1:
            raise InvalidActionError(f"review_days must be at least 1, got {self.review_days}")
        for name in ("fill_rate_target", "service_level"):
            share = getattr(self, name)
            if share is not None and not 0 < share < 1:
                raise InvalidActionError(f"{name} must lie between 0 and 1, got {share}")
        if min(self.waiting_cost_per_day, self.least_goodwill) < 0:
            raise InvalidActionError("waiting_cost_per_day and least_goodwill cannot be negative")
        covers = (self.maximum_cover_days, self.level_cover_days, self.economic_cover_days)
        if self.holding_rate_per_year <= 0 or min(covers) < 1:
            raise InvalidActionError("holding_rate_per_year and the days of cover must be over zero")
        if self.budget is not None and self.budget.minor < 0:
            raise InvalidActionError(f"a budget cannot be negative: {self.budget}")

    @property
    def all_budgets(self) -> tuple[Budget, ...]:
        """The run's budget, if there is one, and all others."""
        return (*((Budget(amount=self.budget),) if self.budget is not None else ()), *self.budgets)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedSupply:
    """Pieces that an action not yet carried out would bring (or take, if negative) on a day."""

    sku: str
    location: str
    quantity: int
    due_on: date
    source: str
    supplier: str = ""
    unit_cost: Money | None = None
