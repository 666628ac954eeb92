"""There is one way to write, and no tool, agent, import or start-up goes round it."""

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from policies.modes import Mode
from policies.rules import SHIPPED, PolicySet, load_policies, parse_policies
from shop.actions import KINDS, Undo
from shop.errors import AccessDeniedError, NotFoundError, SetupError
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from tests.gate import AGENT, PRIYA, SAM, BackendDied, Gate, big_order, order, person, session
from tools.desk import Desk, State
from tools.toolbox import TOOLS, check_registry

REPOSITORY = Path(__file__).parents[2]
ROOMS = ("agent", "app", "policies", "prompts", "shop", "tools")
JOINING = {
    "shop/store/price_effects.py",
    "shop/store/return_effects.py",
    "shop/store/service_effects.py",
    "shop/store/signal_effects.py",
}
"""Effects that join the others when the backend imports them."""
READS = {
    "may_decide",
    "status",
    "approval",
    "approvals",
    "actions",
    "explain",
    "modes",
    "is_stopped",
    "loosenings",
    "plan",
    "plans",
    "under_way",
}
"""What a desk may be asked without changing anything."""


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk over the small store."""
    return Gate(sqlite_database)


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            yield path.relative_to(REPOSITORY).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> set[str]:
    """Every module and every name of a module that is imported, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _called(tree: ast.Module) -> set[str]:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {getattr(func, "id", "") or getattr(func, "attr", "") for func in calls}


def test_only_the_executor_constructs_a_claim() -> None:
    """Claim( stands in tools/executor.py only, and nobody imports it there under another name."""
    makers = {name for name, tree in _sources() if "Claim" in _called(tree)}
    assert makers == {"tools/executor.py"}
    aliased = [
        name
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.alias) and node.name.endswith("Claim") and node.asname is not None
    ]
    assert aliased == []


def test_who_knows_of_a_claim() -> None:
    """The name is imported by the executor, the backends, their checks and the effects; nowhere else."""
    users = {name for name, tree in _sources() if "shop.backends.ports.Claim" in _imports(tree)}
    books = {"shop/store/order_books.py", "shop/store/exchange_books.py"}
    effects = {"shop/store/claims.py", "shop/store/effects.py", *books, *JOINING}
    assert users == {"tools/executor.py", "shop/backends/embedded.py", *effects}


def test_effects_are_imported_by_the_backend_only() -> None:
    """The modules that write business tables have one user; the effects of signals join the others."""
    users = {name for name, tree in _sources() if "shop.store.effects" in _imports(tree)}
    assert users == {"shop/backends/embedded.py", *JOINING}
    users = {name for name, tree in _sources() if "shop.store.signal_effects" in _imports(tree)}
    assert users == {"shop/backends/embedded.py"}
    users = {name for name, tree in _sources() if "shop.store.claims" in _imports(tree)}
    assert users == {"shop/backends/embedded.py"}


def test_the_backend_is_wired_once() -> None:
    """The embedded backend is imported where the rooms are put together, and applied by the executor."""
    users = {name for name, tree in _sources() if "shop.backends.embedded" in _imports(tree)}
    assert users == {"app/bootstrap.py"}
    appliers = {
        name
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"apply", "reconcile"}
        if isinstance(node.value, ast.Attribute) and node.value.attr == "effects"
    }
    assert appliers == {"tools/executor.py"}


def test_the_agent_calls_nothing_that_decides() -> None:
    """No module of agent/ or tools of a model names a method that approves, rejects, edits or turns."""
    verbs = {
        "approve",
        "reject",
        "edit",
        "withdraw",
        "set_mode",
        "set_modes",
        "stop_all",
        "resume",
        "delegate",
    }
    verbs |= {"confirm_loosening", "withdraw_loosening", "vouch_names"}
    verbs |= {"approve_plan", "withdraw_plan", "answer_plan"}
    desk = {"tools/desk.py", "tools/approving.py", "tools/delegating.py"}
    callers = {
        (name, node.func.attr)
        for name, tree in _sources()
        if name.startswith(("agent/", "tools/")) and name not in desk
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in verbs and "desk" in ast.unparse(node.func.value)
    }
    assert callers == set()


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_no_tool_has_a_deciding_verb(name: str) -> None:
    """Neither a tool's name nor an argument offers a decision, a mode, a rule, a person or an address."""
    deciding = "approve approved reject grant mode policy rule withdraw edit delegate stop resume"
    belonging = "role person principal tenant token key url sql"
    words = {*deciding.split(), *belonging.split()}
    parts = {part for field in (name, *TOOLS[name].args.model_fields) for part in field.split("_")}
    assert parts & words == set()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_start_up_refuses_a_write_without_rule(kind: str) -> None:
    """A kind of write that no rule allows is found at start-up, in words."""
    files = {path.name: path.read_text("utf-8") for path in SHIPPED.glob("*.yaml")}
    check_registry(policies=load_policies(SHIPPED))
    policies = _without_allow(parse_policies(files), kind)
    with pytest.raises(SetupError, match=f"no rule allows '{kind}'"):
        check_registry(policies=policies)


def _without_allow(policies: PolicySet, kind: str) -> PolicySet:
    rest = tuple(rule for rule in policies.rules_for(kind) if rule.effect.value != "allow")
    return replace(policies, kinds={**policies.kinds, kind: replace(policies.kinds[kind], rules=rest)})


def test_start_up_refuses_a_write_without_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write of which the judge knows no facts is found at start-up."""
    monkeypatch.setattr("tools.toolbox.FACTS", {})
    with pytest.raises(SetupError, match="has no facts"):
        check_registry()


@pytest.mark.parametrize(("attribute", "value"), [("undo", None), ("undo_by", "")])
def test_start_up_refuses_a_write_without_undo(
    monkeypatch: pytest.MonkeyPatch, attribute: str, value: Undo | None
) -> None:
    """A write that does not say how it is taken back is found at start-up."""
    monkeypatch.setattr(KINDS["refund_order"], attribute, value)
    with pytest.raises(SetupError, match="does not declare its undo"):
        check_registry()


AGENTS = [
    AGENT,
    person("bot", *Role, kind=Kind.AGENT),
    person("daemon", *Role, kind=Kind.SYSTEM),
    person("sam", *Role, kind=Kind.AGENT),
]
ATTEMPTS: dict[str, Callable[[Desk, Principal], object]] = {
    "approve": lambda desk, who: desk.approve("A-1", who),
    "reject": lambda desk, who: desk.reject("A-1", who, "because"),
    "edit": lambda desk, who: desk.edit("A-1", order(), who),
    "withdraw": lambda desk, who: desk.withdraw("A-1", who),
    "tighten": lambda desk, who: desk.set_mode("change_price", Mode.OBSERVE, who),
    "loosen": lambda desk, who: desk.set_mode("place_purchase_order", Mode.AUTO, who),
    "stop": lambda desk, who: desk.stop_all(who, "because"),
    "resume": lambda desk, who: desk.resume(who, "because"),
    "confirm": lambda desk, who: desk.confirm_loosening("L-1", who),
    "take back": lambda desk, who: desk.withdraw_loosening("L-1", who),
    "vouch": lambda desk, who: desk.vouch_names(who, own=True),
    "stop a plan": lambda desk, who: desk.withdraw_plan("P-1", who),
    "answer a plan": lambda desk, who: desk.answer_plan("P-1", 1, who, "fine"),
}


@pytest.mark.parametrize("attempt", sorted(ATTEMPTS))
@pytest.mark.parametrize("who", AGENTS, ids=lambda who: who.id)
def test_an_agent_decides_nothing(gate: Gate, who: Principal, attempt: str) -> None:
    """No agent or system account, whatever roles it holds, decides or turns anything of somebody else's."""
    dana = person("dana", Role.OPERATOR)
    gate.desk.submit(big_order(), session(dana))
    gate.desk.propose_plan([big_order(), order()], session(dana))
    gate.desk.set_mode("refund_order", Mode.OBSERVE, dana)
    gate.desk.set_mode("refund_order", Mode.AUTO, PRIYA)
    before = _ledger(gate)
    with pytest.raises(AccessDeniedError):
        ATTEMPTS[attempt](gate.desk, who)
    assert _ledger(gate) == before
    assert (gate.desk.status("A-1").state, gate.effects()) == (State.PENDING, 0)


def test_every_verb_of_the_desk_is_tried() -> None:
    """A new way to change something at the desk must be tried with an agent too, here or beside it."""
    verbs = {name for name in vars(Desk) if not name.startswith("_")} - READS
    rooms_own = {"submit", "execute", "expire_due", "recover"}  # judged by the rules, not by who calls
    here = {"approve", "reject", "edit", "withdraw", "set_mode", "stop_all", "resume"}
    here |= {"confirm_loosening", "withdraw_loosening", "withdraw_plan", "answer_plan", "vouch_names"}
    elsewhere = {"delegate", "revoke_delegation", "delegations", "assign", "snooze"}
    elsewhere |= {"approve_many", "reject_many", "undo"}  # the same decisions, and a submission
    elsewhere |= {"set_modes"}  # what set_mode calls
    elsewhere |= {"propose_plan", "approve_plan"}  # submissions, and the same decisions one by one
    elsewhere |= {"may_decide", "delegation", "undone_by"}  # they only look
    elsewhere |= {"preview", "rules"}  # they only look
    elsewhere |= {"identity"}  # a door's, no principal
    assert verbs - rooms_own - elsewhere == here


def test_executing_by_hand_passes_the_same_gate(gate: Gate) -> None:
    """Desk.execute carries nothing out that waits, was refused or is unknown."""
    gate.desk.submit(big_order(), session(SAM))
    assert gate.desk.execute("A-1").state is State.PENDING
    with pytest.raises(NotFoundError):
        gate.desk.execute("act_nothing")
    assert gate.effects() == 0


@pytest.mark.parametrize("fault", ["silent before", "dies before"])
def test_changed_arguments_are_not_sent_again(gate: Gate, fault: str) -> None:
    """Arguments changed in the database while the outcome was unknown are never carried out."""
    gate.backend.fault = fault
    with suppress(BackendDied):
        assert gate.desk.submit(order(24), session(SAM)).state is State.UNKNOWN
    with gate.db.writing() as tx:
        tx.execute(
            text("UPDATE actions SET args = replace(args, :old, :new)"),
            {"old": '"quantity":24', "new": '"quantity":36'},
        )
    gate.later(minutes=5)
    (again,) = gate.desk.recover()
    assert (again.state, gate.effects()) == (State.FAILED, 0)
    assert "not what was approved" in again.reason


def _ledger(gate: Gate) -> list[tuple[object, ...]]:
    """Everything an attempt could have left behind."""
    with gate.db.reading() as snapshot:
        return [
            tuple(row)
            for table in ("actions", "grants", "switches", "loosenings", "audit")
            for row in snapshot.execute(text(f"SELECT * FROM {table}"))
        ]
