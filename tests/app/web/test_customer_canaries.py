"""What one customer says and is reaches nothing that others read: logs, figures, notices, files, talks."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.bootstrap import House
from app.notices.due import news_of
from app.web.work import Work
from shop.actions import AddOrderNote, ChangeOrderAddress, GiveCredit
from shop.money import Money
from shop.people import Role
from shop.store.people import Scope
from tests.app.web.conftest import Browser, CallerOf, SignIn
from tests.service_store import add_service
from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_POSTCODE, CANARY_STREET
from tools.desk import Session

CARD = "4929 1234 5678 9012"
CANARIES = ("Johanna Canary", CANARY_EMAIL, CANARY_PHONE, CANARY_STREET, CANARY_POSTCODE, CARD)
SAID = (
    f"She is Johanna Canary, {CANARY_EMAIL}, {CANARY_PHONE}, {CANARY_STREET}, {CANARY_POSTCODE}, card {CARD}"
)


@pytest.fixture
def browser(sign_in: SignIn, house: House) -> Iterator[Browser]:
    """An operator's browser after a conversation in which a customer told everything about herself."""
    add_service(house.db)
    opened = sign_in("operator")
    path = opened.post("/ask", text="hello", with_customer="1").path
    finished(opened, path)
    opened.post(f"{path}/identify", email=CANARY_EMAIL)
    asked = ""
    for said in (SAID, "give customer C-10001 20 GBP credit for the delay"):
        opened.post(path, text=said)
        asked = finished(opened, path)
    assert "Ask the customer" in asked, asked[-6000:]
    action = asked.split('name="action" value="', 1)[1].split('"', 1)[0]
    opened.post(f"{path}/agree", action=action)
    yield opened
    work: Work = opened.client.app.state.work  # type: ignore[attr-defined]  # the application of the test
    work.close()


def finished(browser: Browser, path: str) -> str:
    """The page of a conversation when its turn is over."""
    browser.client.get(f"{path}/events")
    return browser.get(path).text


def found_in(told: str) -> list[str]:
    """The canaries that stand in a text."""
    return [one for one in CANARIES if one in told]


def test_what_waits_for_the_customer_is_told_without_who_they_are(browser: Browser, house: House) -> None:
    """The approval, its notices and the list of approvals name the customer by number alone."""
    (waiting,) = house.desk.approvals()
    later = House(house.settings, house.db, lambda: house.clock() + timedelta(hours=47))
    told = [one.subject + one.text + repr(one.data) for one in news_of(later)]
    assert any(waiting.id in one for one in told)
    assert found_in("".join(told) + browser.get("/approvals").text + browser.get("/").text) == []


def test_whoever_looks_on_sees_of_her_what_is_masked(
    browser: Browser, house: House, sign_in: SignIn, caller: CallerOf
) -> None:
    """Pages and API of her order, messages and actions keep her words, and neither who she is nor where."""
    she_wrote = f"I am {SAID.removeprefix('She is ')}. johanna  CANARY, LS97QX: where is my blue parcel?"
    address = {"street": "3 New Lane", "city": "Leeds", "postcode": "LS1 4ZZ", "country": "GB"}
    operator = Session(house.people.principal_for(house.credentials.tokens()["operator"]))
    with house.db.writing() as tx:
        tx.execute(text("UPDATE tickets SET body = :said WHERE id = 'T-501'"), {"said": she_wrote})
    asked = [ChangeOrderAddress(order="2002", **address), AddOrderNote(order="1042", note=f"late\n{SAID}")]
    done = [house.desk.submit(one, operator).action_id for one in asked]
    done += [house.desk.approvals()[0].action.id]
    house.admit("vera", "Vera", frozenset({Role.VIEWER}))
    vera, program = sign_in("vera"), caller("vera", Scope.READ)
    paths = ["/orders/1042", "/orders/2002", "/customers/C-10001", "/activity", "/approvals/A-1"]
    told = [vera.get(one).text for one in (*paths, *(f"/activity/{each}" for each in done))]
    told += [program.get(f"/actions/{one}").text for one in done] + [program.get("/approvals/A-1").text]
    assert "where is my blue parcel?" in told[0]
    assert "Leeds" in told[len(paths)]
    assert [found_in(one) for one in told] == [[]] * len(told)
    assert not any(hint in one for one in told for hint in ("CANARY", "LS97QX", "3 New Lane", "LS1 4ZZ"))


def test_what_is_masked_in_a_form_stays_as_it_is(browser: Browser, house: House) -> None:
    """Editing the amount of a request leaves the words that the form showed masked as they were written."""
    reason = f"parcel lost\nring {CANARY_PHONE}"
    operator = Session(house.people.principal_for(house.credentials.tokens()["operator"]))
    credit = GiveCredit(customer="C-10001", amount=Money.of("21", "GBP"), reason=reason)
    filed = house.desk.submit(credit, operator)
    form = browser.get(f"/approvals/{filed.approval_id}").text
    shown = form.split('name="set:reason" rows="6">', 1)[1].split("<", 1)[0]
    assert shown == "parcel lost\nring ***"
    sent = {"set:reason": shown.replace("\n", "\r\n"), "set:amount": "20.50 GBP"}
    browser.post(f"/approvals/{filed.approval_id}/edit", **sent)
    edited = house.desk.approvals()[-1].action.args
    assert (edited["reason"], edited["amount"]["minor"]) == (reason, 2_050)


def test_other_conversations_and_lists_do_not_know_them(browser: Browser, house: House) -> None:
    """An operator's own look-ups of the customer, her order and her ticket show what is masked."""
    path = browser.post("/ask", text="show customer C-10001").path
    finished(browser, path)
    for question in ("show order 2001", "list tickets", "suggest a reply to ticket T-501"):
        browser.post(path, text=question)
        finished(browser, path)
    events = house.conversations.history(path.removeprefix("/ask/"))
    assert len(events) > len(CANARIES)
    assert found_in(repr([event.body for event in events])) == []


def test_no_log_line_holds_them(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Pages about the customer are opened and searched with every logger at its most talkative."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("shophand").setLevel(logging.DEBUG)
        browser.get("/customers/C-10001")
        browser.get("/orders/2001")
        browser.post("/ask", text="show customer C-10001")
    ours = [one for one in caplog.records if not one.name.startswith(("httpx", "hpack", "sqlalchemy"))]
    assert ours
    assert found_in("".join(f"{one.getMessage()} {vars(one)!r}" for one in ours)) == []


def test_no_figure_and_no_file_beside_the_database_holds_them(browser: Browser, house: House) -> None:
    """Metrics, the index of the guides, notes and settings on disk know nothing of a customer."""
    assert found_in(browser.get("/metrics").text) == []
    kept = [one for one in house.home.rglob("*") if one.is_file() and ".db" not in one.name]
    assert kept
    assert [one.name for one in kept if found_in(one.read_bytes().decode(errors="replace"))] == []


def test_the_audit_and_the_actions_name_only_the_number(browser: Browser, house: House) -> None:
    """Neither the chain nor an action of the conversation repeats what the customer said about herself."""
    assert browser.get("/activity").status == 200
    with house.db.reading() as snapshot:
        chain = repr(snapshot.execute(text("SELECT * FROM audit")).all())
        cards = repr(snapshot.execute(text("SELECT card FROM approvals")).all())
    assert "consent.given" in chain
    assert found_in(chain + cards) == []
