"""The shipped rules as a store's own files, in the store's home currency."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Final

from policies.rules import SHIPPED, parse_policies, unhit_rules
from shop.errors import SetupError
from shop.money import Money, exponent

SHIPPED_CURRENCY: Final = "GBP"
_LITERAL: Final = re.compile(rf"(-?[0-9]+(?:_[0-9]{{3}})*(?:\.[0-9]+)?) {SHIPPED_CURRENCY}\b")


def install(directory: Path, currency: str) -> list[Path]:
    """Copy the shipped rule files into a directory with their limits in another currency; the paths written.

    Only the currency is exchanged, not converted: 1_000 GBP becomes 1_000 EUR, and also 1_000 JPY, which
    is a far stricter limit. Raises MoneyError for an unknown currency and SetupError before anything is
    written if a rule file of that name is there already.
    """
    exponent(currency)
    files = {path.name: in_currency(path.read_text("utf-8"), currency) for path in _shipped()}
    policies = parse_policies(files)
    if unhit_rules(policies):
        raise SetupError(f"the shipped rules do not fit {currency}")
    taken = sorted(name for name in files if (directory / name).exists())
    if taken:
        raise SetupError(
            f"{directory} holds {', '.join(taken)} already; edit them there, or move them away first"
        )
    directory.mkdir(parents=True, exist_ok=True)
    return [_written(directory / name, text) for name, text in sorted(files.items())]


def in_currency(text: str, currency: str) -> str:
    """The text of a rule file with every money literal, and every mention, in another currency.

    >>> in_currency("over: 1_000.50 GBP", "EUR"), in_currency("over: 1_000.50 GBP", "JPY")
    ('over: 1_000.50 EUR', 'over: 1_000 JPY')
    """
    replaced = _LITERAL.sub(lambda match: _literal(match[1], currency), text)
    return re.sub(rf"\b{SHIPPED_CURRENCY}\b", currency, replaced)


def _literal(digits: str, currency: str) -> str:
    decimals = len(digits.partition(".")[2])
    if decimals <= exponent(currency):
        return f"{digits} {currency}"
    amount = Money.rounded(Decimal(digits.replace("_", "")), currency).amount
    return f"{amount:,.{exponent(currency)}f} {currency}".replace(",", "_")


def _shipped() -> list[Path]:
    return sorted(SHIPPED.glob("*.yaml"))


def _written(path: Path, text: str) -> Path:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise SetupError(f"{path} cannot be written: {error.strerror}") from error
    return path
