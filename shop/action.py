"""An action: frozen, strict, named by a digest of its canonical form. Its kinds: ``shop/actions.py``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shop.canonical import canonical_bytes
from shop.money import Money

MAX_PIECES: Final = 1_000_000
"""More pieces than this in one line are a typing error, not an order."""

Pieces = Annotated[int, Field(gt=0, le=MAX_PIECES)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s\x00-\x1f\x7f].*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
MaybeWords = Annotated[str, StringConstraints(max_length=2_000)]

One = TypeVar("One")


def above_zero(what: str) -> AfterValidator:
    """The check of an amount of money that must be something; `what` names it in the error."""

    def checked(amount: Money) -> Money:
        if amount.minor <= 0:
            raise ValueError(f"{what} must be over zero")
        return amount

    return AfterValidator(checked)


def each_once(key: Callable[[One], Hashable], fault: str) -> AfterValidator:
    """The check that no two lines are about the same thing; `fault` is what is said if they are."""

    def checked(lines: Sequence[One]) -> Sequence[One]:
        if len({key(line) for line in lines}) < len(lines):
            raise ValueError(fault)
        return lines

    return AfterValidator(checked)


class Undo(StrEnum):
    """Whether an effect can be taken back; shown before anybody approves."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    FINAL = "final"


class Action(BaseModel):
    """A frozen write request. Never change one: an edit is a new action, judged anew."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    kind: ClassVar[str]
    undo: ClassVar[Undo]
    undo_by: ClassVar[str]
    free_text: ClassVar[tuple[str, ...]] = ()
    """Arguments that people write in their own words: they may hold personal data, and can be erased."""
    left_out_unset: ClassVar[tuple[str, ...]] = ()
    """Later arguments of a kind of which actions were filed: while they are None, digests are as before."""

    def as_json(self) -> dict[str, Any]:
        """The arguments as plain JSON values; money as ``{minor, cur}``, dates as ISO text."""
        unset = {name for name in self.left_out_unset if getattr(self, name) is None}
        return self.model_dump(mode="json", exclude=unset)

    def digest(self, tenant: str) -> str:
        """SHA-256 (hex) over the canonical form; two actions are the same action iff this is equal."""
        return digest_of({"v": 1, "tenant": tenant, "kind": self.kind, "args": self.as_json()})


class Part(BaseModel):
    """A part of an action, such as a line: frozen and strict like the action."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Reasoned(Action):
    """An action that says why, in somebody's words."""

    free_text: ClassVar[tuple[str, ...]] = ("reason",)

    reason: Words


class Commented(Action):
    """An action to which a note may be added."""

    free_text: ClassVar[tuple[str, ...]] = ("note",)

    note: MaybeWords = ""


def canonical(body: Any) -> str:
    """Canonical JSON (RFC 8785) as text."""
    return canonical_bytes(body).decode()


def digest_of(body: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a body."""
    return hashlib.sha256(canonical_bytes(body)).hexdigest()
