"""Asks the configured model one small question that it can only answer with a tool call: for the doctor."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from agent.model_client import Hearing, ModelClient
from agent.models import ModelSettings
from shop.errors import ModelError

QUESTION: Final = "Call the tool note_number with the number 7. Do not answer in words."
_SECONDS: Final = 20.0


class _Number(BaseModel):
    number: int = Field(description="the number, for example 3")


def check_model(settings: ModelSettings, client: ModelClient | None = None) -> str:
    """What the model did with a one-tool question, in words; raises ModelError when it is of no use here."""
    quick = replace(settings, attempts=1, timeout_seconds=min(settings.timeout_seconds, _SECONDS))
    reply = (client or ModelClient(quick)).ask([HumanMessage(QUESTION)], [_note_number()], Hearing())
    calls = reply.message.tool_calls
    if not calls:
        raise ModelError("it answers, but makes no tool calls; choose a model that can")
    if calls[0]["name"] != "note_number" or calls[0]["args"] != {"number": 7}:
        raise ModelError("it makes tool calls, but not as the schema asks; choose another model")
    return f"reachable, makes tool calls, {reply.usage.seconds:.1f} s"


def _note_number() -> BaseTool:
    return StructuredTool.from_function(
        func=str,
        name="note_number",
        description="Note a whole number.",
        args_schema=_Number,
    )
