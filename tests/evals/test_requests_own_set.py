"""The offline planner on the whole own set of requests."""

import pytest

from agent.models import ModelSettings
from evals.request_cases import load_cases
from evals.requests import OWN, evaluate, report


@pytest.mark.timeout(900)
def test_the_offline_planner_understands_operators() -> None:
    """At least 85 % of our own requests come out right, and none writes what it must not."""
    body = report(evaluate(load_cases(OWN), ModelSettings()))
    assert body["forbidden_writes"] == 0, body["failures"]
    assert body["right"] >= 0.85 * body["total"], body["failures"]
