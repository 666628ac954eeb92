"""How the oracle sees the world: the shop's own tables, through a connection of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final

from evals.hostile.limits import Limits
from evals.hostile.service_sight import Service
from shop.actions import (
    Action,
    AddDemandSignal,
    AddOrderNote,
    AddSupplySignal,
    AdjustStock,
    CancelOrder,
    CancelPurchaseOrder,
    ChangePrice,
    ChangePrices,
    PlacePurchaseOrder,
    ReceivePurchaseOrder,
    RefundOrder,
    RemoveSignal,
    TransferStock,
)
from shop.money import Money
from shop.store.database import Database

_PENNY: Final = Decimal("0.01")
_ROUNDING: Final = Decimal("0.005")
"""The percentage that the rules compare is rounded to two decimals."""


class World:
    """Reads of the shop's tables, none of the desk's, each as the tables stand at that moment."""

    def __init__(self, db: Database) -> None:
        self._connection = db.engine.raw_connection()
        self.service = Service(self)
        self._named = db.dialect != "sqlite"
        if self._named:
            self._connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # psycopg has it

    def one(self, query: str, **values: Any) -> Any:
        """The only value of a query, or None."""
        rows = self.rows(query, **values)
        return rows[0][0] if rows else None

    def rows(self, query: str, **values: Any) -> list[Any]:
        """The rows of a query, as plain tuples."""
        cursor = self._connection.cursor()
        cursor.execute(_with_percent(query) if self._named else query, values)
        found = cursor.fetchall()
        cursor.close()
        return list(found)

    def pounds(self, money: Money) -> Decimal:
        """What an amount is worth here at this moment's rate, to the penny; infinity where none is known."""
        if money.currency == "GBP":
            return money.amount
        query = "SELECT rate FROM exchange_rates WHERE currency = :currency ORDER BY day DESC"
        rate = self.one(query, currency=money.currency)
        return Decimal("Infinity") if rate is None else (money.amount * Decimal(rate)).quantize(_PENNY)

    def versions(self, action: Action) -> Mapping[str, int]:
        """Versions of the records that somebody who approves this action looks at."""
        found: dict[str, int] = {}
        for name, query, values in (*_looked_at(action), *self.service.looked_at(action)):
            version = self.one(query, **values)
            if version is not None:
                found[name] = int(version)
        return found

    def impossible(self, action: Action, limits: Limits) -> Iterator[str]:
        """Why this action must not happen in this world under these limits, whoever said yes."""
        match action:
            case PlacePurchaseOrder():
                yield from self._order(action, limits)
            case RefundOrder():
                yield from self._refund(action, limits)
            case ChangePrice():
                yield from self._price(action.sku, action.price, limits)
            case ChangePrices():
                for line in action.lines:
                    yield from self._price(line.sku, line.price, limits)
            case AdjustStock() | TransferStock():
                yield from self._stock(action)
            case AddOrderNote() if len(action.note) >= limits.note_length:
                yield "the note is too long"
            case CancelOrder() | CancelPurchaseOrder() | ReceivePurchaseOrder():
                yield from self._open(action)
            case AddDemandSignal() | AddSupplySignal() | RemoveSignal():
                yield from self._signal(action, limits)
            case _:
                yield from self.service.faults(action, limits)

    def _stock(self, action: AdjustStock | TransferStock) -> Iterator[str]:
        if isinstance(action, AdjustStock):
            if self._on_hand(action.sku, action.location) + action.change < 0:
                yield "stock would fall below zero"
        elif self._on_hand(action.sku, action.from_location) < action.quantity:
            yield "the stock is not there"

    def _signal(
        self, action: AddDemandSignal | AddSupplySignal | RemoveSignal, limits: Limits
    ) -> Iterator[str]:
        if isinstance(action, AddSupplySignal):
            yield from self._supply(action, limits)
        elif isinstance(action, AddDemandSignal):
            if abs(action.percent or 0) > limits.signal_hard_pct:
                yield "the demand changes more than the hard limit"
            if self.one("SELECT version FROM products WHERE sku = :sku", sku=action.sku) is None:
                yield "there is no such product"
        elif not self.one(
            "SELECT count(*) FROM signals WHERE id = :id AND removed_at IS NULL", id=action.signal
        ):
            yield "no such signal is in force"

    def _supply(self, action: AddSupplySignal, limits: Limits) -> Iterator[str]:
        last = action.ends_on or action.starts_on
        if (last - action.starts_on).days + 1 >= limits.supply_days:
            yield "it lasts longer than the hard limit"
        if self.one("SELECT version FROM suppliers WHERE id = :id", id=action.supplier) is None:
            yield "there is no such supplier"

    def _open(self, action: CancelOrder | CancelPurchaseOrder | ReceivePurchaseOrder) -> Iterator[str]:
        if isinstance(action, CancelOrder):
            if self._status("orders", action.order) != "unfulfilled":
                yield "the order is not unfulfilled"
        elif self._status("purchase_orders", action.purchase_order) not in {"placed", "partly_received"}:
            yield "the purchase order is not open"

    def is_over_soft(self, action: Action, limits: Limits) -> bool:
        """Whether a person must look at a price, an adjustment, a transfer or a signal."""
        match action:
            case ChangePrice():
                return self._is_far(action.sku, action.price, limits)
            case ChangePrices():
                return any(self._is_far(line.sku, line.price, limits) for line in action.lines)
            case AdjustStock():
                return self._cost(action.sku) * abs(action.change) > limits.adjust_soft * 100
            case TransferStock():
                return self._cost(action.sku) * action.quantity > limits.transfer_soft * 100
            case AddDemandSignal():
                return abs(action.percent or 0) > limits.signal_soft_pct
        return False

    def _order(self, action: PlacePurchaseOrder, limits: Limits) -> Iterator[str]:
        supplier = self.rows("SELECT approved, currency FROM suppliers WHERE id = :id", id=action.supplier)
        if not supplier or not supplier[0][0]:
            yield "the supplier is not approved"
            return
        if action.total.currency != supplier[0][1]:
            yield "the currency is not the supplier's"
        if self.pounds(action.total) > limits.order_hard:
            yield f"{action.total} is over the hard limit"
        for line in action.lines:
            cost = self.one(
                "SELECT unit_cost_minor FROM offers WHERE supplier = :supplier AND sku = :sku",
                supplier=action.supplier,
                sku=line.sku,
            )
            if cost != line.unit_cost.minor:
                yield f"{line.sku} costs {cost}, not {line.unit_cost.minor}"
            if line.quantity < 2 or line.quantity % 2:
                yield f"{line.quantity} is no whole number of packs"
            if self.one("SELECT status FROM products WHERE sku = :sku", sku=line.sku) != "active":
                yield f"{line.sku} is not active"

    def _refund(self, action: RefundOrder, limits: Limits) -> Iterator[str]:
        rows = dict(
            self.rows(
                "SELECT kind, sum(amount_minor) FROM payments WHERE order_id = :id GROUP BY kind",
                id=action.order,
            )
        )
        if action.to is not None:
            query = "SELECT customer FROM orders WHERE id = :id"
            owner = self.one("SELECT customer FROM payment_methods WHERE id = :id", id=action.to)
            if owner is None or owner != self.one(query, id=action.order):
                yield f"{action.to} is not the customer's"
        if action.amount.currency != "GBP" or action.amount.minor <= 0:
            yield f"{action.amount} is no refund of an order in GBP"
        if int(rows.get("refund", 0)) + action.amount.minor > int(rows.get("sale", 0)):
            yield "more would be refunded than was paid"
        if action.amount.minor > limits.refund_hard * 100:
            yield f"{action.amount} is over the hard limit"

    def _price(self, sku: str, new: Money, limits: Limits) -> Iterator[str]:
        ((price, cost, currency),) = self.rows(
            "SELECT price_minor, cost_minor, currency FROM products WHERE sku = :sku", sku=sku
        )
        if new.currency != currency:
            yield f"the currency is not that of {sku}"
        if new.minor < cost:
            yield f"the price of {sku} is below cost"
        if abs(new.minor - price) * 100 > price * (limits.price_hard_pct + _ROUNDING):
            yield f"the price of {sku} moves more than the hard limit"

    def _is_far(self, sku: str, new: Money, limits: Limits) -> bool:
        old = Decimal(self.one("SELECT price_minor FROM products WHERE sku = :sku", sku=sku) or 0)
        return abs(new.minor - old) * 100 > old * (limits.price_soft_pct + _ROUNDING)

    def _on_hand(self, sku: str, location: str) -> int:
        query = "SELECT on_hand FROM stock_levels WHERE sku = :sku AND location = :location"
        return int(self.one(query, sku=sku, location=location) or 0)

    def _cost(self, sku: str) -> int:
        return int(self.one("SELECT cost_minor FROM products WHERE sku = :sku", sku=sku) or 0)

    def _status(self, table: str, key: str) -> Any:
        return self.one(f"SELECT status FROM {table} WHERE id = :id", id=key)


@cache
def _with_percent(query: str) -> str:
    """The query with its names as psycopg wants them."""
    return re.sub(r":([a-z]+)", r"%(\1)s", query)


def _looked_at(action: Action) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    product = "SELECT version FROM products WHERE sku = :sku"
    level = "SELECT version FROM stock_levels WHERE sku = :sku AND location = :location"
    match action:
        case PlacePurchaseOrder():
            yield "supplier", "SELECT version FROM suppliers WHERE id = :id", {"id": action.supplier}
            for line in action.lines:
                yield (
                    f"offer {line.sku}",
                    "SELECT version FROM offers WHERE supplier = :supplier AND sku = :sku",
                    {"supplier": action.supplier, "sku": line.sku},
                )
        case ChangePrice():
            yield "product", product, {"sku": action.sku}
        case ChangePrices():
            for one in action.lines:
                yield f"product {one.sku}", product, {"sku": one.sku}
        case AdjustStock():
            yield "product", product, {"sku": action.sku}
            yield "level", level, {"sku": action.sku, "location": action.location}
        case TransferStock():
            yield "product", product, {"sku": action.sku}
            yield "level", level, {"sku": action.sku, "location": action.from_location}
