"""Known failures of approval inside an agent graph, reproduced: whatever the graph does, the desk holds.

Each test first shows that the library really does it on the installed version (the tool is reached), then
that nothing happened to the shop. Numbers as in LangChain's issues, see each docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware, hook_config
from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agent.scripted import ScriptedModel
from tests.fakes.toolbox import DeskToolbox
from tests.gate import AGENT, PRIYA, Gate
from tools.desk import Session, State

THREAD: dict[str, Any] = {"configurable": {"thread_id": "t"}}
BIG = [("place_order", {"quantity": 240})]


@pytest.fixture
def toolbox(gate: Gate) -> DeskToolbox:
    """A tool that submits to the real desk."""
    return DeskToolbox(gate.desk, Session(AGENT, "con_graph"))


def as_tool(toolbox: DeskToolbox) -> BaseTool:
    """The tool as the graph gets it; each call has a key of its own."""

    def place_order(quantity: int) -> str:
        """Order mugs."""
        key = f"con_graph:1:{len(toolbox.ran)}"
        return toolbox.run("place_order", {"quantity": quantity}, key=key, tainted=False).content

    return StructuredTool.from_function(place_order)


def graph(toolbox: DeskToolbox, middleware: list[AgentMiddleware[Any, Any]], *script: Any) -> Any:
    """An agent with the library's own approval and a checkpointer."""
    model = ScriptedModel(script=list(script))
    return create_agent(model, [as_tool(toolbox)], middleware=middleware, checkpointer=InMemorySaver())


def asking(when: Callable[[Any], bool] | None = None) -> HumanInTheLoopMiddleware:
    """The library's approval for the tool."""
    config: Any = {"allowed_decisions": ["approve", "edit", "reject"]}
    return HumanInTheLoopMiddleware({"place_order": config | ({"when": when} if when else {})})


def start(agent: Any) -> None:
    """Run until the library asks."""
    result = agent.invoke({"messages": [HumanMessage("order mugs")]}, THREAD)
    assert result["__interrupt__"]


def answer(agent: Any, *decisions: dict[str, Any]) -> None:
    """Go on with what a person decided."""
    agent.invoke(Command(resume={"decisions": list(decisions)}), THREAD)


def test_a_live_predicate_runs_what_was_rejected_but_nothing_is_ordered(
    gate: Gate, toolbox: DeskToolbox
) -> None:
    """The predicate changed its mind after the pause and the rejected call ran: the desk files it only."""
    limit = [100]
    agent = graph(
        toolbox, [asking(lambda request: request.tool_call["args"]["quantity"] > limit[0])], BIG, "ok"
    )
    start(agent)
    limit[0] = 100_000
    answer(agent, {"type": "reject"})
    assert toolbox.ran == [240]
    assert [view.state for view in gate.desk.approvals()] == [State.PENDING]
    assert gate.effects() == 0


class JumpToTools(AgentMiddleware[Any, Any]):
    """Any other middleware that returns the documented jump."""

    @hook_config(can_jump_to=["tools"])
    def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """Jump to the tools while a call stands in the last message of the model."""
        calls = [message for message in state["messages"] if getattr(message, "tool_calls", None)]
        done = len([message for message in state["messages"] if message.type == "tool"])
        return {"jump_to": "tools"} if calls and done < 2 else None


def test_a_jump_runs_what_was_rejected_but_nothing_is_ordered(gate: Gate, toolbox: DeskToolbox) -> None:
    """A jump to the tools runs a rejected call (langchain#40492): the desk files it, no more."""
    agent = graph(toolbox, [JumpToTools(), asking()], BIG, "ok", "ok")
    start(agent)
    answer(agent, {"type": "reject", "message": "no"})
    assert 240 in toolbox.ran
    assert gate.effects() == 0


def test_an_edit_past_every_limit_is_judged_by_the_desk(gate: Gate, toolbox: DeskToolbox) -> None:
    """The library runs an edited call unseen: the desk judges the final action and refuses it."""
    agent = graph(toolbox, [asking()], BIG, "ok")
    start(agent)
    edited = {"name": "place_order", "args": {"quantity": 999_999}}
    answer(agent, {"type": "edit", "edited_action": edited})
    assert toolbox.ran == [999_999]
    (action,) = gate.desk.actions()
    assert (action.state, gate.effects()) == (State.DENIED, 0)


def test_the_librarys_approval_is_no_approval(gate: Gate, toolbox: DeskToolbox) -> None:
    """Whoever resumes the graph with a yes has approved nothing: the order waits for a person."""
    agent = graph(toolbox, [asking()], BIG, "ok")
    start(agent)
    answer(agent, {"type": "approve"})
    assert [view.state for view in gate.desk.approvals()] == [State.PENDING]
    assert gate.effects() == 0


def test_a_rejected_call_may_be_repeated_for_ever_but_is_filed_once(gate: Gate, toolbox: DeskToolbox) -> None:
    """A model that repeats a rejected call gets the same no: one approval, no effect (deepagents#2946)."""
    agent = graph(toolbox, [], BIG, "It waits.", *[BIG] * 20, "I give up.")
    agent.invoke({"messages": [HumanMessage("order mugs")]}, THREAD)
    gate.desk.reject("A-1", PRIYA, "We have enough.")
    result = agent.invoke({"messages": [HumanMessage("order them anyway")]}, THREAD | {"recursion_limit": 99})
    assert len(toolbox.ran) == 21
    assert [view.id for view in gate.desk.approvals(states=tuple(State))] == ["A-1"]
    assert "rejected: " in result["messages"][-2].text
    assert gate.effects() == 0
