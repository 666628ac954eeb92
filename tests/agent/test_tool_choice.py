"""The tools that are offered: the right ones, few, in a steady order."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent import plan
from agent.brain import Message, ToolDescription
from agent.tool_choice import CORE, FIND, FIND_TOOLS, MOST_LETTERS, MOST_TOOLS, ToolChoice, length
from agent.tool_words import known_words
from evals.harness.suite_files import read_suite, suites
from evals.request_cases import NONE, load_cases
from evals.requests import OWN
from tools.toolbox import TOOLS, Effect

HELD_OUT = Path(__file__).with_name("tool_requests.txt")
NAMED = {
    "sku": "MUG-BLU-350", "title": "Stoneware mug, blue", "location": "Leeds", "location2": "Bristol",
    "supplier": "Northwind", "order": "#1042", "po": "PO-1007", "email": "ann@example.net", "action": "A-3",
    "newprice": "14.50 GBP",
}  # fmt: skip
BESIDE = {
    ("order-unknown-1", "find_orders"), ("order-unknown-2", "find_orders"),
    ("out-of-reach-1", "list_approvals"), ("out-of-reach-2", "list_approvals"),
}  # fmt: skip
"""Calls of paths that the request does not ask for: there they only stand for a refusal's facts."""


@cache
def described() -> tuple[ToolDescription, ...]:
    """Every tool as a turn offers it."""
    shop = [
        ToolDescription(tool.name, tool.description, tool.parameters, writes=tool.effect is Effect.WRITE)
        for tool in TOOLS.values()
    ]
    return (*shop, FIND, ToolDescription(plan.MAKE_PLAN, plan.DESCRIPTION, plan.PARAMETERS))


def offered(*messages: str, **more: Any) -> tuple[str, ...]:
    """What is offered after these messages of an operator."""
    choice = ToolChoice(described(), **more)
    for message in messages:
        choice.ask(message)
    return choice.offered


def filled(message: str) -> str:
    """A message with names for its placeholders."""
    return re.sub(r"\{(\w+)\}", lambda found: NAMED[found[1]], message)


def test_every_tool_has_words() -> None:
    """A tool that is added gets its words, and no words are left of one that is gone."""
    assert set(known_words()) == set(TOOLS)


def test_the_needed_tool_is_offered_for_the_known_requests() -> None:
    """For 99 % of the requests as operators wrote them, a tool that answers them is offered."""
    files = sorted(OWN.parent.glob("requests*.jsonl"))
    asked = [case for path in files for case in load_cases(path) if case.tools and NONE not in case.tools]
    missed = [case.id for case in asked if not {*case.tools} & {*offered(*map(filled, case.say))}]
    assert len(missed) <= 0.01 * len(asked), missed


def test_requests_that_were_held_out_find_their_tool() -> None:
    """Nine of ten requests that the words were not made for; `find_tools` is for the tenth."""
    lines = [line.split(": ", 1) for line in HELD_OUT.read_text("utf-8").splitlines() if line[0] != "#"]
    found = [tool in offered(request) for tool, request in lines]
    assert (sum(found), len(found)) >= (73, 80)


@pytest.mark.parametrize("suite", sorted(suites()))
def test_the_tools_of_a_suites_paths_are_offered(suite: str) -> None:
    """Each call of a case's path is offered when its message is said."""
    missed = []
    for case in read_suite(suites()[suite]).cases:
        choice = ToolChoice(described())
        for message, steps in zip(case.messages, case.segments, strict=False):
            choice.ask(message)
            missed += [(case.id, step.tool) for step in steps if step.tool not in choice.offered]
            for step in steps:
                choice.use(step.tool)
    assert set(missed) <= BESIDE


def test_few_tools_are_offered_and_the_core_stands_in_front() -> None:
    """At most so many tools and letters, the core first and always the same, each tool once."""
    tools = {tool.name: tool for tool in described()}
    for request in HELD_OUT.read_text("utf-8").splitlines():
        names = offered(request)
        assert names[: len(CORE)] == CORE
        assert len(set(names)) == len(names) <= MOST_TOOLS
        assert sum(length(tools[name]) for name in names) <= MOST_LETTERS


def test_the_list_stays_while_it_serves() -> None:
    """A follow-up that needs nothing new is offered the very same list."""
    first = offered("How many MUG-BLU-350 in Leeds?")
    assert offered("How many MUG-BLU-350 in Leeds?", "and?") == first


def test_what_was_used_stays_in_reach() -> None:
    """A tool of the turn before is offered beside those of another subject."""
    choice = ToolChoice(described())
    choice.ask("Which lines are overstocked?")
    choice.use("list_overstock")
    choice.ask("Hello.")
    assert "list_overstock" in choice.offered


def test_found_tools_come_at_the_end() -> None:
    """What find_tools finds is added behind the list, which keeps its bytes."""
    choice = ToolChoice(described())
    choice.ask("How many mugs are in Leeds?")
    before = choice.offered
    choice.use(FIND_TOOLS, {"need": "cancel a customer's return"})
    assert choice.offered[: len(before)] == before
    assert "cancel_return" in choice.offered[len(before) :]


def test_a_restarted_program_offers_the_same() -> None:
    """The choice follows from the messages alone, our own lines left out."""
    history: list[Message] = [
        {"role": "user", "content": "[Shophand] A-1 (refund order) is now executed"},
        {"role": "user", "content": "What waits for approval?"},
        {"role": "assistant", "content": "", "tool_calls": [{"name": "list_approvals", "args": {}}]},
    ]
    again = ToolChoice(described())
    again.after(history)
    once = ToolChoice(described())
    once.ask("What waits for approval?")
    once.use("list_approvals")
    assert again.offered == once.offered


def test_a_viewer_is_offered_nothing_that_changes() -> None:
    """The assistant of somebody who may only look gets look-ups only, also from find_tools."""
    names = offered("Refund 10 GBP of order #1042, then cancel order #1055", may_write=False)
    assert not [name for name in names if name in TOOLS and TOOLS[name].effect is Effect.WRITE]


def test_words_that_say_nothing_get_the_usual_tools() -> None:
    """A greeting is offered the core and a few of the tools that are used most."""
    names = offered("hm")
    assert names[: len(CORE)] == CORE
    assert "list_low_stock" in names
