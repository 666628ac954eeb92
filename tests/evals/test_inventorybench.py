"""The InventoryBench harness: the market's rules, no look at the future, honest figures."""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals.inventorybench.__main__ import main
from evals.inventorybench.buyer import Buyer, likeliest
from evals.inventorybench.instances import Instance, read_instances
from evals.inventorybench.market import Market
from evals.inventorybench.scores import play, report
from shop.errors import ImportFileError


def instance(name: str = "1", promised: int = 0, periods: int = 12, seed: int = 1, **more: Any) -> Instance:
    """Demand around 100, every order as promised, profit 4, holding cost 1."""
    rng = np.random.default_rng(seed)
    setting = {0: "lead_time_0", 4: "lead_time_4", 2: "lead_time_stochastic"}[promised]
    given: dict[str, Any] = {
        "name": f"real_trajectory/{setting}/{name}",
        "promised": promised,
        "past": tuple(rng.poisson(100, 5).tolist()),
        "demand": tuple(rng.poisson(100, periods).tolist()),
        "takes": (float(promised),) * periods,
        "profit": (4.0,) * periods,
        "holding_cost": (1.0,) * periods,
    }
    return Instance(**{**given, **more})


def test_a_period_delivers_serves_and_charges() -> None:
    """Order 10 at once, demand 7: 7 sold, 3 held; next period the 3 are sold and demand of 2 is lost."""
    market = Market([instance(demand=(7, 5), takes=(0.0, 0.0), profit=(4.0, 4.0), holding_cost=(1.0, 1.0))])
    first = market.play(np.array([10]))
    second = market.play(np.array([0]))
    assert (first.arrived[0], first.on_hand[0], second.on_hand[0]) == (10, 3, 0)
    assert market.scores()[0] == pytest.approx((7 * 4 - 3 + 3 * 4) / (4 * 12))


def test_a_lost_order_never_arrives() -> None:
    """Infinity as lead time: nothing comes, and nothing says so."""
    market = Market([instance(takes=(math.inf,) * 12)])
    assert sum(int(market.play(np.array([50])).arrived[0]) for _ in range(12)) == 0


def test_a_score_is_never_below_zero() -> None:
    """Holding costs beyond all profit give 0."""
    market = Market([instance(demand=(0, 1), takes=(0.0, 0.0), profit=(4.0,) * 2, holding_cost=(1.0,) * 2)])
    market.play(np.array([1_000]))
    market.play(np.array([0]))
    assert market.scores().tolist() == [0.0]


def orders_of(one: Instance) -> list[int]:
    """What the buyer orders, period by period."""
    market, buyer = Market([one]), Buyer(np.array([one.past]).T, one.promised)
    found = []
    for _ in range(market.periods):
        orders = buyer.orders(*market.terms())
        buyer.see(orders, market.play(orders))
        found.append(int(orders[0]))
    return found


@pytest.mark.parametrize("promised", [0, 2, 4])
def test_orders_do_not_depend_on_the_future(promised: int) -> None:
    """Other demand and other lead times from period 6 on: the orders of periods 0 to 6 are the same."""
    one = instance(promised=promised)
    other = dataclasses.replace(
        one, demand=one.demand[:6] + (900,) * 6, takes=one.takes[:6] + (math.inf,) * 6
    )
    assert orders_of(one)[:7] == orders_of(other)[:7]
    assert orders_of(one) != orders_of(other)


def test_the_buyer_learns_that_orders_get_lost() -> None:
    """When two in three orders are lost it orders more than when all arrive."""
    fate = (2.0, math.inf, math.inf) * 8
    losing = instance(promised=2, periods=24, takes=fate)
    keeping = instance(promised=2, periods=24, takes=(2.0,) * 24)
    assert sum(orders_of(losing)) > sum(orders_of(keeping))


def test_playing_together_is_playing_alone() -> None:
    """The score of an instance does not depend on the others."""
    several = [instance(str(seed), promised=2, seed=seed) for seed in range(3)]
    together = play(several)
    assert together == {one.name: play([one])[one.name] for one in several}


@pytest.mark.parametrize(
    ("on_order", "arrived", "ages"),
    [([0, 5, 3, 8], 8, [3]), ([0, 5, 4, 0], 9, [1, 2]), ([0, 5, 0, 0], 4, []), ([7, 0, 7, 0], 7, [2])],
)
def test_an_arrival_is_told_apart_by_its_quantity(on_order: list[int], arrived: int, ages: list[int]) -> None:
    """The likeliest orders that add up to what came; none if there are none."""
    assert likeliest(on_order, arrived, np.array([0.05, 0.2, 0.3, 0.4, 0.05])) == ages


def test_means_are_plain_and_intervals_hold_them() -> None:
    """The mean is over instances, group by group and in all."""
    instances = [instance(str(n), promised=p) for n in range(6) for p in (0, 4)]
    scores = {one.name: (number % 7) / 7 for number, one in enumerate(instances)}
    found = report(instances, scores)
    assert found.mean == pytest.approx(np.mean(list(scores.values())))
    assert set(found.groups) == {"real lead_time_0", "real lead_time_4"}
    assert found.interval[0] <= found.mean <= found.interval[1]


def written(path: Path, instances: list[Instance]) -> Path:
    """The instances in the layout of the published file."""
    lines = ["instance,part,period,date,demand,lead_time,profit,holding_cost,description"]
    for one in instances:
        lines += [f"{one.name},train,{n},,{y},,,," for n, y in enumerate(one.past, 1)]
        lines += [
            f"{one.name},test,{n},,{y},{takes},{profit},{cost},words"
            for n, (y, takes, profit, cost) in enumerate(
                zip(one.demand, one.takes, one.profit, one.holding_cost, strict=True), 1
            )
        ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Instances survive the way through a gzip CSV, infinite lead times included."""
    one = instance(promised=2, takes=(1.0, math.inf) * 6)
    assert read_instances(written(tmp_path / "some.csv.gz", [one])) == [one]


def test_the_command_prints_mean_groups_and_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--json`` gives one object with these keys."""
    path = written(tmp_path / "some.csv.gz", [instance("a"), instance("b", seed=2)])
    assert main(["--instances", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["groups"] == {"real lead_time_0": found["mean"]}
    assert len(found["interval"]) == 2


def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing column: exit code 2 and its name."""
    path = tmp_path / "wrong.csv"
    path.write_text("instance,part,period\n")
    assert main(["--instances", str(path)]) == 2
    assert "no column demand" in capsys.readouterr().err
    with pytest.raises(ImportFileError, match="wrong"):
        read_instances(path)
