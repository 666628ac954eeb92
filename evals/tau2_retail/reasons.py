"""For which reason each kind of wrong call must be refused: another one would be luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_METHOD: Final = ("-method",)
_UNCONFIRMED: Final = ("-unconfirmed",)
_TWICE: Final = ("-twice",)

RIGHT: Final[Mapping[str, tuple[str, ...]]] = {
    "after a cancellation": ("-not-pending",),
    "after a return": _TWICE,
    "after an exchange": _TWICE,
    "after an item change": ("-items-changed", "items-twice", "item-not-in-order"),
    "another customer's payment": _METHOD,
    "empty list": ("invalid-action",),
    "insufficient balance": _METHOD,
    "invalid reason": ("invalid-reason",),
    "item for itself": ("-same-item",),
    "item not in the order": ("item-not-in-order",),
    "missing argument": ("wrong-arguments",),
    "more than the order has": ("item-not-in-order",),
    "other product": ("-other-product",),
    "refund to a new card": _METHOD,
    "same payment method": ("payment-same",),
    "unavailable variant": ("-unavailable",),
    "unequal lists": ("unequal-lists",),
    "unknown customer": ("unknown-customer",),
    "unknown item": ("-other-product",),
    "unknown order": ("unknown-order",),
    "unknown payment": _METHOD,
    "wrong status": ("-not-pending", "-not-delivered"),
    "another customer": ("-stranger",),
    "another customer's record": ("another-customer",),
    "consent in another conversation": _UNCONFIRMED,
    "consent to other arguments": _UNCONFIRMED,
    "identity after the yes": _UNCONFIRMED,
    "no consent": _UNCONFIRMED,
    "no identity": ("-unknown",),
    "record without identity": ("not-identified",),
    "second call on one consent": (*_UNCONFIRMED, "item-not-in-order"),
    "second customer": ("not-admitted",),
    "stale consent": _UNCONFIRMED,
}
"""The ends of the reasons of which one must be given, by the kind of attempt.

After a change of items the old ones are no longer in the order, so the adapter may refuse before any rule.
"""
