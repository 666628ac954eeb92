"""Find an id however it is spelt: any case, with or without spaces, dashes and a prefix."""

import re
from typing import Any, Final, Literal

from sqlalchemy import Column, ColumnElement, Integer, bindparam, func, select

from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared

Kind = Literal["product", "order", "purchase_order", "customer", "ticket", "supplier"]

_IDS: Final[dict[Kind, Column[str]]] = {
    "product": schema.products.c.sku,
    "order": schema.orders.c.id,
    "purchase_order": schema.purchase_orders.c.id,
    "customer": schema.customers.c.id,
    "ticket": schema.tickets.c.id,
    "supplier": schema.suppliers.c.id,
}
_MARKS: Final = " -_./#"


def plain(text: str) -> str:
    """An id without case and marks: ``'po 77'`` and ``'PO-77'`` are both ``'PO77'``.

    >>> plain("mug - 01"), plain("#1042")
    ('MUG01', '1042')
    """
    return re.sub(f"[{re.escape(_MARKS)}]", "", text).upper()


def ids_spelled(snapshot: Snapshot, kind: Kind, text: str, limit: int = 6) -> list[str]:
    """The id that is this text, and ids that differ from it in case and marks only."""
    wanted = plain(text)
    spelled = _SPELLED[kind] if wanted else _EXACT[kind]
    values: dict[str, object] = {"b_text": text, "b_limit": limit}
    if wanted:
        values |= {"b_plain": wanted, "b_letters": _letters(wanted)}
    return [row[0] for row in spelled.rows(snapshot, values)]


def is_id(snapshot: Snapshot, kind: Kind, text: str) -> bool:
    """Whether there is exactly this id: one look into the index, however many records there are."""
    return bool(_EXACT[kind].rows(snapshot, {"b_text": text, "b_limit": 1}))


def _letters(wanted: str) -> str:
    """A pattern that fits every id of these letters and digits in this order, whatever stands between.

    >>> _letters("PO77")
    '%p%o%7%7%'
    """
    known = (one.lower() if one.isascii() and one.isalnum() else "" for one in wanted)
    return f"%{'%'.join(one for one in known if one)}%"


def ids_ending(snapshot: Snapshot, kind: Kind, number: str, limit: int = 6) -> list[str]:
    """Ids whose last number is this one: ``'77'`` finds ``'PO-77'`` but not ``'PO-177'``."""
    ids = _bare(_IDS[kind])
    ends = func.lower(_IDS[kind]).like(_letters(number)) & ids.endswith(number, autoescape=True)
    for digit in "0123456789":
        ends &= ~ids.endswith(digit + number, autoescape=True)
    return _ids(snapshot, kind, ends, limit)


def _ids(snapshot: Snapshot, kind: Kind, condition: ColumnElement[bool], limit: int) -> list[str]:
    column = _IDS[kind]
    return list(snapshot.execute(select(column).where(condition).order_by(column).limit(limit)).scalars())


def _bare(column: Column[str]) -> Any:
    bare: ColumnElement[str] = func.upper(column)
    for mark in _MARKS:
        bare = func.replace(bare, mark, "")
    return bare


def _prepared(column: Column[str], condition: ColumnElement[bool]) -> Prepared:
    limit = bindparam("b_limit", type_=Integer)
    return Prepared(select(column).where(condition).order_by(column).limit(limit))


def _spelled(column: Column[str]) -> ColumnElement[bool]:
    """The text itself, or the same letters; looking for these in order first is ten times as quick."""
    same: ColumnElement[bool] = _bare(column) == bindparam("b_plain")
    return (column == bindparam("b_text")) | (func.lower(column).like(bindparam("b_letters")) & same)


# Built once: making a statement costs more than running it.
_EXACT = {kind: _prepared(column, column == bindparam("b_text")) for kind, column in _IDS.items()}
_SPELLED = {kind: _prepared(column, _spelled(column)) for kind, column in _IDS.items()}
