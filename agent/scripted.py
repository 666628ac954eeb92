"""A chat model that follows a script: for tests and evaluations, without a server and without chance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import ConfigDict, Field

from shop.errors import ModelError

ScriptedCall = tuple[str, Mapping[str, Any]]
"""A tool's name and its arguments."""

ScriptedTurn = (
    str | Sequence[ScriptedCall] | Exception | Callable[[Sequence[BaseMessage]], "str | list[ScriptedCall]"]
)
"""What the model answers: a text, tool calls, an error to raise, or a function of what it was sent."""


class ScriptedModel(BaseChatModel):
    """Answers each call with the next turn of its script; raises ModelError when the script is over.

    `seen` keeps what was sent, call by call; `offered` the names of the tools of each call.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    script: list[Any]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    offered: list[list[str]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:  # noqa: ARG002
        """Note which tools were offered."""
        self.offered.append([tool.name for tool in tools])
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,  # noqa: ARG002 - LangChain's signature
    ) -> ChatResult:
        turn = self._next(messages)
        if isinstance(turn, str):
            message = AIMessage(turn, response_metadata={"finish_reason": "stop"})
        else:
            calls = [
                {"name": name, "args": dict(args), "id": self._call_id(index), "type": "tool_call"}
                for index, (name, args) in enumerate(turn)
            ]
            message = AIMessage("", tool_calls=calls, response_metadata={"finish_reason": "tool_calls"})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,  # noqa: ARG002 - LangChain's signature
    ) -> Iterator[ChatGenerationChunk]:
        turn = self._next(messages)
        if isinstance(turn, str):
            for index, word in enumerate(turn.split(" ")):
                piece = f" {word}" if index else word
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        else:
            for index, (name, args) in enumerate(turn):
                yield ChatGenerationChunk(message=self._call_chunk(index, name, args))
        reason = "stop" if isinstance(turn, str) else "tool_calls"
        last = AIMessageChunk(content="", response_metadata={"finish_reason": reason}, chunk_position="last")
        yield ChatGenerationChunk(message=last)

    def _next(self, messages: list[BaseMessage]) -> str | Sequence[ScriptedCall]:
        self.seen.append(messages)
        if not self.script:
            raise ModelError("the script is over")
        turn = self.script.pop(0)
        if isinstance(turn, Exception):
            raise turn
        answer: str | Sequence[ScriptedCall] = turn(messages) if callable(turn) else turn
        return answer

    def _call_id(self, index: int) -> str:
        return f"call_{len(self.seen)}_{index}"

    def _call_chunk(self, index: int, name: str, args: Mapping[str, Any]) -> AIMessageChunk:
        call = tool_call_chunk(name=name, args=json.dumps(args), id=self._call_id(index), index=index)
        return AIMessageChunk(content="", tool_call_chunks=[call])
