"""Evaluations as files in a store's home, without anything being played."""

import json
from pathlib import Path

from evals.harness.results import Plan, RunFiles, Trial, summary

STRANGER = "<script>alert('a stranger')</script>"
REFUND = Trial(
    "refund", 1, passed=False, wrong=("not done: refund_order(order=1042)",), effects=1, tokens=1234,
    said=("Refund order 1042.", "wait_hours=49"), tags=("service",),
    trace=(
        {"kind": "tool_call", "index": 1, "call": "c1", "name": "refund_order", "args": {"order": "1042"}},
        {"kind": "tool_result", "index": 1, "call": "c1", "name": "refund_order", "status": "ok",
         "summary": STRANGER, "tainted": True, "action": "act_1", "state": "pending", "approval": "A-1"},
        {"kind": "said", "answer": "It waits for the support lead."},
        {"kind": "meanwhile", "what": "wait_hours=49"},
    ),
)  # fmt: skip
LOOK = Trial("look", 1, passed=True, said=("How many mugs?",), tags=("look-up",))


def kept(home: Path, name: str, *trials: Trial, done: bool = True) -> RunFiles:
    """A run of these trials in a store's home."""
    files = RunFiles(home / "evaluations" / name)
    digests = {each.case: "1" for each in trials}
    plan = Plan(name, "operations", "openai:small", 1, tuple(digests), digests, "p" * 64, "r" * 64)
    files.begin(plan)
    for each in trials:
        files.add(each)
    if done:
        files.write("result.json", json.dumps(summary(plan, trials, 3.5)))
    return files
