"""Where a rule holds: for some suppliers, categories, locations, channels or tenants only.

An action stands in as many places as its lines do. A deny or approve rule speaks as soon as one line is
inside its scope; an allow rule only when all lines are: what is partly outside is not allowed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.decision import Verdict
from policies.windows import WINDOWS

Places = Mapping[str, frozenset[str]]
"""Where an action stands, by scope key: ``{"supplier": {"northwind"}, "category": {"mugs", "tea"}}``."""

NOWHERE: Final[Places] = {}
SCOPE_KEYS: Final = ("supplier", "category", "location", "channel", "tenant")
_OF_THE_SESSION: Final = ("channel", "tenant")
ELSEWHERE: Final = frozenset({""})
"""Outside every scope: no rule can name it."""


def scope_keys(kind: str) -> tuple[str, ...]:
    """The keys that a rule about a kind may have: those of its lines, and those of the session."""
    lines = WINDOWS.get(kind)
    carried = lines.dimensions if lines else ()
    return tuple(key for key in SCOPE_KEYS if key in carried or key in _OF_THE_SESSION)


def is_inside(scope: Places, effect: Verdict, places: Places) -> bool:
    """Whether a rule of this scope and effect speaks of an action that stands in these places.

    >>> mugs, both = {"category": frozenset({"mugs"})}, {"category": frozenset({"mugs", "tea"})}
    >>> is_inside(mugs, Verdict.DENY, both), is_inside(mugs, Verdict.ALLOW, both)
    (True, False)
    """
    if effect is Verdict.ALLOW:
        return all(places.get(key) and places[key] <= values for key, values in scope.items())
    return all(not places.get(key, ELSEWHERE).isdisjoint(values) for key, values in scope.items())


def places_as_json(places: Places) -> dict[str, list[str]]:
    """Places as canonical JSON carries them; `places_from_json` is the inverse."""
    return {key: sorted(values) for key, values in places.items()}


def places_from_json(body: Mapping[str, list[str]]) -> Places:
    """The places that were stored with places_as_json."""
    return {key: frozenset(values) for key, values in body.items()}


def are_apart(one: Places, other: Places) -> bool:
    """Whether two scopes name nothing in common on some key that both have."""
    return any(one[key].isdisjoint(other[key]) for key in one.keys() & other.keys())
