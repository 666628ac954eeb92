"""Customers on the command line: identified, agreeing to exactly one thing, shown, exported, erased."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from app.bootstrap import House
from app.cli.chat_serving import serve, show_questions
from shop.money import Money
from shop.people import Principal
from shop.service_actions import GiveCredit
from shop.store.reads import orders
from tests.app.conftest import Said, Shophand
from tests.service_store import add_service
from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_POSTCODE, CANARY_STREET
from tools.desk import Session, State

CANCEL = "cancel order 2002, it was ordered by mistake"


@pytest.fixture
def serving(house: House) -> House:
    """The small store with what service needs."""
    add_service(house.db)
    return house


def conversation(said: Said) -> str:
    """The id of the conversation that chat told of."""
    return str(re.findall(r"con_\w+", said.err)[0])


def asked(said: Said) -> str:
    """The action that the customer is asked about."""
    found = re.findall(r"/agree (act_\w+)", said.out)
    assert found, said
    return str(found[0])


def test_a_customers_order_is_cancelled_from_request_to_receipt(serving: House, shophand: Shophand) -> None:
    """Nothing before the customer is known, nothing before their yes; then exactly what they were asked."""
    first = shophand("chat", "--with-customer", "-m", CANCEL)
    talk = conversation(first)
    assert "identify the customer first" in first.out.lower()
    assert shophand("customer", "identify", talk, "--email", CANARY_EMAIL).code == 0
    second = shophand("chat", "--conversation", talk, "-m", CANCEL)
    assert "Ask the customer: Cancel order #2002?" in second.out
    done = shophand("customer", "agree", asked(second))
    assert "order 2002 cancelled, 12.50 GBP paid back" in done.out
    with serving.db.reading() as snapshot:
        found = orders.order(snapshot, "2002")
    assert found is not None
    assert found.status == "cancelled"


@pytest.mark.usefixtures("serving")
def test_a_yes_is_asked_for_once(shophand: Shophand) -> None:
    """What a customer agreed to does not wait for another yes, and the same yes carries nothing else."""
    talk = conversation(shophand("chat", "--with-customer", "-m", "hello"))
    shophand("customer", "identify", talk, "--email", CANARY_EMAIL)
    action = asked(shophand("chat", "--conversation", talk, "-m", CANCEL))
    shophand("customer", "agree", action)
    again = shophand("customer", "agree", action)
    assert again.code == 5
    assert "does not wait for a customer's yes" in again.err


def test_a_talk_at_the_terminal_identifies_and_records_a_yes(
    serving: House, operator: Principal, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands of a talk match by name and postcode, show what is asked, and take the yes to it alone."""
    talk = serving.conversations.start(operator, with_customer=True)
    serve(serving, talk, operator, f"/identify Johanna Canary, {CANARY_POSTCODE}")
    serving.conversations.turn(talk, CANCEL, principal=operator)
    show_questions(serving, talk)
    action = re.findall(r"/agree (act_\w+)", capsys.readouterr().out)[0]
    serve(serving, talk, operator, "/agree act_unknown")
    assert "act_unknown" in capsys.readouterr().err
    serve(serving, talk, operator, f"/agree {action}")
    assert "order 2002 cancelled" in capsys.readouterr().out
    show_questions(serving, talk)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("serving")
def test_an_exchange_is_agreed_to_with_its_difference(shophand: Shophand) -> None:
    """What the customer is asked names the new variant and the amount, and their yes is to that."""
    talk = conversation(shophand("chat", "--with-customer", "-m", "hello"))
    shophand("customer", "identify", talk, "--email", CANARY_EMAIL)
    wanted = "exchange 1 MUG-01 of order 2001 for MUG-02, pay by gift card"
    said = shophand("chat", "--conversation", talk, "-m", wanted)
    assert "Price difference: 0.50 GBP" in said.out
    assert "agreed, difference 0.50 GBP" in shophand("customer", "agree", asked(said)).out


def test_another_customers_order_is_not_even_shown(serving: House, shophand: Shophand) -> None:
    """In a conversation with a customer, somebody else's order is answered as one that does not exist."""
    talk = conversation(shophand("chat", "--with-customer", "-m", "hello"))
    shophand("customer", "identify", talk, "--email", CANARY_EMAIL)
    for number in ("1043", "9999"):
        said = shophand("chat", "--conversation", talk, "-m", f"show order {number}")
        assert "has no such record" in said.out
    assert serving.desk.actions(states=(State.EXECUTED,)) == []


@pytest.mark.usefixtures("serving")
def test_a_customer_is_shown_masked(shophand: Shophand) -> None:
    """Without a reason nobody sees an address or a number."""
    shown = shophand("customer", "show", "C-10001").out
    assert "j***@example.com" in shown
    assert [one for one in (CANARY_EMAIL, CANARY_PHONE, CANARY_STREET) if one in shown] == []


def test_what_waits_is_shown_without_how_to_reach_the_customer(
    serving: House, shophand: Shophand, operator: Principal
) -> None:
    """Cards, lists and documents of a request about a customer hold what was typed, masked."""
    reason = f"parcel lost, ring Johanna Canary on {CANARY_PHONE}, {CANARY_STREET}"
    credit = GiveCredit(customer="C-10001", amount=Money.of("21", "GBP"), reason=reason)
    assert serving.desk.submit(credit, Session(operator)).approval_id == "A-1"
    serving.desk.propose_plan([credit, credit], Session(operator))
    shown = [("approvals", "show", "A-1"), ("approvals", "list"), ("plans", "show", "P-1"), ("plans", "list")]
    told = [shophand(*words, *more) for words in shown for more in ((), ("--json",))]
    told.append(shophand("approvals", "edit", "A-1", "--set", "amount=20.50 GBP", "--dry-run"))
    assert [one.code for one in told] == [0] * len(told)
    secrets = ("Johanna Canary", CANARY_PHONE, CANARY_STREET)
    assert [one for one in told if any(secret in one.out for secret in secrets)] == []
    assert sum("parcel lost" in one.out for one in told) >= len(shown)


@pytest.mark.usefixtures("serving")
def test_full_data_is_audited(shophand: Shophand) -> None:
    """A reason shows everything to who may see it, and stands in the record."""
    shown = shophand("customer", "show", "C-10001", "--reason", "parcel came back")
    assert CANARY_STREET in shown.out
    assert '"reason": "parcel came back"' in shophand("audit", "export").out


@pytest.mark.usefixtures("serving")
def test_a_customer_gets_their_data(shophand: Shophand, tmp_path: Path) -> None:
    """The export holds the person, their orders and their payment methods, and only its owner may read it."""
    out = tmp_path / "johanna.json"
    assert shophand("customer", "export", "C-10001", "--reason", "asked", "--out", str(out)).code == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["customers"][0]["email"] == CANARY_EMAIL
    assert {one["id"] for one in told["orders"]} >= {"2001", "2002"}
    assert out.stat().st_mode & 0o077 == 0


def test_an_erased_customer_is_in_no_byte_of_the_database(serving: House, shophand: Shophand) -> None:
    """After erasing, neither tables nor conversations nor free pages of the file hold who it was."""
    with serving.db.writing() as tx:  # in the small store all customers live in one street
        tx.execute(text("UPDATE customers SET street = '', postcode = '' WHERE id <> 'C-10001'"))
    said = f"my name is Johanna Canary, {CANARY_EMAIL}"
    talk = conversation(shophand("chat", "--with-customer", "-m", said))
    shophand("customer", "identify", talk, "--email", CANARY_EMAIL)
    erased = shophand("customer", "erase", "C-10001", "--reason", "asked for it", "--yes")
    assert (erased.code, "C-10001 is erased" in erased.err) == (0, True)
    serving.db.close()
    held = b"".join(one.read_bytes() for one in serving.settings.home.rglob("*.db*"))
    known = (CANARY_EMAIL, CANARY_PHONE, CANARY_STREET, "Johanna Canary")
    assert [one for one in known if one.encode() in held] == []
