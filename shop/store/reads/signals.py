"""Reads of signals, and of what they are judged by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, or_, select

from shop.model import Page
from shop.money import Money
from shop.signals import Signal
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared, select_by
from shop.store.reads.paging import page

TABLE: Final = schema.signals
IMPORTED: Final = "import"
"""The author of a promotion that came with the store's own data."""


def signal(snapshot: Snapshot, signal_id: str) -> Signal | None:
    """The signal of exactly this id, removed or not."""
    row = select_by(TABLE, "id").first(snapshot, {"id": signal_id})
    return None if row is None else _signal(row)


def live_signals(snapshot: Snapshot, since: date | None = None) -> list[Signal]:
    """Signals that were not removed, the oldest first; with `since`, those not over before that day."""
    rows = _LIVE.rows(snapshot) if since is None else _LIVE_SINCE.rows(snapshot, {"b_since": since})
    return _oldest_first(rows)


def begun(snapshot: Snapshot, effect: str, day: date) -> list[Signal]:
    """Signals of one effect that were not removed and whose first day has come, the oldest first."""
    return _oldest_first(_BEGUN.rows(snapshot, {"b_effect": effect, "b_day": day}))


def signals(
    snapshot: Snapshot, *, today: date, all_of_them: bool = False, after: str | None = None, limit: int = 10
) -> Page[Signal]:
    """Signals in the order of their first day; without `all_of_them`, those that still say something."""
    query = select(TABLE).order_by(TABLE.c.starts_on, TABLE.c.id)
    if not all_of_them:
        query = query.where(
            TABLE.c.removed_at.is_(None), or_(TABLE.c.ends_on.is_(None), TABLE.c.ends_on >= today)
        )
    behind = None
    if after is not None:
        day = select(TABLE.c.starts_on).where(TABLE.c.id == after).scalar_subquery()
        behind = or_(TABLE.c.starts_on > day, and_(TABLE.c.starts_on == day, TABLE.c.id > after))
    return page(
        snapshot,
        query,
        limit,
        lambda rows: [_signal(row) for row in rows],
        key=lambda item: item.id,
        behind=behind,
    )


def known_promotions(snapshot: Snapshot, since: date) -> list[Signal]:
    """Promotions of the store's own data as signals without a percent: only their days are known."""
    table = schema.promotions
    rows = snapshot.execute(select(table).where(table.c.ends_on >= since).order_by(table.c.id))
    return [
        Signal(
            id=row.id,
            effect="promotion",
            sku=row.sku,
            category=row.category,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            reason=f"{row.name}, {row.discount_percent.normalize():f} % off",
            author=IMPORTED,
            added_at=datetime.combine(row.starts_on, time(), UTC),
        )
        for row in rows
    ]


def sales_value(
    snapshot: Snapshot,
    today: date,
    days: int,
    *,
    sku: str | None = None,
    category: str | None = None,
    location: str | None = None,
) -> list[Money]:
    """What was sold in the last `days` days at cost (at the price where the cost is unknown), by currency."""
    moved, products = schema.stock_movements, schema.products
    each = func.coalesce(products.c.cost_minor, products.c.price_minor)
    query = (
        select(products.c.currency, func.sum(-moved.c.quantity * each))
        .join(products, products.c.sku == moved.c.sku)
        .where(moved.c.kind == "sale", moved.c.day > today - timedelta(days=days), moved.c.day <= today)
        .group_by(products.c.currency)
        .order_by(products.c.currency)
    )
    for column, value in (
        (moved.c.sku, sku),
        (products.c.category, category),
        (moved.c.location, location),
    ):
        if value is not None:
            query = query.where(column == value)
    return [Money(max(int(minor), 0), currency) for currency, minor in snapshot.execute(query)]


def _oldest_first(rows: Iterable[Any]) -> list[Signal]:
    return sorted(map(_signal, rows), key=lambda one: (one.added_at, len(one.id), one.id))


def _signal(row: Row[Any]) -> Signal:
    cost = None if row.unit_cost_minor is None else Money(row.unit_cost_minor, row.currency)
    names = (
        "id", "effect", "sku", "category", "location", "supplier", "purchase_order", "percent", "quantity",
        "days", "starts_on", "ends_on", "reason", "author", "added_at", "removed_at", "version",
    )  # fmt: skip
    return Signal(unit_cost=cost, **{name: getattr(row, name) for name in names})


# Built once: making a statement costs more than running it.
_OF_THE_LIVING: Final = select(TABLE).where(TABLE.c.removed_at.is_(None))
_LIVE: Final = Prepared(_OF_THE_LIVING)
_BEGUN: Final = Prepared(
    _OF_THE_LIVING.where(
        TABLE.c.effect == bindparam("b_effect"),
        TABLE.c.starts_on <= bindparam("b_day", type_=TABLE.c.starts_on.type),
    )
)
_LIVE_SINCE: Final = Prepared(
    _OF_THE_LIVING.where(
        or_(TABLE.c.ends_on.is_(None), TABLE.c.ends_on >= bindparam("b_since", type_=TABLE.c.ends_on.type))
    )
)
