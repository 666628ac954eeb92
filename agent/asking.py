"""One question to the language model without tools or a conversation: a text, and an answer in text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage, SystemMessage

from agent.model_client import Hearing, ModelClient

if TYPE_CHECKING:
    from agent.models import ModelSettings, Usage


def ask(settings: ModelSettings, told: str, question: str) -> tuple[str, Usage]:
    """The model's answer and what it used; raises ModelUnavailableError and ModelError as `ModelClient`."""
    messages = [SystemMessage(told), HumanMessage(question)]
    reply = ModelClient(settings).ask(messages, (), Hearing())
    return str(reply.message.text), reply.usage
