"""Edits of a waiting action given as ``SKU=PIECES`` and ``FIELD=VALUE``; the result is a new action."""

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
        _set_quantity(args, sku, value)
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


def _set_quantity(args: dict[str, Any], sku: str, value: str) -> None:
    if not value.isdecimal():
        raise InvalidActionError(f"{sku}={value}: expected a whole number of pieces")
    if "lines" not in args:
        if args.get("sku") != sku or "quantity" not in args:
            raise InvalidActionError(f"the request has no quantity of {sku!r}")
        args["quantity"] = int(value)
        return
    if sku not in [line["sku"] for line in args["lines"]]:
        known = ", ".join(line["sku"] for line in args["lines"][:10])
        raise InvalidActionError(f"the request has no line of {sku!r}; it has {known}")
    lines = [{**line, "quantity": int(value)} if line["sku"] == sku else line for line in args["lines"]]
    args["lines"] = [line for line in lines if line["quantity"]]


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
