"""What our agent costs around a model: CPU time and stored bytes per step, beside other agent loops.

Run it with ``python bench/agent_step.py [--peers PYTHON]``. Every loop gets a scripted model in its own
process, not streamed, ten tool calls and an answer; a step is one model call with what follows from it. Ours
runs as the product does, on SQLite: each event is journalled, the desk is there, and the real tools read the
store, or, in the second row, give a constant as those of the others do, which keep nothing. Times are of the
process's CPU, so that a busy machine shows the same. Exits with 1 over a budget.

`--peers` names the Python of an environment with ``requirements/peers.lock`` (pydantic-ai, openai-agents);
without one these two are left out, which is said.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from agent.brain import Answer, Emit, ToolDescription, ToolOutcome, Turn
from agent.caps import Meter
from agent.conversation import Conversations
from agent.model_client import ModelClient
from agent.models import ModelSettings
from agent.operator import LanguageModel
from agent.scripted import ScriptedModel
from agent.turn_tools import Toolbox
from shop.store.database import Database
from shop.store.migrate import upgrade
from tests.gate import SAM, Gate

ROOT: Final = Path(__file__).parents[1]
ROUNDS: Final = 10
REPETITIONS: Final = 7
BUDGET_MS: Final = 15.0
BUDGET_KIB: Final = 30.0
OURS: Final = "shophand: real tools, desk, journal"
CONSTANT: Final = "shophand: a constant for a tool, journal"
SKUS: Final = ("MUG-01", "MUG-02")


def main() -> None:
    """Measure, print, and compare with the budgets."""
    parser = argparse.ArgumentParser(description="Milliseconds and stored bytes per agent step.")
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv-peers" / "bin" / "python")
    options = parser.parse_args()
    with TemporaryDirectory() as directory:
        ours, stored = _ours(Path(directory))
    with TemporaryDirectory() as directory:
        constant, _ = _ours(Path(directory), _Constant())
    taken = {OURS: ours, CONSTANT: constant, "langchain create_agent, bare": _repeated(_bare)}
    taken |= _peers(options.peers)
    print(f"{'a step, CPU without the model':44}{'median ms':>12}{'worst ms':>12}{'stored KiB':>12}")
    for name, each in taken.items():
        kept = f"{stored:12.1f}" if name == OURS else f"{'-':>12}"
        print(f"{name:44}{median(each):12.2f}{max(each):12.2f}{kept}")
    print(f"budgets of ours: {BUDGET_MS:.0f} ms (median), {BUDGET_KIB:.0f} KiB")
    if median(ours) > BUDGET_MS or stored > BUDGET_KIB:
        raise SystemExit("over the budget")


def _repeated(work: Callable[[], float]) -> list[float]:
    """Milliseconds per step, the first, cold run left out."""
    return [work() for _ in range(REPETITIONS + 1)][1:]


def _script() -> list[Any]:
    calls = [[("check_stock", {"sku": SKUS[number % 2]})] for number in range(ROUNDS)]
    return [*calls, "As the tool says."]


class _Brain:
    """The chat agent with a script for a model."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self.conversations: Conversations

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Work through the script."""
        model = ScriptedModel(script=_script())
        client = ModelClient(self._settings, chat=lambda _name: model)
        return LanguageModel(client, Meter(self._settings, self.conversations.journal)).run(turn, emit)


class _Constant:
    """One tool that gives a constant."""

    offered = (ToolDescription("check_stock", "Stock of a product.", {"type": "object", "properties": {}}),)

    def run(self, name: str, args: Mapping[str, Any], *, key: str, tainted: bool) -> ToolOutcome:
        """The constant."""
        del args, key, tainted
        return ToolOutcome(name, '{"on_hand":7,"sku":"MUG-01"}')


def _ours(directory: Path, tools: Toolbox | None = None) -> tuple[list[float], float]:
    """Milliseconds per step of our agent, and the KiB that the database file grows by it."""
    file = directory / "shop.db"
    db = Database(f"sqlite:///{file}")
    upgrade(db)
    gate = Gate(db)
    settings = ModelSettings(model="openai:scripted", base_url="http://127.0.0.1:9/v1", stream=False)
    brain = _Brain(settings)
    talks = Conversations(db, gate.desk, settings, lambda: gate.now, brain=brain,
                          toolbox=(lambda _session: tools) if tools else None)  # fmt: skip
    brain.conversations = talks

    def work() -> float:
        conversation = talks.start(SAM)
        begun = process_time()
        result = talks.turn(conversation, "How many MUG-01 and MUG-02 are in stock?", principal=SAM)
        took = process_time() - begun
        if result.answer != "As the tool says." or result.usage.steps != ROUNDS + 1:
            raise SystemExit(f"the turn went wrong: {result.answer}")
        return 1000 * took / (ROUNDS + 1)

    work()
    before = _size(file)
    taken = [work() for _ in range(REPETITIONS)]
    stored = (_size(file) - before) / 1024 / REPETITIONS / (ROUNDS + 1)
    db.close()
    return taken, stored


def _size(file: Path) -> int:
    """Bytes of the database file with everything written into it."""
    import sqlite3  # noqa: PLC0415 - only to empty the write-ahead log

    store = sqlite3.connect(file)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return file.stat().st_size


def _bare() -> float:
    """Milliseconds per step of LangChain's own loop."""
    from langchain.agents import create_agent  # noqa: PLC0415 - beside ours, not part of it
    from langchain_core.tools import tool  # noqa: PLC0415 - beside ours, not part of it

    @tool
    def check_stock(sku: str) -> str:
        """Stock of a product."""
        return f'{{"on_hand":7,"sku":"{sku}"}}'

    agent: Any = create_agent(ScriptedModel(script=_script()), [check_stock], system_prompt="You assist.")
    begun = process_time()
    result = agent.invoke({"messages": [("user", "How many?")]}, {"recursion_limit": 100})
    took = process_time() - begun
    if result["messages"][-1].text != "As the tool says.":
        raise SystemExit("the bare loop went wrong")
    return 1000 * took / (ROUNDS + 1)


def _peers(python: Path) -> dict[str, list[float]]:
    """Milliseconds per step of the loops of other libraries, in their own environment."""
    if not python.is_file():
        print(
            "pydantic-ai and openai-agents are not measured: python -m venv .venv-peers &&"
            " .venv-peers/bin/pip install --require-hashes -r requirements/peers.lock"
        )
        return {}
    command = [str(python), str(ROOT / "bench" / "peers" / "agent_loops.py"), str(ROUNDS), str(REPETITIONS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
