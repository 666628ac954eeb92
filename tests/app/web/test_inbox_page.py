"""The inbox in the browser: what it shows, and what each button does."""

import re
from collections.abc import Callable

import pytest

from agent.reorder_run import ReorderRequest, run_reorder
from agent.run_report import Outcome
from app.bootstrap import House
from app.web.ahead import LIKELY
from shop.actions import parse_action
from shop.people import Principal, Role
from tests.app.conftest import assistant_of
from tests.app.web.conftest import Browser, SignIn
from tests.service_store import add_service
from tools.desk import Session, State, Submission


@pytest.fixture
def manager(sign_in: SignIn) -> Browser:
    """A purchasing manager who did not ask for it."""
    return sign_in("maya")


def digest_on(text: str) -> str:
    """The digest that a page sends along with a yes."""
    found = re.search(r'name="digest" value="([0-9a-f.]+)"', text)
    assert found is not None
    return found[1]


def test_a_request_shows_why_somebody_is_asked(manager: Browser, waiting: str, house: House) -> None:
    """The rule stands on the page in words, with its value and limit."""
    text = manager.get(f"/approvals/{waiting}").text
    assert house.desk.approval(waiting).why[0] in text


def test_a_yes_carries_out_what_was_shown(manager: Browser, waiting: str, house: House) -> None:
    """Approving on the page executes the request and shows what came of it."""
    digest = digest_on(manager.get(f"/approvals/{waiting}").text)
    answer = manager.post(f"/approvals/{waiting}/approve", digest=digest)
    assert house.desk.approval(waiting).state is State.EXECUTED
    assert "Done: " in answer.text


def test_a_yes_to_another_request_is_refused(manager: Browser, waiting: str, house: House) -> None:
    """A page that showed something else cannot approve this."""
    assert manager.post(f"/approvals/{waiting}/approve", digest="0" * 64).status == 409
    assert house.desk.approval(waiting).state is State.PENDING


def test_a_no_needs_a_reason(manager: Browser, waiting: str, house: House) -> None:
    """Without a reason nothing is rejected, with one it is final."""
    assert manager.post(f"/approvals/{waiting}/reject", reason=" ").status == 422
    assert house.desk.approval(waiting).state is State.PENDING
    manager.post(f"/approvals/{waiting}/reject", reason="not now")
    assert house.desk.approval(waiting).state is State.REJECTED


def test_whoever_asked_sees_no_button_and_cannot_decide(sign_in: SignIn, waiting: str, house: House) -> None:
    """The requester gets no approve button, and the desk refuses them all the same."""
    asker = sign_in("operator")
    assert 'id="approve"' not in asker.get(f"/approvals/{waiting}").text
    digest = house.desk.approval(waiting).action.digest
    assert asker.post(f"/approvals/{waiting}/approve", digest=digest).status == 403


def test_an_edit_is_a_new_request(manager: Browser, waiting: str, house: House) -> None:
    """Changing a quantity files a new request by the editor and supersedes the old one."""
    line = house.desk.approval(waiting).action.args["lines"][0]
    manager.post(f"/approvals/{waiting}/edit", **{f"quantity:{line['sku']}": str(line["quantity"] - 1)})
    assert house.desk.approval(waiting).state is State.SUPERSEDED
    newest = house.desk.actions()[-1]
    assert newest.requester == "maya"


def test_putting_off_takes_it_from_the_list(manager: Browser, waiting: str) -> None:
    """A snoozed request is under `put off` and nowhere else."""
    manager.post(f"/approvals/{waiting}/snooze", hours="4")
    assert f'value="{waiting}"' not in manager.get("/approvals").text
    assert f'value="{waiting}"' in manager.get("/approvals?snoozed=1").text


def test_a_request_is_opened_with_the_list_it_was_chosen_from(manager: Browser, waiting: str) -> None:
    """Filter and order stay beside a request, so that the next one is the next of that list."""
    manager.post(f"/approvals/{waiting}/assign", to="maya")
    assert 'href="/approvals?assigned=maya"' in manager.get("/approvals").text
    mine = manager.get("/approvals?assigned=maya&order=money").text
    assert f'href="/approvals/{waiting}?order=money&amp;assigned=maya"' in mine
    beside = manager.get(f"/approvals/{waiting}?assigned=noor").text
    assert ("Why you are being asked" in beside, f'value="{waiting}"' in beside) == (True, False)


def test_a_card_for_two_people_counts_their_yeses(
    house: House, sign_in: SignIn, ask: Callable[[int], Submission]
) -> None:
    """Where two different people must agree, the second one reads that the first one did."""
    finance = frozenset({Role.FINANCE, Role.OPERATOR})
    house.admit("fay", "Fay", finance)
    approval = str(ask(2_400).approval_id)
    maya, fay = sign_in("maya"), sign_in("fay")
    assert "0 of 2" in fay.get(f"/approvals/{approval}").text
    maya.post(f"/approvals/{approval}/approve", digest=digest_on(maya.get(f"/approvals/{approval}").text))
    shown = fay.get(f"/approvals/{approval}").text
    assert re.search(r"1 of 2 <span class=\"muted\">\(.*finance.*\(different people\)\)", shown)
    fay.post(f"/approvals/{approval}/approve", digest=digest_on(shown))
    assert house.desk.approval(approval).state is State.EXECUTED


def test_what_is_ticked_is_decided_one_by_one(manager: Browser, waiting: str, house: House) -> None:
    """Deciding several gives a line for each, and one that is not there stops no other."""
    answer = manager.post(
        "/approvals", chosen=[waiting, "A-999"], decision="reject", reason="no", confirmed="1"
    )
    assert "A-999" in answer.text
    assert house.desk.approval(waiting).state is State.REJECTED


def test_several_are_shown_with_their_total_before_they_are_decided(
    manager: Browser, waiting: str, house: House
) -> None:
    """Ticking and approving shows the total first; nothing is decided by that."""
    text = manager.post("/approvals", chosen=[waiting, "A-999"], decision="approve").text
    assert "Together £1,080.00" in text
    assert "A-999</a> is left out" in text
    assert house.desk.approval(waiting).state is State.PENDING


def test_a_yes_to_several_is_to_what_was_shown(manager: Browser, waiting: str, house: House) -> None:
    """A confirmation counts only for the digests that it carries."""
    seen = f"{waiting}:{'0' * 64}"
    text = manager.post("/approvals", chosen=[waiting], decision="approve", confirmed="1", seen=[seen]).text
    assert "is not the request that was shown" in text
    assert house.desk.approval(waiting).state is State.PENDING
    seen = f"{waiting}:{house.desk.approval(waiting).action.digest}"
    manager.post("/approvals", chosen=[waiting], decision="approve", confirmed="1", seen=[seen])
    assert house.desk.approval(waiting).state is State.EXECUTED


def test_checking_an_edit_says_what_the_rules_would_say(manager: Browser, waiting: str, house: House) -> None:
    """Check shows the verdict on the changed values and files nothing, with and without a script."""
    filed = len(house.desk.actions())
    changed = {"quantity:MUG-01": "24"}
    assert 'class="trial banner warn"' in manager.post(f"/approvals/{waiting}/check", **changed).text
    told = manager.client.post(
        f"/approvals/{waiting}/check",
        data={"csrf": manager.csrf, "quantity:MUG-01": "25"},
        headers={"accept": "application/json"},
    ).json()
    assert (told["verdict"], len(house.desk.actions())) == ("deny", filed)
    assert house.desk.approval(waiting).state is State.PENDING


def test_lines_of_a_campaign_are_edited(sign_in: SignIn, house: House, operator: Principal) -> None:
    """Each price of a waiting campaign may be changed or dropped on its page; what comes is judged anew."""
    prices = {"MUG-01": 1875, "MUG-02": 1950}
    lines = [{"sku": sku, "price": {"minor": minor, "cur": "GBP"}} for sku, minor in prices.items()]
    action = parse_action("change_prices", {"lines": lines, "reason": "winter"})
    filed = house.desk.submit(action, Session(assistant_of(operator)))
    manager = sign_in("maya")
    assert "Price of MUG-02" in manager.get(f"/approvals/{filed.approval_id}").text
    edit = {"quantity:MUG-01": "13.00 GBP", "quantity:MUG-02": "0"}
    manager.post(f"/approvals/{filed.approval_id}/edit", **edit)
    last = house.desk.actions(kind="change_prices")[-1]
    assert last.args["lines"] == [{"sku": "MUG-01", "price": {"minor": 1300, "cur": "GBP"}}]


def test_a_return_that_waits_has_a_page(sign_in: SignIn, house: House, operator: Principal) -> None:
    """The lines of an order stand in the form by their numbers."""
    add_service(house.db)
    lines = [{"line": 1, "quantity": 2}]
    action = parse_action("request_return", {"order": "2001", "lines": lines, "reason": "too small"})
    filed = house.desk.submit(action, Session(assistant_of(operator), tainted=True))
    answer = sign_in("maya").get(f"/approvals/{filed.approval_id}")
    assert (answer.status, "Pieces of line 1" in answer.text) == (200, True)


def test_an_edit_takes_the_present_price_of_its_pieces(manager: Browser, waiting: str, house: House) -> None:
    """Fewer pieces below a price break cost more each: the edit asks with that price, not the old one."""
    manager.post(f"/approvals/{waiting}/edit", **{"quantity:MUG-01": "24"})
    newest = house.desk.actions()[-1]
    assert newest.args["lines"][0]["unit_cost"] == {"minor": 500, "cur": "GBP"}


def test_an_order_shows_its_stock_ahead(manager: Browser, waiting: str) -> None:
    """The card of an order says when the shelf runs out without it, and draws both courses."""
    text = manager.get(f"/approvals/{waiting}").text
    assert "If nothing is done" in text
    drawing = manager.get(f"/approvals/{waiting}/outlook.svg?sku=MUG-01")
    assert (drawing.status, "style=" in drawing.text) == (200, False)
    assert manager.get(f"/approvals/{waiting}/outlook.svg?sku=NONE").status == 404


def test_the_count_stands_in_the_navigation(manager: Browser, waiting: str) -> None:
    """Every page says how many requests wait."""
    assert waiting
    assert '<span class="count">1<span class="hidden"> waiting</span></span>' in manager.get("/").text


def test_a_filter_for_nothing_says_so(manager: Browser, waiting: str) -> None:
    """An empty list under a filter is not taken for an empty inbox."""
    assert waiting
    assert "Nothing fits this filter." in manager.get("/approvals?kind=refund_order").text


def test_today_shows_what_waits_first(manager: Browser, waiting: str, house: House) -> None:
    """Today opens with the request, its worth and its reason."""
    text = manager.get("/").text
    assert "Purchase order of £1,080.00 from Northwind Trading Ltd" in text
    assert f"/approvals/{waiting}" in text


def test_today_tells_how_much_of_a_limit_is_used(manager: Browser, waiting: str, house: House) -> None:
    """What was carried out counts against the limit of its day, in money."""
    digest = house.desk.approval(waiting).action.digest
    before = manager.get("/").text
    manager.post(f"/approvals/{waiting}/approve", digest=digest)
    assert "Value in 24 hours: £0.00 of £20,000.00" in before
    assert "Value in 24 hours: £1,080.00 of £20,000.00" in manager.get("/").text


def test_today_tells_of_shelves_that_a_run_left_in_danger(manager: Browser, house: House) -> None:
    """A shelf that probably runs empty and was not helped stands on Today, with what the run did."""
    person = house.people.principal_for(house.credentials.tokens()["operator"])
    report = run_reorder(house.shop(Session(person)), ReorderRequest(key="one"))
    left = [
        line.sku
        for line in report.draft.lines
        if line.arithmetic.risk_without >= LIKELY
        and report.outcome_of(line) not in {Outcome.PLACED, Outcome.TRANSFERRED}
    ]
    text = manager.get("/").text
    assert left
    assert f'<a href="/products/{left[0]}">' in text
