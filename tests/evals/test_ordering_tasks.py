"""Ordering as decisions: what a model is told, what counts as its answer, and who is played against whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.models import ModelSettings
from evals.inventorybench.instances import Instance
from evals.ordering_tasks import decided, decision_of, main, some
from shop.errors import ToolInputError
from tests.fakes.openai_server import OpenAIServer


def article(name: str = "real_trajectory/lead_time_0/a", periods: int = 4) -> Instance:
    """Ten pieces are asked for in every period; an order comes at once."""
    return Instance(
        name=name,
        promised=0,
        past=(10,) * 5,
        demand=(10,) * periods,
        takes=(0.0,) * periods,
        profit=(4.0,) * periods,
        holding_cost=(1.0,) * periods,
    )


def test_decisions_are_scored_against_perfect_foresight() -> None:
    """Who orders what is asked for earns all there is, who orders half earns half, who is silent nothing."""
    replies = [["10"] * 4, ["I order 5."] * 4, ["none"] * 4]
    scores = [decided([article()], lambda _facts: said.pop()) for said in replies]  # noqa: B023 - called at once
    assert [list(each.scores.values()) for each in scores] == [[1.0], [0.5], [0.0]]
    assert [each.without_number for each in scores] == [0, 0, 4]


def test_the_facts_tell_no_future() -> None:
    """What is told is past demand, stock, the last orders, the promise and the terms, as they came about."""
    heard: list[str] = []

    def decide(facts: str) -> str:
        heard.append(facts)
        return "12"

    decided([article()], decide)
    assert "On hand: 2. Arrived last period: 12." in heard[1]
    assert "Your last orders: 12 in period 1. Promised: 0 periods." in heard[1]
    assert "A sold piece earns 4; keeping a piece for a period costs 1." in heard[1]
    assert heard[1].count("10") == 6


def test_a_model_behind_the_protocol_decides() -> None:
    """The facts go to the model's server, and the number in its reply is the order."""
    with OpenAIServer() as server:
        decide = decision_of(ModelSettings(model="openai:any", base_url=server.base_url))
        reply = decide('{"calls": [], "text": "I would order 7 pieces."}')
    assert reply == "I would order 7 pieces."


def test_a_handful_is_of_every_group() -> None:
    """So many instances of each group are taken, evenly; none is a wrong count."""
    groups = ("real_trajectory/lead_time_0", "synthetic_trajectory/lead_time_4")
    names = [f"{group}/{number}" for group in groups for number in range(6)]
    taken = [one.name[-1] for one in some([article(name) for name in names], 2)]
    assert taken == ["0", "3", "0", "3"]
    with pytest.raises(ToolInputError, match="at least 1"):
        some([], 0)


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says which file."""
    assert main(["--instances", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
