"""What went wrong elsewhere, P01 to P24: one test for each failure of a peer that shows ours holding.

What happened where is told in docs/guarantees.md, in a table with the same ids.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from policies.judge import Verdict, decide
from policies.modes import Mode
from policies.rules import PolicySet, load_policies, parse_policies
from shop.actions import KINDS, RefundOrder
from shop.errors import (
    AccessDeniedError,
    AuditBrokenError,
    ConflictError,
    MoneyError,
    PolicyLoadError,
)
from shop.money import Money
from shop.people import Role
from shop.store.database import Database
from tests.gate import (
    ADA,
    AGENT,
    PRIYA,
    SAM,
    BackendDied,
    Gate,
    big_order,
    order,
    person,
    rules,
    session,
)
from tests.policies.oracle_rules import ORACLE, ORDER, PRICE, REFUND
from tools.desk import State
from tools.ledger import chain
from tools.toolbox import check_registry

PO = "place_purchase_order"
HEAD = "policy: p\nversion: 1\ndefault: deny\nrules:\n"


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk over the small store."""
    return Gate(sqlite_database)


@pytest.fixture(scope="module")
def oracle() -> PolicySet:
    """The six example rules with the allows that they need."""
    return parse_policies({"purchasing.yaml": ORACLE})


def rule(body: str) -> dict[str, str]:
    """A rule file with one rule."""
    return {"p.yaml": f"{HEAD}  - {body}\n"}


def test_p01_reject_is_final(gate: Gate) -> None:
    """P01: a no stays a no although the limit that asked for it was raised in the meantime."""
    gate.desk.submit(big_order(), session())
    gate.rules = rules({"{over: 1_000 GBP}": "{over: 40_000 GBP}", "over: 2_000 GBP": "over: 45_000 GBP"})
    gate.desk.reject("A-1", PRIYA, "no")
    gate.desk.recover()
    gate.desk.execute("A-1")
    assert (gate.desk.status("A-1").state, gate.effects()) == (State.REJECTED, 0)


def test_p02_an_edit_is_a_new_action(gate: Gate) -> None:
    """P02: an edit has its own digest and decision; over the hard cap it is denied."""
    gate.desk.submit(big_order(), session())
    old = gate.desk.status("A-1")
    edited = gate.desk.edit("A-1", order(12_000, "4.50"), SAM)
    new = gate.desk.status(edited.action_id)
    assert (edited.state, gate.desk.status("A-1").state) == (State.DENIED, State.SUPERSEDED)
    assert new.digest != old.digest
    assert new.decision_id != old.decision_id
    assert gate.effects() == 0


def test_p03_a_parallel_split_meets_the_sum(gate: Gate) -> None:
    """P03: of ten small orders asked for before any is carried out, only the day's budget runs."""
    filed = [gate.desk.submit(order(36), session(), execute=False) for _ in range(20)]
    for one in filed:
        if one.state is State.APPROVED:
            gate.desk.execute(one.action_id)
    assert gate.effects() * 180 <= 2_000
    assert gate.effects() == 11


@pytest.mark.parametrize("pounds", ["-500", "0"])
def test_p04_the_sign_slips_under_no_limit(oracle: PolicySet, pounds: str) -> None:
    """P04: zero and negative amounts are refused when parsed, and denied again by the judge."""
    with pytest.raises(ValueError, match="over zero"):
        RefundOrder(order="1042", amount=Money.of(pounds, "GBP"), reason="x")
    assert decide(oracle, PO, {**ORDER, "total": Money.of(pounds, "EUR")}).verdict is Verdict.DENY


def test_p05_an_unlisted_action_is_denied(oracle: PolicySet) -> None:
    """P05: what nobody declared is denied, and a write without a rule is found at start-up."""
    assert decide(oracle, "wire_money", ORDER).verdict is Verdict.DENY
    with pytest.raises(Exception, match="no rule allows"):
        check_registry(policies=oracle)


def test_p06_a_misspelt_fact_does_not_load() -> None:
    """P06: a fact that does not exist is a load error that names the nearest one."""
    with pytest.raises(PolicyLoadError, match="did you mean"):
        parse_policies(rule(f"{{id: a, action: {PO}, deny: {{when: [{{totl: {{over: 5 GBP}}}}]}}}}"))


@pytest.mark.parametrize("condition", ["{total: '> x'}", "{total: {above: 5 GBP}}", "{total: {}}", "{}"])
def test_p07_a_garbage_condition_does_not_load(condition: str) -> None:
    """P07: a condition that cannot be read is a load error, not one that is silently false."""
    with pytest.raises(PolicyLoadError):
        parse_policies(rule(f"{{id: a, action: {PO}, deny: {{when: [{condition}]}}}}"))


def test_p08_a_missing_fact_denies(oracle: PolicySet) -> None:
    """P08: no fact is read as zero: without it the action is denied and the fact is named."""
    for name in ORDER:
        decision = decide(oracle, PO, {fact: value for fact, value in ORDER.items() if fact != name})
        assert (decision.verdict, decision.missing) == (Verdict.DENY, (name,))


@pytest.mark.parametrize("number", ["5,000", "5000", 5000, 5000.0])
def test_p09_a_number_as_text_denies(oracle: PolicySet, number: object) -> None:
    """P09: nothing is coerced: an amount that is not money is denied by name."""
    decision = decide(oracle, PO, {**ORDER, "total": number})  # type: ignore[dict-item]
    assert (decision.verdict, decision.missing) == (Verdict.DENY, ("total",))


def test_p10_a_rule_that_never_fires_does_not_load(tmp_path: Path) -> None:
    """P10: a rule that no rule test makes fire keeps the whole pack from loading."""
    (tmp_path / "p.yaml").write_text(
        f"{HEAD}  - {{id: never, action: add_order_note, deny: {{when: [{{length: {{over: 5}}}}]}}}}\n"
    )
    with pytest.raises(PolicyLoadError, match="never"):
        load_policies(tmp_path)


def test_p11_one_person_is_not_two_stages(gate: Gate) -> None:
    """P11: somebody who holds both roles satisfies one of them, and the one represented none."""
    both = person("bo", Role.PURCHASING_MANAGER, Role.FINANCE)
    represented = person("sam", Role.PURCHASING_MANAGER, Role.FINANCE)
    gate.desk.submit(order(2_400, "4.50"), session())
    gate.desk.approve("A-1", both)
    with pytest.raises((ConflictError, AccessDeniedError)):
        gate.desk.approve("A-1", both)
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-1", represented)
    assert (gate.desk.status("A-1").state, gate.effects()) == (State.PENDING, 0)


def test_p12_an_approval_does_not_stick(gate: Gate) -> None:
    """P12: a yes is for one digest and one use: neither the same order again nor another one rests on it."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA)
    assert gate.desk.submit(big_order(), session()).state is State.PENDING
    assert gate.desk.submit(order(480, "4.50"), session()).state is State.PENDING
    assert gate.effects() == 1


@pytest.mark.parametrize("total", [None, "12", Decimal(12), 2**63])
def test_p13_an_errored_forbid_is_no_allow(oracle: PolicySet, total: object) -> None:
    """P13: where a deny rule cannot be worked out (missing, mistyped, too large) the answer is deny."""
    assert decide(oracle, PO, {**ORDER, "total": total}).verdict is Verdict.DENY  # type: ignore[dict-item]
    with pytest.raises(MoneyError):
        _ = Money(10**18, "EUR") * 1_000


def test_p14_undefined_is_not_silent(oracle: PolicySet) -> None:
    """P14: no facts at all, or one that nobody declared: deny, with every name."""
    assert set(decide(oracle, PO, {}).missing) == set(ORDER)
    assert decide(oracle, PO, {**ORDER, "amuont": 5}).missing == ("amuont",)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_p15_no_rule_is_no_pass(gate: Gate, kind: str) -> None:
    """P15: without rules nothing is released, and money is whole minor units."""
    assert decide(parse_policies({}), kind, {}).verdict is Verdict.DENY
    gate.rules = parse_policies({})
    assert gate.desk.submit(order(), session()).state is State.DENIED
    assert isinstance(Money.of("10.10", "GBP").minor, int)


@pytest.mark.parametrize("role", sorted(Role))
def test_p16_no_role_approves_itself(gate: Gate, role: Role) -> None:
    """P16: four eyes for every role, the administrator's too, and every request expires."""
    asker = person("max", Role.OPERATOR, role, Role.PURCHASING_MANAGER)
    gate.desk.submit(big_order(), session(asker))
    with pytest.raises(AccessDeniedError):
        gate.desk.approve("A-1", asker)
    gate.later(days=4)
    gate.desk.expire_due()
    assert gate.desk.status("A-1").state is State.EXPIRED


def test_p17_no_switch_for_all(gate: Gate) -> None:
    """P17: a dial is turned for one kind of action, and one person alone loosens none."""
    for kind in (PO, "refund_order"):
        gate.desk.set_mode(kind, Mode.OBSERVE, SAM)
    with pytest.raises(AccessDeniedError):
        gate.desk.set_mode(PO, Mode.AUTO, SAM)
    gate.desk.set_mode(PO, Mode.AUTO, ADA)
    assert gate.desk.modes()[PO] is Mode.OBSERVE
    with pytest.raises(AccessDeniedError):
        gate.desk.confirm_loosening("L-1", ADA)
    gate.desk.confirm_loosening("L-1", PRIYA)
    assert gate.desk.modes()[PO] is Mode.AUTO
    assert gate.desk.modes()["refund_order"] is Mode.OBSERVE


def test_p18_budgets_outlive_a_session(gate: Gate) -> None:
    """P18: every run, conversation and person spends from the same sum of the supplier."""
    states = [
        gate.restarted().submit(order(36), session(who, run=f"run {number}" if number % 2 else None)).state
        for number, who in enumerate((AGENT, SAM, person("tom", Role.OPERATOR)) * 5)
    ]
    assert states.count(State.EXECUTED) == 11
    assert set(states[11:]) == {State.PENDING}


COLUMNS = ("prev", "at", "actor_kind", "actor", "type", "action_id", "decision_id", "policy_sha", "body")


@pytest.mark.parametrize("column", COLUMNS)
def test_p19_every_field_is_inside_the_hash(gate: Gate, column: str) -> None:
    """P19: whichever field of whichever entry is changed, the chain does not verify, and says where."""
    gate.desk.submit(big_order(), session())
    gate.desk.approve("A-1", PRIYA)
    with gate.db.writing() as tx:
        tx.execute(text("DROP TRIGGER audit_no_update"))
        last = tx.scalar(text("SELECT max(seq) FROM audit"))
    assert last == 4
    for seq in range(1, last + 1):
        with gate.db.reading() as snapshot:
            value = snapshot.scalar(text(f"SELECT {column} FROM audit WHERE seq = {seq}"))
        change = text(f"UPDATE audit SET {column} = :value WHERE seq = {seq}")
        with gate.db.writing() as tx:
            tx.execute(change, {"value": f"{value}x"})
        with gate.db.reading() as snapshot, pytest.raises(AuditBrokenError, match=f"entry {seq}"):
            chain.verify(snapshot, gate.db.tenant)
        with gate.db.writing() as tx:
            tx.execute(change, {"value": value})


@pytest.mark.parametrize("pounds", [999, 1_000, 1_001, 1_999, 2_000, 2_001, 49_999, 50_001])
def test_p20_loosening_never_tightens(pounds: int) -> None:
    """P20: raising a limit from 1,000 to 2,000 makes no decision stricter, and a yes replaces no allow."""
    raised = ORACLE.replace("over: 1_000 EUR", "over: 2_000 EUR")
    facts = {**ORDER, "total": Money.of(pounds, "EUR")}
    before, after = (decide(parse_policies({"p.yaml": source}), PO, facts) for source in (ORACLE, raised))
    assert after.verdict.strictness <= before.verdict.strictness
    alone = rule(f"{{id: ask, action: {PO}, approve: {{when: [{{lines: {{over: 0}}}}], by: [finance]}}}}")
    assert decide(parse_policies(alone), PO, facts).verdict is Verdict.DENY


def test_p21_the_order_of_conditions_does_not_matter(oracle: PolicySet) -> None:
    """P21: the currency is checked before any rule, so no order of conditions lets a foreign amount pass."""
    turned = ORACLE.replace(
        "[{amount: {over: 500 EUR}}, {share_pct: {over: 70}}]",
        "[{share_pct: {over: 70}}, {amount: {over: 500 EUR}}]",
    )
    assert turned != ORACLE
    facts = {**REFUND, "amount": Money.of(60_000, "JPY")}
    for policies in (oracle, parse_policies({"purchasing.yaml": turned})):
        assert decide(policies, "refund_order", facts).verdict is Verdict.DENY


@pytest.mark.parametrize(
    "body",
    [
        "deny: {when: []}",
        "deny: {when: [{change_pct: {is: 5}}]}",
        "deny: {when: [{change_pct: {over: NaN}}]}",
        "deny: {when: [{change_pct: {over: 5}}], because: '{nope}'}",
        "approve: {when: [{change_pct: {over: 5}}], by: [finance], quorm: 2}",
    ],
)
def test_p22_the_engine_neither_raises_nor_ignores(oracle: PolicySet, body: str) -> None:
    """P22: what the engine could not work out, or an unknown key, is a load error; NaN as a fact denies."""
    with pytest.raises(PolicyLoadError):
        parse_policies(rule(f"{{id: a, action: change_price, {body}}}"))
    assert decide(oracle, "change_price", {**PRICE, "change_pct": Decimal("NaN")}).missing == ("change_pct",)


def test_p23_asking_starves_nobody(gate: Gate) -> None:
    """P23: two hundred waiting requests take nothing from the budget of a lawful one."""
    for _ in range(200):
        gate.desk.submit(big_order(), session())
    assert gate.desk.submit(order(), session(SAM)).state is State.EXECUTED


def test_p24_a_late_effect_counts_when_it_happens(gate: Gate) -> None:
    """P24: what a crash left for a day later counts all the while, and then in the window of its effect."""
    gate.rules = rules({"{over: 2_000 GBP}": "{over: 120 GBP}"})
    gate.backend.fault = "dies before"
    with pytest.raises(BackendDied):
        gate.desk.submit(order(), session())
    gate.later(hours=23)
    assert gate.desk.submit(order(), session()).state is State.PENDING
    gate.later(minutes=30)
    gate.restarted().recover()
    assert gate.effects() == 1
    gate.later(hours=23)
    assert gate.desk.submit(order(), session()).state is State.PENDING
    gate.later(hours=2)
    assert gate.desk.submit(order(), session()).state is State.EXECUTED


def test_every_peer_failure_has_its_test() -> None:
    """The table of the guarantees names P01 to P24, and each id has a test here."""
    named = {name[5:8].upper() for name in globals() if name.startswith("test_p")}
    wanted = {f"P{number:02d}" for number in range(1, 25)}
    table = (Path(__file__).parents[2] / "docs/guarantees.md").read_text(encoding="utf-8")
    assert named >= wanted
    assert [one for one in sorted(wanted) if f"| {one} " not in table] == []
