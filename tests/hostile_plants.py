"""Bugs planted in the gate, by name: each replaces a piece of one function's source while a test runs.

A plant whose text is no longer in the source is an error, so the list cannot rot. ``python -m
tests.hostile_plants --table`` looks for each in five seeds and writes the table in docs/guarantees.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from evals.in_memory import place_in_memory
from tests.planting import Plant, plant, planted
from tests.service_plants import SERVICE_PLANTS

CHUNK: Final = 50
SHORT: Final = 500
GUARANTEES: Final = Path(__file__).parents[1] / "docs" / "guarantees.md"
BEGINS: Final = "<!-- planted bugs: python -m tests.hostile_plants --table -->"
ENDS: Final = "<!-- end of planted bugs -->"


EXECUTOR: Final = "tools.executor:Executor"
APPROVING: Final = "tools.approving:Approving"
AUTHORITY: Final = "tools.ledger.authority"
NOT_HALTED: Final = (
    "shop.store.claims:halted",
    'if turned.get("*") == "stopped":',
    'if turned.get("*") == "never":',
)
"""The store reads the switches once more: a second barrier that would hide a bug in the first."""

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
          ("tools.filing:filed_before", "not known.is_of(action)", "False")),
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
    plant("worth_of_asking", "an approver's limit is held against what it was worth when asked",
          (f"{EXECUTOR}._judged", "if grants and judgement.facts.money != view.money:", "if False:")),
    plant("unknown_is_failed", "no answer is taken for no effect",
          ("tools.executor:_settlement", "if receipt.outcome is Outcome.UNKNOWN:", "if False:")),
    plant("no_audit", "what was executed is not written down",
          ("tools.recording:record", "chain.append(", 'event == "action.executed" or chain.append(')),
    plant("stop_ignored", "the stop switch is not read",
          ("tools.filing:stopped", "return waiting", "return False and waiting"), NOT_HALTED),
    plant("dial_ignored", "the autonomy dial is not read",
          ("tools.filing:mode_of", "return Mode(value) if value is not None else Mode.AUTO",
           "return Mode.AUTO"), NOT_HALTED),
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
           "return Money(10**12, item.total.currency)")),
    plant("payload_in_audit", "arguments, and with them personal data, go into the audit",
          ("tools.recording:record", '"kind": view.kind,', '"kind": view.kind, "args": dict(view.args),')),
    plant("late_runs_unjudged", "what a crash interrupted is tried again without being judged",
          (f"{EXECUTOR}._late_refusal", "now = self._bench.clock()", "return None")),
    plant("handed_role_outlives", "what was handed on counts after its giver lost it",
          (f"{AUTHORITY}:_worth", "delegation.roles & _roles(giver)", "delegation.roles")),
    plant("handed_limit_dropped", "a delegate decides more than the giver may",
          (f"{AUTHORITY}:_worth", "_lowest(limits)", "None")),
    plant("revoked_counts", "what was handed on counts after it was taken back",
          ("tools.ledger.delegations:Delegation.in_force", "self.revoked_at is None and ", "")),
    plant("handed_for_ever", "what was handed on counts after its time",
          ("tools.ledger.delegations:Delegation.in_force", " < self.until", "")),
    plant("requester_by_delegate", "a delegate of the requester may decide for them",
          (f"{AUTHORITY}:uninvolved", "not in {action.requester, action.on_behalf_of}", "not in set()"),
          (f"{AUTHORITY}:counting",
           "{one for one in (approval.action.requester, approval.action.on_behalf_of) if one}", "set()")),
    plant("one_person_twice", "a person and their delegate count as two",
          (f"{APPROVING}._free", "if not {person.id, one.holder} & given", "if person.id not in given"),
          (f"{AUTHORITY}:counting", "not behind([given]) & seen", "given.person not in seen")),
    plant("escalates_at_once", "who is asked later may decide at once",
          ("policies.decision:Requirement.also_asked", "or waited < self.escalate_after", ""),
          ("policies.model:Approvers.also_asked", "or waited < self.escalation.after", "")),
    plant("undone_twice", "what was taken back may be taken back again",
          ("tools.compensating:standing", "if one.state in LIVE", "if one.state in ()")),
    plant("batch_total", "many approvals together may be over the limit",
          ("tools.batch:check_total", "if not held.covers(total):", "if False:")),
    *SERVICE_PLANTS,
)  # fmt: skip
"""At least one finder is known for each; the table in docs/guarantees.md is made from here."""


def first_step(bug: Plant, seed: int, steps: int) -> tuple[int, str] | None:
    """The step at which an oracle first objected, and the invariant; None if none did.

    Steps are counted in fifties. What shows only at the end of a run is looked for at the end of a short one.
    """
    from evals.hostile.limits import EDITED, LOOSE  # noqa: PLC0415 - imported by tests that plant nothing
    from evals.hostile.simulation import Simulation  # noqa: PLC0415 - imported by tests that plant nothing
    from tools.policymaking import kept_faults  # noqa: PLC0415 - imported by tests that plant nothing

    for limits in (
        *EDITED,
        LOOSE,
    ):  # a bug in the judge is to be found by the oracle, not by the rules' tests
        kept_faults(tuple(limits.files().items()), "GBP")

    most = min(steps, SHORT) if bug.shows_at_the_end else steps
    home = place_in_memory()
    with TemporaryDirectory(prefix="shophand-plant-", dir=home) as directory, planted(bug):
        run = Simulation(seed, lambda tenant: f"sqlite:///{directory}/{tenant}.db")
        while run.steps < most and not run.violations:
            run.run(CHUNK)
        if not run.violations:
            run.finish()
        found = run.violations
        for tenant in run.tenants:
            tenant.db.close()
    return (run.steps, found[0].split()[0]) if found else None


def table(bugs: Sequence[Plant], seeds: Sequence[int], steps: int) -> Iterator[str]:
    """The rows of the table, each as soon as it is known."""
    yield "| bug | what it breaks | found in | median step | by |"
    yield "|---|---|---|---|---|"
    for bug in bugs:
        found = [hit for seed in seeds if (hit := first_step(bug, seed, steps)) is not None]
        by = ", ".join(sorted({invariant for _, invariant in found}))
        step = int(median(step for step, _ in found)) if found else "-"
        where = "end of run" if bug.shows_at_the_end else step
        yield f"| `{bug.name}` | {bug.breaks} | {len(found)}/{len(seeds)} | {where} | {by} |"


def main() -> int:
    """Look for the bugs; with ``--table`` write what came of it into the documentation."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile_plants", description=__doc__)
    parser.add_argument("bugs", nargs="*", help="names; all if none is given")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--table", action="store_true", help="write docs/guarantees.md")
    options = parser.parse_args()
    bugs = [bug for bug in PLANTS if not options.bugs or bug.name in options.bugs]
    lines = []
    for line in table(bugs, options.seeds, options.steps):
        print(line, flush=True)  # noqa: T201 - a command of its own
        lines.append(line)
    if options.table and not options.bugs:
        _write(lines)
    return 0 if all(f"| {len(options.seeds)}/{len(options.seeds)} |" in line for line in lines[2:]) else 8


def _write(lines: Sequence[str]) -> None:
    text = GUARANTEES.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    GUARANTEES.write_text("\n".join([f"{before}{BEGINS}", *lines, f"{ENDS}{after}"]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
