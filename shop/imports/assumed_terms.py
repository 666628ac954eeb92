"""Suppliers and offers for SKUs whose terms nobody has confirmed yet, as rows of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.imports.assumptions import Assumptions, assumed_unit_cost
from shop.imports.report import Finding
from shop.store.loading import Difference, compare, stored_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shop.money import Money
    from shop.store.database import Snapshot


def assumed_terms(
    snapshot: Snapshot,
    prices: dict[str, Money],
    groups: dict[str, tuple[str, str]],
    currency: str,
    assumptions: Assumptions,
    costs: dict[str, Money] | None = None,
) -> tuple[list[Difference], list[Finding]]:
    """Assumed suppliers (`groups`: SKU -> id, name) and offers for every SKU without confirmed terms.

    A known cost in `costs` is used as the unit cost, else a share of the price.
    """
    costs = costs or {}
    columns = ("supplier", "sku", "unit_cost_minor", "moq", "pack_size", "rank", "assumed")
    offers = stored_rows(snapshot, "offers", columns)
    confirmed = {row["sku"] for row in offers if not row["assumed"]}
    open_skus = [sku for sku in prices if sku not in confirmed]
    wanted = [
        {
            "supplier": groups[sku][0],
            "sku": sku,
            "unit_cost_minor": (
                costs.get(sku) or assumed_unit_cost(prices[sku], assumptions.cost_percent)
            ).minor,
            "moq": 1,
            "pack_size": 1,
            "rank": 0,
            "assumed": True,
        }
        for sku in open_skus
    ]
    open_offers = [row for row in offers if row["assumed"] and row["sku"] in prices]
    suppliers = _assumed_suppliers(snapshot, {groups[sku] for sku in open_skus}, currency, assumptions)
    terms = compare("offers", ("supplier", "sku"), open_offers, wanted)
    findings = []
    if wanted:
        text = (
            f"supplier, cost, lead time and minimums of {len(wanted):,} SKUs are assumed: complete them in a "
            "suppliers file and import that"
        )
        findings.append(Finding("assumed_terms", len(wanted), text))
    return [suppliers, terms], findings


def _assumed_suppliers(
    snapshot: Snapshot, groups: Iterable[tuple[str, str]], currency: str, assumptions: Assumptions
) -> Difference:
    columns = (
        "id",
        "name",
        "currency",
        "lead_time_days",
        "lead_time_sd_days",
        "minimum_order_minor",
        "approved",
        "assumed",
    )
    stored = stored_rows(snapshot, "suppliers", columns)
    confirmed = {row["id"] for row in stored if not row["assumed"]}
    wanted = [
        {
            "id": supplier,
            "name": name,
            "currency": currency,
            "lead_time_days": float(assumptions.lead_time_days),
            "lead_time_sd_days": float(assumptions.lead_time_sd_days),
            "minimum_order_minor": 0,
            "approved": True,
            "assumed": True,
        }
        for supplier, name in sorted(groups)
        if supplier not in confirmed
    ]
    return compare("suppliers", ("id",), stored, wanted)
