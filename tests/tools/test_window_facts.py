"""Windows worked out from what was done and what is about to be."""

from typing import Any

import pytest
from sqlalchemy import select

from policies.rules import PolicySet, parse_policies
from policies.windows import window_named
from shop.actions import Action, AdjustReason, AdjustStock, ChangePrice, PlacePurchaseOrder, PurchaseLine
from shop.money import Money
from shop.people import Kind, Role
from shop.store.database import Database
from shop.store.schema import products
from tests.gate import RULES, SAM, Gate, order, person, session
from tools.desk import State
from tools.facts import Asked, Gathered, gather


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


def window(gate: Gate, action: Action, *names: str, requester: str = "agent") -> Any:
    """The values of some windows for an action that is asked for now."""
    values = gathered(gate, action, *names, requester=requester).values
    found = [values[name] for name in names]
    return found[0] if len(found) == 1 else tuple(found)


def gathered(gate: Gate, action: Action, *names: str, requester: str = "agent") -> Gathered:
    """The facts of an action with some windows."""
    asked = Asked(gate.db.tenant, "act_x", requester, Kind.AGENT, tainted=False, now=gate.now)
    needed = [one for name in names if (one := window_named(name)) is not None]
    with gate.db.reading() as snapshot:
        return gather(snapshot, action, asked, needed)


def adjustment(sku: str = "MUG-01", change: int = -2) -> AdjustStock:
    """A small loss."""
    return AdjustStock(sku=sku, location="leeds", change=change, reason=AdjustReason.DAMAGE)


def two_lines() -> PlacePurchaseOrder:
    """Twelve mugs and a hundred of tea in one order."""
    lines = (
        PurchaseLine(sku="MUG-01", quantity=12, unit_cost=Money.of("5.00", "GBP")),
        PurchaseLine(sku="TEA-100", quantity=24, unit_cost=Money.of("1.00", "GBP")),
    )
    return order().model_copy(update={"lines": lines})


def test_a_window_counts_the_action_itself(gate: Gate) -> None:
    """Before anything else happened each window is what this action adds."""
    names = ("spend.all.24h", "count.all.24h", "pieces.all.24h")
    assert window(gate, order(), *names) == (Money.of(120, "GBP"), 1, 24)


def test_a_window_counts_earlier_actions_of_the_kind(gate: Gate) -> None:
    """What was carried out in the period is added, and forgotten when the period is over."""
    assert gate.desk.submit(order(), session()).state is State.EXECUTED
    gate.later(hours=5)
    assert window(gate, order(), "spend.supplier.6h", "count.supplier.6h") == (Money.of(240, "GBP"), 2)
    assert window(gate, order(), "spend.supplier.5h", "spend.supplier.7d") == (
        Money.of(120, "GBP"),
        Money.of(240, "GBP"),
    )


def test_a_window_counts_what_is_approved_and_not_yet_done(gate: Gate) -> None:
    """A reservation counts however long ago it was made."""
    gate.desk.submit(order(), session(), execute=False)
    gate.later(hours=20)
    assert window(gate, order(), "spend.all.1h") == Money.of(240, "GBP")


def test_the_worst_line_is_the_fact(gate: Gate) -> None:
    """An order of several SKUs has the fullest SKU window as its fact, not the sum of them."""
    gate.desk.submit(order(), session())
    assert window(gate, two_lines(), "pieces.sku.24h", "pieces.all.24h") == (36, 60)
    card = gathered(gate, two_lines(), "pieces.sku.24h").lines[-1]
    assert (card.label, card.before, card.after) == ("Pieces of one SKU in 24 hours (MUG-01)", "24", "36")


def test_requesters_are_told_apart(gate: Gate) -> None:
    """The window by requester holds what one person asked for, themselves and through the assistant."""
    through = person("agent", Role.OPERATOR, kind=Kind.AGENT, on_behalf_of="tom")
    for _ in range(2):
        gate.desk.submit(adjustment(change=-1), session(through))
    gate.desk.submit(adjustment(change=-1), session())
    gate.desk.submit(adjustment(change=-1), session(SAM))
    names = ("count.requester.1h", "count.all.1h")
    assert window(gate, adjustment(), *names, requester="sam") == (3, 5)
    assert window(gate, adjustment(), *names, requester="tom") == (3, 5)


def test_locations_are_told_apart(gate: Gate) -> None:
    """Stock adjusted at one location leaves another location's window alone."""
    gate.desk.submit(adjustment(), session())
    there = adjustment().model_copy(update={"location": "bristol"})
    assert window(gate, adjustment(), "pieces.location.24h") == 4
    assert window(gate, there, "pieces.location.24h") == 2


def test_price_changes_are_counted(gate: Gate) -> None:
    """Kinds without a value are counted as well."""
    change = ChangePrice(sku="MUG-01", price=Money.of("13", "GBP"), reason="cost")
    assert gate.desk.submit(change, session()).state in {State.EXECUTED, State.PENDING}
    expected = 2 if gate.desk.actions(states=(State.EXECUTED,)) else 1
    assert window(gate, change, "count.sku.24h") == expected


def test_a_window_of_the_rules_is_gathered_by_the_desk(gate: Gate) -> None:
    """The desk works out the windows that its rules speak of: the third order of a day is refused."""
    gate.rules = limited("place_purchase_order", "count.supplier.24h: {over: 2}")
    states = [gate.desk.submit(order(), session()).state for _ in range(3)]
    assert states == [State.EXECUTED, State.EXECUTED, State.DENIED]


def test_only_the_windows_of_the_rules_are_gathered(gate: Gate) -> None:
    """Nothing is added up for windows that no rule speaks of."""
    assert "spend.all.24h" not in gathered(gate, order()).values


def test_the_desk_knows_where_an_order_stands(gate: Gate) -> None:
    """A rule about one category stops the order that holds it among others, and leaves the rest alone."""
    text = (
        f"{RULES}  - {{id: extra, action: place_purchase_order, scope: {{category: TEA}},"
        " deny: {when: [{lines: {over: 0}}]}}\n"
    )
    with gate.db.reading() as snapshot:
        category = snapshot.scalar(select(products.c.category).where(products.c.sku == "TEA-100"))
    gate.rules = parse_policies({"gate.yaml": text.replace("TEA", str(category))})
    assert gate.desk.submit(order(), session()).state is State.EXECUTED
    refused = gate.desk.submit(two_lines(), session())
    assert refused.state is State.DENIED
    assert "extra" in [one.rule for one in refused.decision.fired]


def limited(kind: str, condition: str) -> PolicySet:
    """The rules of the tests with one more."""
    text = f"{RULES}  - {{id: extra, action: {kind}, deny: {{when: [{{{condition}}}]}}}}\n"
    return parse_policies({"gate.yaml": text})
