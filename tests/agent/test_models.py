"""Model settings, prices and caps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models import ModelSettings, Price, Totals, Usage
from shop.errors import SetupError

COUNT = st.integers(0, 10_000_000)


def test_nothing_needs_to_be_set() -> None:
    """Without settings the offline planner answers."""
    assert ModelSettings().offline


@pytest.mark.parametrize("model", ["", "openai", "openai:", "gpt-5", "openai: x", "anthropic:y"])
def test_a_model_is_named_with_its_provider(model: str) -> None:
    """Anything but offline or openai:<name> is a set-up error that says so."""
    with pytest.raises(SetupError, match="expected 'offline' or 'openai:<model name>'"):
        ModelSettings(model=model, api_key="k")


def test_a_model_without_a_key_names_the_remedy() -> None:
    """The hosted endpoint needs a key; the message names the variable and the way without."""
    with pytest.raises(SetupError, match=r"OPENAI_API_KEY.*SHOPHAND_MODEL=offline"):
        ModelSettings(model="openai:gpt-5")


def test_an_own_endpoint_needs_no_key() -> None:
    """Ollama and its like have no keys."""
    assert ModelSettings(model="openai:qwen3", base_url="http://localhost:11434/v1").names == ("qwen3",)


def test_the_endpoint_is_named_without_credentials() -> None:
    """What people are told is the host, not the address with its user and path."""
    settings = ModelSettings(model="openai:x", base_url="https://me:secret@models.example:8080/v1")
    assert settings.endpoint == "models.example"


def test_the_key_is_not_in_the_representation() -> None:
    """Printing the settings prints no key."""
    assert "sk-1" not in repr(ModelSettings(model="openai:x", api_key="sk-1"))


@given(COUNT, COUNT, st.decimals("0", "10", places=6), st.decimals("0", "10", places=6))
def test_a_cost_is_exact(tokens_in: int, tokens_out: int, price_in: Decimal, price_out: Decimal) -> None:
    """A cost is the exact sum of tokens times price, and survives its event's text."""
    cost = Price(price_in, price_out).of(tokens_in, tokens_out)
    assert cost * 1_000 == price_in * tokens_in + price_out * tokens_out
    usage = Usage("m", tokens_in, tokens_out, 0.5, cost=cost, currency="USD")
    assert Totals().plus(usage.body()) == Totals(1, tokens_in + tokens_out, cost, 0.5)


def test_usage_without_a_price_costs_nothing() -> None:
    """An unknown price is no cost, not an error."""
    assert Totals().plus(Usage("m", 1, 2, 0.1).body()).cost == 0
