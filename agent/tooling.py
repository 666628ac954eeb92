"""The shop's tools as a brain gets them, and as LangChain offers them to a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.tools import BaseTool, ToolException
from pydantic import ConfigDict

from agent.brain import ToolDescription, Tools


class DescribedTool(BaseTool):
    """A tool of this turn under its own JSON Schema; arguments are checked below, by the tool itself."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    tools: Any

    def _run(self, **arguments: Any) -> str:
        """Run it through the turn's tools, like every other call; a failure is a ToolException."""
        turn_tools: Tools = self.tools
        outcome = turn_tools.run(self.name, arguments)
        if outcome.failed:
            raise ToolException(outcome.content)
        return outcome.content


def described(tool: ToolDescription, tools: Tools | None) -> BaseTool:
    """A LangChain tool that offers the description as it stands and runs through these tools, if any."""
    schema: Mapping[str, Any] = {"title": tool.name, "description": tool.description, **tool.parameters}
    return DescribedTool(
        name=tool.name,
        description=tool.description,
        args_schema=dict(schema),
        tools=tools,
        handle_tool_error=True,
    )
