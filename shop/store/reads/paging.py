"""Keyset paging: a page starts behind a key, so that it stays right while rows come and go."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select

from shop.model import Page
from shop.store.database import Snapshot

T = TypeVar("T")


def page(
    snapshot: Snapshot,
    rows: Select[Any],
    limit: int,
    make: Callable[[Sequence[Any]], Sequence[T]],
    *,
    key: Callable[[T], str],
    behind: ColumnElement[bool] | None = None,
    counted: bool = True,
) -> Page[T]:
    """At most `limit` records of an ordered query, made from its rows; `behind` is the key's condition.

    Counting reads everything that the query finds: without it the total is -1.
    """
    all_of_it = select(func.count()).select_from(rows.order_by(None).subquery())
    total = snapshot.execute(all_of_it).scalar_one() if counted else -1
    wanted = rows if behind is None else rows.where(behind)
    found = snapshot.execute(wanted.limit(limit + 1)).all()
    items = tuple(make(found[:limit]))
    return Page(items, total, key(items[-1]) if len(found) > limit else None)
