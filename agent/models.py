"""Which model answers, what it may cost, and what it has cost.

Nothing here imports a model library: the offline planner reads the same settings and caps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from shop.errors import SetupError

OFFLINE: Final = "offline"
_MODEL = re.compile(r"openai:(?P<name>\S{1,200})")
_THOUSAND: Final = 1_000


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be used; None means no cap. `cost` is in the currency of the price."""

    steps: int | None = None
    tokens: int | None = None
    cost: Decimal | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What 1,000 tokens cost, in major units of `currency`; far below a cent, hence no `Money`."""

    input_per_1k: Decimal
    output_per_1k: Decimal
    currency: str = "USD"

    def of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """The exact cost of so many tokens.

        >>> Price(Decimal("0.0025"), Decimal("0.01")).of(1_200, 300)
        Decimal('0.006')
        """
        spent = self.input_per_1k * input_tokens + self.output_per_1k * output_tokens
        return (spent / _THOUSAND).normalize()


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Everything the model layer is told; parsed from flags, environment and file by ``app/settings.py``.

    `model` and `fallback` are ``offline`` or ``openai:<name>``. `base_url` is any OpenAI-compatible
    endpoint; with one, a key is optional. `attempts` counts the first try. `history_tokens` is how much
    of the conversation is sent along; older turns are left out whole. Raises SetupError.
    """

    model: str = OFFLINE
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    fallback: str | None = None
    timeout_seconds: float = 60.0
    attempts: int = 4
    longest_wait_seconds: float = 30.0
    stream: bool = True
    temperature: float | None = None
    history_tokens: int = 60_000
    price: Price | None = None
    turn: Caps = Caps(steps=24, tokens=300_000, cost=Decimal(1), seconds=300.0)
    day: Caps = Caps(steps=5_000, tokens=10_000_000, cost=Decimal(20), seconds=None)

    def __post_init__(self) -> None:
        for name, value in (("SHOPHAND_MODEL", self.model), ("the fallback model", self.fallback)):
            if value not in (None, OFFLINE) and _MODEL.fullmatch(value) is None:
                raise SetupError(f"{name} is {value!r}: expected 'offline' or 'openai:<model name>'")
        if self.fallback == OFFLINE:
            raise SetupError(
                "the fallback model must be 'openai:<model name>'; to work offline set the model"
            )
        if self.attempts < 1:
            raise SetupError(f"model attempts is {self.attempts}: expected 1 or more")
        if not self.offline and not self.api_key and not self.base_url:
            raise SetupError(
                f"SHOPHAND_MODEL={self.model} needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server without"
                " keys; SHOPHAND_MODEL=offline needs neither"
            )

    @property
    def offline(self) -> bool:
        """Whether the offline planner answers."""
        return self.model == OFFLINE

    @property
    def names(self) -> tuple[str, ...]:
        """The model's name at its endpoint, then the fallback's."""
        chosen = (self.model, self.fallback)
        return tuple(each.partition(":")[2] for each in chosen if each is not None and each != OFFLINE)

    @property
    def endpoint(self) -> str:
        """The host that is asked, without credentials or path, for messages to people."""
        return urlsplit(self.base_url).hostname or "?" if self.base_url else "api.openai.com"


@dataclass(frozen=True, slots=True)
class Usage:
    """What one model call used. `estimated` when the server did not tell and letters were counted."""

    model: str
    input: int
    output: int
    seconds: float
    attempts: int = 1
    cost: Decimal | None = None
    currency: str = ""
    estimated: bool = False

    def body(self) -> dict[str, Any]:
        """The usage event's body; the cost as text, exact."""
        return {
            "model": self.model,
            "input": self.input,
            "output": self.output,
            "seconds": round(self.seconds, 3),
            "attempts": self.attempts,
            "cost": None if self.cost is None else format(self.cost, "f"),
            "currency": self.currency,
            "estimated": self.estimated,
        }


@dataclass(frozen=True, slots=True)
class Totals:
    """What several model calls used together."""

    steps: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)
    seconds: float = 0.0

    def plus(self, body: Mapping[str, Any]) -> Totals:
        """These totals and one usage event's body more."""
        return Totals(
            self.steps + 1,
            self.tokens + int(body["input"]) + int(body["output"]),
            self.cost + Decimal(body["cost"] or 0),
            self.seconds + float(body["seconds"]),
        )
