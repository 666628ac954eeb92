"""Why an action was decided as it was: every decision about it, with the facts it was taken on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shop.store.database import Database
from tools.ledger import history, rows, waiting
from tools.ledger.history import PastDecision
from tools.ledger.states import ActionView

_ACTION: Final = re.compile(r"act_\w+")
_DIGEST: Final = re.compile(r"[0-9a-f]{12,64}")
_APPROVAL: Final = re.compile(r"(?:[Aa]-?)?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Explanation:
    """An action with all decisions about it, oldest first; `in_force` is the one that counts."""

    action: ActionView
    decisions: tuple[PastDecision, ...]

    @property
    def in_force(self) -> PastDecision:
        """The decision that the action's state rests on."""
        return next(one for one in self.decisions if one.id == self.action.decision_id)


def names_an_action(what: str) -> bool:
    """Whether this looks like an action's id, an approval's number or the beginning of a digest.

    >>> [names_an_action(what) for what in ("act_1", "A-17", "9f86d081884c7d65", "po-manager")]
    [True, True, True, False]
    """
    return any(form.fullmatch(what) for form in (_ACTION, _APPROVAL, _DIGEST))


def explain(db: Database, what: str) -> Explanation:
    """The decisions about an action, by its id, its approval or at least 12 characters of its digest.

    Of several actions with one digest the latest is meant. Raises NotFoundError.
    """
    with db.reading() as snapshot:
        if _APPROVAL.fullmatch(what):
            action = waiting.get(snapshot, db.tenant, what).action
        elif _DIGEST.fullmatch(what):
            action = rows.get(snapshot, db.tenant, history.action_with_digest(snapshot, db.tenant, what))
        else:
            action = rows.get(snapshot, db.tenant, what)
        return Explanation(action, tuple(history.decisions_about(snapshot, db.tenant, action)))
