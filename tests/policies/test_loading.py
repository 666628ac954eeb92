"""A wrong rule file gets one error that says where and what was expected."""

from pathlib import Path

import pytest

from policies.rules import SHIPPED, load_policies, parse_policies, read_policies
from policies.vocabulary import BoolFact, EnumFact, Vocabulary
from shop.errors import PolicyLoadError
from tests.policies.oracle_rules import HEAD, ORACLE, rules

ALLOW = "allow: {when: [{within_refundable: true}]}"


def rule(body: str, action: str = "refund_order") -> str:
    """A rule named `r` for refunds."""
    return f"  - {{id: r, action: {action}, {body}}}"


def asks(people: str) -> str:
    """An approve rule with these keys about people."""
    return rule(f"approve: {{when: [{{delivered: true}}], {people}}}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rule(ALLOW, "refnd"), "r: unknown action 'refnd'; did you mean 'refund_order'?"),
        (rule("deny: {when: [{amuont: {over: 1 EUR}}]}"), "no fact 'amuont'; did you mean 'amount'?"),
        (
            rule("deny: {when: [{amount: {over: 1000}}]}"),
            "r: amount: expected an amount like \"1_000 GBP\", got '1000'",
        ),
        (rule("deny: {when: [{amount: {above: 1 EUR}}]}"), "unknown test 'above' for a money fact"),
        (rule("deny: {when: [{amount: {over: 1,000 EUR}}]}"), "expected exactly one test with its limit"),
        (rule("deny: {when: [{amount: {over: 50.000 EUR}}]}"), "has more decimals than EUR knows"),
        (rule("deny: {when: [{amount: {over: 0.5 JPY}}]}"), "has more decimals than JPY knows"),
        (rule("deny: {when: [{amount: {over: 1 XXQ}}]}"), "unknown currency 'XXQ'"),
        (rule("deny: {when: [{amount: {over: ١٠٠ EUR}}]}"), "expected an amount"),
        (rule(f"deny: {{when: [{{amount: {{over: {'9' * 5_000} EUR}}}}]}}"), "too long to be a limit"),
        (rule("deny: {when: [{amount: {over: 99999999999999999999 EUR}}]}"), "out of bounds"),
        (rule("deny: {when: [{amount: 5 EUR}]}"), "a money fact needs a test"),
        (rule("deny: {when: [{amount: {in: [5 EUR]}}]}"), "unknown test 'in'"),
        (rule("deny: {when: [{amount: {over: [5 EUR]}}]}"), "over needs one value"),
        (rule("deny: {when: [{amount: {outside: 5 EUR}}]}"), "outside needs its two ends"),
        (rule("deny: {when: [{amount: {outside: [9 EUR, 5 EUR]}}]}"), "needs the lower end first"),
        (rule("deny: {when: [{amount: {between: [1 EUR, 5 GBP]}}]}"), "mixes EUR and GBP"),
        (rule("deny: {when: [{share_pct: {is: 5}}]}"), "unknown test 'is' for a decimal fact"),
        (rule("deny: {when: [{share_pct: {over: 5.005}}]}"), "more than 2 decimals"),
        (rule("deny: {when: [{share_pct: {over: NaN}}]}"), "expected a number like 12.5, got 'NaN'"),
        (rule("deny: {when: [{share_pct: {over: 1e3}}]}"), "expected a number like 12.5"),
        (rule("deny: {when: [{days_since_delivery: {over: 1.5}}]}"), "expected a whole number of days"),
        (rule("deny: {when: [{days_since_delivery: {over: }}]}"), "expected a whole number of days"),
        (rule("deny: {when: [{delivered: yes}]}"), "delivered: expected true or false, got 'yes'"),
        (rule("deny: {when: [{delivered: {over: 1}}]}"), "write the bare value, true or false"),
        (rule("deny: {when: []}"), "when must have at least one condition"),
        (rule("deny: {when: {delivered: true}}"), "when must be a list"),
        (rule("deny: {when: [{delivered: true, tainted: true}]}"), "each item of 'when' is one fact"),
        (rule("deny: {because: no}"), "needs the key 'when'"),
        (rule("deny: {when: [{delivered: true}], wehn: x}"), "unknown key 'wehn'; did you mean 'when'?"),
        (rule("deny: {when: [{delivered: true}], by: [finance]}"), "unknown key 'by'"),
        (
            rule(f"{ALLOW}, deny: {{when: [{{delivered: true}}]}}"),
            "exactly one of allow, approve, deny, got 2",
        ),
        ("  - {id: r, action: refund_order}", "exactly one of allow, approve, deny, got 0"),
        (rule(f"{ALLOW}, scope: {{category: toys}}"), "unknown key 'category' (known: channel, tenant)"),
        (rule(f"{ALLOW}, efect: x"), "unknown key 'efect'"),
        (rule('deny: {when: [{delivered: true}], because: "{nope}"}'), "only the placeholders"),
        (rule('deny: {when: [{delivered: true}], because: "{value.__class__}"}'), "only the placeholders"),
        (rule('deny: {when: [{delivered: true}], because: "{{value}}"}'), "only the placeholders"),
        (asks("by: [finance], quorm: 2"), "unknown key 'quorm'; did you mean 'quorum'?"),
        (asks("expires: 24h"), "exactly one of by"),
        (asks("by: [finance], by_each: [admin]"), "exactly one of by"),
        (asks("by: [finanse]"), "no role 'finanse' may approve; did you mean 'finance'?"),
        (asks("by: [viewer]"), "no role 'viewer' may approve"),
        (asks("by: []"), "needs a list of different roles"),
        (asks("by: [finance, finance]"), "needs a list of different roles"),
        (asks("by: finance"), "by must be a list"),
        (asks("by: [finance], quorum: 0"), "quorum must be 1 to 10"),
        (asks("by: [finance], quorum: two"), "quorum must be a whole number"),
        (asks("by_each: [finance, admin], quorum: 2"), "quorum goes with by"),
        (asks("by: [finance], distinct: false"), "distinct can only be true"),
        (asks("by: [finance], expires: tomorrow"), "expected a duration like 24h"),
        (asks("by: [finance], expires: 0h"), "expected a duration like 24h"),
        (asks("by: [finance], expires: 999d"), "expected a duration like 24h"),
        (asks("by: [finance], expires: 2h, escalate: {after: 3h, to: [admin]}"), "must come before"),
        (asks("by: [finance], escalate: {after: 3h}"), "escalate needs the key 'to'"),
        ("  - {id: R 1, action: refund_order, " + ALLOW + "}", "lower-case words joined by '-'"),
        (rule(ALLOW) + "\n" + rule(ALLOW), "these stand twice: r"),
        (
            rule("deny: {when: [{amount: {over: 5 EUR}}]}")
            + "\n  - {id: s, action: refund_order, allow: {when: [{amount: {under: 5 GBP}}]}}",
            "compares amount in EUR and in GBP",
        ),
    ],
)
def test_wrong_rule_is_refused_in_words(text: str, message: str) -> None:
    """Each fault is named with what was expected, and the file with it."""
    with pytest.raises(PolicyLoadError) as caught:
        rules(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith(("rules.yaml: ", "rule ids", "s: "))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (ORACLE.replace("default: deny", "default: allow"), "default must be deny"),
        (ORACLE.replace("default: deny", "defualt: deny"), "unknown key 'defualt'; did you mean 'default'?"),
        (ORACLE.replace("default: deny\n", ""), "default must be deny"),
        (ORACLE.replace("version: 7", "version: seven"), "version must be a whole number"),
        (ORACLE.replace("version: 7\n", ""), "the file needs the key 'version'"),
        ("[a, b]", "the file must be a block of keys"),
        (HEAD.format(name="x").replace("rules:", "rules: x"), "rules must be a list"),
        (ORACLE + "tests: [{action: wire, usual: {}, cases: []}]", "unknown action 'wire'"),
        (
            ORACLE + "tests: [{action: refund_order, usual: {x: 1}, cases: []}]",
            "refund_order has no fact 'x'",
        ),
        (
            ORACLE + "tests: [{action: refund_order, usual: {}, cases: [{name: a, expect: maybe}]}]",
            "a: expect must be one of allow, needs_approval, deny, got 'maybe'",
        ),
        (
            ORACLE + "tests: [{action: refund_order, usual: {amount: 5}, cases: []}]",
            "tests of refund_order: amount: expected an amount",
        ),
    ],
)
def test_wrong_file_is_refused_in_words(source: str, message: str) -> None:
    """Faults outside the rules are named as well."""
    with pytest.raises(PolicyLoadError) as caught:
        parse_policies({"purchasing.yaml": source})
    assert message in str(caught.value)


def test_rules_of_a_kind_stand_in_one_file() -> None:
    """Whoever reads one file has read every rule of its kinds."""
    text = HEAD.format(name="other") + rule(ALLOW)
    with pytest.raises(PolicyLoadError, match="rules for refund_order stand in other already"):
        parse_policies({"a.yaml": ORACLE, "b.yaml": text})


def test_escalation_is_kept() -> None:
    """Whom to ask in addition is read and kept with the rule."""
    loaded = rules(asks("by: [finance], expires: 2d, escalate: {after: 90m, to: [admin]}")).rules[0]
    assert loaded.as_json()["approve"]["escalate"] == {"after": "90m", "to": ["admin"]}


def test_enum_facts_take_a_word_or_a_list() -> None:
    """An enum is compared with one declared word or several, nothing else."""
    vocabulary: Vocabulary = {"ship": {"carrier": EnumFact(("post", "van")), "fast": BoolFact()}}
    good = HEAD.format(name="x") + "  - {id: r, action: ship, allow: {when: [{carrier: {in: [van, post]}}]}}"
    assert parse_policies({"x.yaml": good}, vocabulary).rules[0].when[0].limits == ("post", "van")
    for wrong in ("bike", "{is: van}", "{in: [bike]}", "{in: []}", "{in: [van, van]}"):
        with pytest.raises(PolicyLoadError):
            parse_policies({"x.yaml": good.replace("{in: [van, post]}", wrong)}, vocabulary)


def test_spelling_and_order_do_not_change_the_digest() -> None:
    """Comments, the order of rules and the spelling of amounts are not the policy."""
    lines = [rule("deny: {when: [{amount: {over: 1_000 EUR}}]}"), rule(ALLOW).replace("id: r", "id: s")]
    first = rules("\n".join(lines))
    other = rules("# a comment\n" + "\n".join(reversed(lines)).replace("1_000 EUR", "1000.00 EUR"))
    assert first.sha == other.sha


def test_a_changed_limit_changes_the_digest() -> None:
    """A limit, a role, a sentence: each is part of the policy."""
    base = asks("by: [finance], because: x")
    changed = [
        base.replace("finance", "admin"),
        base.replace("because: x", "because: y"),
        base + "\n",
        base.replace("delivered: true", "delivered: false"),
        base.replace("because: x", "because: x, expires: 25h"),
    ]
    assert [rules(text).sha == rules(base).sha for text in changed] == [False, False, True, False, False]


def test_untested_rule_does_not_load(tmp_path: Path) -> None:
    """P10: a rule that no rule test makes fire is refused by name."""
    (tmp_path / "purchasing.yaml").write_text(ORACLE, "utf-8")
    with pytest.raises(
        PolicyLoadError, match="no rule test makes these rules fire: po-standard, po-hard-cap"
    ):
        load_policies(tmp_path)


def test_draft_can_be_read_without_tests(tmp_path: Path) -> None:
    """For checking, a draft loads before it has rule tests."""
    (tmp_path / "purchasing.yaml").write_text(ORACLE, "utf-8")
    assert len(read_policies(tmp_path).rules) == 8


def test_missing_directory_is_an_error(tmp_path: Path) -> None:
    """No directory, no rule file or a file that would be overlooked: each is said."""
    with pytest.raises(PolicyLoadError, match="there is no policy directory"):
        load_policies(tmp_path / "none")
    with pytest.raises(PolicyLoadError, match="there is no rule file"):
        load_policies(tmp_path)
    (tmp_path / "extra.yml").write_text("x", "utf-8")
    with pytest.raises(PolicyLoadError, match=r"rename extra\.yml"):
        load_policies(tmp_path)


def test_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """A rule file that cannot be read is not skipped."""
    (tmp_path / "rules.yaml").mkdir()
    with pytest.raises(PolicyLoadError, match=r"rules\.yaml cannot be read"):
        load_policies(tmp_path)


def test_version_names_every_file() -> None:
    """The version of a set tells the version of each file."""
    assert load_policies(SHIPPED).version == "inventory 1, pricing 1, reordering 1, service 1, signals 1"
