"""Bugs planted in the gate, by name: each replaces a piece of one function's source while a test runs.

A plant whose text is no longer in the source is an error, so the list cannot rot.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Edit:
    """In ``module:function`` or ``module:Class.method``, the text `old` becomes `new`."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Plant:
    """A named bug: what it breaks, and the edits that make it."""

    name: str
    breaks: str
    edits: tuple[Edit, ...]

    def __str__(self) -> str:
        return self.name


def plant(name: str, breaks: str, *edits: tuple[str, str, str]) -> Plant:
    """A plant from plain triples."""
    return Plant(name, breaks, tuple(Edit(*edit) for edit in edits))


@contextmanager
def planted(bug: Plant) -> Iterator[None]:
    """The product with this bug in it."""
    with ExitStack() as stack:
        for edit in bug.edits:
            stack.enter_context(_edited(edit))
        yield


@contextmanager
def _edited(edit: Edit) -> Iterator[None]:
    module_name, _, path = edit.where.partition(":")
    module = importlib.import_module(module_name)
    owner: Any = module
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original = inspect.getattr_static(owner, name)
    function = inspect.unwrap(getattr(owner, name))
    source = textwrap.dedent(inspect.getsource(function))
    assert edit.old in source, f"{edit.where} no longer holds {edit.old!r}"
    code = source.replace(edit.old, edit.new)
    code = code[code.index("def ") :] if not source.startswith("def ") else code
    space: dict[str, Any] = {}
    exec(compile("from __future__ import annotations\n" + code, edit.where, "exec"), module.__dict__, space)
    replacement = space[name]
    setattr(owner, name, replacement)
    users = _importers(name, function, replacement) if owner is module else []
    try:
        yield
    finally:
        setattr(owner, name, original)
        for user in users:
            setattr(user, name, function)


def _importers(name: str, function: Any, replacement: Any) -> list[Any]:
    """Modules that imported the function by name get the replacement too."""
    import sys  # noqa: PLC0415 - one use

    users = [
        module
        for key, module in list(sys.modules.items())
        if key.split(".")[0] in {"tools", "policies", "shop", "evals"}
        and getattr(module, name, None) is function
    ]
    for user in users:
        setattr(user, name, replacement)
    return users


EXECUTOR: Final = "tools.executor:Executor"
APPROVING: Final = "tools.approving:Approving"
AUTHORITY: Final = "tools.ledger.authority"

PLANTS: Final = (
    plant("no_windows", "sums of the past are forgotten (splitting)",
          ("tools.ledger.windows:_counting", "if state in RESERVING:",
           'return "no"\n    if state in RESERVING:')),
    plant("executed_only", "reservations are forgotten",
          ("tools.ledger.windows:_counting", 'return "reserved"', 'return "no"')),
    plant("pending_reserves", "asking blocks others",
          ("tools.ledger.windows:_counting", 'return "spent" if state is State.EXECUTED else "no"',
           'return "spent" if state is State.EXECUTED else "reserved" if state is State.PENDING else "no"')),
    plant("spent_forgotten", "executed actions leave the windows at once",
          ("tools.ledger.windows:_counting", 'return "spent" if', 'return "no" if')),
    plant("window_by_filing_time", "spend counts by the time of asking, not of the effect",
          (f"{EXECUTOR}._settled", "effect_at=now if", "effect_at=view.created_at if")),
    plant("key_of_another", "the same key with another body answers with the old action",
          ("tools.desk:Desk._earlier", "known.digest != digest", "known.digest == 0")),
    plant("self_approval", "the requester may approve",
          (f"{APPROVING}._asked_authorities",
           "in {approval.action.requester, approval.action.on_behalf_of}", "in set()"),
          (f"{AUTHORITY}:uninvolved", "not in {action.requester, action.on_behalf_of}", "not in set()"),
          (f"{AUTHORITY}:counting",
           "{one for one in (approval.action.requester, approval.action.on_behalf_of) if one}", "set()")),
    plant("no_expiry", "a yes lasts for ever",
          (f"{APPROVING}._waiting", "self._bench.clock() >= approval.action.expires_at", "False"),
          (f"{APPROVING}.expire_due", "if not due:", "if due or not due:"),
          (f"{EXECUTOR}._claimed", "now >= view.expires_at", "False"),
          (f"{EXECUTOR}._late_refusal", "now >= view.expires_at", "False")),
    plant("stale_runs", "what changed since the yes is not looked at",
          (f"{EXECUTOR}._stale", "judgement.facts.versions != view.versions", "False")),
    plant("no_second_judgement", "the claim does not decide again",
          (f"{EXECUTOR}._refused", "if verdict is Verdict.ALLOW and not unseen:", "if True:")),
    plant("pending_runs", "a waiting action is carried out as if it were approved",
          (f"{EXECUTOR}.execute", "if view.state is not State.APPROVED:",
           "if view.state not in {State.APPROVED, State.PENDING}:"),
          (f"{EXECUTOR}._refused", "if verdict is Verdict.ALLOW and not unseen:", "if True:")),
    plant("denied_runs", "a denied action is carried out",
          (f"{EXECUTOR}.execute", "if view.state is not State.APPROVED:",
           "if view.state not in {State.APPROVED, State.DENIED}:"),
          (f"{EXECUTOR}._refused", "if verdict is Verdict.ALLOW and not unseen:", "if True:")),
    plant("executed_again", "an executed action may be claimed again",
          (f"{EXECUTOR}.execute", "if view.state is not State.APPROVED:",
           "if view.state not in {State.APPROVED, State.EXECUTED}:")),
    plant("reject_approves", "a no is taken for a yes",
          (f"{APPROVING}.reject", "State.REJECTED", "State.APPROVED"),
          (f"{EXECUTOR}._refused", "if verdict is Verdict.ALLOW and not unseen:", "if True:")),
    plant("edit_keeps_decision", "an edit runs without being judged",
          (f"{APPROVING}.edit", "if view.state is State.APPROVED else view", "if True else view"),
          (f"{EXECUTOR}.execute", "if view.state is not State.APPROVED:",
           "if view.state not in {State.APPROVED, State.PENDING, State.DENIED} or not view.supersedes "
           "and view.state is not State.APPROVED:"),
          (f"{EXECUTOR}._refused", "if verdict is Verdict.ALLOW and not unseen:", "if True:")),
    plant("one_is_enough", "a quorum of two is one person",
          ("policies.satisfied:enough", ">= asked.quorum", ">= 1")),
    plant("each_is_any", "one of several roles stands for all of them",
          ("policies.satisfied:enough", "return _one_for_each(asked.by_each, people)",
           "return any(roles & set(asked.by_each) for roles in people.values())")),
    plant("lost_role_counts", "a yes counts after its giver lost the role",
          (f"{AUTHORITY}:_held_still", "given.roles if giver is None else _own_still(giver, action.money)",
           "given.roles")),
    plant("limit_ignored", "amount limits of approvers are not looked at",
          (f"{AUTHORITY}:Authority.covers", "if money is None or self.limit is None:", "if True:")),
    plant("unknown_is_failed", "no answer is taken for no effect",
          ("tools.executor:_settlement", "if receipt.outcome is Outcome.UNKNOWN:", "if False:")),
    plant("no_audit", "what was executed is not written down",
          ("tools.filing:record", "chain.append(", 'event == "action.executed" or chain.append(')),
    plant("stop_ignored", "the stop switch is not read",
          ("tools.filing:stopped", "return waiting", "return False and waiting")),
    plant("dial_ignored", "the autonomy dial is not read",
          ("tools.filing:mode_of", "return Mode(value) if value is not None else Mode.AUTO",
           "return Mode.AUTO")),
    plant("taint_dropped", "a stranger's text leaves no mark",
          ("tools.facts.gathering:gather", 'into.values["tainted"] = asked.tainted',
           'into.values["tainted"] = False')),
    plant("approve_replaces_allow", "people may allow what no rule allows",
          ("policies.satisfied:combined", "if Verdict.DENY in effects or Verdict.ALLOW not in effects:",
           "if Verdict.DENY in effects:")),
    plant("approve_beats_deny", "a yes wins over a deny",
          ("policies.satisfied:combine", "if not (rule.approvers and satisfied(rule, grants))",
           "if not (rule.approvers and satisfied(rule, grants)) and not (rule.effect is Verdict.DENY "
           "and any(one.approvers and satisfied(one, grants) for one in fired))")),
    plant("any_terms", "the model's unit cost is taken as it comes",
          ("tools.facts.reordering:_terms", 'into.values["terms.current"] = complete and all(',
           'into.values["terms.current"] = complete or all(')),
    plant("refund_without_end", "a refund may be more than was paid",
          ("shop.store.reads.orders:paid", 'return _sum_of(snapshot, item, "sale")',
           "return Money(10**12, item.total.currency)"),
          ("shop.store.effects:_paid", 'return _sum_of(tx, order, "sale")', "return 10**12")),
    plant("payload_in_audit", "arguments, and with them personal data, go into the audit",
          ("tools.filing:record", '"kind": view.kind,', '"kind": view.kind, "args": dict(view.args),')),
    plant("late_runs_unjudged", "what a crash interrupted is tried again without being judged",
          (f"{EXECUTOR}._late_refusal", "now = self._bench.clock()", "return None")),
)  # fmt: skip
"""At least one finder is known for each; the table in docs/guarantees.md is made from here."""
