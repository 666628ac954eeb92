"""Each bug planted in the gate is found by the hostile simulation."""

import os
from pathlib import Path

import pytest

from evals.hostile.simulation import Simulation
from tests.hostile_plants import PLANTS, Plant, planted

PROVE = os.environ.get("SHOPHAND_PROVE") == "1"
STEPS = 100_000 if PROVE else 4_000
SEEDS = range(1, 6)
CHUNK = 250

# What takes longer to meet than the quick form allows; the long form looks for these too.
RARE = {
    "approve_beats_deny",  # only a limit that was tightened between yes and claim shows it
    "executed_only",
    "late_runs_unjudged",
    "window_by_filing_time",
}


def first_step(bug: Plant, seed: int, home: Path, steps: int = STEPS) -> int | None:
    """The step at which an oracle first objected, in chunks; None if none did."""
    with planted(bug):
        simulation = Simulation(seed, lambda tenant: f"sqlite:///{home}/{tenant}.db")
        for done in range(CHUNK, steps + 1, CHUNK):
            simulation.run(CHUNK)
            if simulation.violations:
                return done
        simulation.finish()
        return steps if simulation.violations else None


@pytest.mark.skipif(PROVE, reason="the long form looks in every seed")
@pytest.mark.parametrize("bug", [bug for bug in PLANTS if bug.name not in RARE], ids=str)
def test_a_planted_bug_is_found(bug: Plant, tmp_path: Path) -> None:
    """The oracle objects to a gate with this bug in one of a few short runs."""
    assert any(first_step(bug, seed, _fresh(tmp_path, seed)) is not None for seed in (4, 3, 5))


@pytest.mark.skipif(not PROVE, reason="the long form: make prove")
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", PLANTS, ids=str)
def test_a_planted_bug_is_found_in_every_seed(bug: Plant, seed: int, tmp_path: Path) -> None:
    """The oracle objects to a gate with this bug, whatever the seed."""
    assert first_step(bug, seed, _fresh(tmp_path, seed)) is not None


def _fresh(home: Path, seed: int) -> Path:
    place = home / str(seed)
    place.mkdir()
    return place


def test_the_list_is_long_enough() -> None:
    """At least twenty-five bugs are planted, each under a name of its own."""
    assert len({bug.name for bug in PLANTS}) == len(PLANTS) >= 25
