"""What people wrote about a customer, as every door shows it: without who it was and how to reach them.

Whoever needs more opens the customer with a reason, which is audited. An address that somebody asked for is
shown by its place and country, as on the card that is decided on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from shop.actions import KINDS
from shop.model import Customer
from shop.service_actions import NewAddress
from shop.store.database import Snapshot
from tools.ledger import personal
from tools.ledger.states import ActionView, ApprovalView
from tools.privacy import MASKED, masked_words

_KEPT_BACK: Final = frozenset({"street", "street2", "postcode"})


@dataclass(frozen=True, slots=True)
class Mask:
    """Masks what stands in an action; `about` is the customer whom it is about, None for nobody."""

    about: Customer | None

    def words(self, text: str) -> str:
        """What somebody typed."""
        return masked_words(text, self.about)

    def args(self, action: ActionView) -> dict[str, Any]:
        """The arguments with what people typed masked; ids, amounts and days as they are."""
        return self.args_of(action.kind, action.args)

    def args_of(self, name_of_kind: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The same of arguments that were not filed yet."""
        kind = KINDS[name_of_kind]
        shown = dict(args)
        for name in kind.free_text:
            if isinstance(text := shown.get(name), str) and text:
                hidden = issubclass(kind, NewAddress) and name in _KEPT_BACK
                shown[name] = MASKED if hidden else self.words(text)
        return shown

    def approval(self, approval: ApprovalView) -> ApprovalView:
        """An approval with its card and the notes of those who said yes masked, if it is about a customer."""
        if self.about is None:
            return approval
        card = approval.card
        lines = (
            replace(one, before=self.words(one.before), after=self.words(one.after)) for one in card.lines
        )
        grants = tuple(replace(one, note=self.words(one.note)) for one in approval.grants)
        return replace(approval, card=replace(card, lines=tuple(lines)), grants=grants)


def mask_of(snapshot: Snapshot, action: ActionView) -> Mask:
    """How to show an action to people."""
    return Mask(personal.customer_of(snapshot, action.tenant, action.id))
