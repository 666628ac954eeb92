import json
from collections.abc import Callable

import pytest

from app.bootstrap import House
from shop.people import Role
from shop.store.reads import purchasing
from tests.app.conftest import Shophand
from tools.desk import State, Submission

Ask = Callable[[int], Submission]


def _orders(house: House) -> int:
    with house.db.reading() as snapshot:
        return purchasing.purchase_orders(snapshot).total


def test_the_list_shows_what_waits(ask: Ask, shophand: Shophand) -> None:
    """A waiting order stands in the list with its value and who decides."""
    ask(240)
    said = shophand("approvals", "list")
    assert said.code == 0
    assert "A-1" in said.out
    assert "1,080.00 GBP" in said.out
    assert "purchasing manager" in said.out


def test_an_empty_list_prints_no_data(house: House, shophand: Shophand) -> None:
    """Nothing waiting is said on stderr; stdout stays empty for a script."""
    said = shophand("approvals", "list")
    assert (said.code, said.out) == (0, "")
    assert "Nothing waits" in said.err


def test_the_card_names_reason_lines_and_undo(ask: Ask, shophand: Shophand) -> None:
    """One screen holds why, what changes, how to undo it and the digest."""
    digest = ask(240)
    said = shophand("approvals", "show", "A-1")
    for words in (
        "Why you are asked",
        "over the 1,000.00 GBP limit",
        "240 x 4.50 GBP",
        "to undo it",
        "digest",
    ):
        assert words in said.out
    assert digest.approval_id == "A-1"


def test_the_card_as_json_names_its_schema(ask: Ask, shophand: Shophand) -> None:
    """The JSON document carries schema, exact arguments and money in minor units."""
    ask(240)
    body = json.loads(shophand("approvals", "show", "A-1", "--json").out)
    assert body["schema"] == "shophand.approval/1"
    assert body["args"]["lines"][0]["quantity"] == 240
    assert body["value"] == {"minor": 108_000, "cur": "GBP"}
    assert (body["requester"], body["on_behalf_of"], body["state"]) == ("assistant", "operator", "pending")


def test_an_unknown_approval_is_exit_code_3(house: House, shophand: Shophand) -> None:
    """Not found is 3, with one line."""
    said = shophand("approvals", "show", "A-99")
    assert (said.code, said.err) == (3, "shophand: there is no approval 'A-99'\n")


def test_approving_carries_the_order_out_once(ask: Ask, house: House, shophand: Shophand) -> None:
    """The first yes places the order, the second is a conflict and places nothing."""
    ask(240)
    before = _orders(house)
    first, second = shophand("approvals", "approve", "A-1"), shophand("approvals", "approve", "A-1")
    assert (first.code, second.code) == (0, 5)
    assert "placed with Northwind" in first.out
    assert _orders(house) == before + 1


def test_an_operator_cannot_approve(ask: Ask, house: House, shophand: Shophand) -> None:
    """The person for whom was asked is refused with exit code 4, and nothing happens."""
    ask(240)
    before = _orders(house)
    said = shophand("approvals", "approve", "A-1", "--as", "operator")
    assert (said.code, said.out) == (4, "")
    assert "asked for A-1" in said.err
    assert _orders(house) == before


def test_a_requester_cannot_approve_with_every_role(house: House, shophand: Shophand, ask: Ask) -> None:
    """Somebody who edits becomes the requester: the same person may not decide then."""
    ask(240)
    edit = shophand("approvals", "edit", "A-1", "--quantity", "MUG-01=252", "--as", "owner")
    assert edit.code == 7
    said = shophand("approvals", "approve", "A-2", "--as", "owner")
    assert said.code == 4
    assert house.desk.approval("A-2").state is State.PENDING


def test_an_amount_over_a_persons_limit_is_refused(ask: Ask, house: House, shophand: Shophand) -> None:
    """A limit in money holds: the person with 1,000 GBP cannot approve 1,080."""
    shophand("people", "add", "jo", "--role", Role.PURCHASING_MANAGER, "--limit", "1000")
    shophand("people", "token", "jo", "--keep")
    ask(240)
    said = shophand("approvals", "approve", "A-1", "--as", "jo")
    assert said.code == 4
    assert "may approve up to 1,000.00 GBP" in said.err


def test_the_only_person_within_the_limit_is_taken(ask: Ask, shophand: Shophand) -> None:
    """Of two managers the one whose limit is high enough is the only one who may."""
    shophand("people", "add", "jo", "--role", Role.PURCHASING_MANAGER, "--limit", "1000")
    shophand("people", "token", "jo", "--keep")
    ask(240)
    assert shophand("approvals", "approve", "A-1").code == 0


def test_of_two_who_may_nobody_is_guessed(ask: Ask, shophand: Shophand) -> None:
    """Two managers here: the command asks for --as and does nothing."""
    shophand("people", "add", "jo", "--role", Role.PURCHASING_MANAGER)
    shophand("people", "token", "jo", "--keep")
    ask(240)
    said = shophand("approvals", "approve", "A-1")
    assert said.code == 4
    assert "--as jo or --as owner" in said.err


def test_a_wrong_token_is_refused(ask: Ask, shophand: Shophand, monkeypatch: pytest.MonkeyPatch) -> None:
    """SHOPHAND_TOKEN is used when it is set, and an invalid one is no fallback to somebody else."""
    ask(240)
    monkeypatch.setenv("SHOPHAND_TOKEN", "shp_wrong")
    said = shophand("approvals", "approve", "A-1")
    assert said.code == 4
    assert "not valid" in said.err


def test_two_people_decide_a_large_order(ask: Ask, shophand: Shophand, house: House) -> None:
    """Purchasing and finance both say yes, as different people; after the first it still waits."""
    shophand("people", "add", "fin", "--role", Role.FINANCE)
    shophand("people", "token", "fin", "--keep")
    ask(2_400)
    first = shophand("approvals", "approve", "A-1", "--as", "fin")
    assert (first.code, house.desk.approval("A-1").state) == (7, State.PENDING)
    assert shophand("approvals", "approve", "A-1", "--as", "fin").code == 5
    second = shophand("approvals", "approve", "A-1", "--as", "owner")
    assert (second.code, house.desk.approval("A-1").state) == (0, State.EXECUTED)


def test_rejecting_ends_it_with_its_reason(ask: Ask, house: House, shophand: Shophand) -> None:
    """A no is final, exit code 0, and the reason is kept."""
    ask(240)
    said = shophand("approvals", "reject", "A-1", "--reason", "too many")
    assert said.code == 0
    assert "rejected by Owner: too many." in said.out
    assert shophand("approvals", "approve", "A-1").code == 5


def test_a_rejection_needs_a_reason(ask: Ask, house: House, shophand: Shophand) -> None:
    """Without --reason it is a usage error and still waits."""
    ask(240)
    assert shophand("approvals", "reject", "A-1").code == 2
    assert house.desk.approval("A-1").state is State.PENDING


def test_one_that_fails_does_not_stop_the_others(ask: Ask, house: House, shophand: Shophand) -> None:
    """Several ids give the table first, then one result each; the exit code tells that one failed."""
    ask(240)
    ask(252)
    said = shophand("approvals", "approve", "--yes", "A-1", "A-77", "A-2")
    lines = said.out.splitlines()
    assert said.code == 3
    assert lines[0].startswith("id ")
    assert [line.split(":")[0] for line in lines[3:]] == ["A-1", "A-2"]
    assert "A-77" in said.err
    assert house.desk.approval("A-2").state is State.EXECUTED


def test_several_without_a_terminal_need_yes(ask: Ask, house: House, shophand: Shophand) -> None:
    """Nobody can answer the question, so it is an error and nothing happens."""
    ask(240)
    ask(252)
    said = shophand("approvals", "approve", "A-1", "A-2")
    assert said.code == 4
    assert "--yes" in said.err
    assert house.desk.approval("A-1").state is State.PENDING


def test_several_results_as_json(ask: Ask, shophand: Shophand) -> None:
    """JSON has one result per id, also for the one that was refused."""
    ask(240)
    said = shophand("approvals", "approve", "--yes", "--json", "A-1", "A-77")
    body = json.loads(said.out)
    assert body["schema"] == "shophand.decisions/1"
    assert [one["state"] for one in body["results"]] == ["executed", "refused"]
    assert body["results"][0]["reference"].startswith("PO-")


def test_an_edit_is_judged_anew(ask: Ask, house: House, shophand: Shophand) -> None:
    """A smaller quantity still over a limit waits as a new approval; the old one is superseded."""
    ask(480)
    said = shophand("approvals", "edit", "A-1", "--quantity", "MUG-01=240", "--set", "expected_on=2026-12-24")
    assert said.code == 7
    assert "awaiting approval A-2" in said.out
    assert house.desk.approval("A-1").state is State.SUPERSEDED
    assert house.desk.approval("A-2").action.args["expected_on"] == "2026-12-24"


def test_an_edit_against_a_hard_rule_is_refused_by_policy(ask: Ask, shophand: Shophand) -> None:
    """Exit code 6 when the policy denies the edited request."""
    ask(240)
    said = shophand("approvals", "edit", "A-1", "--quantity", "MUG-01=12000")
    assert said.code == 6
    assert "50,000.00 GBP" in said.out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--quantity", "MUG-01=many"), "whole number of pieces"),
        (("--quantity", "LAMP-7=1"), "no line of 'LAMP-7'"),
        (("--quantity", "MUG-01=240"), "changes nothing"),
        (("--set", "colour=red"), "no field 'colour'"),
        (("--quantity", "MUG-01=0"), "lines"),
        ((), "changes nothing"),
    ],
)
def test_an_edit_that_makes_no_sense_is_a_usage_error(
    ask: Ask, house: House, shophand: Shophand, words: tuple[str, ...], text: str
) -> None:
    """A wrong edit is refused in words and changes nothing."""
    ask(240)
    said = shophand("approvals", "edit", "A-1", *words)
    assert said.code == 2
    assert text in said.err
    assert house.desk.approval("A-1").state is State.PENDING


def test_an_edit_can_be_looked_at_first(ask: Ask, house: House, shophand: Shophand) -> None:
    """--dry-run prints the new request and files nothing."""
    ask(240)
    said = shophand("approvals", "edit", "A-1", "--quantity", "MUG-01=120", "--dry-run")
    assert json.loads(said.out)["args"]["lines"][0]["quantity"] == 120
    assert house.desk.approval("A-1").state is State.PENDING


def test_a_request_can_be_withdrawn(ask: Ask, house: House, shophand: Shophand) -> None:
    """The operator takes back what was asked for in their name."""
    ask(240)
    assert shophand("approvals", "withdraw", "A-1").code == 0
    assert house.desk.approval("A-1").state is State.WITHDRAWN


def test_a_decision_is_explained(ask: Ask, shophand: Shophand) -> None:
    """Policy explain names every rule that fired with value and limit."""
    ask(240)
    said = shophand("policy", "explain", "A-1")
    assert "po-manager" in said.out
    assert "1,080.00 GBP" in said.out
    body = json.loads(shophand("policy", "explain", "A-1", "--json").out)
    assert body["decision"]["verdict"] == "needs_approval"
