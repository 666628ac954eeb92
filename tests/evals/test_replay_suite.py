"""A sales log as a suite: what is told, what is scored, who may play; a log of one article."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from evals.harness.brains import model_named
from evals.replay_suite import ReplayTasks
from shop.errors import SetupError
from tests.fakes.openai_server import OpenAIServer

MONDAY = date(2025, 3, 3)


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> ReplayTasks:
    """An article that sells between 1 and 8 pieces a day for 200 days."""
    data = tmp_path_factory.mktemp("data")
    (data / "online_retail").mkdir()
    lines = ["InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice"]
    for day in range(200):
        sold = 1 + day * day % 8
        lines.append(f"{1000 + day},10001,{sold},{MONDAY + timedelta(days=day)} 10:00:00,2.50")
    (data / "online_retail" / "online_retail.csv.gz").write_text("\n".join(lines) + "\n")
    return ReplayTasks(data)


def test_the_plans_of_the_reorder_run_pass(tasks: ReplayTasks) -> None:
    """Planned orders cost less than ordering again what sold; ordering nothing costs more."""
    with tasks.played_by(model_named("offline")) as play:
        ours = play("10001", 1)
    with tasks.played_by(model_named("idle")) as play:
        nothing = play("10001", 1)
    assert (ours.passed, nothing.passed) == (True, False)
    assert (ours.score or 0) > (nothing.score or 0)
    assert tasks.floor(tasks.names) == {"idle": 0.0}


def test_a_model_behind_the_protocol_orders_by_its_numbers(tasks: ReplayTasks) -> None:
    """It is asked once a week for twelve weeks and told no future; what it takes is counted."""
    with OpenAIServer() as server:
        settings = model_named("offline").settings
        model = model_named("openai:any", type(settings)(model="openai:any", base_url=server.base_url))
        with tasks.played_by(model) as play:
            played = play("10001", 1)
        asked = [str(each) for each in server.requests]
    assert (played.steps, len(asked), played.tool_errors) == (12, 12, 12)
    assert played.tokens > 0
    assert "Week 1 of 12." in asked[0]
    assert "On hand: 0. On the way: nothing." in asked[-1]


def test_who_cannot_order_is_told(tasks: ReplayTasks) -> None:
    """A model that decides nothing here has one message."""
    with (
        pytest.raises(SetupError, match="decided by offline, idle or openai"),
        tasks.played_by(model_named("echo")),
    ):
        pass
