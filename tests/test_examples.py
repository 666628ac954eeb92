"""The examples in docstrings, of every module that has one."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("shop", "policies", "tools", "agent", "app", "evals", "prompts")
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for room in ROOMS
    for file in (ROOT / room).rglob("*.py")
    if ">>> " in file.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    """Every example in a docstring gives what it says."""
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed
