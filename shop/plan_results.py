"""What a reorder plan says: orders, transfers, and one verdict with its arithmetic for each SKU-location."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shop.budgets import BudgetUse
from shop.money import Money


class Verdict(StrEnum):
    """What the plan does for a SKU at a location."""

    ORDERED = "ordered"
    TRANSFERRED = "transferred"
    NOT_ORDERED = "not_ordered"
    NEEDS_ATTENTION = "needs_attention"


class Reason(StrEnum):
    """Why; each verdict has exactly one."""

    AT_REORDER_POINT = "at_reorder_point"
    BACKORDERED = "backordered"
    SURPLUS_ELSEWHERE = "surplus_elsewhere"
    ENOUGH_STOCK = "enough_stock"
    NO_DEMAND = "no_demand"
    DEMAND_TOO_LOW = "demand_too_low"
    NOT_FOR_SALE = "not_for_sale"
    END_OF_LIFE = "end_of_life"
    OTHER_SUPPLIER = "other_supplier"
    OVER_BUDGET = "over_budget"
    SUPPLIER_MINIMUM = "supplier_minimum"
    SUPPLIER_MINIMUM_URGENT = "supplier_minimum_urgent"
    NO_SUPPLIER = "no_supplier"
    UNKNOWN_SUPPLIER = "unknown_supplier"
    NO_COST = "no_cost"
    NO_EXCHANGE_RATE = "no_exchange_rate"
    NO_LEAD_TIME = "no_lead_time"
    PACK_SIZE_ZERO = "pack_size_zero"
    MOQ_NEGATIVE = "moq_negative"
    MOQ_OVER_MAXIMUM = "moq_over_maximum"
    MOQ_OVER_SHELF_LIFE = "moq_over_shelf_life"
    QUANTITY_OVER_LIMIT = "quantity_over_limit"
    NEGATIVE_STOCK = "negative_stock"
    NO_HISTORY = "no_history"
    SUPPLIER_UNAVAILABLE = "supplier_unavailable"
    ORDER_FULL = "order_full"
    NO_WEIGHT = "no_weight"
    NO_VOLUME = "no_volume"


class Note(StrEnum):
    """Something worth knowing about a line that did not decide it."""

    OVERDUE_COUNTED = "overdue_counted"
    OVERDUE_IGNORED = "overdue_ignored"
    ARRIVES_TOO_LATE = "arrives_too_late"
    PRICE_BREAK_TAKEN = "price_break_taken"
    TOPPED_UP = "topped_up"
    REDUCED = "reduced"
    OTHER_SOURCE = "other_source"
    ROUNDED_OVER_MAXIMUM = "rounded_over_maximum"
    SUPPLIER_NOT_APPROVED = "supplier_not_approved"
    BULK_SALES_TRIMMED = "bulk_sales_trimmed"
    FLAWED_SALES = "flawed_sales"
    LEAD_TIME_FLOOR = "lead_time_floor"
    NEW_PRODUCT = "new_product"
    URGENT = "urgent"


class Constraint(StrEnum):
    """What fixed a quantity, or kept it at nothing; the last one that moved it."""

    NONE = ""
    NEED = "need"
    MOQ = "moq"
    PACKS = "packs"
    PRICE_BREAK = "price_break"
    SUPPLIER_MINIMUM = "supplier_minimum"
    BUDGET = "budget"
    ORDER_LIMIT = "order_limit"
    MAXIMUM_COVER = "maximum_cover"
    SHELF_LIFE = "shelf_life"
    TRANSFER = "transfer"
    FINDING = "finding"


class AlternativeKind(StrEnum):
    """What else could have been done."""

    OTHER_SUPPLIER = "other_supplier"
    TRANSFER = "transfer"
    NEXT_BREAK = "next_break"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Something that was not done about a line, with its figures; `supplier` is the location of a transfer.

    `unit_cost` and `value` are in that supplier's currency, `lost_margin` in the home currency.
    """

    kind: AlternativeKind
    words: str
    supplier: str = ""
    quantity: int = 0
    unit_cost: Money | None = None
    value: Money | None = None
    lead_time_days: float = 0.0
    lost_margin: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Every number behind one quantity, in pieces, days and money, in the order in which it is computed.

    Position = on hand - committed - unavailable + incoming in time. Lead-time demand covers the exposure
    (lead time + review days): mean d*E, variance E*sd^2 + d^2*sdL^2. `risk_without` and `risk_with` are the
    probabilities of a stock-out within the exposure without and with what the plan does.

    Where sales that find an empty shelf are lost (`shop/projected_level.py`), need = order up to - position -
    `lost_before_delivery`, the pieces lost before this order's delivery that need no replacement; and an
    order is due when position + `counted_above_position` is at or below the reorder point. Both are 0 in
    drafts of older versions.

    A perishable product keeps `shelf_life_days` after its arrival, in which, with the lead time,
    `sold_before_spoiling` pieces are expected to sell: the order-up-to level is no higher. Both are 0 for
    goods that keep.

    The forecast goes by the weeks as far as `share_by_weeks` says, else by the days: on `back_tests` earlier
    mornings their pinball losses were `loss_by_weeks` and `loss_by_days`, as shares of what was asked for
    (`shop/forecasting/back_test.py`); 0 mornings where the history is too short.

    `season_demand` of the lead-time demand is what the year before tells beyond (or under) the usual days';
    `signal_demand` of it and `signal_delay_days` of the lead time come from signals. Costs
    are expectations in the home currency: the margin that doing nothing loses within the exposure, the cost
    of placing the line, and of holding its pieces until they are sold (quantity^2 / (2 d), at the yearly
    holding rate; Silver, Pyke and Thomas 2017, section 4.1).
    """

    on_hand: int
    committed: int
    unavailable: int
    incoming: int
    incoming_late: int
    position: int
    demand_per_day: float
    demand_sd_per_day: float
    demand_class: str
    method: str
    observed_days: int
    stockout_days: int
    bulk_sales: int
    supplier: str
    lead_time_days: float
    lead_time_sd_days: float
    review_days: int
    lead_time_demand: float
    lead_time_demand_sd: float
    service_target: float
    distribution: str
    safety_stock: int
    reorder_point: int
    economic_quantity: int
    order_up_to: int
    raw_need: int
    transferred_in: int
    transferred_out: int
    moq: int
    pack_size: int
    after_moq: int
    after_packs: int
    quantity: int
    unit_cost: Money | None
    risk_without: float
    risk_with: float
    source: str
    share_by_weeks: float = 0.5
    back_tests: int = 0
    loss_by_days: float = 0.0
    loss_by_weeks: float = 0.0
    season_demand: float = 0.0
    signal_demand: float = 0.0
    signal_delay_days: float = 0.0
    lost_sales_without: float = 0.0
    lost_margin_without: Money | None = None
    unit_margin: Money | None = None
    order_cost: Money | None = None
    holding_cost: Money | None = None
    constraint: Constraint = Constraint.NONE
    lost_before_delivery: int = 0
    counted_above_position: int = 0
    shelf_life_days: int = 0
    sold_before_spoiling: int = 0

    @property
    def cover_days(self) -> float | None:
        """Days until the position is sold at the mean rate; None without demand."""
        return self.position / self.demand_per_day if self.demand_per_day > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVerdict:
    """The plan's answer for one SKU at one location, in words and numbers."""

    sku: str
    title: str
    location: str
    verdict: Verdict
    reason: Reason
    words: str
    notes: tuple[Note, ...]
    value: Money | None
    arithmetic: Arithmetic
    signals: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFigures:
    """The figures of `Arithmetic` that show the need behind a line, where a plan keeps no others."""

    position: int
    transferred_in: int
    transferred_out: int
    reorder_point: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """So many pieces of one SKU at one unit cost (supplier's currency); `item` is its row in the inputs."""

    item: int
    sku: str
    quantity: int
    unit_cost: Money
    arithmetic: Arithmetic | NeedFigures

    @property
    def value(self) -> Money:
        """Quantity times unit cost."""
        return self.unit_cost * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """One purchase order to one supplier for one location; `home_value` is in the home currency."""

    supplier: str
    location: str
    expected_on: date
    lines: tuple[PlannedLine, ...]
    home_value: Money

    @property
    def total(self) -> Money:
        """The value of all lines, in the supplier's currency."""
        return Money.total((line.value for line in self.lines), self.lines[0].unit_cost.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTransfer:
    """Pieces of a SKU to be moved from a location with surplus to one in need."""

    sku: str
    from_location: str
    to_location: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What should be done on `as_of`; `verdicts` has one entry for each SKU-location in scope.

    `uses` tells of every budget what was spent before, what the plan spends, and what more would be worth.
    """

    as_of: date
    home_currency: str
    orders: tuple[PlannedOrder, ...]
    transfers: tuple[PlannedTransfer, ...]
    verdicts: Sequence[ItemVerdict]
    budget: Money | None
    uses: tuple[BudgetUse, ...] = ()

    @property
    def home_value(self) -> Money:
        """What all orders cost, in the home currency."""
        return Money.total((order.home_value for order in self.orders), self.home_currency)

    def counts(self) -> dict[Verdict, int]:
        """How many SKU-locations got each verdict; the sum is the number of verdicts."""
        found = Counter(entry.verdict for entry in self.verdicts)
        return {verdict: found.get(verdict, 0) for verdict in Verdict}
