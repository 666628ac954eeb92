"""What a tool answers: a value, or a refusal with a typed reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shop.errors import ShopError


class RefusedCallError(ShopError):
    """A call is refused before it becomes an action; `reason` is one of a few fixed words."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one call: told or done, or refused for `reasons` (rule ids, or fixed words)."""

    ok: bool
    value: Any
    reasons: tuple[str, ...] = ()
    words: str = ""
    duplicate: bool = False

    @property
    def is_typed_refusal(self) -> bool:
        """Whether it is a refusal that names its reason; a bare "no rule allows it" names none."""
        return not self.ok and any(not reason.startswith("(") for reason in self.reasons)

    @classmethod
    def told(cls, value: Any) -> Answer:
        """A call that was answered or carried out."""
        return cls(ok=True, value=value)

    @classmethod
    def refused(cls, *reasons: str, words: str) -> Answer:
        """A call that was refused."""
        return cls(ok=False, value=None, reasons=reasons, words=words)
