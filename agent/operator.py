"""The chat agent: a language model that works through the tools of one turn.

LangChain's `create_agent` is the loop and nothing more. There is no checkpointer (history comes from the
journal), no interrupt and no approval middleware: what may happen is decided below the tools, by the
desk. One middleware does what this product needs: it stops, counts, retries through `ModelClient`,
streams, journals every message, and corrects a tool call that was written as text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.brain import Answer, Emit, Turn
from agent.caps import Meter
from agent.journal import Draft, EventKind
from agent.messages import readable, rebuilt, recent, stored
from agent.model_client import Hearing, ModelClient, Reply
from agent.textflow import TextFlow, looks_like_a_call
from agent.tooling import described
from prompts import prompt
from shop.errors import ModelError, ShopError

if TYPE_CHECKING:
    from langgraph.types import Command

CORRECTION: Final = (
    "[Shophand] Your last message was not delivered: it was empty, or a tool call written as text. Nothing"
    " was run. To use a tool, make a tool call; to answer, write plain sentences."
)
NO_ANSWER: Final = "the model twice wrote a tool call as text, or nothing at all; nothing was run for it"
_GRAPH_STEPS: Final = 10_000
"""LangGraph's own limit is out of the way: the caps on steps are ours and end a turn in words."""


class LanguageModel:
    """The brain that is a language model; see `agent.brain.Brain`."""

    def __init__(self, client: ModelClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter
        self._prompt = prompt("operator")

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Let the model work on the request until it answers in words; raises ModelError."""
        tools = [described(each, turn.tools) for each in turn.tools.offered]
        steps = _Steps(turn, emit, self._client, self._meter, self._prompt.sha)
        agent = create_agent(self._client.primary, tools, system_prompt=self._prompt.text, middleware=[steps])
        earlier = recent(turn.history, self._client.settings.history_tokens)
        # One tool at a time, in the order asked: they are quick look-ups, and writes must keep their order.
        graph: Any = agent
        result = graph.invoke(
            {"messages": rebuilt([*earlier, *turn.request])},
            {"max_concurrency": 1, "recursion_limit": _GRAPH_STEPS},
        )
        return Answer(str(result["messages"][-1].text))


class _Steps(AgentMiddleware[Any, Any]):
    """Everything around a model call and a tool call of one turn."""

    def __init__(self, turn: Turn, emit: Emit, client: ModelClient, meter: Meter, sha: str) -> None:
        super().__init__()
        self._turn = turn
        self._emit = emit
        self._client = client
        self._meter = meter
        self._sha = sha
        self._step = 0
        self._names = tuple(each.name for each in turn.tools.offered)

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Ask the model through our client (`handler` is not used); correct a call in words once."""
        del handler
        front = [request.system_message] if request.system_message else []
        corrected: list[BaseMessage] = []
        for _ in range(2):
            message, in_words = self._ask([*front, *request.messages, *corrected], request)
            corrected.append(message)
            if not in_words:
                return ModelResponse(result=corrected)
            corrected.append(HumanMessage(CORRECTION))
            self._emit(EventKind.MESSAGE, {"message": stored(corrected[-1]), "prompt": self._sha})
        raise ModelError(NO_ANSWER)

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage:
        """Run the call through the turn's tools, known or not (`handler` is not used)."""
        del handler
        call = request.tool_call
        outcome = self._turn.tools.run(call["name"], call["args"], call["id"])
        return ToolMessage(
            outcome.content,
            tool_call_id=call["id"],
            name=call["name"],
            status="error" if outcome.failed else "success",
        )

    def _ask(self, messages: list[BaseMessage], request: ModelRequest[Any]) -> tuple[AIMessage, bool]:
        """One model call: the message, and whether it was a tool call in words or nothing at all."""
        self._turn.check_stop()
        self._meter.check()
        self._step += 1
        step = self._step
        flow = TextFlow(
            live=lambda text: self._emit.live(step, text),
            store=lambda text, restart: self._emit(
                EventKind.TEXT, {"step": step, "text": text, "restart": restart}
            ),
            tools=self._names,
        )
        hearing = Hearing(flow.hear, flow.start_over, self._check_while_hearing)
        tools: Any = request.tools
        try:
            reply = self._client.ask(messages, tools, hearing)
        except ShopError:
            flow.break_off()
            raise
        message = readable(reply.message, _call_ids(messages))
        text = str(message.text)
        in_words = looks_like_a_call(text, self._names)
        flow.finish(keep=not in_words)
        self._note(reply, message, step)
        return message, not message.tool_calls and (in_words or not text.strip())

    def _check_while_hearing(self) -> None:
        self._turn.check_stop(quick=True)
        self._meter.check_time()

    def _note(self, reply: Reply, message: AIMessage, step: int) -> None:
        self._meter.add(reply.usage)
        drafts = [
            Draft(EventKind.USAGE, {"step": step, **reply.usage.body()}),
            Draft(EventKind.MESSAGE, {"message": stored(message), "prompt": self._sha}),
        ]
        if reply.fell_back:
            text = f"the first model could not be reached; {reply.usage.model} answered"
            drafts.append(Draft(EventKind.NOTICE, {"text": text}))
        self._emit.together(*drafts)


def _call_ids(messages: list[BaseMessage]) -> set[str]:
    return {str(call["id"]) for each in messages if isinstance(each, AIMessage) for call in each.tool_calls}
