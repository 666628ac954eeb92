"""The reorder plan of the store's day, as the autonomous run makes it, kept while nothing changes."""

from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Final

from shop.actions import PlacePurchaseOrder, TransferStock
from shop.plan_inputs import PlanInputs, PlanSettings, ProposedSupply
from shop.store.database import Database, Snapshot
from shop.store.reads import changes, info
from tools.ledger import rows
from tools.ledger.states import ActionView, State
from tools.tool import Shop

if TYPE_CHECKING:
    from shop.assessment import Assessment
    from shop.planning import Plan

UNDER_WAY: Final = (State.PENDING, State.APPROVED, State.EXECUTING, State.UNKNOWN)
"""Actions in these states may still bring goods, so the plan counts what they would bring."""

Mark = tuple[date, str, tuple[ProposedSupply, ...]]

_KEPT: "dict[tuple[str, str], Today]" = {}
_LOCK: Final = Lock()


@dataclass(frozen=True, slots=True)
class Today:
    """The plan of a day with what it was made from; `mark` tells one state of the store from another."""

    mark: Mark
    inputs: PlanInputs
    state: "Assessment"
    plan: "Plan"


def todays_plan(shop: Shop, snapshot: Snapshot) -> Today:
    """The plan for the whole catalogue on the store's day, with what the desk has under way."""
    from shop.store.history import plan_inputs  # noqa: PLC0415 - loads numpy, which only a plan needs

    today = info.business_day(snapshot, shop.clock)
    proposed = tuple(proposed_supply(snapshot, shop.db.tenant, today))
    mark: Mark = (today, changes.mark(snapshot), proposed)
    place = (shop.db.url, shop.db.tenant)
    with _LOCK:
        kept = _KEPT.get(place)
        if kept is None or kept.mark != mark:
            kept = _KEPT[place] = _planned(mark, plan_inputs(snapshot, today, proposed=proposed))
        return kept


def forget(db: Database) -> None:
    """Drop the kept plan of a store: its file was replaced by another one."""
    with _LOCK:
        _KEPT.pop((db.url, db.tenant), None)


def proposed_supply(snapshot: Snapshot, tenant: str, today: date) -> list[ProposedSupply]:
    """What orders and transfers that are filed but not carried out would bring, and take, on which day."""
    found: list[ProposedSupply] = []
    for view in rows.in_states(snapshot, tenant, UNDER_WAY, kind=PlacePurchaseOrder.kind):
        order = view.action
        if isinstance(order, PlacePurchaseOrder):
            found += [
                replace(
                    _supply(line.sku, order.location, line.quantity, order.expected_on, _spoken(view)),
                    supplier=order.supplier,
                    unit_cost=line.unit_cost,
                )
                for line in order.lines
            ]
    for view in rows.in_states(snapshot, tenant, UNDER_WAY, kind=TransferStock.kind):
        move = view.action
        if isinstance(move, TransferStock):
            found.append(_supply(move.sku, move.to_location, move.quantity, today, _spoken(view)))
            found.append(_supply(move.sku, move.from_location, -move.quantity, today, _spoken(view)))
    return found


def _spoken(view: ActionView) -> str:
    """The id by which people know a request: its approval's where it has one."""
    return view.approval_id or view.id


def _supply(
    sku: str, location: str, quantity: int, due_on: date, source: str, supplier: str = ""
) -> ProposedSupply:
    return ProposedSupply(
        sku=sku, location=location, quantity=quantity, due_on=due_on, source=source, supplier=supplier
    )


def _planned(mark: Mark, inputs: PlanInputs) -> Today:
    from shop.assessment import assess  # noqa: PLC0415 - loads numba, which only a plan needs
    from shop.planning import plan  # noqa: PLC0415 - loads numba, which only a plan needs

    settings = PlanSettings()
    return Today(mark, inputs, assess(inputs, settings), plan(inputs, settings))
