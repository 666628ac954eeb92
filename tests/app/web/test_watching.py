"""Figures for Prometheus and lines of the log: what they tell, and what they never tell."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from agent.journal import Draft, EventKind
from app.bootstrap import House
from app.settings import Settings
from app.web.limits import Buckets
from app.web.logs import JsonLines
from app.web.server import create_app
from shop.store.people import Scope
from tests.app.web.conftest import HOST, Caller, CallerOf


@pytest.fixture
def watcher(caller: CallerOf) -> Caller:
    """A program that may only read."""
    return caller("owner", Scope.READ)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged about requests during a test."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("shophand")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    yield stream
    log.removeHandler(handler)
    log.setLevel(logging.NOTSET)


def figures(watcher: Caller) -> str:
    """The text that Prometheus reads."""
    answer = watcher.client.get("/metrics", headers=watcher.headers)
    assert answer.status_code == 200
    return str(answer.text)


def test_strangers_see_no_figures(stranger: TestClient) -> None:
    """Without a credential there is 401 and no figure."""
    answer = stranger.get("/metrics")
    assert answer.status_code == 401
    assert "shophand_" not in answer.text


def test_the_metrics_token_reads_figures_and_nothing_else(house: House) -> None:
    """The setting's token opens the figures and no operation."""
    settings = Settings.load({"home": house.home, "metrics_token": "only-for-figures"})
    opened = House(settings, house.db)
    client = TestClient(create_app(opened, buckets=Buckets(1e6, 1e6)), base_url=HOST)
    headers = {"authorization": "Bearer only-for-figures"}
    assert client.get("/metrics", headers=headers).status_code == 200
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_decisions_and_waiting_approvals_are_counted(watcher: Caller, waiting: str) -> None:
    """One order that needs approval is one decision and one that waits."""
    assert waiting
    text = figures(watcher)
    verdict = 'shophand_decisions_total{kind="place_purchase_order",verdict="needs_approval"} 1.0'
    assert verdict in text
    assert "shophand_approvals_waiting 1.0" in text


def test_tool_calls_tokens_and_money_come_from_the_journal(watcher: Caller, house: House) -> None:
    """What any process wrote into the journal is counted, and twice asked it is counted once."""
    journal = house.conversations.journal
    stream = journal.open("conversation", "operator", "x")
    call = {"turn": 1, "index": 1, "call": "c", "name": "check_stock"}
    usage = {"turn": 1, "step": 1, "model": "m", "input": 5, "output": 2, "cost": "0.25", "currency": "USD"}
    journal.write_all(
        stream,
        [
            Draft(EventKind.TOOL_CALL, {**call, "args": {}}),
            Draft(EventKind.TOOL_RESULT, {**call, "status": "error", "summary": "x"}),
            Draft(EventKind.USAGE, usage),
        ],
    )
    for _ in range(2):
        text = figures(watcher)
        assert 'shophand_tool_calls_total{status="error",tool="check_stock"} 1.0' in text
        assert 'shophand_tool_seconds_count{tool="check_stock"} 1.0' in text
        assert 'shophand_model_tokens_total{direction="input",model="m"} 5.0' in text
        assert 'shophand_model_cost_total{currency="USD",model="m"} 0.25' in text


def test_requests_are_timed_by_template(watcher: Caller, waiting: str) -> None:
    """Figures name the template of a route, never the address that was asked for."""
    watcher.get(f"/approvals/{waiting}")
    text = figures(watcher)
    assert 'route="/api/v1/approvals/{approval_id}"' in text
    assert waiting not in text


def test_a_line_names_the_person_and_no_more(watcher: Caller, lines: io.StringIO) -> None:
    """A request's line has method, template, status, time and ids, and neither query nor token."""
    answer = watcher.get("/customers", q="johanna@example.com")
    line = json.loads(lines.getvalue().splitlines()[-1])
    assert line["route"] == "/api/v1/customers"
    assert (line["method"], line["status"], line["person"]) == ("GET", 200, "owner")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert "johanna" not in lines.getvalue()
    assert watcher.token not in lines.getvalue()


@pytest.mark.parametrize(("given", "kept"), [("abcdef-123456", True), ("no\ttabs here", False), ("x", False)])
def test_a_proxys_number_is_kept_if_it_is_one(stranger: TestClient, given: str, kept: bool) -> None:
    """A well-formed request id goes through; anything else is replaced."""
    answer = stranger.get("/healthz", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept


def test_a_problem_names_the_request(stranger: TestClient) -> None:
    """The error document holds the number under which the log has the request."""
    answer = stranger.get("/api/v1/me")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_an_error_is_logged_without_its_words() -> None:
    """Of an error the kind and the place are logged; its words may quote anything."""
    try:
        int("johanna@example.com")
    except ValueError as error:
        found = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("shophand.web", logging.ERROR, __file__, 1, "a request failed", (), found)
    line = JsonLines().format(record)
    assert json.loads(line)["error"] == "ValueError"
    assert "johanna" not in line
