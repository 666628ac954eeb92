"""The replay of a small made-up log: what it must count, and that everybody plays the same game."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from evals.replay.__main__ import main
from evals.replay.product import Shophand
from evals.replay.rivals import min_max
from evals.replay.sales import Sales
from evals.replay.simulation import View, replay
from evals.replay.world import World, draw


class NeverOrders:
    """A policy that sells off what is there."""

    name = "never orders"

    def order(self, view: View) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Nothing."""
        return np.zeros(view.world.items, dtype=np.int64)


def world() -> World:
    """Three SKUs with Poisson sales over 200 days, the last 60 replayed, the last 40 counted."""
    pieces = np.random.default_rng(3).poisson([1.0, 4.0, 12.0], (200, 3)).astype(np.int64)
    names = np.array(["A", "B", "C"], dtype=np.object_)
    sales = Sales(date(2026, 1, 5), names, pieces, np.array([500, 900, 250]))
    return draw(sales, 1, held_out_days=60, warm_up_days=20, review_days=1)


def test_what_is_asked_for_is_served_or_lost() -> None:
    """Demand, served pieces and lost margin of the counted days belong together."""
    here = world()
    found = replay(here, NeverOrders())
    assert (found.demand == here.demand[here.counted_from :].sum(axis=0)).all()
    assert found.lost_margin == pytest.approx((found.demand - found.served) * here.margin)
    assert found.ordering.sum() == 0


def test_ordering_beats_not_ordering() -> None:
    """The product's plan serves nearly everything here, and costs less than selling off."""
    here = world()
    ours, nothing = replay(here, Shophand(here)), replay(here, NeverOrders())
    assert ours.fill_rate > 0.9
    assert ours.cost.sum() < nothing.cost.sum()


def test_two_runs_are_alike() -> None:
    """The same seed gives the same figures."""
    here = world()
    first, second = (replay(here, min_max(here, 14, 30, 91)).cost for _ in range(2))
    assert (first == second).all()


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small log through the whole command: totals, fill rate, savings with intervals."""
    chance = np.random.default_rng(4)
    lines = ["InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice"]
    for day in range(120):
        moment = (date(2025, 3, 3) + timedelta(days=day)).isoformat()
        lines += [
            f"{1000 + day},{code},{quantity},{moment} 10:00:00,2.50"
            for code, quantity in zip(("10001", "10002"), chance.poisson(6, 2).tolist(), strict=True)
            if quantity
        ]
    log = tmp_path / "sales.csv"
    log.write_text("\n".join(lines) + "\n")
    options = ["--data", str(log), "--seeds", "1", "--held-out", "30", "--warm-up", "5", "--json"]
    assert main([*options, "--no-croston", "--ets-items", "0"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["skus"] == 2
    assert {"saving", "low", "high"} <= told["rows"][1].keys()


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the reason."""
    assert main(["--data", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
