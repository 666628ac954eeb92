"""Snoozing, assigning, delegating and undoing on the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.bootstrap import House
from app.cli.moments import parsed
from shop.errors import InvalidActionError
from shop.people import Role
from tests.app.conftest import Shophand
from tools.desk import State, Submission

Ask = Callable[[int], Submission]
NOON = datetime(2026, 7, 20, 12, tzinfo=UTC)


@pytest.fixture
def jo(house: House, shophand: Shophand) -> str:
    """An operator whose token is on this machine."""
    shophand("people", "add", "jo", "--role", Role.OPERATOR)
    shophand("people", "token", "jo", "--keep")
    return "jo"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", "2026-07-20T13:30:00+00:00"),
        ("2d", "2026-07-22T12:00:00+00:00"),
        ("2026-07-24", "2026-07-23T23:00:00+00:00"),
        ("2026-07-24T17:00", "2026-07-24T16:00:00+00:00"),
        ("2026-07-24T17:00+00:00", "2026-07-24T17:00:00+00:00"),
    ],
)
def test_moments_as_people_type_them(text: str, moment: str) -> None:
    """Spans count from now; days and times are the store's, unless a zone stands there."""
    assert parsed(text, NOON, ZoneInfo("Europe/London")).isoformat() == moment


@pytest.mark.parametrize("text", ["", "soon", "4", "-4h", "4w", "2026-13-01", "99999d"])
def test_what_is_no_moment_is_said(text: str) -> None:
    """Anything else is an error that shows the forms."""
    with pytest.raises(InvalidActionError, match="give 4h, 2d"):
        parsed(text, NOON, ZoneInfo("Europe/London"))


def test_snoozing_on_the_command_line(ask: Ask, shophand: Shophand) -> None:
    """A snoozed approval is listed with --snoozed only, until 'now' brings it back."""
    ask(240)
    said = shophand("approvals", "snooze", "A-1", "--until", "4h")
    assert said.code == 0
    assert said.out.startswith("A-1: snoozed until 20")
    assert "A-1" not in shophand("approvals", "list").out
    assert "A-1" in shophand("approvals", "list", "--snoozed").out
    assert shophand("approvals", "snooze", "A-1", "--until", "now").code == 0
    assert "A-1" in shophand("approvals", "list").out


def test_snoozing_past_the_expiry_is_a_usage_error(ask: Ask, shophand: Shophand) -> None:
    """Exit code 2 and words."""
    ask(240)
    said = shophand("approvals", "snooze", "A-1", "--until", "60d")
    assert said.code == 2
    assert "snooze it until before that" in said.err


def test_assigning_on_the_command_line(ask: Ask, shophand: Shophand) -> None:
    """The card shows to whom it is assigned; somebody who may not decide cannot be named."""
    ask(240)
    assert shophand("approvals", "assign", "A-1", "owner").code == 0
    assert "assigned to owner" in shophand("approvals", "show", "A-1").out
    assert shophand("approvals", "assign", "A-1", "operator").code == 2
    body = json.loads(shophand("approvals", "assign", "A-1", "nobody", "--json").out)
    assert body["assigned_to"] is None


def test_delegating_on_the_command_line(ask: Ask, jo: str, house: House, shophand: Shophand) -> None:
    """The owner hands purchasing to Jo, who approves; the card says for whom."""
    ask(240)
    assert shophand("approvals", "approve", "A-1", "--as", jo).code == 4
    said = shophand(
        "approvals", "delegate", jo, "--until", "7d", "--role", "purchasing_manager", "--as", "owner"
    )
    assert said.code == 0
    assert "D-1: jo approves for owner as purchasing manager, from" in said.out
    assert shophand("approvals", "approve", "A-1", "--as", jo).code == 0
    assert house.desk.approval("A-1").state is State.EXECUTED
    assert "approved by jo for owner" in shophand("approvals", "show", "A-1").out


def test_a_delegate_is_found_without_a_name(ask: Ask, jo: str, shophand: Shophand) -> None:
    """Whoever may decide for somebody else is one of those who may: now two could, so nobody is guessed."""
    ask(240)
    shophand("approvals", "delegate", jo, "--until", "7d", "--as", "owner")
    said = shophand("approvals", "approve", "A-1")
    assert said.code == 4
    assert "--as jo or --as owner" in said.err


def test_the_list_of_delegations(jo: str, shophand: Shophand) -> None:
    """In force it is listed; ended by its taker it is listed with --all only."""
    shophand("approvals", "delegate", jo, "--until", "7d", "--limit", "500", "--as", "owner")
    assert "500.00 GBP" in shophand("approvals", "delegations").out
    assert shophand("approvals", "undelegate", "D-1", "--as", jo).code == 0
    assert shophand("approvals", "delegations").out == ""
    body = json.loads(shophand("approvals", "delegations", "--all", "--json").out)
    assert body["schema"] == "shophand.delegations/1"
    assert [(one["id"], one["state"], one["revoked_by"]) for one in body["delegations"]] == [
        ("D-1", "revoked", "jo")
    ]
    assert shophand("approvals", "undelegate", "D-9").code == 3


def test_a_batch_over_the_limit_decides_nothing(ask: Ask, house: House, shophand: Shophand) -> None:
    """Two orders within the limit that are together over it: exit code 4, and both still wait."""
    shophand("people", "add", "pat", "--role", Role.PURCHASING_MANAGER, "--limit", "2000")
    shophand("people", "token", "pat", "--keep")
    ask(240)
    ask(252)
    said = shophand("approvals", "approve", "--yes", "A-1", "A-2", "--as", "pat")
    assert said.code == 4
    assert "nothing was decided" in said.err
    assert len(house.desk.approvals()) == 2


def test_a_conflict_in_a_batch_is_its_exit_code(ask: Ask, house: House, shophand: Shophand) -> None:
    """One decided before, one unknown, one carried out: 5, whatever else went wrong."""
    ask(240)
    ask(252)
    shophand("approvals", "reject", "A-1", "--reason", "no")
    said = shophand("approvals", "approve", "--yes", "A-1", "A-77", "A-2", "A-2")
    assert said.code == 5
    assert said.out.count("A-2: ") == 1
    assert house.desk.approval("A-2").state is State.EXECUTED


def test_undoing_on_the_command_line(ask: Ask, shophand: Shophand) -> None:
    """An order that was placed is cancelled; asked again, nothing is done again and it says so."""
    ask(240)
    shophand("approvals", "approve", "A-1")
    body = json.loads(shophand("undo", "A-1", "--json").out)
    assert (body["schema"], body["kind"]) == ("shophand.undo/1", "cancel_purchase_order")
    assert "nothing was done again" in shophand("undo", "A-1").out


def test_undoing_what_was_not_done_is_a_conflict(ask: Ask, shophand: Shophand) -> None:
    """What waits is not undone, and what is unknown is not found."""
    ask(240)
    assert shophand("undo", "A-1").code == 5
    assert shophand("undo", "act_none").code == 3
