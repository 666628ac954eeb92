"""What may happen in one step, and how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from evals.hostile import asking, customers, deciding, dials, paperwork, rule_making, surroundings, tool_calls

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

MOVES: Final = {
    "propose": 115,
    "babble": 150,
    "lawful": 165,
    "use_tool": 45,
    "approve": 115,
    "execute": 120,
    "reject": 22,
    "edit": 26,
    "withdraw": 26,
    "undo": 18,
    "delegate": 22,
    "revoke": 12,
    "batch": 24,
    "sort_out": 40,
    "recover": 18,
    "policy": 14,
    "drift": 25,
    "switch": 38,
    "role": 6,
    "probe": 6,
    "scheme": 46,
    "customer": 60,
    "trade": 36,
}
"""How often each happens, in parts of all."""


def scheme(run: Simulation, tenant: Tenant) -> None:
    """Somebody begins something that takes several steps."""
    run.begin(tenant)


_ROOMS: Final = (asking, customers, deciding, dials, paperwork, rule_making, surroundings, tool_calls)
ACTS: Final[dict[str, Callable[[Simulation, Tenant], None]]] = {
    name: scheme if name == "scheme" else next(getattr(room, name) for room in _ROOMS if hasattr(room, name))
    for name in MOVES
}
"""What each of them is."""
