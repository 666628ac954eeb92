"""Order for runs that end at the first failure: quick tests first, and the same examples every time.

``make mutants`` loads it as a pytest plugin (``-p tests.fast_first``). How long a test takes is known from
the run that mutmut makes before it changes anything.
"""

import json
from pathlib import Path

import pytest
from hypothesis import settings

STATS = Path("mutmut-stats.json")

# Loaded before any test module: every @settings there takes over what it does not say itself.
settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
settings.load_profile("mutants")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what took least time first; a test that was never timed comes last."""
    taken = json.loads(STATS.read_text("utf-8"))["duration_by_test"] if STATS.exists() else {}
    items.sort(key=lambda item: taken.get(item.nodeid, float("inf")))
