"""What price actions do to the embedded shop; ``shop/backends/embedded.py`` calls it through `carry_out`."""

from __future__ import annotations

from typing import Any

from shop.actions import ChangePrice, ChangePrices
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import ConflictError, NotFoundError
from shop.money import Money
from shop.store.database import Transaction
from shop.store.effects import carry_out
from shop.store.guarded import insert, one, update
from shop.store.schema import price_changes, products


@carry_out.register
def _price(action: ChangePrice, tx: Transaction, claim: Claim) -> Receipt:
    old = _set_price(tx, claim, action.sku, action.price)
    return Receipt(
        Outcome.APPLIED,
        f"{action.sku}: {old} -> {action.price}",
        "",
        {"price": old.as_json()},
        {"price": action.price.as_json()},
    )


@carry_out.register
def _campaign(action: ChangePrices, tx: Transaction, claim: Claim) -> Receipt:
    """Each line is wholly done or not at all, and says which; where none can be done, the campaign fails."""
    before: dict[str, Any] = {}
    results: list[dict[str, Any]] = []
    for line in action.lines:
        try:
            old = _set_price(tx, claim, line.sku, line.price)
        except (ConflictError, NotFoundError) as error:
            results.append({"sku": line.sku, "outcome": Outcome.CONFLICT.value, "detail": str(error)})
            continue
        before[line.sku] = old.as_json()
        detail = f"{old} -> {line.price}"
        results.append({"sku": line.sku, "outcome": Outcome.APPLIED.value, "detail": detail})
    if not before:
        raise ConflictError(f"no price could be changed: {results[0]['detail']}")
    left = len(action.lines) - len(before)
    detail = f"{len(before)} prices changed" + (f", {left} left as they were" if left else "")
    prices = {line.sku: line.price.as_json() for line in action.lines if line.sku in before}
    return Receipt(Outcome.APPLIED, detail, "", {"prices": before}, {"prices": prices, "results": results})


def _set_price(tx: Transaction, claim: Claim, sku: str, price: Money) -> Money:
    """Set one price; the old one. Everything that can be wrong is looked at before anything is written."""
    product = one(tx, products, f"product {sku!r}", sku=sku)
    if product.currency != price.currency:
        raise ConflictError(
            f"{sku} is priced in {product.currency}, not {price.currency}: name a price in the first"
        )
    changed = {"price_minor": price.minor, "price_changed_at": claim.at}
    update(tx, products, {"sku": sku}, product.version, **changed)
    insert(
        tx,
        price_changes,
        sku=sku,
        at=claim.at,
        price_minor=price.minor,
        currency=price.currency,
        source=claim.action_id,
        before_minor=product.price_minor,
    )
    return Money(product.price_minor, product.currency)
