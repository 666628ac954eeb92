"""The commands about rules: replay of what was asked for."""

import json
from collections.abc import Callable

import pytest

from app.bootstrap import House
from tests.app.conftest import Shophand
from tools.desk import Submission

Ask = Callable[[int], Submission]


@pytest.fixture
def draft(house: House) -> str:
    """The store's purchasing rules with the limits of an order raised to 2,000 GBP."""
    text = (house.policies_directory / "reordering.yaml").read_text("utf-8")
    path = house.home / "reordering.yaml"
    for limit in ("500", "1_000"):
        text = text.replace(f"total: {{over: {limit} GBP}}", "total: {over: 2_000 GBP}")
    path.write_text(text.replace("cover_after_days: {over: 180}", "cover_after_days: {over: 3_600}"), "utf-8")
    return str(path)


def test_replay_shows_what_a_draft_would_change(ask: Ask, shophand: Shophand, draft: str) -> None:
    """An order that asked would pass under the draft: both verdicts, the money and the order are shown."""
    ask(240)
    said = shophand("policy", "replay", "--with", draft)
    assert said.code == 0
    assert "1 would change, 0 of them to a stricter answer" in said.out
    assert "1,080.00 GBP" in said.out
    assert "sums would have been others" in said.err


def test_replay_is_machine_readable(ask: Ask, shophand: Shophand, draft: str) -> None:
    """The JSON answer holds the transition with its money in minor units."""
    ask(240)
    body = json.loads(shophand("policy", "replay", "--with", draft, "--json").out)
    (change,) = body["transitions"]
    assert (change["before"], change["after"], change["decisions"]) == ("needs_approval", "allow", 1)
    assert change["money"] == [{"cur": "GBP", "minor": 108_000}]
    assert body["extra_approvals_per_day"] == "-1.00"


def test_replay_under_the_rules_in_force_changes_nothing(ask: Ask, shophand: Shophand) -> None:
    """Without a draft the rules in force are asked again, and answer as they did."""
    ask(24)
    assert "0 would change" in shophand("policy", "replay", "--since", "48h").out


def test_replay_refuses_another_span(shophand: Shophand) -> None:
    """A span that is no number of hours or days is a wrong call."""
    said = shophand("policy", "replay", "--since", "lately")
    assert said.code == 2
    assert "48h or 30d" in said.err


def test_replay_refuses_a_draft_that_does_not_load(house: House, shophand: Shophand, draft: str) -> None:
    """A draft with an unknown fact is refused with the fact named."""
    path = house.home / "reordering.yaml"
    path.write_text(path.read_text("utf-8").replace("{total: {over: 2_000", "{totl: {over: 2_000"), "utf-8")
    said = shophand("policy", "replay", "--with", draft)
    assert said.code != 0
    assert "did you mean 'total'?" in said.err
