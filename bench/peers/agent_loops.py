"""Two other agent loops with a scripted model in the same process: CPU time per model call, as JSON.

Run by ``bench/agent_step.py`` with the Python of an environment that has ``requirements/peers.lock``:
``python bench/peers/agent_loops.py ROUNDS REPETITIONS``.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN002, ANN003, ANN202, PLC0415 - for libraries that this project's environment lacks
from __future__ import annotations

import asyncio
import json
import os
import sys
import time

RESULT = '{"on_hand":7,"sku":"MUG-01"}'


def pydantic_ai(rounds: int) -> float:
    """Seconds of one run of pydantic-ai: so many tool calls and an answer."""
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    def reply(messages, info):
        del info
        if len(messages) // 2 < rounds:
            return ModelResponse(parts=[ToolCallPart("check_stock", {"sku": "MUG-01"})])
        return ModelResponse(parts=[TextPart("Seven.")])

    agent = Agent(FunctionModel(reply), system_prompt="You are an assistant.")

    @agent.tool_plain
    def check_stock(sku: str) -> str:
        """Stock of a product."""
        del sku
        return RESULT

    begun = time.process_time()
    answer = agent.run_sync("How many?").output
    assert answer == "Seven."
    return time.process_time() - begun


def openai_agents(rounds: int) -> float:
    """Seconds of one run of openai-agents: so many tool calls and an answer."""
    from agents import Agent, Model, ModelResponse, Runner, Usage, function_tool, set_tracing_disabled
    from openai.types.responses import (
        ResponseFunctionToolCall,
        ResponseOutputMessage,
        ResponseOutputText,
    )

    set_tracing_disabled(True)

    class Scripted(Model):
        def __init__(self) -> None:
            self.calls = 0

        async def get_response(self, *args, **options):
            del args, options
            self.calls += 1
            if self.calls <= rounds:
                made = ResponseFunctionToolCall(
                    arguments='{"sku":"MUG-01"}',
                    call_id=f"c{self.calls}",
                    name="check_stock",
                    type="function_call",
                )
                return ModelResponse(output=[made], usage=Usage(), response_id=None)
            text = ResponseOutputText(annotations=[], text="Seven.", type="output_text")
            said = ResponseOutputMessage(
                id="m", content=[text], role="assistant", status="completed", type="message"
            )
            return ModelResponse(output=[said], usage=Usage(), response_id=None)

        def stream_response(self, *args, **options):
            raise NotImplementedError

    @function_tool
    def check_stock(sku: str) -> str:
        """Stock of a product."""
        del sku
        return RESULT

    agent = Agent(
        name="assistant", instructions="You are an assistant.", model=Scripted(), tools=[check_stock]
    )
    begun = time.process_time()
    done = asyncio.run(Runner.run(agent, "How many?", max_turns=rounds + 2))
    assert done.final_output == "Seven."
    return time.process_time() - begun


def main() -> None:
    """Print milliseconds per model call of each loop, every repetition."""
    rounds, repetitions = int(sys.argv[1]), int(sys.argv[2])
    os.environ.setdefault("OPENAI_API_KEY", "none")
    print(
        json.dumps(
            {
                name: [1000 * loop(rounds) / (rounds + 1) for _ in range(repetitions + 1)][1:]
                for name, loop in (("pydantic-ai", pydantic_ai), ("openai-agents", openai_agents))
            }
        )
    )


if __name__ == "__main__":
    main()
