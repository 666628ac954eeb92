"""The hostile simulation, in its quick form; ``make prove`` runs the long one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.hostile.__main__ import EFFECT_SHARE, main
from evals.hostile.simulation import Simulation

PROVE = os.environ.get("SHOPHAND_PROVE") == "1"
ROOT = Path(__file__).parents[2]


def _simulated(seed: int, steps: int, home: Path) -> Simulation:
    simulation = Simulation(seed, lambda tenant: f"sqlite:///{home}/{tenant}.db")
    simulation.run(steps)
    simulation.finish()
    return simulation


def test_the_gate_holds(tmp_path: Path) -> None:
    """Hundreds of hostile steps break no invariant, and a fair part of them has effects."""
    simulation = _simulated(11, 1_500, tmp_path)
    assert simulation.violations == []
    assert simulation.effects > 1_500 * EFFECT_SHARE


def test_the_same_seed_is_the_same_run(tmp_path: Path) -> None:
    """A run repeats itself to the last refusal, so a violation can be looked at again."""
    runs = []
    for number in (1, 2):
        home = tmp_path / str(number)
        home.mkdir()
        runs.append(_simulated(5, 300, home).coverage)
    assert runs[0] == runs[1]


def test_nothing_happens_while_the_dials_stand_on_observe(tmp_path: Path) -> None:
    """With every dial on observe, hostile steps have no effect at all."""
    from evals.hostile.town import staff  # noqa: PLC0415 - one use
    from policies.modes import Mode  # noqa: PLC0415 - one use
    from shop.actions import KINDS  # noqa: PLC0415 - one use

    simulation = Simulation(6, lambda tenant: f"sqlite:///{tmp_path}/{tenant}.db")
    for tenant in simulation.tenants:
        for kind in KINDS:
            tenant.desk.set_mode(kind, Mode.OBSERVE, staff(tenant.name).approvers[-1])
            tenant.oracle.modes[kind] = Mode.OBSERVE
    for move in ("propose", "approve", "execute", "edit", "recover", "use_tool", "undo") * 25:
        simulation.step(move)
    assert simulation.effects == 0


def test_the_command_reports_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints its keys, and fails as vacuous when a run is too short to hit everything."""
    code = main(["--steps", "60", "--seed", "1", "--processes", "1", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert {"steps", "effects", "violations", "coverage", "seed"} <= set(report)
    assert report["violations"] == []
    assert code == (8 if report["vacuous"] else 0)


@pytest.mark.skipif(not PROVE, reason="the long form: make prove")
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(("db", "steps"), [("sqlite", 100_000), ("postgres", 10_000)])
def test_the_long_run_is_neither_broken_nor_vacuous(db: str, steps: int) -> None:
    """A hundred thousand steps (ten on PostgreSQL): no violation, and everything was hit often enough."""
    words = ["-m", "evals.hostile", "--steps", str(steps), "--seed", "1", "--db", db, "--json"]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert (report["violations"], report["vacuous"], done.returncode) == ([], [], 0)
