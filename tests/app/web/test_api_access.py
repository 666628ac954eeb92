"""Who may do what through the JSON API: tokens, scopes, cookies, other people's conversations."""

import pytest
from starlette.testclient import TestClient

from app.bootstrap import House
from app.web.limits import LARGEST_BODY
from shop.people import Kind, Role
from shop.store.people import Scope
from tests.app.web.conftest import Caller, CallerOf, SignIn
from tools.desk import State


def test_a_stranger_is_told_how_to_come_in(stranger: TestClient) -> None:
    """Without a credential the answer is a problem document with 401 and the scheme."""
    answer = stranger.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer shp_nonsense", "Basic abc", "Bearer"])
def test_a_credential_that_is_none_is_401(stranger: TestClient, header: str) -> None:
    """A wrong token and another scheme are both not a credential."""
    assert stranger.get("/api/v1/me", headers={"authorization": header}).status_code == 401


def test_the_caller_is_named(caller: CallerOf) -> None:
    """A token shows whose it is, with its scope."""
    me = caller("owner", Scope.READ).get("/me").json()
    assert (me["id"], me["scope"], me["roles"]) == ("owner", "read", ["viewer"])


def test_a_read_token_starts_no_conversation(caller: CallerOf) -> None:
    """Reading is all that the scope read allows, even where its person may do more."""
    assert caller("operator", Scope.READ).post("/conversations").status_code == 403


def test_an_ask_token_asks_and_turns_nothing(caller: CallerOf, house: House) -> None:
    """The scope ask begins a conversation and does not stop the agents."""
    asking = caller("operator", Scope.ASK)
    assert asking.post("/conversations").status_code == 201
    assert asking.post("/autonomy/stop", {"reason": "x"}).status_code == 403
    assert not house.desk.is_stopped()


def test_an_agent_asks_and_reads(agent: Caller, waiting: str) -> None:
    """An agent's own token opens lists and conversations."""
    assert agent.get(f"/approvals/{waiting}").json()["may_decide"] is False
    assert agent.post("/conversations").status_code == 201


@pytest.mark.parametrize("verb", ["approve", "reject", "snooze", "assign", "edit"])
def test_an_agent_decides_nothing(agent: Caller, waiting: str, house: House, verb: str) -> None:
    """The desk refuses every decision of an agent, whatever its token's scope."""
    view = house.desk.approval(waiting).action
    sku, pieces = view.args["lines"][0]["sku"], view.args["lines"][0]["quantity"] - 1
    body = {
        "approve": {"digest": view.digest},
        "reject": {"reason": "no"},
        "snooze": {"hours": 1},
        "assign": {"to": "owner"},
        "edit": {"quantities": {sku: pieces}},
    }[verb]
    assert agent.post(f"/approvals/{waiting}/{verb}", body).status_code == 403
    assert house.desk.approval(waiting).state is State.PENDING


def test_an_agent_turns_nothing(agent: Caller, house: House) -> None:
    """Neither dial nor switch obeys an agent, not even to tighten."""
    assert agent.post("/autonomy/stop", {"reason": "x"}).status_code == 403
    assert agent.put("/autonomy/modes/refund_order", {"mode": "observe"}).status_code == 403
    assert not house.desk.is_stopped()


def test_a_viewer_changes_nothing(house: House, caller: CallerOf, waiting: str) -> None:
    """Somebody who may only look decides, turns and starts nothing, with a token of full scope."""
    house.people.create("vera", "Vera", [Role.VIEWER])
    vera = caller("vera")
    digest = house.desk.approval(waiting).action.digest
    assert vera.get("/approvals").status_code == 200
    assert vera.post(f"/approvals/{waiting}/approve", {"digest": digest}).status_code == 403
    assert vera.post(f"/approvals/{waiting}/withdraw").status_code == 403
    assert vera.post("/autonomy/stop", {"reason": "x"}).status_code == 403
    assert vera.post("/runs", {"dry_run": True}).status_code == 403


@pytest.mark.parametrize("path", ["", "/events"])
def test_a_conversation_is_read_by_its_owner_only(house: House, caller: CallerOf, path: str) -> None:
    """Another person's id in the address opens nothing, not even for an admin."""
    mine = caller("operator").post("/conversations").json()["id"]
    assert caller("owner").get(f"/conversations/{mine}{path}").status_code == 403


@pytest.mark.parametrize(("path", "body"), [("questions", {"text": "hello"}), ("stop", None)])
def test_a_conversation_is_driven_by_its_owner_only(
    caller: CallerOf, path: str, body: dict[str, str] | None
) -> None:
    """Nobody asks or stops in somebody else's conversation."""
    mine = caller("operator").post("/conversations").json()["id"]
    assert caller("owner").post(f"/conversations/{mine}/{path}", body).status_code == 403


def test_nobody_lists_other_peoples_conversations(caller: CallerOf) -> None:
    """The list holds the caller's own conversations."""
    caller("operator").post("/conversations")
    assert caller("owner").get("/conversations").json()["items"] == []


def test_a_run_is_no_conversation(house: House, caller: CallerOf) -> None:
    """The id of a run, even of one's own, is refused where a conversation is asked for."""
    run = house.conversations.journal.open("run", "operator", "a run")
    assert caller("operator").get(f"/conversations/{run}").status_code == 403


def test_a_cookie_alone_changes_nothing(sign_in: SignIn, house: House) -> None:
    """A change with a session's cookie needs the session's own form value in a header."""
    browser = sign_in("maya")
    path, body = "/api/v1/autonomy/stop", {"reason": "x"}
    assert browser.client.get("/api/v1/me").status_code == 200
    assert browser.client.post(path, json=body).status_code == 403
    foreign = {"x-csrf-token": browser.csrf, "origin": "https://evil.example"}
    assert browser.client.post(path, json=body, headers=foreign).status_code == 403
    assert not house.desk.is_stopped()
    assert browser.client.post(path, json=body, headers={"x-csrf-token": browser.csrf}).status_code == 200
    assert house.desk.is_stopped()


def test_a_wrong_token_beside_a_cookie_is_refused(sign_in: SignIn) -> None:
    """A token that is none is not made good by a session."""
    headers = {"authorization": "Bearer shp_nonsense"}
    assert sign_in("maya").client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_of_somebody_deactivated_is_worthless(house: House, caller: CallerOf) -> None:
    """Deactivating a person ends their tokens at once."""
    house.people.create("vera", "Vera", [Role.VIEWER], kind=Kind.HUMAN)
    vera = caller("vera")
    house.people.deactivate("vera")
    assert vera.get("/me").status_code == 401


def test_a_large_body_is_refused_as_a_problem(caller: CallerOf) -> None:
    """Over the limit of a request a program gets 413 in its own format."""
    answer = caller("owner").post("/conversations", {"x": "x" * LARGEST_BODY})
    assert answer.status_code == 413
    assert answer.json()["status"] == 413


def test_nothing_answers_without_a_credential(stranger: TestClient) -> None:
    """Every operation of the document refuses a stranger with 401 before it looks at anything else."""
    document = stranger.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            answer = stranger.request(method, path.replace("{", "").replace("}", ""), json={})
            assert answer.status_code == 401, (method, path)
