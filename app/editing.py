"""Edits of a waiting action given as ``SKU=PIECES``, ``SKU=PRICE`` and ``FIELD=VALUE``: a new action."""

import json
from collections.abc import Iterable
from typing import Any

from shop.actions import Action, parse_action
from shop.errors import InvalidActionError, MoneyError
from shop.money import Money


def edited(action: Action, quantities: Iterable[str], changes: Iterable[str]) -> Action:
    """The action with some fields replaced; raises InvalidActionError in words.

    >>> from shop.actions import AddOrderNote
    >>> edited(AddOrderNote(order="1042", note="call"), [], ["note=call back"]).note
    'call back'
    """
    args = action.as_json()
    before = json.dumps(args, sort_keys=True)
    for text in quantities:
        sku, value = _pair(text, "SKU=PIECES")
        _set_line(args, sku, value)
    for text in changes:
        field, value = _pair(text, "FIELD=VALUE")
        if field not in args or field == "lines":
            raise InvalidActionError(f"{action.kind} has no field {field!r} to set; it has {', '.join(args)}")
        args[field] = _value(value, args[field])
    if json.dumps(args, sort_keys=True) == before:
        raise InvalidActionError("the edit changes nothing; give --quantity SKU=PIECES or --set FIELD=VALUE")
    return parse_action(action.kind, args)


def _pair(text: str, shape: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=") if shape.startswith("SKU") else text.partition("=")
    if not sign or not name:
        raise InvalidActionError(f"{text!r}: expected {shape}")
    return name, value


def _set_line(args: dict[str, Any], name: str, value: str) -> None:
    """The pieces of a line, or in a campaign its price; nought drops the line."""
    if "lines" not in args:
        _set_quantity(args, name, value)
        return
    if name not in [name_of(line) for line in args["lines"]]:
        known = ", ".join(name_of(line) for line in args["lines"][:10])
        raise InvalidActionError(f"the request has no line of {name!r}; it has {known}")
    changed = [_changed(line, value) if name_of(line) == name else line for line in args["lines"]]
    args["lines"] = [line for line in changed if line is not None]


def name_of(line: dict[str, Any]) -> str:
    """How a line of a request is named in an edit: by its SKU, a line of an order by its number."""
    return str(line["sku"] if "sku" in line else line["line"])


def _changed(line: dict[str, Any], value: str) -> dict[str, Any] | None:
    if value.strip() == "0":
        return None
    if "price" in line:
        return {**line, "price": _value(value, line["price"])}
    return {**line, "quantity": _pieces(name_of(line), value)}


def _set_quantity(args: dict[str, Any], sku: str, value: str) -> None:
    if args.get("sku") != sku or "quantity" not in args:
        raise InvalidActionError(f"the request has no quantity of {sku!r}")
    args["quantity"] = _pieces(sku, value)


def _pieces(name: str, value: str) -> int:
    if not value.isdecimal():
        raise InvalidActionError(f"{name}={value}: expected a whole number of pieces")
    return int(value)


def _value(text: str, before: Any) -> Any:
    """A value as the field's present one is: money as ``12.50 GBP``, whole numbers, else text."""
    if isinstance(before, dict):
        try:
            return Money.parse(text).as_json()
        except MoneyError as error:
            raise InvalidActionError(str(error)) from error
    if isinstance(before, int):
        try:
            return int(text)
        except ValueError as error:
            raise InvalidActionError(f"{text!r}: expected a whole number") from error
    return text
