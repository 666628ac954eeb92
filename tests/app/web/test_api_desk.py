"""The JSON API at work: asking, reading, deciding, undoing, with exact money and paged lists."""

from collections.abc import Callable

import pytest

from agent.reorder_run import ReorderRequest, run_reorder
from app.bootstrap import House
from app.web.api.shapes import MoneyIn
from app.web.work import Work
from shop.people import Principal
from tests.app.web.conftest import Caller, CallerOf
from tools.desk import Session, State, Submission


@pytest.fixture
def owner(caller: CallerOf) -> Caller:
    """The owner's program."""
    return caller("owner")


@pytest.fixture
def operating(caller: CallerOf) -> Caller:
    """The operator's program."""
    return caller("operator")


def test_an_approval_carries_exact_money(owner: Caller, waiting: str, house: House) -> None:
    """An amount is text in major units with its currency, in the card's action too."""
    shown = owner.get(f"/approvals/{waiting}").json()
    action = house.desk.approval(waiting).action
    assert action.money is not None
    assert shown["action"]["money"] == {"amount": str(action.money.amount), "currency": "GBP"}
    assert shown["action"]["args"]["lines"][0]["unit_cost"] == {"amount": "4.50", "currency": "GBP"}


def test_a_yes_to_what_was_seen_is_carried_out(owner: Caller, waiting: str, house: House) -> None:
    """With the digest from the approval as it was read, approving executes it."""
    digest = owner.get(f"/approvals/{waiting}").json()["action"]["digest"]
    done = owner.post(f"/approvals/{waiting}/approve", {"digest": digest}).json()
    assert done["state"] == "executed"
    assert house.desk.approval(waiting).state is State.EXECUTED


def test_a_yes_to_something_else_is_409(owner: Caller, waiting: str, house: House) -> None:
    """Another digest approves nothing."""
    assert owner.post(f"/approvals/{waiting}/approve", {"digest": "0" * 64}).status_code == 409
    assert house.desk.approval(waiting).state is State.PENDING


def test_a_no_is_final(owner: Caller, waiting: str) -> None:
    """After a no a yes gets 409."""
    digest = owner.get(f"/approvals/{waiting}").json()["action"]["digest"]
    assert owner.post(f"/approvals/{waiting}/reject", {"reason": "no"}).json()["state"] == "rejected"
    assert owner.post(f"/approvals/{waiting}/approve", {"digest": digest}).status_code == 409


def test_a_batch_tells_each_result(owner: Caller, waiting: str, house: House) -> None:
    """In a batch what was not seen as it is gets its own error, and the others are decided."""
    digest = house.desk.approval(waiting).action.digest
    items = [{"id": waiting, "digest": digest}, {"id": "A-999", "digest": digest}]
    answer = owner.post("/approvals/decisions", {"decision": "approve", "items": items}).json()
    found = {item["id"]: item for item in answer["items"]}
    assert found[waiting]["result"]["state"] == "executed"
    assert found["A-999"]["error"] == "NotFoundError"


def test_a_batch_without_digests_approves_nothing(owner: Caller, waiting: str, house: House) -> None:
    """A yes in a batch needs the digest of what was seen, too."""
    owner.post("/approvals/decisions", {"decision": "approve", "items": [{"id": waiting}]})
    assert house.desk.approval(waiting).state is State.PENDING


def test_an_edit_is_a_new_request(operating: Caller, waiting: str, house: House) -> None:
    """Changed pieces are judged anew and supersede the old request."""
    done = operating.post(f"/approvals/{waiting}/edit", {"quantities": {"MUG-01": 239}}).json()
    assert done["approval_id"] != waiting
    assert house.desk.approval(waiting).state is State.SUPERSEDED


def test_triage_hides_and_names(owner: Caller, waiting: str) -> None:
    """A snoozed approval leaves the list, and an assigned one is found by its person."""
    assert owner.post(f"/approvals/{waiting}/assign", {"to": "owner"}).json()["assigned_to"] == "owner"
    assert owner.get("/approvals", assigned="owner").json()["items"][0]["id"] == waiting
    assert owner.post(f"/approvals/{waiting}/snooze", {"hours": 2}).status_code == 200
    assert owner.get("/approvals").json()["items"] == []
    assert owner.get("/approvals", snoozed=True).json()["items"][0]["id"] == waiting


@pytest.mark.parametrize("path", ["/approvals", "/actions"])
def test_a_list_is_walked_page_by_page(owner: Caller, ask: Callable[[int], Submission], path: str) -> None:
    """Following `next` gives every entry once."""
    for pieces in (240, 252, 264):
        ask(pieces)
    found, after = [], ""
    while True:
        answer = owner.get(path, after=after, limit=1).json()
        found += [item["id"] for item in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert len(found) == len(set(found)) == 3


@pytest.mark.parametrize("path", ["/stock", "/products", "/orders", "/purchase-orders", "/suppliers"])
def test_records_are_walked_page_by_page(owner: Caller, path: str) -> None:
    """A list in small pages holds the same as the list at once."""
    whole = owner.get(path, limit=200).json()["items"]
    found, after = [], ""
    while after is not None:
        answer = owner.get(path, after=after, limit=2).json()
        found += answer["items"]
        after = answer["next"]
    assert whole
    assert found == whole


@pytest.mark.parametrize("path", ["/products", "/orders", "/customers", "/suppliers", "/purchase-orders"])
def test_each_record_opens(owner: Caller, path: str) -> None:
    """What a list names is there, and what it does not name is 404."""
    first = owner.get(path).json()["items"][0]
    assert owner.get(f"{path}/{first.get('sku') or first['id']}").status_code == 200
    assert owner.get(f"{path}/nothing-like-that").status_code == 404


def test_customers_are_masked(owner: Caller, house: House) -> None:
    """Neither list nor record holds an address, an e-mail or a whole name."""
    first = owner.get("/customers").json()["items"][0]
    text = owner.get(f"/customers/{first['id']}").text + owner.get("/customers").text
    assert "***" in first["email"]
    assert "street" not in text
    assert "postcode" not in text


def test_a_trace_leads_back(owner: Caller, waiting: str) -> None:
    """An action shows its decisions and its audit."""
    action = owner.get(f"/approvals/{waiting}").json()["action"]["id"]
    found = owner.get(f"/actions/{action}").json()
    assert found["decisions"][0]["verdict"] == "needs_approval"
    assert found["audit"]


def test_an_undo_is_a_request(owner: Caller, operating: Caller, waiting: str, house: House) -> None:
    """Taking back an executed order files the action that does."""
    digest = house.desk.approval(waiting).action.digest
    done = owner.post(f"/approvals/{waiting}/approve", {"digest": digest}).json()
    answer = operating.post(f"/actions/{done['action_id']}/undo")
    assert answer.status_code == 200
    assert answer.json()["kind"] == "cancel_purchase_order"


def test_a_question_is_answered(operating: Caller) -> None:
    """A question is taken with 202, its events end, and the conversation holds the answer."""
    conversation = operating.post("/conversations").json()["id"]
    path = f"/conversations/{conversation}"
    assert operating.post(f"{path}/questions", {"text": "how many MUG-01 do we have?"}).status_code == 202
    assert "event: close" in operating.get(f"{path}/events").text
    turn = operating.get(path).json()["turns"][0]
    assert turn["state"] == "done"
    assert "MUG-01" in turn["answer"]
    work: Work = operating.client.app.state.work  # type: ignore[attr-defined]
    work.close()


def test_a_dry_run_is_answered_at_once(operating: Caller, house: House) -> None:
    """A dry run gives its report with 200 and stores nothing."""
    answer = operating.post("/runs", {"dry_run": True})
    assert answer.status_code == 200
    assert answer.json()["report"]["kpis"]["checked"] > 0
    assert operating.get("/runs").json()["items"] == []


def test_a_nought_is_no_word_about_a_dry_run(operating: Caller, house: House) -> None:
    """A number where yes or no is asked for starts no run: it is 422, not taken for a no."""
    assert operating.post("/runs", {"dry_run": 0}).status_code == 422
    assert house.conversations.journal.streams("run") == []


def test_a_run_is_started_and_found_by_its_key(operating: Caller) -> None:
    """A real run goes on by itself and is done when its work is."""
    assert operating.post("/runs", {"key": "one"}).status_code == 202
    work: Work = operating.client.app.state.work  # type: ignore[attr-defined]
    work.close()
    assert operating.get("/runs/key/one").json()["run"]["state"] == "done"


def test_every_line_of_a_run_is_listed(operating: Caller, house: House, operator: Principal) -> None:
    """The pages of lines hold as many as were checked."""
    report = run_reorder(house.shop(Session(operator)), ReorderRequest(key="one"))
    path = f"/runs/{report.run}/lines"
    first = operating.get(path, limit=1).json()
    rest = operating.get(path, limit=200, after=first["next"]).json()
    assert 1 + len(rest["items"]) == report.kpis.checked


def test_a_switch_takes_two_to_loosen(owner: Caller) -> None:
    """Stopping is at once; going on waits for a second person."""
    assert owner.post("/autonomy/stop", {"reason": "a look"}).json()["request"] is None
    assert owner.get("/autonomy").json()["stopped"] is True
    turned = owner.put("/autonomy/modes/refund_order", {"mode": "observe"}).json()
    assert turned["done"] == ["refund_order"]
    assert owner.post("/autonomy/resume", {"reason": "fine"}).status_code == 200


def test_the_rules_are_told_and_replayed(owner: Caller, waiting: str) -> None:
    """The rules in force come in words, and replayed on themselves they change nothing."""
    assert waiting
    assert owner.get("/policies/active").json()["rules"]
    assert owner.get("/policies/v1/replay").json()["changed"] == 0


def test_the_record_is_verified_and_exported(owner: Caller, waiting: str) -> None:
    """The export has one line for each verified entry."""
    assert waiting
    report = owner.get("/audit/verify").json()
    assert report["holds"] is True
    assert len(owner.get("/audit/entries").text.splitlines()) == report["entries"]


def test_an_unknown_field_is_refused(owner: Caller) -> None:
    """A misspelt field of a request is an error, not ignored."""
    assert owner.post("/autonomy/stop", {"reason": "x", "why": "y"}).status_code == 422


def test_money_in_is_exact() -> None:
    """An amount in is minor units of its currency."""
    assert MoneyIn(amount="12.50", currency="GBP").money().minor == 1250
