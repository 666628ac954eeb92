"""Spans for an OpenTelemetry collector: turns, calls of models and tools, requests and decisions at the desk.

Names follow the semantic conventions for generative AI, which are still in development; they stand in this
module only. A span carries ids, counts, states and names of our own (tools, kinds of action): never a
message, an argument, a reason, a name or an address, and of an error only its class. What a model calls by a
name that is no tool of ours is told as ``unknown``, for that name is the model's own text.

Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/ (agent and tool spans, 2026).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, Self

from agent.conversation import Conversations, TurnResult
from agent.journal import EventKind
from agent.recorder import Listener, nobody
from app.settings import Settings
from shop.actions import Action
from shop.errors import SetupError
from shop.people import Principal
from shop.store.journal import StoredEvent
from tools.desk import Desk, Session, Submission

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

SERVICE: Final = "shophand"
TURN: Final = "invoke_agent shophand"
MODEL: Final = "chat"
TOOL: Final = "execute_tool"
DESK: Final = "shophand.desk"
UNKNOWN: Final = "unknown"
_NANO: Final = 1_000_000_000


class Telemetry:
    """The spans of one process. `tracer` is where they go; a test hands in one that keeps them."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, str | int | bool]) -> Iterator[Span]:
        """A span around a block; an error that leaves it is noted by its class."""
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra, not always there

        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as found:
            try:
                yield found
            except BaseException as error:
                found.set_attribute("error.type", type(error).__name__)
                found.set_status(Status(StatusCode.ERROR))
                raise

    def flush(self) -> None:
        """Hand over what was noted so far, before the process ends."""
        processor = getattr(self._tracer, "span_processor", None)  # a tracer that keeps nothing has none
        if processor is not None:
            processor.force_flush()

    def past(self, name: str, seconds: float, attributes: Mapping[str, str | int | bool]) -> None:
        """A span that has ended just now."""
        end = time_ns()
        began = self._tracer.start_span(name, start_time=end - int(seconds * _NANO), attributes=attributes)
        began.end(end)


class TracedConversations(Conversations):
    """Conversations whose turns are told as spans; what happens in them is read from their events."""

    telemetry: Telemetry
    tools: frozenset[str]

    def turn(
        self, conversation: str, text: str, on_event: Listener = nobody, *, principal: Principal
    ) -> TurnResult:
        """Work on a request, in a span; see `Conversations.turn`."""
        attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": SERVICE,
            "gen_ai.conversation.id": conversation,
        }
        with self.telemetry.span(TURN, attributes) as span, _Told(self.telemetry, self.tools) as told:
            result = super().turn(conversation, text, told.before(on_event), principal=principal)
            span.set_attribute("shophand.turn", result.turn)
            span.set_attribute("shophand.turn.state", result.state.value)
            span.set_attribute("shophand.turn.model_calls", result.usage.steps)
            span.set_attribute("shophand.turn.tokens", result.usage.tokens)
        return result


class _Told:
    """Turns the events of one turn into spans: a call's span is open while the call runs."""

    def __init__(self, telemetry: Telemetry, tools: frozenset[str]) -> None:
        self._telemetry = telemetry
        self._tools = tools
        self._open: AbstractContextManager[Span] | None = None
        self._span: Span | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def before(self, on_event: Listener) -> Listener:
        """A listener that notes an event and hands it on."""

        def tell(event: StoredEvent) -> None:
            self._note(event)
            on_event(event)

        return tell

    def _note(self, event: StoredEvent) -> None:
        if event.kind == EventKind.TOOL_CALL:
            self._begin(event)
        elif event.kind == EventKind.TOOL_RESULT:
            self._end(event)
        elif event.kind == EventKind.USAGE:
            self._asked_model(event.body)

    def _begin(self, event: StoredEvent) -> None:
        self._close()
        name = event.body["name"] if event.body["name"] in self._tools else UNKNOWN
        attributes = {
            "gen_ai.operation.name": TOOL,
            "gen_ai.tool.name": name,
            "shophand.call": int(event.body["index"]),
        }
        self._open = self._telemetry.span(f"{TOOL} {name}", attributes)
        self._span = self._open.__enter__()

    def _end(self, event: StoredEvent) -> None:
        if self._span is not None:
            self._span.set_attribute("shophand.tool.status", event.body["status"])
            self._span.set_attribute("shophand.tainted", bool(event.body["tainted"]))
            if event.body["status"] == "error":
                self._span.set_attribute("error.type", "tool_error")
        self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.__exit__(None, None, None)
        self._open = self._span = None

    def _asked_model(self, used: Mapping[str, Any]) -> None:
        attributes: dict[str, str | int | bool] = {
            "gen_ai.operation.name": MODEL,
            "gen_ai.request.model": str(used["model"]),
            "gen_ai.usage.input_tokens": int(used["input"]),
            "gen_ai.usage.output_tokens": int(used["output"]),
            "shophand.attempts": int(used.get("attempts") or 1),
        }
        self._telemetry.past(f"{MODEL} {used['model']}", float(used.get("seconds") or 0.0), attributes)


class TracedDesk(Desk):
    """The desk, with a span around every request and every decision of a person."""

    telemetry: Telemetry

    def submit(
        self, action: Action, session: Session, *, key: str | None = None, execute: bool = True
    ) -> Submission:
        """File an action; see `Desk.submit`."""
        asked = {"shophand.requester.kind": session.principal.kind.value, "shophand.tainted": session.tainted}
        return self._traced(
            "submit", asked, lambda: super(TracedDesk, self).submit(action, session, key=key, execute=execute)
        )

    def approve(
        self,
        approval_id: str,
        person: Principal,
        *,
        note: str = "",
        seen: str | None = None,
        execute: bool = True,
    ) -> Submission:
        """One person's yes; see `Desk.approve`."""
        return self._traced(
            "approve",
            {},
            lambda: super(TracedDesk, self).approve(
                approval_id, person, note=note, seen=seen, execute=execute
            ),
        )

    def reject(self, approval_id: str, person: Principal, reason: str) -> Submission:
        """A no; see `Desk.reject`."""
        return self._traced("reject", {}, lambda: super(TracedDesk, self).reject(approval_id, person, reason))

    def edit(self, approval_id: str, action: Action, person: Principal) -> Submission:
        """A changed request; see `Desk.edit`."""
        return self._traced("edit", {}, lambda: super(TracedDesk, self).edit(approval_id, action, person))

    def withdraw(self, action_id: str, person: Principal) -> Submission:
        """A request taken back; see `Desk.withdraw`."""
        return self._traced("withdraw", {}, lambda: super(TracedDesk, self).withdraw(action_id, person))

    def undo(
        self, action_id: str, session: Session, *, sku: str | None = None, execute: bool = True
    ) -> Submission:
        """What takes an action back; see `Desk.undo`."""
        return self._traced(
            "undo", {}, lambda: super(TracedDesk, self).undo(action_id, session, sku=sku, execute=execute)
        )

    def execute(self, action_id: str) -> Submission:
        """Carry out; see `Desk.execute`."""
        return self._traced("execute", {}, lambda: super(TracedDesk, self).execute(action_id))

    def _traced(
        self, what: str, asked: Mapping[str, str | bool], work: Callable[[], Submission]
    ) -> Submission:
        with self.telemetry.span(f"{DESK} {what}", asked) as span:
            done = work()
            span.set_attribute("shophand.action.id", done.action_id)
            span.set_attribute("shophand.action.kind", done.kind)
            span.set_attribute("shophand.action.state", done.state.value)
            span.set_attribute("shophand.decision.verdict", done.decision.verdict.value)
            span.set_attribute("shophand.duplicate", done.duplicate)
            if done.approval_id is not None:
                span.set_attribute("shophand.approval.id", done.approval_id)
            return done


def telemetry_of(settings: Settings) -> Telemetry | None:
    """Spans to the collector of the settings, None without one; raises SetupError without the extra."""
    if settings.otlp_endpoint is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
    except ModuleNotFoundError as error:
        raise SetupError("spans need the extra: pip install 'shophand[telemetry]'") from error
    return Telemetry(tracer_to(OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")))


def tracer_to(exporter: SpanExporter) -> Tracer:
    """A tracer whose spans go to an exporter in batches, the last ones when the process ends."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra, not always there
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - part of that extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - part of that extra

    provider = TracerProvider(resource=Resource({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer(SERVICE)
