"""The JSON API with a customer on the other side: who they are and their yes are facts, as on the pages."""

from typing import Any

import pytest

from app.bootstrap import House
from app.web.work import Work
from shop.store.people import Scope
from tests.app.web.conftest import Caller, CallerOf
from tests.service_store import add_service
from tests.small_store import CANARY_EMAIL
from tools.desk import State


@pytest.fixture
def operating(caller: CallerOf, house: House) -> Caller:
    """An operator's program over a store with what service needs."""
    add_service(house.db)
    return caller("operator")


def begun(program: Caller) -> str:
    """The address of a new conversation with a customer."""
    return f"/conversations/{program.post('/conversations/with-customer').json()['id']}"


def asked(program: Caller, talk: str, text: str) -> dict[str, Any]:
    """Who is spoken with and what they are asked, once a question was worked on."""
    assert program.post(f"{talk}/questions", {"text": text}).status_code == 202
    program.get(f"{talk}/events")
    found: dict[str, Any] = program.get(f"{talk}/customer").json()
    return found


def test_from_identity_to_a_yes(operating: Caller, house: House) -> None:
    """The customer is matched, shown the figures, and their yes to that digest files the action."""
    talk = begun(operating)
    known = operating.post(f"{talk}/customer", {"email": CANARY_EMAIL}).json()
    assert (known["customer"], known["attempts_left"]) == ("C-10001", 5)
    (question,) = asked(operating, talk, "give customer C-10001 20 GBP credit for the delay")["questions"]
    assert question["on_a_yes"] == "needs_approval"
    other = {"action_id": question["action_id"], "digest": "0" * 64}
    assert operating.post(f"{talk}/consents", other).status_code == 409
    yes = {"action_id": question["action_id"], "digest": question["digest"]}
    filed = operating.post(f"{talk}/consents", yes).json()
    assert house.desk.status(filed["action_id"]).state is State.PENDING
    assert operating.post(f"{talk}/consents", yes).status_code == 409
    work: Work = operating.client.app.state.work  # type: ignore[attr-defined]  # the application of the test
    work.close()


def test_nobody_is_matched_by_half_of_it(operating: Caller) -> None:
    """A wrong address is 404 and counts, a name without a postcode 422, a plain conversation 409."""
    talk = begun(operating)
    assert operating.post(f"{talk}/customer", {"email": "nobody@example.com"}).status_code == 404
    assert operating.get(f"{talk}/customer").json()["attempts_left"] == 4
    assert operating.post(f"{talk}/customer", {"name": "Johanna Canary"}).status_code == 422
    plain = operating.post("/conversations").json()["id"]
    assert operating.get(f"/conversations/{plain}/customer").status_code == 409


def test_only_the_owner_and_only_with_the_right_to_ask(operating: Caller, caller: CallerOf) -> None:
    """Somebody else's conversation, and a token that may only read, get 403."""
    talk = begun(operating)
    assert caller("owner").get(f"{talk}/customer").status_code == 403
    assert caller("operator", Scope.READ).post("/conversations/with-customer").status_code == 403
