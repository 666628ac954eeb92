"""A bare `create_agent` with every tool and a one-line prompt: what the chat agent is compared with.

For evaluations only; no door of the product uses it. Its calls go through the same tools of the turn, and so
to the same desk: whatever this loop or its model do, what may happen is decided there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import openai
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langgraph.errors import GraphRecursionError

from agent.brain import Answer, Emit, Turn
from agent.journal import EventKind
from agent.messages import rebuilt
from agent.model_client import openai_model, tokens_of
from agent.models import ModelSettings, Usage
from agent.plan import MAKE_PLAN
from agent.tool_choice import FIND_TOOLS
from agent.tooling import described
from shop.errors import CapReachedError, ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import LLMResult

PROMPT: Final = "You are the operations assistant of an online store. Answer with the help of your tools."
_OURS: Final = (MAKE_PLAN, FIND_TOOLS)


class PlainLoop:
    """Implements `agent.brain.Brain` with nothing of ours around the model.

    `chat` replaces the model in tests, `prompt` is what it is told.
    """

    def __init__(
        self, settings: ModelSettings, chat: BaseChatModel | None = None, prompt: str = PROMPT
    ) -> None:
        self._settings = settings
        self._prompt = prompt
        self._model = chat or openai_model(settings.names[0], settings)

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Let the model work until it answers; raises ModelError, and CapReachedError at the step cap."""
        turn.tools.pass_on_only([*turn.history, *turn.request])
        tools = [described(each, turn.tools) for each in turn.tools.offered if each.name not in _OURS]
        agent: Any = create_agent(self._model, tools, system_prompt=self._prompt)
        steps = self._settings.turn.steps or 12
        try:
            result = agent.invoke(
                {"messages": rebuilt([*turn.history, *turn.request])},
                {
                    "recursion_limit": 2 * steps,
                    "max_concurrency": 1,
                    "callbacks": [_Counting(emit, self._settings)],
                },
            )
        except GraphRecursionError as error:
            raise CapReachedError(f"the limit of {steps} model calls for this request is reached") from error
        except openai.OpenAIError as error:
            raise ModelError(f"the model failed: {type(error).__name__}") from error
        return Answer(str(result["messages"][-1].text))


class _Counting(BaseCallbackHandler):
    """Journals what each model call used and cost; who is told may end the turn with an error."""

    raise_error = True

    def __init__(self, emit: Emit, settings: ModelSettings) -> None:
        self._emit = emit
        self._settings = settings
        self._step = 0
        self._sent: list[BaseMessage] = []

    def on_chat_model_start(
        self, serialized: dict[str, Any], messages: list[list[BaseMessage]], **kwargs: Any
    ) -> None:
        """One model call begins."""
        del serialized, kwargs
        self._sent = messages[0]

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        """One model call has ended."""
        del kwargs
        self._step += 1
        answer: Any = response.generations[0][0]
        sent, made = tokens_of(answer.message, self._sent)
        price = self._settings.price
        usage = Usage(
            model=self._settings.names[0],
            input=sent,
            output=made,
            seconds=0.0,
            cost=price.of(sent, made) if price else None,
            currency=price.currency if price else "",
            estimated=answer.message.usage_metadata is None,
        )
        self._emit(EventKind.USAGE, {"step": self._step, **usage.body()})
