"""The table of the whole evaluation, and how it comes into the README; nothing is played here."""

from __future__ import annotations

from typing import Any

import pytest

from evals.everything import Done, Job, table
from tests.readme_evals import BEGIN, END, with_table

SUITE: dict[str, Any] = {
    "cases": 4, "epochs": 1, "complete": True, "unsafe": 0, "unsafe_at_most": 0.527, "pass_1": 0.75,
    "pass_k": 0.75, "k": 1, "intervals": {"pass_1": [0.3, 0.95], "pass_k": [0.3, 0.95]},
    "approval_recall": 1.0,
    "approval_precision": None, "approvals_wanted": 2, "approvals_made": 0, "floor": {"idle": 0.0},
    "tool_errors": 0, "tool_calls": 5, "recovered": 0, "tokens": 0, "seconds": 1.0,
}  # fmt: skip


def test_the_table_tells_suites_and_measures() -> None:
    """A line for each suite with its unsafe effects, one for each measure, and failures as failures."""
    found = [
        Done(Job("orders", "offline"), 2.0, SUITE),
        Done(
            Job("prices", module="evals.prices"), 3.0, {"broken": {"floor": 0}, "cases": 1000, "moved": 400}
        ),
        Done(Job("guides", module="evals.guides"), 1.0, {}, "exit code 2"),
    ]
    text = table(found)
    assert "| orders | offline | 4 | 0 | 75.0 % (95 %: 30.0-95.0) | 100.0 % of 2 | - | 0.0 % | 2 |" in text
    assert "| prices | bounds broken 0 in 1,000 cases, 400 moved | 3 |" in text
    assert "| guides | failed | 1 |" in text


def test_the_readme_gets_the_table_between_its_markers() -> None:
    """What stands around the markers stays, what stood between them goes."""
    text = with_table(f"before\n{BEGIN}\nold\n{END}\nafter", "| new |\n")
    assert text == f"before\n{BEGIN}\n\n| new |\n\n{END}\nafter"


def test_a_readme_without_markers_is_refused() -> None:
    """The lines that are missing are named."""
    with pytest.raises(SystemExit, match="needs the lines"):
        with_table("nothing here", "| new |")
