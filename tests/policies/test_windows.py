"""Windows: sums and counts over time as facts, by a closed grammar."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.fact_types import IntFact, MoneyFact
from policies.judge import Verdict, decide
from policies.rules import PolicySet, load_policies, parse_policies
from policies.vocabulary import FACTS
from policies.windows import (
    LONGEST,
    WINDOWS,
    Window,
    usual_windows,
    window_fault,
    window_named,
    window_of,
)
from shop.errors import PolicyLoadError
from tests.policies.oracle_rules import HEAD, ORDER, eur, rules

PO = "place_purchase_order"
STANDARD = "  - {id: standard, action: place_purchase_order, allow: {when: [{supplier.approved: true}]}}\n"


def with_rule(fact: str, test: str, kind: str = PO) -> PolicySet:
    """A deny rule about one fact beside an allow rule."""
    allow = "{open: true}" if kind == "cancel_purchase_order" else "{requester.is_agent: true}"
    return rules(
        f"  - {{id: standard, action: {kind}, allow: {{when: [{allow}]}}}}\n"
        f"  - {{id: limit, action: {kind}, deny: {{when: [{{{fact}: {test}}}]}}}}\n"
    )


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_every_kind_can_be_counted(kind: str) -> None:
    """Each kind of action may be limited by number, over all and by requester."""
    policies = with_rule("count.requester.7d", "{over: 20}", kind)
    assert [window.name for window in policies.window_facts(kind)] == ["count.requester.7d"]
    assert window_of(kind, "count.all.1h") is not None


def test_a_window_in_use_must_be_present() -> None:
    """Facts first holds for windows: without the one that a rule speaks of the action is denied."""
    policies = with_rule("spend.category.30d", "{over: 900 EUR}")
    facts = {name: value for name, value in ORDER.items() if name != "spend.supplier.24h"}
    assert decide(policies, PO, facts).missing == ("spend.category.30d",)
    assert decide(policies, PO, {**facts, "spend.category.30d": eur("900")}).verdict is Verdict.ALLOW
    assert decide(policies, PO, {**facts, "spend.category.30d": eur("900.01")}).verdict is Verdict.DENY


def test_a_window_that_no_rule_uses_is_refused() -> None:
    """A window beside those in use is an extra fact."""
    policies = with_rule("spend.all.7d", "{over: 900 EUR}")
    facts = {**ORDER, "spend.all.7d": eur("1")}
    assert decide(policies, PO, facts).missing == ("spend.supplier.24h",)


def test_windows_are_typed() -> None:
    """Spend is money, count and pieces are whole numbers."""
    found = {name: window_of(PO, f"{name}.sku.7d") for name in ("spend", "count", "pieces")}
    assert [type(window.type) for window in found.values() if window] == [MoneyFact, IntFact, IntFact]


@pytest.mark.parametrize(
    ("kind", "fact", "says"),
    [
        (PO, "spend.supplier.1d", "spend.supplier.1d is written spend.supplier.24h"),
        (PO, "spend.supplier.168h", "is written spend.supplier.7d"),
        (PO, "spend.supplier.07d", "is written spend.supplier.7d"),
        (PO, "spend.supplier.0h", "a period is 1h to 366d"),
        (PO, "spend.supplier.367d", "a period is 1h to 366d"),
        (PO, "spend.customer.24h", "has no lines by 'customer'"),
        (PO, "spend.suplier.24h", "has no lines by 'suplier' (known: all, supplier"),
        (PO, "spent.supplier.24h", "cannot be added up by 'spent' (known: spend, count, pieces)"),
        ("change_price", "spend.all.24h", "cannot be added up by 'spend' (known: count)"),
        ("refund_order", "pieces.all.24h", "cannot be added up by 'pieces'"),
        (PO, "spend.supplier", "did you mean 'spend.supplier."),
    ],
)
def test_other_names_are_refused(kind: str, fact: str, says: str) -> None:
    """Every window has one spelling; any other is a load error that says what is meant or known."""
    with pytest.raises(PolicyLoadError) as error:
        with_rule(fact, "{over: 5}", kind)
    assert says in str(error.value)


@given(
    st.sampled_from(["spend", "count", "pieces"]),
    st.sampled_from(["all", "supplier", "customer", "category", "sku", "location", "requester"]),
    st.integers(1, LONGEST // timedelta(hours=1)),
)
def test_name_and_window_are_each_others_inverse(measure: str, by: str, hours: int) -> None:
    """Every period from an hour to a year has one name, and the name says exactly that window."""
    window = Window(measure, by, timedelta(hours=hours))  # type: ignore[arg-type]  # sampled from the literals
    assert window_named(window.name) == window


def test_tests_may_name_windows_that_no_rule_uses() -> None:
    """Taking a rule away does not break the rule tests of the others."""
    text = (
        HEAD.format(name="buying")
        + STANDARD
        + """
tests:
  - action: place_purchase_order
    usual: {spend.all.7d: 5 EUR, supplier.approved: true}
    cases: [{name: a case, expect: allow}]
"""
    )
    (test,) = parse_policies({"buying.yaml": text}).tests
    assert "spend.all.7d" not in test.facts


def test_tests_that_lack_a_window_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A rule about a new window needs its value in the rule tests; the error says which."""
    directory = tmp_path_factory.mktemp("rules")
    text = (
        HEAD.format(name="notes")
        + "  - {id: note, action: add_order_note, allow: {when: [{count.customer.30d: {under: 9}}]}}\n"
        + """
tests:
  - action: add_order_note
    usual: {requester.is_agent: true, tainted: false, requests_last_hour: 1, length: 80}
    cases: [{name: a note, expect: allow, rule: note}]
"""
    )
    (directory / "notes.yaml").write_text(text, "utf-8")
    with pytest.raises(PolicyLoadError, match=r"'a note' of add_order_note lacks count.customer.30d"):
        load_policies(directory)


def test_windows_are_of_known_kinds() -> None:
    """Every kind of action says how its lines can be added up."""
    assert set(WINDOWS) == set(FACTS)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "one hour"), (24, "24 hours"), (25, "25 hours"), (48, "2 days"), (168, "7 days")],
)
def test_a_period_is_told_in_words(hours: int, words: str) -> None:
    """A window's period is told as people say it."""
    assert Window("spend", "all", timedelta(hours=hours)).in_words() == f"value in {words}"


def test_a_kind_without_windows_has_none_to_suggest() -> None:
    """A kind whose lines cannot be added up suggests no window; another suggests only its own."""
    assert usual_windows("wire") == []
    assert "pieces.sku.7d" in usual_windows(PO)
    assert not [name for name in usual_windows("change_price") if not name.startswith("count.")]


def test_a_well_spelt_window_has_no_fault() -> None:
    """A window of the kind in its one spelling is not at fault, and a name of another form is no window."""
    assert window_fault(PO, "spend.all.24h") is None
    assert window_fault(PO, "terms.current") is None
    assert window_fault("wire", "spend.all.24h") is None
