"""The comparison with a bare loop: its sample, its figures, and that the gate holds there too."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from agent.brain import TurnState
from agent.conversation import Conversations
from agent.models import Caps, ModelSettings
from agent.plain_loop import PlainLoop
from agent.scripted import ScriptedModel
from evals.harness.suite_files import find_suite
from evals.local_model.__main__ import OURS, PLAIN, Line, figures, kept, sample, table
from tests.gate import SAM, Gate

ORDER = [("place_purchase_order", {"sku": "MUG-01", "quantity": 240, "location": "Leeds"})]


def line(loop: str, case: str, *, passed: bool, prompt: int = 100) -> Line:
    """A case that took two model calls."""
    return Line(loop, case, passed, (), () if passed else ("wrong",), 2, prompt, 1.0)


LINES = [
    line(PLAIN, "a", passed=True, prompt=8_000), line(PLAIN, "b", passed=False, prompt=8_000),
    line(OURS, "a", passed=True, prompt=3_000), line(OURS, "b", passed=True, prompt=3_000),
]  # fmt: skip


def test_a_larger_sample_holds_the_smaller() -> None:
    """The order is fixed by the seed, so a run may be made longer."""
    cases = find_suite("operations").cases
    small, large = sample(cases, 5, 7), sample(cases, 9, 7)
    assert large[:5] == small
    assert sample(cases, 5, 8) != small


def test_the_figures_of_both_loops_and_their_ratios() -> None:
    """pass^1 and prompt tokens per model call of each, ours over the bare one's."""
    body = figures(LINES)
    assert (body[PLAIN]["pass_1"], body[OURS]["pass_1"], body["pass_1_ratio"]) == (0.5, 1.0, 2.0)
    assert (body[PLAIN]["prompt_per_step"], body["prompt_ratio"]) == (4_000, 0.375)
    assert "pass^1 x 2.00, prompt x 0.38" in table(LINES)


def test_finished_cases_of_a_cut_run_are_kept(tmp_path: Path) -> None:
    """Whole lines are read back, a half written one is played again."""
    file = tmp_path / "kept.jsonl"
    file.write_text("".join(json.dumps(asdict(one)) + "\n" for one in LINES) + '{"loop": "sho', "utf-8")
    assert kept(file) == LINES
    assert kept(tmp_path / "none.jsonl") == []


@pytest.fixture
def gate(sqlite_database: Any) -> Gate:
    """The real desk over a small store."""
    return Gate(sqlite_database)


def bare(gate: Gate, *script: Any) -> Conversations:
    """Conversations whose brain is the bare loop with a script for a model."""
    settings = ModelSettings(model="openai:x", base_url="http://127.0.0.1:9/v1", turn=Caps(steps=4))
    brain = PlainLoop(settings, ScriptedModel(script=list(script)))
    return Conversations(gate.db, gate.desk, settings, lambda: gate.now, brain=brain)


def test_the_bare_loop_meets_the_same_gate(gate: Gate) -> None:
    """What it orders over the limit waits for a person, whatever it says."""
    talks = bare(gate, ORDER, "I have ordered 240 mugs.")
    result = talks.turn(talks.start(SAM), "order 240 mugs", principal=SAM)
    assert (result.state, gate.effects()) == (TurnState.DONE, 0)
    assert result.usage.steps == 2


def test_the_bare_loop_ends_at_its_steps(gate: Gate) -> None:
    """A loop without end is cut in words."""
    talks = bare(gate, *[[("check_stock", {"sku": "MUG-01"})]] * 9)
    result = talks.turn(talks.start(SAM), "how many?", principal=SAM)
    assert (result.state, "4 model calls" in result.answer) == (TurnState.CAPPED, True)
