"""Each bug planted in the gate is found by the hostile simulation."""

import os
import re

import pytest

from tests.hostile_plants import BEGINS, ENDS, GUARANTEES, PLANTS, first_step
from tests.planting import Plant

PROVE = os.environ.get("SHOPHAND_PROVE") == "1"
STEPS = 100_000
QUICK_STEPS = 1_000
SEEDS = range(1, 6)
QUICK = (
    "no_expiry", "pending_runs", "executed_again", "reject_approves", "any_terms", "payload_in_audit",
    "key_of_another", "no_windows", "self_approval", "undone_twice", "no_audit", "refund_paid_twice",
    "talk_goes_over", "consent_to_anything", "campaign_first_line", "one_activates",
)  # fmt: skip


@pytest.mark.skipif(PROVE, reason="the long form looks in every seed")
@pytest.mark.parametrize("bug", [bug for bug in PLANTS if bug.name in QUICK], ids=str)
def test_a_planted_bug_is_found(bug: Plant) -> None:
    """The oracle objects to a gate with this bug within one of a few short runs."""
    assert any(first_step(bug, seed, QUICK_STEPS) is not None for seed in SEEDS)


@pytest.mark.skipif(not PROVE, reason="the long form: make prove")
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", PLANTS, ids=str)
def test_a_planted_bug_is_found_in_every_seed(bug: Plant, seed: int) -> None:
    """The oracle objects to a gate with this bug, whatever the seed."""
    assert first_step(bug, seed, STEPS) is not None


def test_the_list_is_long_enough() -> None:
    """At least twenty-five bugs are planted, each under a name of its own."""
    assert len({bug.name for bug in PLANTS}) == len(PLANTS) >= 25
    assert set(QUICK) <= {bug.name for bug in PLANTS}


def test_the_documentation_tells_of_every_bug() -> None:
    """The table in docs/guarantees.md has one row for each bug on the list."""
    _, _, rest = GUARANTEES.read_text(encoding="utf-8").partition(BEGINS)
    rows, _, _ = rest.partition(ENDS)
    assert re.findall(r"^\| `(\w+)`", rows, re.MULTILINE) == [bug.name for bug in PLANTS]
