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


def test_explanation_holds_facts_stage_and_way_out(ask: Ask, shophand: Shophand) -> None:
    """An explained approval names facts with values, the stage of each decision and the nearest flip."""
    ask(24)
    said = shophand("policy", "explain", "A-1").out
    assert "when it was asked for: needs_approval, in force (policy " in said
    assert "supplier is approved" in said
    assert "180 or less would pass without asking (days of cover after the order)." in said


def test_explanation_is_found_by_digest(ask: Ask, house: House, shophand: Shophand) -> None:
    """The first twelve characters of a digest name the action."""
    action = house.desk.status(ask(24).action_id)
    body = json.loads(shophand("policy", "explain", action.digest[:12], "--json").out)
    assert (body["action"], body["facts"]["total"]) == (action.id, {"cur": "GBP", "minor": 12_000})
    assert body["decisions"][0]["stage"] == "submit"


def test_explanation_of_an_unknown_digest_is_refused(shophand: Shophand, house: House) -> None:
    """A digest of nothing is not found."""
    said = shophand("policy", "explain", "0123456789ab")
    assert said.code != 0
    assert "0123456789ab" in said.err


def test_check_lists_its_findings(house: House, shophand: Shophand) -> None:
    """A dead rule is an error of the check, and stands among the findings of its JSON."""
    path = house.policies_directory / "inventory.yaml"
    text = path.read_text("utf-8").replace(
        "\ntests:",
        "\n  - {id: dead, action: adjust_stock, deny: {when: [{pieces: {over: 5}}, {pieces: {under: 3}}]}}"
        "\ntests:",
    )
    path.write_text(text, "utf-8")
    said = shophand("policy", "check", "--json")
    assert said.code != 0
    dead = [one["text"] for one in json.loads(said.out)["findings"] if one["rule"] == "dead"]
    assert "is dead: no facts satisfy all its conditions" in dead
