"""Every flow of service and pricing on the sample store: said in the chat, approved, with its receipt."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from app.bootstrap import House
from app.demo import build_demo
from app.settings import Settings
from shop.people import Principal
from tools.desk import State

DONE: Final = (State.EXECUTED, State.EXECUTED)
ASKS: Final = (State.PENDING, State.EXECUTED)
NO: Final = (State.DENIED, State.DENIED)
HOME: Final = "1 Mill Lane, York, YO1 1AA"

REFUNDS: Final = (
    ("refund the shipping of order 5796", DONE, "3.95 GBP refunded"),
    ("refund 1 LIP-PLN of order 5796, too oily", DONE, "4.68 GBP refunded"),
    ("refund 3 pounds for the holder on order 5796", DONE, "3.00 GBP refunded"),
    ("refund order 5796 in full", ASKS, "9.96 GBP refunded"),
    ("refund order 5748 in full, it arrived broken", ASKS, "51.50 GBP refunded"),
    ("refund order 4042 in full", ASKS, "42.55 GBP refunded"),
    ("refund 2 GBP of order 5506 to a gift card", DONE, "2.00 GBP refunded"),
    ("refund order 5844 in full", DONE, "27.70 GBP refunded"),
    ("refund 100 GBP of order 5898", NO, "At most 41.95 GBP of order #5898 can still be refunded."),
)
RETURNS: Final = (
    ("open a return for 1 HTW-WHT of order 5898, wrong colour", DONE, "return RMA-620 opened"),
    ("receive RMA-620", DONE, "1 of HTW-WHT are back at bristol"),
    ("inspect return RMA-620: restock it", DONE, "1 of HTW-WHT restocked"),
    ("refund 1 HTW-WHT of order 5898", DONE, "16.00 GBP refunded"),
    ("open a return for 1 TLT-PLN of order 5775, broken", DONE, "return RMA-621 opened"),
    ("receive RMA-621", DONE, "are back"),
    ("write off return RMA-621, it is torn", DONE, "1 of TLT-PLN written off"),
    ("open a return for 1 CAP-03 of order 5876", DONE, "return RMA-622 opened"),
    ("cancel return RMA-622", DONE, "return RMA-622 cancelled"),
    ("open a return for order 4042", ASKS, "return RMA-623"),
    ("exchange CAP-01 on order 5864 for CAP-03", DONE, "EX-1 of order 5864 agreed, difference 1.75 GBP"),
    ("receive RMA-{EX-1}", DONE, "are back"),
    ("inspect return RMA-{EX-1}: restock it", DONE, "restocked"),
    ("complete exchange EX-1", DONE, "EX-1 completed by order 5864-R1, difference 1.75 GBP"),
    ("exchange CAP-03 on order 5876 for CAP-01", DONE, "EX-2 of order 5876 agreed, difference -1.75 GBP"),
    ("receive RMA-{EX-2}", DONE, "are back"),
    ("inspect return RMA-{EX-2}: restock it", DONE, "restocked"),
    ("complete exchange EX-2", DONE, "EX-2 completed by order 5876-R1, difference -1.75 GBP"),
)
CHANGES: Final = (
    ("let a gift card pay for order 6810", DONE, "gift card"),
    (f"change the address of order 6781 to {HOME}, GB", DONE, "order 6781 goes to another address"),
    ("change the address of order 6790 to 12 Rue de la Paix, Paris, 75002, France", ASKS, "another address"),
    ("change TEA-MNT on order 6774 to TEA-CHM", DONE, "items of order 6774 changed, difference 0.35 GBP"),
    ("cancel order 6774", DONE, "order 6774 cancelled, 22.00 GBP paid back"),
    ("cancel order 6754", DONE, "order 6754 cancelled, 20.60 GBP paid back"),
    ("order 6520 arrived damaged, send it again", DONE, "6520-R1 sends damaged goods of order 6520 again"),
    ("send the CAP-01 of order 5898 again, it got lost", ASKS, "5898-R1 sends lost goods"),
    ("give C-10534 5 GBP goodwill for the delay on order 5898", DONE, "5.00 GBP credit given"),
    ("give customer C-10534 25 GBP credit for the trouble", ASKS, "25.00 GBP credit given"),
    ("add a note to order 5898: customer called twice", DONE, "note added to order 5898"),
    ("draft a reply to ticket T-534: A new one is on its way.", DONE, "draft of a reply to ticket T-534"),
)
PRICES: Final = (
    ("change the price of CAP-01 to 22.95", DONE, "CAP-01: 22.00 GBP -> 22.95 GBP"),
    ("change the price of CAP-02 to 29.95", ASKS, "CAP-02: 22.90 GBP -> 29.95 GBP"),
    ("change the price of CAP-03 to 5 GBP", NO, "CAP-03 costs"),
    ("raise the prices of Candles by 3 %", ASKS, "31 prices changed"),
)


@pytest.fixture
def sample_house(sample_template: Path, tmp_path: Path) -> Iterator[House]:
    """The sample store as `shophand demo` builds it, before its run."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(sample_template, home / "shop.db")
    house = build_demo(Settings.load({"home": home}), lambda _: None)
    yield house
    house.db.close()


def test_each_flow_of_the_sample_ends_with_its_receipt(sample_house: House) -> None:
    """What rules allow is done, an exception waits and is done on a yes, the rest is refused."""
    flows = (*REFUNDS, *RETURNS, *CHANGES, *PRICES)
    came = [(said, *_said(sample_house, said, words)) for said, _, words in flows]
    assert came == [(said, states, words) for said, states, words in flows]


def _said(house: House, said: str, words: str) -> tuple[tuple[State, State], str]:
    """The states of the one action that a request made, before and after the lead's yes; `words` if told."""
    known = {one.id for one in house.desk.actions()}
    sam, marcus = _person(house, "sam"), _person(house, "marcus")
    turn = house.conversations.turn(
        house.conversations.start(sam), _filled(house, said), lambda _: None, principal=sam
    )
    new = [one for one in house.desk.actions() if one.id not in known]
    if len(new) != 1:
        return (State.FAILED, State.FAILED), turn.answer
    told = turn.answer
    if new[0].state is State.PENDING:
        (waiting,) = house.desk.approvals()
        told = house.desk.approve(waiting.id, marcus).in_words()
    (after,) = {one.state for one in house.desk.actions() if one.id == new[0].id}
    return (new[0].state, after), words if words in told else told


def _filled(house: House, said: str) -> str:
    """A request with the return of an exchange put in."""
    if "{" not in said:
        return said
    exchange = said[said.index("{") + 1 : said.index("}")]
    with house.db.reading() as snapshot:
        rma = snapshot.execute(
            text("SELECT rma FROM exchanges WHERE id = :id"), {"id": exchange}
        ).scalar_one()
    return said.replace(f"RMA-{{{exchange}}}", str(rma))


def _person(house: House, name: str) -> Principal:
    return house.people.principal_for(house.credentials.tokens()[name])
