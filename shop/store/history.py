"""Bulk reads for planning: the whole catalogue as columns, in a dozen queries whatever its size.

The state is that of the morning of `as_of`: sales up to the day before, stock of that day. What happened
after it is taken back (movements, receipts), except what Shophand itself has done since: an order that was
placed or a transfer that was made by an action always counts, so that no run repeats it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import Date, Integer, cast, func, literal, not_, select, type_coerce

from shop.plan_inputs import (
    NEVER,
    UNKNOWN,
    Ages,
    History,
    Incoming,
    Items,
    Offers,
    PlanInputs,
    ProposedSupply,
    Suppliers,
)
from shop.store import schema
from shop.store.earlier_sales import earlier_sales
from shop.store.on_the_way import OpenLine, lines_on_the_way
from shop.store.placed import placed_lines
from shop.store.reads.info import store_info
from shop.store.reads.signals import known_promotions, live_signals
from shop.store.receipts import with_receipts

if TYPE_CHECKING:
    from decimal import Decimal

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement

    from shop.partitions import Frame
    from shop.store.database import Snapshot

HISTORY_DAYS: Final = 364
"""Fifty-two whole weeks."""

Key = tuple[str, str]
"""A SKU and a location."""


def plan_inputs(
    snapshot: Snapshot,
    as_of: date,
    *,
    location: str | None = None,
    supplier: str | None = None,
    history_days: int = HISTORY_DAYS,
    proposed: Sequence[ProposedSupply] = (),
    as_sold: bool = False,
) -> PlanInputs:
    """All that a plan of `as_of` needs, for every SKU at every location it was ever stocked or sold at.

    `location` and `supplier` narrow what the plan answers for, not what it knows. `proposed` is supply that
    the desk's ledger holds and the store does not know yet (orders and transfers awaiting a decision).
    `as_sold`: no signals, the history as it was. Raises SetupError while the database holds no store.
    """
    from shop.signalled import with_signals  # noqa: PLC0415 - loads numba, which only a plan needs

    home = store_info(snapshot).home_currency
    starts_on = as_of - timedelta(days=history_days)
    sales = _sales(snapshot, starts_on, as_of)
    levels = _levels(snapshot, as_of)
    open_lines = lines_on_the_way(snapshot, as_of)
    coming = [(sku, place) for _, sku, place, *_ in open_lines]
    coming += [(supply.sku, supply.location) for supply in proposed]
    keys = _keys(snapshot, [(sku, place) for sku, place, _, _ in sales], list(levels), coming)
    rows = {key: row for row, key in enumerate(keys)}
    history = _history(snapshot, rows, sales, starts_on, history_days)
    suppliers, supplier_rows = _suppliers(snapshot)
    inputs = PlanInputs(
        as_of=as_of,
        home_currency=home,
        items=_items(snapshot, keys, levels, starts_on, as_of, home, location),
        history=history,
        incoming=_incoming(rows, open_lines, as_of, proposed),
        suppliers=with_receipts(snapshot, suppliers, as_of),
        offers=_offers(snapshot, supplier_rows),
        rates=_rates(snapshot, as_of),
        only_supplier=supplier,
        signals=(*known_promotions(snapshot, starts_on), *live_signals(snapshot, starts_on)),
        ages=_ages(snapshot, keys, as_of),
        placed=placed_lines(snapshot, as_of, home, _rates(snapshot, as_of), proposed),
        earlier=None if as_sold else earlier_sales(snapshot, starts_on),
    )
    return replace(inputs, signals=()) if as_sold else with_signals(inputs)


def plan_frame(
    snapshot: Snapshot,
    as_of: date,
    *,
    location: str | None = None,
    supplier: str | None = None,
    proposed: Sequence[ProposedSupply] = (),
) -> Frame:
    """What a plan in partitions shares: all of `plan_inputs` but history, stock and terms of the SKUs."""
    from shop.partitions import Frame, OnTheWay  # noqa: PLC0415 - loads numba, which only a plan needs

    home = store_info(snapshot).home_currency
    rates = _rates(snapshot, as_of)
    rows = [
        (sku, place, pieces, (due - as_of).days, order, source)
        for order, sku, place, pieces, due, source in lines_on_the_way(snapshot, as_of)
    ]
    rows += [
        (one.sku, one.location, one.quantity, max((one.due_on - as_of).days, 0), one.source, one.supplier)
        for one in proposed
    ]
    starts_on = as_of - timedelta(days=HISTORY_DAYS)
    return Frame(
        as_of=as_of,
        home_currency=home,
        suppliers=with_receipts(snapshot, _suppliers(snapshot)[0], as_of),
        on_the_way=OnTheWay(
            sku=_names([row[0] for row in rows]),
            location=_names([row[1] for row in rows]),
            quantity=np.array([row[2] for row in rows], dtype=np.int64),
            due_in_days=np.array([row[3] for row in rows], dtype=np.int64),
            source=_names([row[4] for row in rows]),
            supplier=_names([row[5] for row in rows]),
        ),
        rates=rates,
        location=location,
        only_supplier=supplier,
        signals=(*known_promotions(snapshot, starts_on), *live_signals(snapshot, starts_on)),
        placed=placed_lines(snapshot, as_of, home, rates, proposed),
        earlier=earlier_sales(snapshot, starts_on),
    )


def days_between(snapshot: Snapshot, start: date, column: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole days from `start` to a date column, computed by the database."""
    if snapshot.dialect.name == "sqlite":
        return cast(func.julianday(column) - func.julianday(start.isoformat()), Integer)
    return type_coerce(column - literal(start, Date), Integer)


def _sales(snapshot: Snapshot, starts_on: date, as_of: date) -> list[tuple[str, str, int, int]]:
    """SKU, location, day number and pieces sold, for each day with a sale before `as_of`."""
    table = schema.stock_movements
    day = days_between(snapshot, starts_on, table.c.day)
    query = (
        select(table.c.sku, table.c.location, day.label("day_no"), func.sum(-table.c.quantity))
        .where(table.c.kind == "sale", table.c.day >= starts_on, table.c.day < as_of)
        .group_by(table.c.sku, table.c.location, table.c.day)
    )
    return [(sku, place, int(day_no), int(sold)) for sku, place, day_no, sold in snapshot.execute(query)]


def _levels(snapshot: Snapshot, as_of: date) -> dict[Key, tuple[int, int, int]]:
    """On hand, committed and unavailable of each SKU-location on `as_of`; the last two are today's."""
    table = schema.stock_levels
    found = {
        (row.sku, row.location): (row.on_hand, row.committed, row.unavailable)
        for row in snapshot.execute(
            select(table.c.sku, table.c.location, table.c.on_hand, table.c.committed, table.c.unavailable)
        )
    }
    for sku, place, later in snapshot.execute(_later_movements(as_of)):
        on_hand, committed, unavailable = found.get((sku, place), (0, 0, 0))
        found[sku, place] = (on_hand - int(later), committed, unavailable)
    return found


def _later_movements(as_of: date) -> Any:
    """Net pieces per SKU-location after `as_of`, leaving out what actions of the desk moved."""
    table = schema.stock_movements
    own = select(schema.effects.c.action_id)
    return (
        select(table.c.sku, table.c.location, func.sum(table.c.quantity))
        .where(table.c.day > as_of, not_(table.c.ref.in_(own)))
        .group_by(table.c.sku, table.c.location)
    )


def _keys(snapshot: Snapshot, sold: list[Key], stocked: list[Key], coming: list[Key]) -> list[Key]:
    """Every SKU-location with stock, sales or supply; a product without any stands at the first location."""
    known = {*sold, *stocked, *coming}
    placed = {sku for sku, _ in known}
    locations = schema.locations
    first = snapshot.scalar(select(locations.c.id).order_by(locations.c.rank, locations.c.id).limit(1))
    others = {
        (sku, first or "") for sku in snapshot.scalars(select(schema.products.c.sku)) if sku not in placed
    }
    return sorted(known | others)


def _history(
    snapshot: Snapshot,
    rows: dict[Key, int],
    sales: list[tuple[str, str, int, int]],
    starts_on: date,
    days: int,
) -> History:
    sold = np.zeros((days, len(rows)), dtype=np.float32)
    if sales:
        items = np.array([rows[sku, place] for sku, place, _, _ in sales])
        sold[np.array([day for _, _, day, _ in sales]), items] = [pieces for *_, pieces in sales]
    stocked_out = np.zeros((days, len(rows)), dtype=bool)
    table = schema.stockout_days
    query = select(table.c.sku, table.c.location, days_between(snapshot, starts_on, table.c.day)).where(
        table.c.day >= starts_on, table.c.day < starts_on + timedelta(days=days)
    )
    for sku, place, day in snapshot.execute(query):
        if (sku, place) in rows:
            stocked_out[int(day), rows[sku, place]] = True
    return History(starts_on=starts_on, sold=sold, stocked_out=stocked_out)


def _items(
    snapshot: Snapshot,
    keys: list[Key],
    levels: dict[Key, tuple[int, int, int]],
    starts_on: date,
    as_of: date,
    home: str,
    location: str | None,
) -> Items:
    products = _products(snapshot)
    # Stock and sales of a SKU that no product describes are shown, and come out as needing attention.
    stranger = ("(not in the catalogue)", "", "active", home, UNKNOWN, UNKNOWN, None, None, None, None)
    facts = [products.get(sku, stranger) for sku, _ in keys]
    stock = np.array([levels.get(key, (0, 0, 0)) for key in keys], dtype=np.int64).reshape(-1, 3)
    first_seen = _first_seen(snapshot)
    launched = [fact[6] for fact in facts]
    return Items(
        sku=_names([sku for sku, _ in keys]),
        title=_names([fact[0] for fact in facts]),
        location=_names([place for _, place in keys]),
        category=_names([fact[1] for fact in facts]),
        status=_names([fact[2] for fact in facts]),
        currency=_names([fact[3] for fact in facts]),
        price_minor=np.array([fact[4] for fact in facts], dtype=np.int64),
        cost_minor=np.array([fact[5] for fact in facts], dtype=np.int64),
        on_hand=stock[:, 0].copy(),
        committed=stock[:, 1].copy(),
        unavailable=stock[:, 2].copy(),
        weight_grams=_known([fact[7] for fact in facts]),
        volume_ml=_known([fact[8] for fact in facts]),
        shelf_life_days=_known([fact[9] for fact in facts]),
        observed_from=np.array(
            [
                _observed_from(first_seen.get(key), launch, starts_on, as_of)
                for key, launch in zip(keys, launched, strict=True)
            ],
            dtype=np.int64,
        ),
        in_scope=np.array([location is None or place == location for _, place in keys], dtype=bool),
    )


def _observed_from(first_seen: date | None, launched: date | None, starts_on: date, as_of: date) -> int:
    """The history row from which a SKU counts as there: its first movement, else its launch, else never."""
    since = first_seen or launched
    if since is None or since > as_of:
        return NEVER
    return max((since - starts_on).days, 0)


def _products(snapshot: Snapshot) -> dict[str, tuple[Any, ...]]:
    table = schema.products
    query = select(
        table.c.sku,
        table.c.title,
        table.c.category,
        table.c.status,
        table.c.currency,
        table.c.price_minor,
        func.coalesce(table.c.cost_minor, UNKNOWN),
        table.c.launched_on,
        table.c.weight_grams,
        table.c.volume_ml,
        table.c.shelf_life_days,
    )
    return {row[0]: tuple(row[1:]) for row in snapshot.execute(query)}


def _known(figures: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([UNKNOWN if figure is None else figure for figure in figures], dtype=np.int64)


def _first_seen(snapshot: Snapshot) -> dict[Key, date]:
    table = schema.stock_movements
    query = select(table.c.sku, table.c.location, func.min(table.c.day)).group_by(
        table.c.sku, table.c.location
    )
    return {(sku, place): day for sku, place, day in snapshot.execute(query)}


def _incoming(
    rows: dict[Key, int], open_lines: list[OpenLine], as_of: date, proposed: Sequence[ProposedSupply]
) -> Incoming:
    """Open order lines of `as_of`, then proposed supply, whose date is never before `as_of`."""
    found = [
        (rows[sku, place], outstanding, (due - as_of).days, order, supplier)
        for order, sku, place, outstanding, due, supplier in open_lines
    ]
    for supply in proposed:
        days = max((supply.due_on - as_of).days, 0)
        row = rows[supply.sku, supply.location]
        found.append((row, supply.quantity, days, supply.source, supply.supplier))
    return Incoming(
        item=np.array([row[0] for row in found], dtype=np.int64),
        quantity=np.array([row[1] for row in found], dtype=np.int64),
        due_in_days=np.array([row[2] for row in found], dtype=np.int64),
        source=_names([row[3] for row in found]),
        supplier=_names([row[4] for row in found]),
    )


def _suppliers(snapshot: Snapshot) -> tuple[Suppliers, dict[str, int]]:
    table = schema.suppliers
    found = snapshot.execute(select(table).order_by(table.c.id)).all()
    suppliers = Suppliers(
        id=_names([row.id for row in found]),
        name=_names([row.name for row in found]),
        currency=_names([row.currency for row in found]),
        lead_time_days=np.array([row.lead_time_days for row in found], dtype=np.float64),
        lead_time_sd_days=np.array([row.lead_time_sd_days for row in found], dtype=np.float64),
        minimum_minor=np.array([row.minimum_order_minor for row in found], dtype=np.int64),
        approved=np.array([row.approved for row in found], dtype=bool),
        most_weight_grams=_known([row.maximum_weight_grams for row in found]),
        most_volume_ml=_known([row.maximum_volume_ml for row in found]),
        reliability=np.array([(row.delivered_percent or 100) / 100 for row in found], dtype=np.float64),
    )
    return suppliers, {row.id: place for place, row in enumerate(found)}


def _offers(snapshot: Snapshot, supplier_rows: dict[str, int]) -> Offers:
    table, breaks = schema.offers, schema.price_breaks
    found = snapshot.execute(select(table).order_by(table.c.supplier, table.c.sku)).all()
    places = {(row.supplier, row.sku): place for place, row in enumerate(found)}
    tiers = [
        (places[row.supplier, row.sku], row.from_quantity, row.unit_cost_minor)
        for row in snapshot.execute(select(breaks))
        if (row.supplier, row.sku) in places
    ]
    columns = np.array(tiers, dtype=np.int64).reshape(-1, 3)
    return Offers(
        sku=_names([row.sku for row in found]),
        supplier=np.array([supplier_rows[row.supplier] for row in found], dtype=np.int64),
        unit_cost_minor=np.array([row.unit_cost_minor for row in found], dtype=np.int64),
        moq=np.array([row.moq for row in found], dtype=np.int64),
        pack_size=np.array([row.pack_size for row in found], dtype=np.int64),
        rank=np.array([row.rank for row in found], dtype=np.int64),
        break_offer=columns[:, 0].copy(),
        break_from=columns[:, 1].copy(),
        break_cost_minor=columns[:, 2].copy(),
    )


def _ages(snapshot: Snapshot, keys: list[Key], as_of: date) -> Ages:
    """How old stock figures and rates are on `as_of`, and which figures an import had to invent."""
    levels, offers, rates = schema.stock_levels, schema.offers, schema.exchange_rates
    stock = {
        (row.sku, row.location): (max((as_of - row.updated_at.date()).days, 0), row.assumed)
        for row in snapshot.execute(
            select(levels.c.sku, levels.c.location, levels.c.updated_at, levels.c.assumed)
        )
    }
    known = [stock.get(key, (0, False)) for key in keys]
    terms = select(offers.c.assumed).order_by(offers.c.supplier, offers.c.sku)
    days = select(rates.c.currency, func.max(rates.c.day)).where(rates.c.day <= as_of)
    return Ages(
        stock_days=np.array([age for age, _ in known], dtype=np.int64),
        assumed_stock=np.array([assumed for _, assumed in known], dtype=bool),
        assumed_terms=np.array(list(snapshot.execute(terms).scalars()), dtype=bool),
        rate_days={row[0]: row[1] for row in snapshot.execute(days.group_by(rates.c.currency))},
    )


def _rates(snapshot: Snapshot, as_of: date) -> dict[str, Decimal]:
    """The latest rate of each currency on or before `as_of`."""
    table = schema.exchange_rates
    query = select(table.c.currency, table.c.rate).where(table.c.day <= as_of).order_by(table.c.day)
    return {row.currency: row.rate for row in snapshot.execute(query)}


def _names(values: Sequence[str]) -> NDArray[np.object_]:
    found = np.empty(len(values), dtype=np.object_)
    found[:] = values
    return found
