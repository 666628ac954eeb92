"""Messages as the journal keeps them (plain JSON) and as LangChain passes them on."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from typing import Any, Final

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage

from agent.brain import Message
from agent.turn_tools import MALFORMED
from shop.clock import new_id

_CHARACTERS_PER_TOKEN: Final = 4


def readable(message: AIMessage, taken: Container[str]) -> AIMessage:
    """The model's message with every tool call made whole, so that each of them gets an answer.

    Arguments that are no JSON object, also when a stream's were cut, become one argument that holds the
    raw text: `TurnTools` refuses it in words. LangChain would silently complete cut JSON, or end the
    turn. A call without an id, or with one that was used before, gets a new id.
    """
    used: set[str] = set()
    calls = []
    for call in _calls(message):
        wanted = call["id"]
        known = bool(wanted) and wanted not in used and wanted not in taken
        name = wanted if known else new_id("call")
        used.add(name)
        calls.append({**call, "id": name, "type": "tool_call"})
    return AIMessage(
        content=str(message.text),
        tool_calls=calls,
        id=message.id,
        response_metadata=message.response_metadata,
        usage_metadata=message.usage_metadata,
    )


def _calls(message: AIMessage) -> list[dict[str, Any]]:
    if isinstance(message, AIMessageChunk):
        raw = [(each["name"], each["args"], each["id"]) for each in message.tool_call_chunks]
    else:
        raw = [(each["name"], json.dumps(each["args"]), each["id"]) for each in message.tool_calls]
        raw += [(each["name"], each["args"], each["id"]) for each in message.invalid_tool_calls]
    return [
        {"name": name or "unknown", "args": arguments_of(args), "id": call_id or ""}
        for name, args, call_id in raw
    ]


def arguments_of(text: str | None) -> dict[str, Any]:
    """The arguments of a call as the server wrote them; what is no JSON object is kept as raw text.

    >>> arguments_of('{"sku": "MUG-11"}'), arguments_of(""), arguments_of('{"sku": "MU')
    ({'sku': 'MUG-11'}, {}, {'not_valid_json': '{"sku": "MU'})
    """
    if (text or "").strip() in ("", "null"):
        return {}  # several servers send nothing for a tool without arguments
    try:
        value = json.loads(text or "")
    except json.JSONDecodeError:
        return {MALFORMED: text}
    return value if isinstance(value, dict) else {MALFORMED: text}


def stored(message: BaseMessage) -> dict[str, Any]:
    """A message as the journal keeps it."""
    if isinstance(message, AIMessage):
        body: dict[str, Any] = {"role": "assistant", "content": str(message.text)}
        if message.tool_calls:
            body["tool_calls"] = [
                {"id": call["id"], "name": call["name"], "args": call["args"]} for call in message.tool_calls
            ]
        told = {"model": "model_name", "finish_reason": "finish_reason"}
        metadata = message.response_metadata
        return body | {ours: metadata[theirs] for ours, theirs in told.items() if metadata.get(theirs)}
    return {"role": "user", "content": str(message.text)}


def rebuilt(messages: Sequence[Message]) -> list[BaseMessage]:
    """LangChain messages from what the journal kept; a call without an answer gets one that says so."""
    answered = {each["tool_call_id"] for each in messages if each["role"] == "tool"}
    result: list[BaseMessage] = []
    for message in messages:
        result.append(_rebuilt(message))
        for call in message.get("tool_calls", ()):
            if call["id"] not in answered:
                text = "this call was never answered: the turn ended before it ran"
                result.append(ToolMessage(text, tool_call_id=call["id"], name=call["name"], status="error"))
    return result


def _rebuilt(message: Message) -> BaseMessage:
    if message["role"] == "assistant":
        calls = [{**call, "type": "tool_call"} for call in message.get("tool_calls", ())]
        return AIMessage(content=message["content"], tool_calls=calls)
    if message["role"] == "tool":
        return ToolMessage(
            message["content"],
            tool_call_id=message["tool_call_id"],
            name=message["name"],
            status="error" if message["status"] == "error" else "success",
        )
    return HumanMessage(message["content"])


def recent(messages: Sequence[Message], tokens: int) -> Sequence[Message]:
    """The newest messages that fit, beginning with a user's message: older turns are left out whole."""
    room = tokens * _CHARACTERS_PER_TOKEN
    start = len(messages)
    for index in range(len(messages) - 1, -1, -1):
        room -= len(messages[index]["content"]) + len(json.dumps(messages[index].get("tool_calls", "")))
        if room < 0:
            break
        if messages[index]["role"] == "user":
            start = index
    return messages[start:]
