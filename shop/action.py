"""An action: frozen, strict, named by a digest of its canonical form. Its kinds: ``shop/actions.py``."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shop.canonical import canonical_bytes

MAX_PIECES: Final = 1_000_000
"""More pieces than this in one line are a typing error, not an order."""

Pieces = Annotated[int, Field(gt=0, le=MAX_PIECES)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s\x00-\x1f\x7f].*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


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


def canonical(body: Any) -> str:
    """Canonical JSON (RFC 8785) as text."""
    return canonical_bytes(body).decode()


def digest_of(body: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a body."""
    return hashlib.sha256(canonical_bytes(body)).hexdigest()
