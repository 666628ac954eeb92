"""tau2's `calculate`: sums of plain numbers, exact, by the grammar and not by eval."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException
from typing import Final

from shop.errors import ToolInputError

_BINARY: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_MOST: Final = 500
_CENT: Final = Decimal("0.01")


def calculate(expression: str) -> str:
    """The value of an expression of digits, + - * / ( ) and the point, to two decimals.

    Raises ToolInputError for anything else.

    >>> calculate("2.50 * (3 + 1)"), calculate("10 / 4 - 1")
    ('10.0', '1.5')
    """
    if len(expression) > _MOST or not set(expression) <= set("0123456789+-*/(). "):
        raise ToolInputError("the expression may hold digits, + - * / ( ) and the point only")
    try:
        value = _value(ast.parse(expression.strip(), mode="eval").body, expression.strip())
        return _plain(value.quantize(_CENT, ROUND_HALF_EVEN))
    except (SyntaxError, DecimalException, RecursionError) as error:
        raise ToolInputError(f"{expression!r} has no value") from error


def _plain(value: Decimal) -> str:
    """Digits with one decimal at least, as tau2 prints numbers."""
    whole, _, part = f"{value:f}".partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


def _value(node: ast.expr, text: str) -> Decimal:
    match node:
        case ast.Constant():
            return Decimal(ast.get_source_segment(text, node) or "")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, text)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, text), _value(right, text))
        case _:
            raise ToolInputError(f"{text!r} is no sum of plain numbers")
