import doctest
import importlib

import pytest

MODULES = [
    "shop.model",
    "shop.pricing",
    "shop.service",
    "shop.stock_health",
    "shop.store.reads.spelling",
    "tools.arguments",
    "tools.knowledge.evidence",
    "tools.knowledge.findings",
    "tools.knowledge.guide",
    "tools.knowledge.guide_library",
    "tools.knowledge.words",
    "tools.nearest",
    "tools.privacy",
    "tools.schemas",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
