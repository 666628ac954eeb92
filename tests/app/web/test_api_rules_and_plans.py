"""Rules, delegations and plans by the API: the same guards as the pages, nothing more and nothing less."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bootstrap import House
from shop.people import Kind, Role
from shop.store.people import Scope
from tests.app.web.conftest import Caller, CallerOf

BOSSES = frozenset({Role.ADMIN, Role.PURCHASING_MANAGER})
NOTE = {"kind": "add_order_note", "args": {"order": "1042", "note": "call back"}}
MOVE = {
    "kind": "transfer_stock",
    "args": {"sku": "MUG-01", "quantity": 2, "from_location": "leeds", "to_location": "bristol"},
}


@pytest.fixture
def author(house: House, caller: CallerOf) -> Caller:
    """A purchasing manager's program."""
    house.admit("maya", "Maya", frozenset({Role.PURCHASING_MANAGER, Role.OPERATOR}))
    return caller("maya")


@pytest.fixture
def second(house: House, caller: CallerOf) -> Caller:
    """An administrator's program."""
    house.admit("noor", "Noor", BOSSES)
    return caller("noor")


def drafted(author: Caller) -> str:
    """A draft of the rules in force with a reason in other words; gives its name."""
    text = author.get("/policies/active").json()["files"]["reordering.yaml"]
    changed = text.replace("is over the {limit} limit", "is more than {limit}")
    body = {"files": {"reordering.yaml": changed}, "reason": "clearer words"}
    answer = author.post("/policies", body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["name"])


def test_rules_are_drafted_tried_and_put_in_force_by_two(author: Caller, second: Caller) -> None:
    """One person drafts, another activates; only then do the rules in force change."""
    name = drafted(author)
    assert author.get("/policies/active").json()["version"]["name"] != name
    assert author.post(f"/policies/{name}/shadow").json()["status"] == "shadow"
    assert author.post(f"/policies/{name}/activate").status_code == 403
    assert second.post(f"/policies/{name}/activate").json()["status"] == "active"
    assert author.get("/policies/active").json()["version"]["name"] == name


def test_rules_that_do_not_hold_are_no_draft(author: Caller) -> None:
    """A file with a fault is refused with its place, and nothing is kept."""
    before = author.get("/policies").json()
    body = {"files": {"reordering.yaml": "policy: x\nrules: nonsense"}, "reason": "a try"}
    answer = author.post("/policies", body)
    assert answer.status_code == 422
    assert answer.json()["error"] == "PolicyLoadError"
    assert author.get("/policies").json() == before


@pytest.mark.parametrize("path", ["/policies", "/delegations", "/plans/P-1/approve"])
def test_an_agent_drafts_hands_on_and_approves_nothing(agent: Caller, path: str) -> None:
    """What only people do is refused to an agent, whatever its token."""
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bodies = {
        "/policies": {"files": {"x.yaml": "policy: x"}, "reason": "mine"},
        "/delegations": {"to": "owner", "until": until},
        "/plans/P-1/approve": {"seen": {}},
    }
    plan = agent.post("/plans", {"steps": [MOVE, NOTE]})
    assert plan.status_code == 200, plan.text
    assert agent.post(path, bodies[path]).status_code in {403, 409}


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ASK])
def test_a_narrow_token_neither_drafts_nor_delegates(
    house: House, author: Caller, caller: CallerOf, scope: Scope
) -> None:
    """A token that may less than its person does not change rules or rights."""
    narrow = caller("maya", scope)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert narrow.post("/policies/v1/shadow").status_code == 403
    assert narrow.post("/delegations", {"to": "owner", "until": until}).status_code == 403


def test_a_delegation_is_given_seen_and_ended(author: Caller, second: Caller) -> None:
    """It carries the roles and the limit that were named, and its taker may end it."""
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    body = {
        "to": "noor",
        "until": until,
        "roles": ["purchasing_manager"],
        "limit": {"amount": "500.00", "currency": "GBP"},
        "reason": "holiday",
    }
    given = author.post("/delegations", body).json()
    assert (given["delegator"], given["delegate"], given["roles"]) == ("maya", "noor", ["purchasing_manager"])
    assert given["limit"] == {"amount": "500.00", "currency": "GBP"}
    assert [one["id"] for one in second.get("/delegations").json()["items"]] == [given["id"]]
    assert second.post(f"/delegations/{given['id']}/revoke").json()["revoked_by"] == "noor"
    assert second.get("/delegations").json()["items"] == []
    assert len(second.get("/delegations", ended=True).json()["items"]) == 1


def test_nobody_hands_on_what_they_do_not_hold(author: Caller, house: House) -> None:
    """A role that the giver lacks is refused."""
    house.admit("noor", "Noor", BOSSES)
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    answer = author.post("/delegations", {"to": "noor", "until": until, "roles": ["finance"]})
    assert answer.status_code in {403, 422}


def order(pieces: int) -> dict[str, object]:
    """A step that orders mugs."""
    day = (datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=7)).date().isoformat()
    price = {"amount": "4.50", "currency": "GBP"}
    line = {"sku": "MUG-01", "quantity": pieces, "unit_cost": price}
    args = {"supplier": "northwind", "location": "leeds", "lines": [line], "expected_on": day}
    return {"kind": "place_purchase_order", "args": args}


def test_a_plan_waits_for_a_yes_to_what_was_seen(caller: CallerOf, second: Caller) -> None:
    """Approving names the digest of every waiting step; another digest, or a missing one, is a conflict."""
    plan = caller("operator").post("/plans", {"steps": [MOVE, order(240)], "key": "p"}).json()
    assert plan["state"] == "waiting", [one["action"]["reason"] for one in plan["steps"]]
    approval = plan["approvals"][0]
    digest = plan["steps"][1]["action"]["digest"]
    path = f"/plans/{plan['id']}/approve"
    assert second.post(path, {"seen": {}}).status_code == 409
    assert second.post(path, {"seen": {approval: "f" * 64}}).status_code == 409
    done = second.post(path, {"seen": {approval: digest}, "note": "fine"})
    assert done.status_code == 200, done.text
    assert done.json()["plan"]["state"] == "done"


def test_the_same_key_is_the_same_plan(caller: CallerOf) -> None:
    """Asked again under its key, a plan is given back and nothing is done twice."""
    operator = caller("operator")
    first = operator.post("/plans", {"steps": [MOVE, NOTE], "key": "once"}).json()
    again = operator.post("/plans", {"steps": [MOVE, NOTE], "key": "once"}).json()
    assert (again["id"], again["state"]) == (first["id"], first["state"])
    assert len(operator.get("/plans").json()["items"]) == 1


def test_a_viewer_proposes_no_plan(house: House, caller: CallerOf) -> None:
    """Looking on is all that a viewer does."""
    house.people.create("vera", "Vera", [Role.VIEWER], kind=Kind.HUMAN)
    assert caller("vera").post("/plans", {"steps": [MOVE, NOTE]}).status_code == 403


def test_money_that_is_none_is_said_in_words(caller: CallerOf) -> None:
    """An amount that cannot be read is 422 with words, not a fault of the server."""
    step = order(1)
    step["args"]["lines"][0]["unit_cost"] = {"amount": "five", "currency": "GBP"}  # type: ignore[index]
    assert caller("operator").post("/plans", {"steps": [step, NOTE]}).status_code == 422
