"""The chat agent: a language model that works through the tools of one turn.

LangChain's `create_agent` is the loop and nothing more. There is no checkpointer (history comes from the
journal), no interrupt and no approval middleware: what may happen is decided below the tools, by the
desk. One middleware does what this product needs: it stops, counts, retries through `ModelClient`,
streams, journals every message, offers the tools that the request speaks of, and delivers no answer that
`agent/answer_check.py` finds wanting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from agent.answer_check import AnswerCheck, Judged
from agent.brain import Answer, Emit, Message, ToolDescription, Tools, Turn
from agent.caps import Meter
from agent.earlier import summary
from agent.journal import Draft, EventKind
from agent.messages import readable, rebuilt, recent, stored
from agent.model_client import Hearing, ModelClient, Reply
from agent.news import still_open
from agent.policy_words import policy_section
from agent.scripted import ScriptedModel
from agent.textflow import TextFlow, looks_like_a_call
from agent.tool_choice import ToolChoice
from agent.tooling import described
from prompts import prompt
from shop.errors import ModelError, ShopError
from shop.people import Role

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from langgraph.types import Command

PROMPT: Final = "operator"
NO_ANSWER: Final = "the model twice wrote a tool call as text, or nothing at all; nothing was run for it"
_GRAPH_STEPS: Final = 10_000
"""LangGraph's own limit is out of the way: the caps on steps are ours and end a turn in words."""


class LanguageModel:
    """The brain that is a language model; see `agent.brain.Brain`."""

    def __init__(self, client: ModelClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Let the model work on the request until it answers in words; raises ModelError."""
        # One tool at a time, in the order asked: they are quick look-ups, and writes must keep their order.
        turn.tools.pass_on_only([*turn.history, *turn.request])
        result = _graph().invoke(
            {"messages": rebuilt([*self._earlier(turn), *turn.request])},
            {"max_concurrency": 1, "recursion_limit": _GRAPH_STEPS},
            context=_Steps(turn, emit, self._client, self._meter),
        )
        return Answer(str(result["messages"][-1].text))

    def _earlier(self, turn: Turn) -> list[Message]:
        """The history as it is sent: its newest turns, and before them in short what is left out."""
        newest = recent(turn.history, self._client.settings.history_tokens)
        left_out = turn.history[: len(turn.history) - len(newest)]
        if not left_out:
            return list(newest)
        short = summary(left_out, still_open(turn.shop.desk, turn.conversation))
        return [{"role": "user", "content": short}, *newest]


class _Offer:
    """The tools of a turn as LangChain offers them, each made when it is first offered."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._known = {each.name: each for each in tools.offered}
        self._made: dict[str, BaseTool] = {}

    def named(self, name: str) -> BaseTool:
        """The tool of a name."""
        if name not in self._made:
            self._made[name] = described(self._known[name], self._tools)
        return self._made[name]


@cache
def _graph() -> Any:
    """The loop, made once for all turns: making it costs more than a step. A turn's own part is its context.

    A loop needs a model, which is never asked, and one tool to have a place where calls run: `_Steps` asks
    the turn's model, and offers and runs all of its tools.
    """
    place = ToolDescription("tools", "Where calls run.", {"type": "object", "properties": {}})
    return create_agent(
        ScriptedModel(script=[]), [described(place, None)], middleware=[_OfTurn()], context_schema=_Steps
    )


class _OfTurn(AgentMiddleware[Any, Any]):
    """Hands model calls and tool calls to the turn that is under way; the library's own are not used."""

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """The model's message that may be delivered, with what was said on the way to it."""
        del handler
        steps = cast("_Steps", request.runtime.context)
        return ModelResponse(result=steps.ask(request.messages))

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage:
        """What the tool answered, known or not."""
        del handler
        steps = cast("_Steps", request.runtime.context)
        return steps.run(request.tool_call)


class _Steps:
    """Everything around the model calls and tool calls of one turn."""

    def __init__(
        self,
        turn: Turn,
        emit: Emit,
        client: ModelClient,
        meter: Meter,
    ) -> None:
        self._turn = turn
        self._emit = emit
        self._client = client
        self._meter = meter
        self._offer = _Offer(turn.tools)
        self._step = 0
        self._choice = ToolChoice(turn.tools.offered, may_write=_may_write(turn))
        self._choice.after(turn.history)
        self._choice.ask(turn.text)
        said, rules = prompt(PROMPT), policy_section(turn.shop.desk.rules(), self._choice.offered)
        self._front = SystemMessage(f"{said.text}\n{rules}" if rules else said.text)
        self._told = {"prompt": said.sha, "rules": hashlib.sha256(rules.encode()).hexdigest()}
        self._check = AnswerCheck(tuple(each.name for each in turn.tools.offered), rules)

    def ask(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Ask the model through our client until a message may be delivered; raises ModelError."""
        first = self._check.begin()
        said: list[BaseMessage] = [self._noted(first)] if first else []
        while True:
            judged = self._ask([self._front, *messages, *said])
            if judged.hopeless:
                raise ModelError(NO_ANSWER)
            said.append(judged.message)
            if judged.fault is None:
                return said
            said.append(self._noted(judged.fault))

    def run(self, call: ToolCall) -> ToolMessage:
        """Run the call through the turn's tools, known or not."""
        outcome = self._turn.tools.run(call["name"], call["args"], call["id"])
        self._choice.use(call["name"], call["args"])
        self._check.keep(outcome)
        return ToolMessage(
            outcome.content,
            tool_call_id=call["id"],
            name=call["name"],
            status="error" if outcome.failed else "success",
        )

    def _noted(self, text: str) -> HumanMessage:
        self._emit(EventKind.MESSAGE, {"message": {"role": "user", "content": text}, **self._told})
        return HumanMessage(text)

    def _ask(self, messages: list[BaseMessage]) -> Judged:
        """One model call, and whether what came may be delivered."""
        self._turn.check_stop()
        self._meter.check()
        self._step += 1
        flow = self._flow(self._step)
        hearing = Hearing(flow.hear, flow.start_over, self._check_while_hearing)
        offered = () if self._check.concluding else self._choice.offered
        try:
            reply = self._client.ask(messages, [self._offer.named(name) for name in offered], hearing)
        except ShopError:
            flow.break_off()
            raise
        heard = readable(reply.message, _call_ids(messages))
        judged = self._check.judge(heard, messages)
        in_words = looks_like_a_call(str(heard.text), self._check.names)
        flow.finish(keep=judged.fault is None and not judged.taken_out and not in_words)
        self._note(reply, judged, offered)
        return judged

    def _flow(self, step: int) -> TextFlow:
        return TextFlow(
            live=lambda text: self._emit.live(step, text),
            store=lambda text, restart: self._emit(
                EventKind.TEXT, {"step": step, "text": text, "restart": restart}
            ),
            tools=tuple(self._check.names),
        )

    def _check_while_hearing(self) -> None:
        self._turn.check_stop(quick=True)
        self._meter.check_time()

    def _note(self, reply: Reply, judged: Judged, offered: Sequence[str]) -> None:
        """Journal what a model call used, said, and was offered."""
        self._meter.add(reply.usage)
        drafts = [
            Draft(EventKind.USAGE, {"step": self._step, **reply.usage.body(), "tools": list(offered)}),
            Draft(EventKind.MESSAGE, {"message": stored(judged.message), **self._told}),
        ]
        if reply.fell_back:
            text = f"the first model could not be reached; {reply.usage.model} answered"
            drafts.append(Draft(EventKind.NOTICE, {"text": text}))
        if judged.taken_out:
            whole = {"step": self._step, "text": str(judged.message.text), "restart": True}
            text = f"taken out of the answer, for no tool returned it: {', '.join(judged.taken_out)}"
            drafts += [Draft(EventKind.TEXT, whole), Draft(EventKind.NOTICE, {"text": text})]
        # Calls are journalled before they run: what the model said is written with the first of them.
        keep = self._emit.hold if judged.message.tool_calls else self._emit.together
        keep(*drafts)


def _may_write(turn: Turn) -> bool:
    """Whether this person's assistant may ask for changes at all."""
    return Role.OPERATOR in turn.shop.session.principal.roles


def _call_ids(messages: list[BaseMessage]) -> set[str]:
    return {str(call["id"]) for each in messages if isinstance(each, AIMessage) for call in each.tool_calls}
