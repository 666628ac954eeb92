"""langchain-openai's chat model with one correction: arguments that are no JSON object stay in place."""

from __future__ import annotations

import json
from typing import Any

from langchain_openai import ChatOpenAI

from agent.messages import arguments_of


class WholeCalls(ChatOpenAI):
    """Keeps every tool call of an answer that is not streamed, readable or not, in the order given.

    The parent raises a pydantic error for arguments such as ``["A"]``, and puts unreadable calls after
    the others. `TurnTools` answers an unreadable call in words, so that the model may correct it.
    """

    def _create_chat_result(self, response: Any, generation_info: dict[str, Any] | None = None) -> Any:
        for choice in getattr(response, "choices", None) or ():
            for call in choice.message.tool_calls or ():
                call.function.arguments = json.dumps(arguments_of(call.function.arguments))
        return super()._create_chat_result(response, generation_info)
