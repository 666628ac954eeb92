"""Messages between the model, LangChain and the journal."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from agent.messages import readable, rebuilt, recent, stored


def call(name: str = "check_stock", call_id: str | None = "c1", **args: Any) -> dict[str, Any]:
    """A tool call."""
    return {"name": name, "args": args, "id": call_id, "type": "tool_call"}


def test_a_message_survives_the_journal() -> None:
    """What is stored and built again is what was said."""
    said = AIMessage("I look.", tool_calls=[call(sku="A")])
    assert rebuilt([stored(said)])[0] == said


def test_a_call_without_an_answer_gets_one() -> None:
    """A provider refuses a call without an answer, so a missing one is filled in."""
    messages = rebuilt(
        [stored(AIMessage("", tool_calls=[call(sku="A")])), {"role": "user", "content": "go on"}]
    )
    assert [message.type for message in messages] == ["ai", "tool", "human"]
    assert messages[1].status == "error"  # type: ignore[attr-defined]


def test_missing_and_repeated_ids_are_replaced() -> None:
    """Every call of a conversation has an id of its own, whatever the provider sends."""
    said = AIMessage(
        "", tool_calls=[call(call_id=None), call(call_id="c1"), call(call_id="c1"), call(call_id="old")]
    )
    ids = [each["id"] for each in readable(said, {"old"}).tool_calls]
    assert ids[1] == "c1"
    assert len({*ids, "old"}) == 5


@given(st.text(max_size=30))
def test_cut_arguments_are_never_completed(cut: str) -> None:
    """The arguments of a streamed call are read as they are or kept as text, never completed."""
    chunk = AIMessageChunk(
        content="", tool_call_chunks=[tool_call_chunk(name="t", args='{"sku": "' + cut, id="c", index=0)]
    )
    (found,) = readable(chunk, set()).tool_calls
    assert found["args"] == {"not_valid_json": '{"sku": "' + cut} or cut.rstrip().endswith("}")


@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=60)), max_size=20),
    st.integers(0, 200),
)
def test_a_cut_history_begins_with_the_operator_and_fits(said: list[tuple[str, str]], tokens: int) -> None:
    """What is sent is the end of the history, begins with a user and is no longer than allowed."""
    history = [{"role": role, "content": text} for role, text in said]
    kept = list(recent(history, tokens))
    assert kept == history[len(history) - len(kept) :]
    assert not kept or kept[0]["role"] == "user"
    assert sum(len(each["content"]) for each in kept) <= tokens * 4
