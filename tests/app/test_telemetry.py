"""Spans of a turn: what was done, counted and named, and nothing that anybody said."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent.journal import EventKind
from agent.recorder import nobody
from app.bootstrap import House
from app.settings import Settings
from app.telemetry import DESK, TOOL, TURN, Telemetry, TracedDesk, _Told, telemetry_of
from shop.errors import AccessDeniedError, NotFoundError
from shop.people import Principal, Role
from shop.store.journal import StoredEvent
from tests.app.conftest import assistant_of, order_of
from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_POSTCODE, CANARY_STREET, INJECTION
from tools.desk import Session

Spans = Callable[[], dict[str, dict[str, object]]]


@pytest.fixture
def kept() -> InMemorySpanExporter:
    """Where the spans of a test are."""
    return InMemorySpanExporter()


@pytest.fixture
def traced(house: House, kept: InMemorySpanExporter) -> Iterator[House]:
    """The small store with spans switched on."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    opened = House(house.settings, house.db)
    vars(opened)["telemetry"] = Telemetry(provider.get_tracer("test"))
    yield opened
    provider.shutdown()


@pytest.fixture
def spans(kept: InMemorySpanExporter) -> Spans:
    """All spans so far by name, with their attributes."""
    return lambda: {span.name: dict(span.attributes or {}) for span in kept.get_finished_spans()}


def asked(house: House, operator: Principal, text: str) -> str:
    """A conversation of one question; gives its id."""
    talk = house.conversations.start(operator)
    house.conversations.turn(talk, text, principal=operator)
    return talk


def test_a_turn_has_a_span_with_its_calls_inside(
    traced: House, operator: Principal, kept: InMemorySpanExporter
) -> None:
    """The turn names its conversation; a tool's call is its child and names the tool."""
    talk = asked(traced, operator, "how much stock of MUG-01 do we have?")
    turn = next(span for span in kept.get_finished_spans() if span.name == TURN)
    call = next(span for span in kept.get_finished_spans() if span.name.startswith(TOOL))
    assert turn.attributes is not None
    assert call.attributes is not None
    assert turn.attributes["gen_ai.conversation.id"] == talk
    assert turn.attributes["shophand.turn.state"] == "done"
    assert call.parent is not None
    assert call.parent.span_id == turn.context.span_id
    assert call.name.split() == [TOOL, call.attributes["gen_ai.tool.name"]]
    assert call.attributes["shophand.tool.status"] == "ok"


def test_requests_and_decisions_have_spans(traced: House, operator: Principal, spans: Spans) -> None:
    """A submission and a person's yes name the action, its kind, its state and the verdict."""
    filed = traced.desk.submit(order_of(240), Session(assistant_of(operator)))
    assert filed.approval_id is not None
    traced.admit("maya", "Maya", frozenset({Role.PURCHASING_MANAGER}))
    maya = traced.people.principal_for(traced.credentials.tokens()["maya"])
    traced.desk.approve(filed.approval_id, maya, note="to 9 Hidden Mews")
    found = spans()
    assert found[f"{DESK} submit"]["shophand.action.state"] == "pending"
    assert found[f"{DESK} submit"]["shophand.decision.verdict"] == "needs_approval"
    assert found[f"{DESK} approve"]["shophand.action.id"] == filed.action_id
    assert found[f"{DESK} approve"]["shophand.action.kind"] == "place_purchase_order"


def test_an_error_is_noted_by_its_class_alone(traced: House, operator: Principal, spans: Spans) -> None:
    """What an error says may quote anything, so a span holds only what kind it was."""
    with pytest.raises((NotFoundError, AccessDeniedError)):
        traced.desk.reject(f"A-{CANARY_PHONE}", operator, INJECTION)
    assert spans()[f"{DESK} reject"]["error.type"] in {"NotFoundError", "AccessDeniedError"}


@pytest.mark.parametrize(
    "text",
    [
        "show customer C-10001",
        f"who is {CANARY_EMAIL}?",
        "what do the tickets of order 1042 say?",
        f"add a note to order 1042: call {CANARY_PHONE}",
    ],
)
def test_nothing_that_anybody_said_is_in_a_span(
    traced: House, operator: Principal, kept: InMemorySpanExporter, text: str
) -> None:
    """Neither the question, nor customers' data, nor a stranger's words leave with a span."""
    asked(traced, operator, text)
    told = "".join(span.to_json() for span in kept.get_finished_spans())
    assert TURN in told
    for secret in (CANARY_EMAIL, CANARY_PHONE, CANARY_STREET, CANARY_POSTCODE, INJECTION[:20], text):
        assert secret not in told


def test_a_model_call_has_a_span_with_its_tokens(traced: House, now: datetime, spans: Spans) -> None:
    """A model's answer is told by the model's name and its tokens, with the time that it took."""
    assert traced.telemetry is not None
    used = {
        "turn": 1,
        "step": 1,
        "model": "openai:m",
        "input": 50,
        "output": 20,
        "seconds": 1.5,
        "attempts": 2,
    }
    _Told(traced.telemetry, frozenset()).before(nobody)(StoredEvent("con_1", 3, now, EventKind.USAGE, used))
    found = spans()["chat openai:m"]
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"]) == (50, 20)


def test_a_tool_that_a_model_made_up_is_not_named(traced: House, now: datetime, spans: Spans) -> None:
    """The name that a model gives a tool is its own text, so only names of ours are told."""
    assert traced.telemetry is not None
    tell = _Told(traced.telemetry, frozenset({"check_stock"})).before(nobody)
    call = {"turn": 1, "index": 1, "call": "c", "name": CANARY_EMAIL, "args": {}}
    tell(StoredEvent("con_1", 3, now, EventKind.TOOL_CALL, call))
    tell(StoredEvent("con_1", 4, now, EventKind.TOOL_RESULT, {**call, "status": "error", "tainted": False}))
    assert list(spans()) == [f"{TOOL} unknown"]


def test_without_the_setting_there_are_no_spans(house: House) -> None:
    """A store that names no collector has the plain desk."""
    assert telemetry_of(Settings.load()) is None
    assert not isinstance(house.desk, TracedDesk)
