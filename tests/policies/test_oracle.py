"""The oracle table: cases with known answers, confirmed elsewhere by a translation to Cedar."""

from typing import Any

import pytest

from policies.decision import NOTHING_ALLOWS
from policies.rules import PolicySet, parse_policies
from shop.money import Money
from tests.policies.oracle_rules import ORACLE, eur, granted, judged

PO, REFUND, PRICE = "place_purchase_order", "refund_order", "change_price"
MANAGER = ["mia:purchasing_manager"]


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    """The oracle rules."""
    return parse_policies({"purchasing.yaml": ORACLE})


def pct(text: str) -> Any:
    """A percentage."""
    from decimal import Decimal  # noqa: PLC0415 - keeps the table below short

    return Decimal(text)


@pytest.mark.parametrize(
    ("kind", "changes", "people", "verdict", "rule"),
    [
        (PO, {"total": eur("400.00")}, [], "allow", "po-standard"),
        (PO, {"total": eur("1000.00")}, [], "allow", "po-standard"),
        (PO, {"total": eur("1000.01")}, [], "needs_approval", "po-manager"),
        (PO, {"total": eur("1240.00")}, [], "needs_approval", "po-manager"),
        (PO, {"total": eur("1240.00")}, MANAGER, "allow", "po-standard"),
        (PO, {"spend.supplier.24h": eur("5200.00")}, [], "needs_approval", "po-split"),
        (PO, {"total": eur("50000.00")}, MANAGER, "allow", "po-standard"),
        (PO, {"total": eur("60000.00")}, MANAGER, "deny", "po-hard-cap"),
        (PO, {"supplier.approved": False}, [], "deny", NOTHING_ALLOWS),
        (PO, {"supplier.approved": False, "total": eur("1240.00")}, MANAGER, "deny", NOTHING_ALLOWS),
        (REFUND, {"amount": eur("40.00")}, [], "allow", "refund-standard"),
        (REFUND, {"amount": eur("600.00"), "share_pct": pct("70")}, [], "allow", "refund-standard"),
        (REFUND, {"amount": eur("600.00"), "share_pct": pct("71")}, [], "needs_approval", "refund-two"),
        (PRICE, {"change_pct": pct("5")}, [], "allow", "price-standard"),
        (PRICE, {"change_pct": pct("10")}, [], "allow", "price-standard"),
        (PRICE, {"change_pct": pct("-12.5")}, [], "needs_approval", "price-swing"),
        (
            PRICE,
            {"change_pct": pct("-12.5"), "margin_after_pct": pct("-0.01")},
            ["pia:pricing_manager"],
            "deny",
            NOTHING_ALLOWS,
        ),
    ],
)
def test_oracle_case(
    policies: PolicySet, kind: str, changes: dict[str, Any], people: list[str], verdict: str, rule: str
) -> None:
    """Each case of the table gets its verdict from its rule."""
    decision = judged(policies, kind, changes, granted(*people))
    assert (decision.verdict, rule in {one.rule for one in decision.fired}) == (verdict, True)


def test_order_over_limit_in_words(policies: PolicySet) -> None:
    """The reason of an approval has the order's value and the limit filled in."""
    decision = judged(policies, PO, {"total": eur("1240")}, [])
    assert decision.fired[0].text == "Order of 1,240.00 EUR is over the 1,000.00 EUR limit."


def test_split_orders_in_words(policies: PolicySet) -> None:
    """The reason of a rolling sum tells the sum, not the order."""
    decision = judged(policies, PO, {"spend.supplier.24h": eur("5200")}, [])
    assert decision.fired[0].text == "5,200.00 EUR with this supplier in 24 h (limit 5,000.00 EUR)."


def test_one_satisfied_rule_leaves_another_open() -> None:
    """Of two approve rules that fire, the one whose role nobody gave stays required."""
    other = ORACLE.replace(
        "over: 5_000 EUR}}], by: [purchasing_manager]", "over: 5_000 EUR}}], by: [finance]"
    )
    changes = {"total": eur("1240"), "spend.supplier.24h": eur("5200")}
    decision = judged(parse_policies({"a.yaml": other}), PO, changes, granted(*MANAGER))
    assert (decision.verdict, [one.rule for one in decision.required]) == ("needs_approval", ["po-split"])


def test_foreign_currency_is_denied_whatever_else_holds(policies: PolicySet) -> None:
    """An amount in another currency than the limit is denied, though the rule's other condition fails."""
    changes = {"amount": Money.of(600, "JPY"), "share_pct": pct("10")}
    decision = judged(policies, REFUND, changes, granted("a:finance", "b:support_lead"))
    assert (decision.verdict, decision.missing) == ("deny", ("amount",))
    assert "currency JPY compared with EUR" in decision.fired[0].text
