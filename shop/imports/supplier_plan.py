"""What a completed suppliers file changes: which terms are confirmed, which offers and suppliers go."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from shop.imports.slugs import slug
from shop.imports.supplier_terms import Fault, Terms, TermsFile
from shop.store.loading import Difference, Row, compare, stored_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shop.store.database import Snapshot


def contradictions(file: TermsFile, products: dict[str, Row]) -> Iterable[Fault]:
    """Rows that are readable and cannot be true: unknown SKU, a line twice, a supplier at odds."""
    first: dict[str, tuple[int, Terms]] = {}
    lives: dict[str, tuple[int, Terms]] = {}
    seen: dict[tuple[str, str], int] = {}
    for line, terms in file.terms:
        supplier = terms.supplier.casefold()
        if terms.sku not in products:
            yield line, f"sku: {terms.sku!r} is not a SKU of this store"
        earlier = seen.setdefault((supplier, terms.sku), line)
        if earlier != line:
            yield line, f"sku: {terms.sku!r} of this supplier stands on line {earlier} already"
        earlier, other = lives.setdefault(terms.sku, (line, terms))
        if other.shelf_life_days != terms.shelf_life_days:
            yield line, f"shelf_life_days: differs from line {earlier} of the same SKU"
        earlier, other = first.setdefault(supplier, (line, terms))
        if other.of_supplier != terms.of_supplier:
            yield (
                line,
                f"lead time, its spread, currency, minimum order or limits of {terms.supplier!r} differ "
                f"from line {earlier}",
            )


def left_in_old_currency(
    file: TermsFile, ids: dict[str, str], stored: list[Row], offers: list[Row]
) -> Iterable[Fault]:
    """A supplier may change its currency only when all its unit costs are said anew."""
    currencies = {row["id"]: row["currency"] for row in stored}
    in_file = {(ids[terms.supplier.casefold()], terms.sku) for _, terms in file.terms}
    left = Counter(row["supplier"] for row in offers if (row["supplier"], row["sku"]) not in in_file)
    for line, terms in file.terms:
        supplier = ids[terms.supplier.casefold()]
        old, new = currencies.get(supplier), terms.unit_cost.currency
        if old is not None and old != new and left[supplier]:
            yield (
                line,
                f"currency: {terms.supplier!r} counts in {old} and has {left[supplier]:,} SKUs outside this "
                f"file; put all its SKUs in, with costs in {new}",
            )


def supplier_ids(file: TermsFile, stored: list[Row]) -> dict[str, str]:
    """Name in the file (without case) -> id: of the supplier of that name, of that id, or a new one."""
    by_name = {row["name"].casefold(): row["id"] for row in stored}
    taken = {row["id"] for row in stored}
    ids: dict[str, str] = {}
    for _, terms in file.terms:
        name = terms.supplier.casefold()
        if name in ids:
            continue
        known = by_name.get(name) or (name if name in taken else None)
        ids[name] = known or slug(terms.supplier, taken)
        taken.add(ids[name])
    return ids


def confirmed_terms(
    file: TermsFile, ids: dict[str, str], stored: list[Row], offers: list[Row]
) -> set[tuple[str, str]]:
    """(supplier, SKU) of the rows that are statements of somebody, not assumptions left as they were."""
    suppliers = {row["id"]: row for row in stored}
    known = {(row["supplier"], row["sku"]): row for row in offers}
    confirmed = set()
    for _, terms in file.terms:
        key = (ids[terms.supplier.casefold()], terms.sku)
        offer, supplier = known.get(key), suppliers.get(key[0])
        untouched = (
            offer is not None
            and supplier is not None
            and offer["assumed"]
            and _same(_offer_row(key, terms, offer["rank"], assumed=True), offer)
            and _same(_supplier_row(key[0], terms, assumed=supplier["assumed"]), supplier)
        )
        if not (terms.assumed and untouched):
            confirmed.add(key)
    return confirmed


def _same(wanted: Row, stored: Row) -> bool:
    return all(stored[name] == value for name, value in wanted.items() if name != "name")


def wanted_offers(
    file: TermsFile, ids: dict[str, str], confirmed: set[tuple[str, str]], stored: list[Row]
) -> dict[str, list[Row]]:
    """SKU -> its offers as they shall be: those of the file in its order, then other confirmed ones."""
    wanted: dict[str, list[Row]] = defaultdict(list)
    for _, terms in file.terms:
        key = (ids[terms.supplier.casefold()], terms.sku)
        if key in confirmed:
            wanted[terms.sku].append(_offer_row(key, terms, len(wanted[terms.sku]), assumed=False))
    in_file = {(ids[terms.supplier.casefold()], terms.sku) for _, terms in file.terms}
    for row in sorted(stored, key=lambda row: row["rank"]):
        if row["sku"] in wanted and not row["assumed"] and (row["supplier"], row["sku"]) not in in_file:
            wanted[row["sku"]].append({**row, "rank": len(wanted[row["sku"]])})
    return wanted


def offer_changes(stored: list[Row], wanted: dict[str, list[Row]]) -> Difference:
    """The offers of every SKU that the file speaks about; assumed ones go when confirmed ones come."""
    touched = [row for row in stored if row["sku"] in wanted]
    rows = [row for sku in wanted for row in wanted[sku]]
    return compare("offers", ("supplier", "sku"), touched, rows, remove_missing=True)


def supplier_changes(
    snapshot: Snapshot,
    file: TermsFile,
    ids: dict[str, str],
    confirmed: set[tuple[str, str]],
    stored: list[Row],
    offers: list[Row],
    wanted_offers: dict[str, list[Row]],
) -> Difference:
    """Suppliers that the file confirms, and assumed suppliers that nothing refers to any more, which go."""
    speaking = {supplier for supplier, _ in confirmed}
    wanted = {}
    for _, terms in file.terms:
        supplier = ids[terms.supplier.casefold()]
        if supplier in speaking:
            wanted[supplier] = _supplier_row(supplier, terms, assumed=False)
    in_use = {row["supplier"] for row in offers if row["sku"] not in wanted_offers} | set(wanted)
    in_use |= {row["supplier"] for rows in wanted_offers.values() for row in rows}
    for table in ("purchase_orders", "supplier_notes"):
        in_use |= {row["supplier"] for row in stored_rows(snapshot, table, ("supplier",))}
    unused = [row for row in stored if row["assumed"] and row["id"] not in in_use]
    touched = [row for row in stored if row["id"] in wanted] + unused
    return compare("suppliers", ("id",), touched, wanted.values(), remove_missing=True)


def product_changes(
    file: TermsFile, products: dict[str, Row], wanted: dict[str, list[Row]], terms: dict[str, Terms]
) -> Difference:
    """A product of unknown cost gets the confirmed unit cost of its preferred supplier, in its currency.

    A file with the column sets the shelf life of each of its products, an empty cell to none.
    """
    lives = {one.sku: one.shelf_life_days for _, one in file.terms} if file.tells_shelf_life else {}
    costs = _costs(products, wanted, terms)
    rows: list[Row] = [
        {
            "sku": sku,
            "cost_minor": costs.get(sku, products[sku]["cost_minor"]),
            "shelf_life_days": lives.get(sku, products[sku]["shelf_life_days"]),
        }
        for sku in sorted({*costs, *lives})
    ]
    return compare("products", ("sku",), [products[row["sku"]] for row in rows], rows)


def _costs(products: dict[str, Row], wanted: dict[str, list[Row]], terms: dict[str, Terms]) -> dict[str, int]:
    found = {}
    for sku, offers in wanted.items():
        product, best = products[sku], offers[0]
        supplier = terms[best["supplier"]]
        if product["cost_minor"] is None and supplier.unit_cost.currency == product["currency"]:
            found[sku] = best["unit_cost_minor"]
    return found


def _offer_row(key: tuple[str, str], terms: Terms, rank: int, *, assumed: bool) -> Row:
    return {
        "supplier": key[0],
        "sku": key[1],
        "unit_cost_minor": terms.unit_cost.minor,
        "moq": terms.moq,
        "pack_size": terms.pack_size,
        "rank": rank,
        "assumed": assumed,
    }


def _supplier_row(supplier: str, terms: Terms, *, assumed: bool) -> Row:
    return {
        "id": supplier,
        "name": terms.supplier,
        "currency": terms.unit_cost.currency,
        "lead_time_days": terms.lead_time_days,
        "lead_time_sd_days": terms.lead_time_sd_days,
        "minimum_order_minor": terms.minimum_order.minor,
        "assumed": assumed,
        **dict(terms.limits),
    }
