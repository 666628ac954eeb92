"""The reasons for which the gate refuses somebody, by their words, so that each can be counted."""

from __future__ import annotations

from typing import Final

from shop.errors import ShopError

REASONS: Final = {
    "agent decides": "an agent never decides",
    "requester decides": "somebody else must decide it",
    "requester's delegate decides": "cannot decide it for them either",
    "not asked": "is not that",
    "over the limit": "may approve",
    "batch over the limit": "together these are",
    "same person again": "needs another person",
    "not waiting": "already:",
    "other tenant": "belongs to another store",
    "edit by an agent": "only a person edits",
    "edit of another kind": "an edit stays",
    "not theirs to withdraw": "did not ask for",
    "nothing to take back": "there is nothing to take back",
    "key of another": "was used for another action",
    "no such approval": "there is no approval",
    "unknown action": "unknown action",
    "missing argument": "Field required",
    "foreign argument": "Extra inputs",
    "malformed argument": "Input should",
    "not undoable": "cannot be undone",
    "not carried out": "only what was carried out can be undone",
    "undo out of date": "was changed again since",
    "no such name": "is no approval",
    "loosening confirmed by who asked": "somebody else must confirm",
    "loosening by an agent": "only a person may confirm",
    "loosening by an operator": "it takes a role that decides",
    "delegation to no human": "is no human",
    "delegation to oneself": "goes to another person",
    "delegation of what is not held": "and cannot hand it on",
    "delegation of nothing": "holds no approving role",
    "delegation over the limit": "so not hand on",
    "rules of one person": "somebody else must put",
    "rules without an admin": "one of the two must be an admin",
    "rules by an agent": "only a person may draft",
    "rules overtaken": "has come into force since",
    "rules of two as one": "act for one another",
    "rules with a gap": "has no rules, so it is always denied",
    "customer unknown": "no customer matches",
    "second customer": "this conversation is with another customer",
    "consent of nobody": "identify the customer before asking",
}
"""Each reason and some words of it, the more particular first where words are shared."""

_ORDER: Final = tuple(sorted(REASONS.items(), key=lambda item: -len(item[1])))


def refusal(error: ShopError) -> str:
    """The name under which a refusal is counted: its reason, or its class if it has no known reason."""
    words = str(error)
    for name, known in _ORDER:
        if known in words:
            return f"refusal {name}"
    return f"refusal {type(error).__name__}"
