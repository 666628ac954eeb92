"""The form that edits a waiting request: typed fields with their units, and the action that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from app.bootstrap import House
from app.editing import edited, name_of
from app.masks import mask_of
from shop.actions import Action, PlacePurchaseOrder
from shop.model import Offer
from shop.money import Money
from shop.store.database import Snapshot
from shop.store.reads import catalogue, info, purchasing, terms
from tools.desk import ApprovalView

DATES = frozenset({"expected_on", "starts_on", "ends_on", "until"})


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a request that may be edited; `type` is the input's, `hint` tells its unit or terms.

    A text of several lines has a field of its own kind, `lines`: an input would run them together.
    """

    name: str
    label: str
    value: str
    type: str = "text"
    hint: str = ""
    step: int = 1
    least: int = 0
    choices: tuple[tuple[str, str], ...] = ()


def fields_of(snapshot: Snapshot, approval: ApprovalView) -> tuple[Field, ...]:
    """What of a request may be edited: quantities first, then prices, amounts, dates, places, words.

    Words are masked; what comes back as it was shown is not changed.
    """
    args = mask_of(snapshot, approval.action).args(approval.action)
    choices = _choices(snapshot)
    found = [_other(name, value, choices) for name, value in args.items() if name not in {"lines", "sku"}]
    return (*_quantities(snapshot, args), *(one for one in found if one is not None))


def action_of(house: House, approval: ApprovalView, text: Callable[[str, str], str]) -> Action:
    """The action that a sent form makes; a changed line takes the supplier's present price for its pieces.

    Raises InvalidActionError for a value that does not fit, or if nothing was changed.
    """
    quantities: list[str] = []
    changes: list[str] = []
    with house.db.reading() as snapshot:
        for field in fields_of(snapshot, approval):
            value = text(field.name, field.value).replace("\r\n", "\n")
            if value != field.value.replace("\r\n", "\n").strip():
                kind, _, name = field.name.partition(":")
                (quantities if kind == "quantity" else changes).append(f"{name}={value}")
        action = edited(approval.action.action, quantities, changes)
        return _at_present_terms(snapshot, house, action) if quantities or changes else action


def _at_present_terms(snapshot: Snapshot, house: House, action: Action) -> Action:
    if not isinstance(action, PlacePurchaseOrder):
        return action
    offers = _offers(snapshot, action.supplier, [line.sku for line in action.lines])
    today = info.business_day(snapshot, house.clock)
    present = {one.sku: one for one in terms.on_day(snapshot, today, offers.values())}
    lines = tuple(
        line.model_copy(update={"unit_cost": present[line.sku].unit_cost_for(line.quantity)})
        if line.sku in present
        else line
        for line in action.lines
    )
    return action.model_copy(update={"lines": lines})


def _quantities(snapshot: Snapshot, args: Any) -> list[Field]:
    if "lines" in args:
        offers = _offers(
            snapshot, str(args.get("supplier", "")), [str(one.get("sku")) for one in args["lines"]]
        )
        return [
            _new_price(one) if "price" in one else _in_packs(_of_line(one), offers) for one in args["lines"]
        ]
    if "quantity" in args and "sku" in args:
        return [_pieces(args, "Pieces")]
    return []


def _of_line(line: Any) -> Field:
    """The pieces of a line; a line of an order is named by its number, and an exchange says for what."""
    name = name_of(line)
    label = f"Pieces of {name}" if "sku" in line else f"Pieces of line {name}"
    label = f"{label}, for {line['new_sku']}" if "new_sku" in line else label
    return Field(f"quantity:{name}", label, str(line["quantity"]), hint="0 drops the line")


def _new_price(line: Any) -> Field:
    """The price of a line of a campaign; nought drops the line."""
    price = Money.from_json(line["price"])
    hint = "amount and currency; 0 drops the line"
    return Field(f"quantity:{line['sku']}", f"Price of {line['sku']}", str(price), hint=hint)


def _pieces(line: Any, label: str) -> Field:
    return Field(f"quantity:{line['sku']}", label, str(line["quantity"]), "number")


def _in_packs(field: Field, offers: dict[str, Offer]) -> Field:
    """A quantity that goes up and down by whole packs; nought drops the line."""
    offer = offers.get(field.name.removeprefix("quantity:"))
    if offer is None:
        return field
    hint = f"at least {offer.moq}, in packs of {offer.pack_size}; 0 drops the line"
    return replace(field, step=offer.pack_size, hint=hint)


def _other(name: str, value: Any, choices: dict[str, tuple[tuple[str, str], ...]]) -> Field | None:
    label = name.replace("_", " ").capitalize()
    if isinstance(value, dict) and set(value) == {"minor", "cur"}:
        return Field(f"set:{name}", label, str(Money.from_json(value)), hint="amount and currency")
    if not isinstance(value, str):
        return None
    kind = name.removeprefix("from_").removeprefix("to_")
    if kind in choices:
        return Field(f"set:{name}", label, value, "select", choices=choices[kind])
    kind = "date" if name in DATES else "lines" if "\n" in value else "text"
    return Field(f"set:{name}", label, value, kind)


def _choices(snapshot: Snapshot) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "location": tuple((one.id, one.name) for one in catalogue.locations(snapshot)),
        "supplier": tuple((one.id, one.name) for one in purchasing.suppliers(snapshot)),
    }


def _offers(snapshot: Snapshot, supplier: str, skus: list[str]) -> dict[str, Offer]:
    found = purchasing.offers_at(snapshot, supplier, skus)
    return {one.sku: one for one in found.values()}
