"""Asking the assistant in the browser: a turn that outlives its request, followed live, never doubled."""

import json
import re
from collections.abc import Iterator

import pytest

from agent.journal import Draft, EventKind
from agent.liveness import this_process
from app.bootstrap import House
from app.web.drawings import plotted
from app.web.looked_up import LookedUp, looked_up
from app.web.markdown import as_html
from app.web.work import Work
from shop.people import Principal
from shop.store.journal import OPEN
from tests.app.web.conftest import Browser, SignIn
from tests.service_store import add_service
from tests.small_store import CANARY_EMAIL, CANARY_POSTCODE

ORDER_OVER_THE_LIMIT = "order 240 MUG-01 from Northwind for Leeds"


@pytest.fixture
def asker(sign_in: SignIn) -> Iterator[Browser]:
    """The operator's browser; what is under way ends with the test."""
    browser = sign_in("operator")
    yield browser
    work: Work = browser.client.app.state.work  # type: ignore[attr-defined]
    work.close()


def ended(browser: Browser, path: str) -> str:
    """The text of a conversation's page when its turn is over: the event stream ends with it."""
    browser.client.get(f"{path}/events")
    return browser.get(path).text


def kinds(text: str) -> list[str]:
    """The kinds of the events in a stream's text, in order."""
    return re.findall(r"^event: (\w+)$", text, re.MULTILINE)


def test_a_question_is_answered_on_its_page(asker: Browser) -> None:
    """A question leads to the page of its conversation, which has the answer when the turn is over."""
    answer = asker.post("/ask", text="how many MUG-01 do we have?")
    assert re.fullmatch(r"/ask/con_\w+", answer.path)
    assert "MUG-01" in ended(asker, answer.path)
    assert "Offline planner, no cost" in asker.get(answer.path).text


def test_events_are_numbered_and_end(asker: Browser) -> None:
    """The stream gives each event once with its number, and closes."""
    path = asker.post("/ask", text="how many MUG-01 do we have?").path
    text = asker.client.get(f"{path}/events").text
    numbers = [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert kinds(text)[-2:] == ["end", "close"]


def test_a_reader_goes_on_where_it_was(asker: Browser) -> None:
    """After a cut, Last-Event-ID brings what followed and nothing twice."""
    path = asker.post("/ask", text="how many MUG-01 do we have?").path
    whole = asker.client.get(f"{path}/events").text
    rest = asker.client.get(f"{path}/events", headers={"last-event-id": "3"}).text
    assert "id: 3\n" not in rest
    assert whole.endswith(rest)


def test_a_finished_stream_is_not_opened_again(asker: Browser, house: House) -> None:
    """A reader that has everything gets 204, after which a browser asks no more."""
    path = asker.post("/ask", text="how many MUG-01 do we have?").path
    ended(asker, path)
    last = house.conversations.journal.stream(path.removeprefix("/ask/")).last
    assert asker.client.get(f"{path}/events?after={last}").status_code == 204


def test_a_conversation_is_its_owners(sign_in: SignIn, asker: Browser) -> None:
    """Somebody else sees neither the page nor its events, and stops nothing."""
    path = asker.post("/ask", text="hello").path
    other = sign_in("maya")
    assert [other.get(path).status, other.get(f"{path}/events").status] == [403, 403]
    assert other.post(f"{path}/stop").status == 403


def test_a_second_question_goes_on_in_the_same_conversation(asker: Browser, house: House) -> None:
    """Two questions are two turns of one conversation, in order."""
    path = asker.post("/ask", text="how many MUG-01 do we have?").path
    ended(asker, path)
    asker.post(path, text="and what does it cost?")
    ended(asker, path)
    events = house.conversations.history(path.removeprefix("/ask/"))
    assert [event.body["turn"] for event in events if event.kind == "user"] == [1, 2]


def test_a_question_while_one_is_worked_on_is_refused(
    asker: Browser, house: House, operator: Principal
) -> None:
    """The second of two questions at once gets 409 and is not stored."""
    conversation = house.conversations.start(
        house.people.principal_for(house.credentials.tokens()["operator"])
    )
    begun = {"text": "how many?", "by": "operator", **this_process()}
    house.conversations.journal.begin_turn(conversation, begun)
    assert asker.post(f"/ask/{conversation}", text="hello").status == 409


def test_a_conversation_whose_process_died_goes_on(asker: Browser, house: House) -> None:
    """A turn that a kill cut off bars no question, neither in the server that goes on nor in a new one."""
    journal = house.conversations.journal
    person = house.people.principal_for(house.credentials.tokens()["operator"])
    talks = [house.conversations.start(person) for _ in range(3)]
    for one in talks:
        begun = {"text": "how many?", "by": "operator", **this_process(), "process": "proc_gone"}
        journal.begin_turn(one, begun)
    assert asker.post(f"/ask/{talks[0]}", text="how many MUG-01 do we have?").status == 200
    assert asker.post(f"/ask/{talks[1]}/stop").status == 200
    assert journal.stream(talks[1]).state == OPEN
    house.start()
    assert journal.stream(talks[2]).state == OPEN


def test_an_order_over_the_limit_is_a_card_in_the_conversation(asker: Browser) -> None:
    """What needs approval appears as a card with its reason and a link, never as words only."""
    path = asker.post("/ask", text=ORDER_OVER_THE_LIMIT).path
    text = ended(asker, path)
    assert "needs approval" in text
    assert "/approvals/A-1" in text


def test_an_approval_keeps_the_words_apart_from_the_facts(asker: Browser) -> None:
    """Whoever decides reads what was typed and what the assistant wrote, labelled and not among the facts."""
    path = asker.post("/ask", text=ORDER_OVER_THE_LIMIT).path
    ended(asker, path)
    facts, words = asker.get("/approvals/A-1").text.split("Words, not facts")
    assert ORDER_OVER_THE_LIMIT not in facts
    assert f'<div class="quoted">{ORDER_OVER_THE_LIMIT}</div>' in words
    assert "The assistant wrote; nothing above comes from these words" in words


def test_an_empty_question_is_refused(asker: Browser) -> None:
    """Spaces are no question."""
    assert asker.post("/ask", text="   ").status == 422


def test_the_stream_tells_no_messages_of_the_model(asker: Browser, house: House, operator: Principal) -> None:
    """Prompts, tool arguments and raw results stay on the server."""
    conversation = house.conversations.start(
        house.people.principal_for(house.credentials.tokens()["operator"])
    )
    secret = Draft(EventKind.MESSAGE, {"turn": 1, "message": {"role": "system", "content": "SECRET"}})
    called = Draft(
        EventKind.TOOL_CALL, {"turn": 1, "index": 1, "call": "c", "name": "x", "args": {"a": "SECRET"}}
    )
    house.conversations.journal.write_all(conversation, [secret, called])
    text = asker.client.get(f"/ask/{conversation}/events").text
    assert "SECRET" not in text
    assert json.loads(text.split("data: ")[-2].split("\n")[0])["name"] == "x"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "![x](https://e.example/a.png)",
        "[x](javascript:alert(1))",
        "<b onclick=x>",
    ],
)
def test_the_assistants_markdown_cannot_do_anything(text: str) -> None:
    """No raw HTML, no image, no script link comes out of what the assistant says."""
    html = str(as_html(text))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "<b" not in html.replace("<blockquote", "")


def test_a_customers_cancellation_goes_from_request_to_receipt(asker: Browser, house: House) -> None:
    """With a customer nothing is done before they are matched; then question, yes and receipt."""
    add_service(house.db)
    path = asker.post("/ask", text="cancel order 2002, ordered by mistake", with_customer="1").path
    assert "Who is the customer?" in ended(asker, path)
    asker.post(f"{path}/identify", email="", name="Johanna Canary", postcode=CANARY_POSTCODE)
    asker.post(path, text="cancel order 2002, ordered by mistake")
    text = ended(asker, path)
    assert "Ask the customer: Cancel order #2002?" in text
    action = re.findall(r'name="action" value="(\w+)"', text)[0]
    assert "order 2002 cancelled, £12.50 paid back" in asker.post(f"{path}/agree", action=action).text


def test_a_yes_is_of_its_own_conversation(asker: Browser, house: House) -> None:
    """What was put to the customer of one conversation cannot be agreed to in another one."""
    add_service(house.db)
    path = asker.post("/ask", text="hello", with_customer="1").path
    ended(asker, path)
    asker.post(f"{path}/identify", email=CANARY_EMAIL)
    asker.post(path, text="cancel order 2002, ordered by mistake")
    action = re.findall(r'name="action" value="(\w+)"', ended(asker, path))[0]
    other = asker.post("/ask", text="hello", with_customer="1").path
    ended(asker, other)
    assert asker.post(f"{other}/agree", action=action).status == 422


def test_what_a_tool_found_is_a_table_with_links(asker: Browser) -> None:
    """The page shows the rows that the assistant was told, each with its record, and gives them as CSV."""
    path = asker.post("/ask", text="how much stock of MUG-01 do we have?").path
    text = ended(asker, path)
    assert 'href="/products/MUG-01"' in text
    assert re.search(r'src="/(ask/[^"]+|products/MUG-01/sales)\.svg"', text)
    found = re.search(r'href="(/ask/[^"]+\.csv[^"]*)"', text)
    assert found is not None
    header, first, *_ = asker.get(found[1]).text.splitlines()
    assert "sku" in header.split(",")
    assert "MUG-01" in first.split(",")


def test_somebody_elses_table_is_not_given(sign_in: SignIn, asker: Browser) -> None:
    """The rows of a conversation are its owner's."""
    path = asker.post("/ask", text="how much stock of MUG-01 do we have?").path
    ended(asker, path)
    assert sign_in("maya").get(f"{path}/1/1.csv").status == 403


def test_a_cell_of_a_table_is_no_formula() -> None:
    """What a stranger wrote is text to a spreadsheet; a number below nought stays a number."""
    told = {"items": [{"sku": "=1+1", "title": "@x", "available": -1}]}
    found = looked_up(json.dumps(told))
    assert found is not None
    assert found.parts[0].as_csv().splitlines()[1] == "'=1+1,'@x,-1"


def found_by(tool: str, **told: object) -> LookedUp:
    """What a tool's answer is on the page."""
    found = looked_up(json.dumps({"source": "stock", "as_of": "2026-11-20T09:00:00Z", **told}), tool)
    assert found is not None
    return found


def test_the_lists_of_a_record_are_tables_whose_rows_say_whose_they_are() -> None:
    """An order's lines and payments stand apart, each row with its order's customer."""
    lines = [{"sku": "MUG-01", "quantity": 2}]
    found = found_by("get_order", id="1042", customer="C-1", lines=lines, payments=[{"kind": "sale"}])
    assert [(part.name, part.columns) for part in found.parts] == [
        ("lines", ("customer", "sku", "quantity")),
        ("payments", ("customer", "kind")),
    ]
    assert dict(found.terms)["id"].href == "/orders/1042"


def test_no_column_is_lost_to_the_csv() -> None:
    """A page shows twelve columns, the CSV all of them."""
    [part] = found_by("", items=[{f"c{number}": number for number in range(15)}]).parts
    assert (part.shown, len(part.as_csv().splitlines()[0].split(","))) == (12, 15)


def test_several_products_are_bars() -> None:
    """Stock beyond its demand is drawn by product and place, in its currency."""
    items = [
        {"sku": "MUG-01", "location": "leeds", "excess_value": "1,200.50 GBP"},
        {"sku": "MUG-02", "location": "leeds", "excess_value": "20.00 GBP"},
    ]
    drawing = plotted("list_overstock", found_by("list_overstock", items=items))
    assert drawing is not None
    assert (drawing.unit, drawing.bars) == ("GBP", (("MUG-01 leeds", 1200.5), ("MUG-02 leeds", 20.0)))
    assert "<title>Stock beyond its demand, at cost</title>" in drawing.as_svg()


def test_movements_are_a_course_in_time() -> None:
    """Pieces of one day and place are added up, and each place is a series."""
    moves = [("2026-11-19", "leeds", -3), ("2026-11-19", "leeds", -2), ("2026-11-20", "york", 24)]
    items = [{"day": day, "location": place, "quantity": pieces} for day, place, pieces in moves]
    drawing = plotted("stock_movements", found_by("stock_movements", sku="MUG-01", items=items))
    assert drawing is not None
    assert [(name, pieces) for _, name, pieces in drawing.points] == [("leeds", -5.0), ("york", 24.0)]
    assert "Pieces in and out, MUG-01" in drawing.as_svg()


def test_two_currencies_are_no_drawing() -> None:
    """Bars of pounds beside bars of euros would say nothing."""
    items = [{"sku": "A", "excess_value": "1.00 GBP"}, {"sku": "B", "excess_value": "1.00 EUR"}]
    assert plotted("list_overstock", found_by("list_overstock", items=items)) is None


def test_a_conversation_shows_its_drawing(asker: Browser) -> None:
    """What a question about movements found is drawn beside its table, for its owner."""
    path = asker.post("/ask", text="show the stock movements of MUG-01").path
    text = ended(asker, path)
    drawings = re.findall(r'src="(/ask/[^"]+\.svg)"', text)
    assert drawings
    assert "<svg" in asker.get(drawings[-1]).text
