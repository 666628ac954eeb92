"""Rules that hold in some places only."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.judge import Verdict, decide, verdict
from policies.lint import lint
from policies.rules import PolicySet, load_policies
from policies.scope import SCOPE_KEYS, is_inside, scope_keys
from shop.errors import PolicyLoadError
from tests.policies.oracle_rules import HEAD, ORDER, eur, rules

PO = "place_purchase_order"
FACTS = {name: value for name, value in ORDER.items() if name != "spend.supplier.24h"}
ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.NEEDS_APPROVAL, Verdict.DENY
STANDARD = "  - {id: standard, action: place_purchase_order, allow: {when: [{supplier.approved: true}]}}\n"


def scoped(effect: str, scope: str, when: str = "{total: {over: 100 EUR}}") -> str:
    """A rule with a scope."""
    people = ", by: [purchasing_manager]" if effect == "approve" else ""
    return (
        f"  - {{id: scoped-{effect}, action: {PO}, scope: {scope}, {effect}: {{when: [{when}]{people}}}}}\n"
    )


def answer(policies: PolicySet, **places: Any) -> Verdict:
    """The verdict on the usual order in these places."""
    standing = {key: frozenset(values.split()) for key, values in places.items()}
    found = decide(policies, PO, FACTS, (), standing).verdict
    assert verdict(policies, PO, FACTS, (), standing) is found
    return found


@pytest.mark.parametrize(("effect", "inside"), [("approve", ASK), ("deny", DENY)])
def test_a_rule_speaks_only_inside_its_scope(effect: str, inside: Verdict) -> None:
    """Another supplier's orders are left alone by a rule about one supplier."""
    policies = rules(STANDARD + scoped(effect, "{supplier: northwind}"))
    assert answer(policies, supplier="northwind") is inside
    assert answer(policies, supplier="southwind") is ALLOW


@pytest.mark.parametrize(("effect", "inside"), [("approve", ASK), ("deny", DENY)])
def test_one_line_inside_is_enough_to_stop(effect: str, inside: Verdict) -> None:
    """An order of several categories is stopped when any of them is in the scope."""
    policies = rules(STANDARD + scoped(effect, "{category: [tea, mugs]}"))
    assert answer(policies, category="tea hats") is inside
    assert answer(policies, category="hats") is ALLOW


def test_every_line_must_be_inside_to_allow() -> None:
    """An allow rule about one category does not let an order through that holds another as well."""
    policies = rules(scoped("allow", "{category: tea}"))
    assert answer(policies, category="tea") is ALLOW
    assert answer(policies, category="tea hats") is DENY


def test_all_keys_of_a_scope_must_fit() -> None:
    """A scope of two keys is where both hold."""
    policies = rules(STANDARD + scoped("deny", "{supplier: northwind, channel: [run, api]}"))
    assert answer(policies, supplier="northwind", channel="run") is DENY
    assert answer(policies, supplier="northwind", channel="chat") is ALLOW
    assert answer(policies, supplier="other", channel="run") is ALLOW


def test_an_unknown_place_is_denied_by_name() -> None:
    """Whether a rule speaks must be known: without the place the action is denied, and the place named."""
    policies = rules(STANDARD + scoped("deny", "{category: tea}"))
    decision = decide(policies, PO, FACTS, (), {"supplier": frozenset({"northwind"})})
    assert (decision.verdict, decision.missing) == (DENY, ("scope.category",))
    assert verdict(policies, PO, FACTS) is DENY


@pytest.mark.parametrize(
    ("kind", "scope", "says"),
    [
        (PO, "{suplier: northwind}", "unknown key 'suplier'; did you mean 'supplier'?"),
        (PO, "{channel: caht}", "no channel 'caht'; did you mean 'chat'?"),
        (PO, "{supplier: []}", "needs a name or a list of different names"),
        (PO, "{supplier: [a, a]}", "needs a name or a list of different names"),
        (PO, "{supplier: {a: b}}", "expected plain text"),
        (PO, "{}", "scope needs at least one of supplier, category, location, channel, tenant"),
        ("refund_order", "{supplier: northwind}", "unknown key 'supplier' (known: channel, tenant)"),
    ],
)
def test_a_wrong_scope_is_a_load_error(kind: str, scope: str, says: str) -> None:
    """Only the places that a kind's lines have, and known channels, may be named."""
    with pytest.raises(PolicyLoadError) as error:
        rules(
            f"  - {{id: r, action: {kind}, scope: {scope}, deny: {{when: [{{requester.is_agent: true}}]}}}}"
        )
    assert says in str(error.value)


def test_one_currency_unless_apart() -> None:
    """Two rules may compare a fact in two currencies only in places that have nothing in common."""
    pounds, euros = "{total: {over: 100 GBP}}", "{total: {over: 100 EUR}}"
    apart = scoped("deny", "{location: leeds}", pounds) + scoped("approve", "{location: berlin}", euros)
    policies = rules(STANDARD + apart)
    assert answer(policies, location="berlin") is ASK
    assert answer(policies, location="leeds") is DENY
    assert answer(policies, location="leeds berlin") is DENY
    with pytest.raises(PolicyLoadError, match="scopes that have nothing in common"):
        rules(STANDARD + apart.replace("location: berlin", "supplier: northwind"))


def test_scope_counts_in_the_sha() -> None:
    """Widening a scope is a change of the rules."""
    narrow, wide = (
        rules(STANDARD + scoped("deny", scope)) for scope in ("{category: a}", "{category: [a, b]}")
    )
    assert narrow.sha != wide.sha


def test_a_scoped_deny_does_not_contradict_an_allow() -> None:
    """A deny for one category leaves the allow its other categories."""
    policies = rules(STANDARD + scoped("deny", "{category: tea}", "{supplier.approved: true}"))
    assert not [one for one in lint(policies) if "contradicts" in one.text]


def test_a_scoped_rule_fires_in_a_test_with_its_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A rule test may say where it plays; elsewhere the rule is silent."""
    directory = tmp_path_factory.mktemp("rules")
    text = (
        HEAD.format(name="buying")
        + STANDARD
        + scoped("deny", "{category: tea}")
        + """
tests:
  - action: place_purchase_order
    usual: {supplier.approved: true, total: 500 EUR}
    cases:
      - {name: mugs are bought, expect: allow, rule: standard}
      - {name: tea is not, scope: {category: tea}, expect: deny, rule: scoped-deny}
"""
    )
    (directory / "buying.yaml").write_text(text, "utf-8")
    assert len(load_policies(directory).tests) == 2


@given(
    st.dictionaries(st.sampled_from(SCOPE_KEYS), st.frozensets(st.sampled_from("abc"), min_size=1)),
    st.dictionaries(st.sampled_from(SCOPE_KEYS), st.frozensets(st.sampled_from("abcd"), min_size=1)),
)
def test_where_an_allow_speaks_a_deny_would(scope: dict[str, Any], places: dict[str, Any]) -> None:
    """With the same scope a deny never covers less than an allow."""
    assert is_inside(scope, DENY, places) or not is_inside(scope, ALLOW, places)


def test_keys_of_a_kind_are_those_of_its_lines() -> None:
    """Refunds have neither supplier nor location, and every kind has channel and tenant."""
    assert scope_keys("refund_order") == ("channel", "tenant")
    assert scope_keys(PO) == SCOPE_KEYS
    assert eur("1").currency == "EUR"
