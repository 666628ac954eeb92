"""The turn's tools as LangChain offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.brain import ToolDescription
from agent.journal import EventKind, Journal
from agent.recorder import Recorder
from agent.tooling import described
from agent.turn_tools import Memory, TurnTools
from tests.fakes.toolbox import ONE_SKU, FakeToolbox

if TYPE_CHECKING:
    from shop.store.database import Database

SCHEMA = {**ONE_SKU, "properties": {"sku": {"type": "string", "description": "SKU: 'MUG-01'"}}}


def tools(db: Database) -> TurnTools:
    """The tools of a first turn."""
    journal = Journal(db)
    recorder = Recorder(journal, journal.open("conversation", "sam", ""), 1)
    return TurnTools(
        FakeToolbox(), recorder, Memory(), conversation="con", turn=1, check_stop=lambda **_: None
    )


def test_the_schema_is_offered_word_for_word(sqlite_database: Database) -> None:
    """Name, description and JSON Schema reach the provider as the shop wrote them."""
    tool = described(ToolDescription("check_stock", "Look.", SCHEMA), tools(sqlite_database))
    function = convert_to_openai_tool(tool)["function"]
    assert (function["name"], function["description"]) == ("check_stock", "Look.")
    assert function["parameters"]["properties"] == SCHEMA["properties"]
    assert function["parameters"]["required"] == ["sku"]


def test_a_call_past_the_middleware_is_journalled_too(sqlite_database: Database) -> None:
    """However a tool is called, it runs through the turn's tools: the journal knows."""
    turn_tools = tools(sqlite_database)
    tool = described(ToolDescription("check_stock", "Look.", SCHEMA), turn_tools)
    assert tool.invoke({"sku": "A"}) == '{"on_hand":7,"sku":"A"}'
    kinds = [event.kind for event in turn_tools._recorder.events]
    assert kinds == [EventKind.MESSAGE, EventKind.TOOL_CALL, EventKind.TOOL_RESULT, EventKind.MESSAGE]


def test_a_failure_past_the_middleware_is_words(sqlite_database: Database) -> None:
    """A failing tool answers in words instead of ending the graph."""
    tool = described(ToolDescription("fail", "Fail.", SCHEMA), tools(sqlite_database))
    assert tool.invoke({"sku": "A"}) == "NotFoundError: no such SKU"
