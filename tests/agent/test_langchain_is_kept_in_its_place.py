"""What of LangChain and LangGraph this product must not lean on, and how it is loaded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_approval_of_the_library_is_used() -> None:
    """No interrupt, no checkpointer and no approval middleware stands in the product's code."""
    wanted = re.compile(r"HumanInTheLoop|interrupt\(|Checkpointer|Saver\(|checkpointer=")
    found = [path for room in ("agent", "app", "tools") for path in (ROOT / room).rglob("*.py")
             if wanted.search(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


def test_stored_graph_state_can_run_no_code() -> None:
    """Whatever the environment says, LangGraph is imported in its strict mode."""
    code = (
        "import agent.operator, os; from langgraph.checkpoint.serde import _msgpack as m;"
        "print(os.environ['LANGGRAPH_STRICT_MSGPACK'], m.STRICT_MSGPACK_ENABLED)"
    )
    environment = {**os.environ, "LANGGRAPH_STRICT_MSGPACK": "false"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    assert done.stdout.split() == ["true", "True"]
