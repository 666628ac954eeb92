"""Dials and the stop switch: one person tightens, two loosen."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, text

from shop.actions import KINDS
from shop.errors import AccessDeniedError, ConflictError, NotFoundError
from shop.people import Kind, Principal, Role
from shop.store import schema
from shop.store.database import Database
from tests.gate import ADA, AGENT, MARCUS, PRIYA, SAM, Gate, order, person, session
from tools.desk import Mode, State
from tools.ledger import chain

PRICE = "change_price"
BETH = person("beth", Role.ADMIN)


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk over the small store, with the dial for prices on observe."""
    made = Gate(sqlite_database)
    made.desk.set_mode(PRICE, Mode.OBSERVE, SAM)
    return made


def _join(gate: Gate, *people: Principal) -> None:
    """Write people into the store's list."""
    with gate.db.writing() as tx:
        for one in people:
            roles = " ".join(sorted(one.roles))
            values = {"id": one.id, "name": one.name, "kind": one.kind.value, "roles": roles, "active": True}
            tx.execute(insert(schema.people).values(created_at=gate.now, **values))


def _events(gate: Gate) -> list[str]:
    with gate.db.reading() as snapshot:
        return [entry["type"] for entry in chain.entries(snapshot, gate.db.tenant)]


def _asked(gate: Gate, who: Principal = PRIYA, mode: Mode = Mode.AUTO) -> str:
    request = gate.desk.set_mode(PRICE, mode, who, "it went well").request
    assert request is not None
    return request.id


@pytest.mark.parametrize("mode", [Mode.ASSIST, Mode.OBSERVE])
def test_an_operator_tightens_at_once(gate: Gate, mode: Mode) -> None:
    """Turning a dial down takes one person who may ask, and holds at once."""
    turned = gate.desk.set_mode("refund_order", mode, SAM)
    assert (turned.done, turned.request) == (("refund_order",), None)
    assert gate.desk.modes()["refund_order"] is mode


@pytest.mark.parametrize("mode", [Mode.ASSIST, Mode.AUTO])
def test_loosening_is_only_asked_for(gate: Gate, mode: Mode) -> None:
    """Turning a dial up changes nothing until somebody else confirms it."""
    request = _asked(gate, mode=mode)
    assert gate.desk.modes()[PRICE] is Mode.OBSERVE
    gate.desk.confirm_loosening(request, ADA)
    assert gate.desk.modes()[PRICE] is mode


def test_an_operator_does_not_even_ask(gate: Gate) -> None:
    """Without a deciding role nobody asks to loosen."""
    with pytest.raises(AccessDeniedError, match="takes a role that decides"):
        gate.desk.set_mode(PRICE, Mode.AUTO, SAM)
    assert gate.desk.loosenings() == []


@pytest.mark.parametrize("second", [PRIYA, SAM, AGENT, person("bot", *Role, kind=Kind.SYSTEM)])
def test_who_is_no_second_person(gate: Gate, second: Principal) -> None:
    """Neither whoever asked, nor an operator, an agent or a system account confirms."""
    request = _asked(gate)
    with pytest.raises(AccessDeniedError):
        gate.desk.confirm_loosening(request, second)
    assert gate.desk.modes()[PRICE] is Mode.OBSERVE


def test_one_of_the_two_is_an_admin(gate: Gate) -> None:
    """Two managers are not enough, whichever of them asks."""
    request = _asked(gate)
    with pytest.raises(AccessDeniedError, match="must be an admin"):
        gate.desk.confirm_loosening(request, MARCUS)


def test_an_admin_asks_and_a_manager_confirms(gate: Gate) -> None:
    """The admin may be the first of the two as well."""
    request = _asked(gate, ADA)
    assert gate.desk.confirm_loosening(request, MARCUS).done == (PRICE,)


@pytest.mark.parametrize("giver", ["priya", "ada"])
def test_who_acts_for_the_other_is_no_second_person(gate: Gate, giver: str) -> None:
    """While one of the two has handed approving to the other, they are not two people."""
    _join(gate, PRIYA, ADA)
    request = _asked(gate)
    pair = {"priya": PRIYA, "ada": ADA}
    taker = "ada" if giver == "priya" else "priya"
    gate.desk.delegate(pair[giver], taker, until=gate.now + timedelta(hours=5))
    with pytest.raises(AccessDeniedError, match="act for one another"):
        gate.desk.confirm_loosening(request, ADA)
    gate.later(hours=6)
    assert gate.desk.confirm_loosening(request, ADA).done == (PRICE,)


@pytest.mark.parametrize("loss", ["active = 0", "roles = 'operator'", "kind = 'agent'"])
def test_who_asked_must_still_be_somebody(gate: Gate, loss: str) -> None:
    """A request of somebody who has left or lost the role is not confirmed any more."""
    _join(gate, PRIYA, ADA)
    request = _asked(gate)
    gate.sql(f"UPDATE people SET {loss} WHERE id = 'priya'")
    with pytest.raises(ConflictError, match="ask for it anew"):
        gate.desk.confirm_loosening(request, ADA)


def test_a_role_won_later_does_not_count(gate: Gate) -> None:
    """Who was no admin when asking does not become the admin of the pair afterwards."""
    _join(gate, PRIYA, MARCUS)
    request = _asked(gate)
    gate.sql("UPDATE people SET roles = 'admin purchasing_manager' WHERE id = 'priya'")
    with pytest.raises(AccessDeniedError, match="must be an admin"):
        gate.desk.confirm_loosening(request, MARCUS)


def test_a_request_expires_after_a_day(gate: Gate) -> None:
    """A day later nobody confirms it, and the record says that it expired."""
    request = _asked(gate)
    gate.later(hours=24)
    with pytest.raises(ConflictError, match="expired"):
        gate.desk.confirm_loosening(request, ADA)
    assert _events(gate)[-1] == "loosening.expired"
    assert gate.desk.loosenings() == []


def test_a_moment_before_it_may_still_be_confirmed(gate: Gate) -> None:
    """The last second of the day counts."""
    request = _asked(gate)
    gate.later(hours=24, seconds=-1)
    assert gate.desk.confirm_loosening(request, ADA).done == (PRICE,)


def test_tightening_overtakes_a_request(gate: Gate) -> None:
    """Whoever tightens the dial in between ends the request: it cannot undo a fresh stop."""
    request = _asked(gate)
    gate.desk.set_mode(PRICE, Mode.OBSERVE, SAM)
    with pytest.raises(ConflictError, match="overtaken"):
        gate.desk.confirm_loosening(request, ADA)


def test_a_new_stop_overtakes_a_resume(gate: Gate) -> None:
    """Somebody who stops again ends the request to resume."""
    gate.desk.stop_all(SAM, "strange")
    request = gate.desk.resume(ADA, "fine").request
    assert request is not None
    gate.desk.stop_all(SAM, "still strange")
    with pytest.raises(ConflictError, match="overtaken"):
        gate.desk.confirm_loosening(request.id, PRIYA)
    assert gate.desk.is_stopped()


def test_a_confirmed_request_is_over(gate: Gate) -> None:
    """A request loosens once."""
    request = _asked(gate)
    gate.desk.confirm_loosening(request, ADA)
    gate.desk.set_mode(PRICE, Mode.OBSERVE, SAM)
    with pytest.raises(ConflictError, match="confirmed"):
        gate.desk.confirm_loosening(request, ADA)
    assert gate.desk.modes()[PRICE] is Mode.OBSERVE


def test_asking_twice_is_one_request(gate: Gate) -> None:
    """The same wish of the same person is one request; somebody else's is another and no confirmation."""
    assert _asked(gate) == _asked(gate)
    assert _asked(gate, ADA) != _asked(gate)
    assert gate.desk.modes()[PRICE] is Mode.OBSERVE


def test_who_asked_takes_it_back(gate: Gate) -> None:
    """Whoever asked, or an admin, withdraws a request; others do not."""
    request = _asked(gate)
    with pytest.raises(AccessDeniedError, match="did not ask"):
        gate.desk.withdraw_loosening(request, MARCUS)
    gate.desk.withdraw_loosening(request, PRIYA)
    with pytest.raises(ConflictError, match="withdrawn"):
        gate.desk.confirm_loosening(request, ADA)


def test_dials_turn_together(gate: Gate) -> None:
    """One word for all dials tightens some at once and asks for the others in one request."""
    turned = gate.desk.set_modes(sorted(KINDS), Mode.ASSIST, ADA)
    assert turned.request is not None
    assert turned.request.switches == (PRICE,)
    assert set(turned.done) == set(KINDS) - {PRICE}


def test_a_switch_that_is_not_there(gate: Gate) -> None:
    """An unknown kind or request is not found, and nothing was turned."""
    with pytest.raises(NotFoundError):
        gate.desk.set_modes(["refund_order", "fly"], Mode.OBSERVE, SAM)
    for name in ("L-9", "nonsense", ""):
        with pytest.raises(NotFoundError):
            gate.desk.confirm_loosening(name, ADA)
    assert gate.desk.modes()["refund_order"] is Mode.AUTO


def test_stopped_until_two_people_resume(gate: Gate) -> None:
    """Between request and confirmation nothing is carried out."""
    gate.desk.stop_all(SAM, "strange")
    request = gate.desk.resume(ADA, "fine").request
    assert request is not None
    assert gate.desk.submit(order(), session()).state is State.APPROVED
    gate.desk.confirm_loosening(request.id, MARCUS)
    assert [one.state for one in gate.desk.recover()] == [State.EXECUTED]


def test_each_step_stands_in_the_record(gate: Gate) -> None:
    """Asking, confirming and turning are entries of the chain, with both names and no typed words."""
    gate.desk.confirm_loosening(_asked(gate), ADA)
    with gate.db.reading() as snapshot:
        *_, asked, turned = chain.entries(snapshot, gate.db.tenant)
        chain.verify(snapshot, gate.db.tenant)
    assert (asked["type"], asked["actor"]) == ("loosening.asked", "priya")
    assert (turned["type"], turned["actor"]) == ("switch.turned", "ada")
    assert '"asked_by":"priya"' in turned["body"]
    assert "it went well" not in asked["body"] + turned["body"]


def test_the_founder_alone_loosens_alone(gate: Gate) -> None:
    """An admin who is the only one with a deciding role in the store needs nobody, and the record says so."""
    _join(gate, BETH, SAM, AGENT)
    turned = gate.desk.set_mode(PRICE, Mode.AUTO, BETH)
    assert (turned.done, turned.alone) == ((PRICE,), True)
    with gate.db.reading() as snapshot:
        *_, last = chain.entries(snapshot, gate.db.tenant)
    assert '"alone":true' in last["body"]


@pytest.mark.parametrize("left", [False, True])
def test_a_second_person_ends_that_for_good(gate: Gate, left: bool) -> None:
    """Once somebody else held a deciding role, even one who has left, the admin is not alone any more."""
    _join(gate, BETH, MARCUS)
    gate.sql(f"UPDATE people SET active = {int(not left)} WHERE id = 'marcus'")
    assert not gate.desk.set_mode(PRICE, Mode.AUTO, BETH).done
    assert gate.desk.modes()[PRICE] is Mode.OBSERVE


ALONE: dict[str, Callable[[Gate], Principal]] = {
    "a manager": lambda gate: _only(gate, PRIYA),
    "a deactivated admin": lambda gate: _only(gate, BETH, active=0),
    "an admin whom the list calls manager": lambda gate: _only(gate, BETH, roles="finance"),
    "an admin whom the list does not know": lambda gate: BETH,
}


def _only(gate: Gate, who: Principal, active: int = 1, roles: str = "") -> Principal:
    _join(gate, who)
    if roles:
        gate.sql(f"UPDATE people SET roles = '{roles}'")
    gate.sql(f"UPDATE people SET active = {active}")
    return who


@pytest.mark.parametrize("case", sorted(ALONE))
def test_nobody_else_is_alone(gate: Gate, case: str) -> None:
    """Only an active admin, by the store's own list, is the founder of a store of one."""
    assert not gate.desk.set_mode(PRICE, Mode.AUTO, ALONE[case](gate)).done
    assert gate.desk.modes()[PRICE] is Mode.OBSERVE


def test_the_moment_is_the_stores(gate: Gate) -> None:
    """A request says when it was asked for and when it ends."""
    (one,) = [gate.desk.set_mode(PRICE, Mode.AUTO, PRIYA).request]
    assert one is not None
    assert (one.asked_at, one.expires_at) == (gate.now, gate.now + timedelta(days=1))
    assert isinstance(one.asked_at, datetime)


def test_a_request_changed_by_hand_is_found_out(gate: Gate) -> None:
    """Whoever reopens an ended request in the database still needs a second person."""
    request = _asked(gate)
    gate.desk.withdraw_loosening(request, PRIYA)
    with gate.db.writing() as tx:
        tx.execute(text("UPDATE loosenings SET state = 'open'"))
    with pytest.raises(AccessDeniedError):
        gate.desk.confirm_loosening(request, PRIYA)
