"""What one message leaves open for the next: what was talked of, what was asked back, what was proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from agent.offline.mentions import Mention, Sort


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call as understood. `derive` tells how a missing number comes from another tool's answer.

    ``by:-2``: the price is that of `get_price` less 2; ``back:0``: the price before the last change.
    """

    tool: str
    args: dict[str, Any]
    derive: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, for the journal."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Say:
    """Words instead of a call. `refuses` marks a request that nobody may make of an assistant."""

    text: str
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back: the call lacks one argument."""

    call: Call
    missing: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A change that was asked about, not commanded: it waits for the operator's "do it".

    `against` is the word of the message that spoke against doing it at once, where there was one.
    """

    call: Call
    against: str = ""


Step = Call | Say | Ask | Offer


@dataclass(slots=True)
class Dialogue:
    """The state of a conversation.

    `focus` is the last record talked of, by sort; `last` the last call; `asked` the call that lacks an
    argument and its name; `offered` the change that waits for a "yes"; `advice` the last recommended
    order (sku, location, supplier, quantity); `settled` how the last write ended.
    """

    focus: dict[str, str] = field(default_factory=dict)
    last: Call | None = None
    asked: Ask | None = None
    offered: Call | None = None
    advice: dict[str, Any] = field(default_factory=dict)
    settled: str = ""

    def notice(self, mentions: tuple[Mention, ...]) -> None:
        """Remember the records that a message mentions clearly."""
        for one in mentions:
            if one.known and not one.choices and one.sort in _KEPT:
                self.focus.pop(one.sort, None)  # the latest stands last
                self.focus[one.sort] = one.value

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, for the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Dialogue:
        """The state that `as_json` wrote."""
        asked = body.get("asked")
        return cls(
            focus=dict(body.get("focus", {})),
            last=_call(body.get("last")),
            asked=Ask(Call(**asked["call"]), asked["missing"], asked["text"]) if asked else None,
            offered=_call(body.get("offered")),
            advice=dict(body.get("advice", {})),
            settled=str(body.get("settled", "")),
        )


def _call(body: Mapping[str, Any] | None) -> Call | None:
    return Call(**body) if body else None


_KEPT = frozenset(
    (
        Sort.SKU,
        Sort.LOCATION,
        Sort.SUPPLIER,
        Sort.ORDER,
        Sort.PURCHASE_ORDER,
        Sort.CUSTOMER,
        Sort.ACTION,
        Sort.TICKET,
        Sort.TRACKING,
    )
)
