"""The rest of the threat table: what people see and decide, what models may, whence the parts come."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app.bootstrap import House
from app.web.limits import Buckets
from app.web.server import PAGES, create_app
from policies.modes import Mode
from policies.rules import parse_policies
from prompts import prompt
from shop.errors import AccessDeniedError
from shop.money import Money
from shop.people import Kind, Principal, Role
from tests.gate import count_effects
from tests.threats.world import look
from tools.desk import Desk, Session, State
from tools.tool import Shop
from tools.toolbox import TOOLS, call

REPOSITORY = Path(__file__).parents[2]
HOST = "http://127.0.0.1:8321"
DANA = Principal("dana", "Dana", Kind.HUMAN, frozenset({Role.OPERATOR}))
MAYA = Principal("maya", "Maya", Kind.HUMAN, frozenset({Role.PURCHASING_MANAGER}))
NOTES_ONLY = """
policy: one
version: 1
default: deny
rules:
  - {id: note, action: add_order_note, allow: {when: [{length: {under: 500}}]}}
"""
BIG = {"sku": "MUG-01", "quantity": 240}


def _waiting(shop: Shop) -> str:
    """An order that waits for a purchasing manager; its approval."""
    call(shop, "place_purchase_order", BIG)
    (view,) = shop.desk.approvals()
    return view.id


@pytest.mark.parametrize(
    "drift",
    [
        "UPDATE offers SET version = version + 1 WHERE sku = 'MUG-01'",
        "UPDATE suppliers SET approved = 0, version = version + 1",
        "UPDATE products SET status = 'archived', version = version + 1 WHERE sku = 'MUG-01'",
    ],
)
def test_asi02_asi08_stale_world(shop: Shop, drift: str) -> None:
    """What changed between the yes and the claim stops the order; another yes is needed, or it is denied."""
    approval = _waiting(shop)
    shop.desk.approve(approval, MAYA, execute=False)
    with shop.db.writing() as tx:
        tx.exec_driver_sql(drift)
    shop.desk.recover()
    assert shop.desk.approval(approval).state in {State.STALE, State.DENIED}
    assert count_effects(shop.db) == 0


def test_asi02_asi08_stale_rules(shop: Shop) -> None:
    """A yes given under other rules carries nothing out when the rules of the moment allow nothing."""
    approval = _waiting(shop)
    shop.desk.approve(approval, MAYA, execute=False)
    nothing = parse_policies({"one.yaml": NOTES_ONLY})
    Desk(shop.db, lambda: nothing, shop.desk._bench.effects, shop.clock).recover()
    assert shop.desk.approval(approval).state is State.DENIED
    assert count_effects(shop.db) == 0


@pytest.fixture
def browser(house: House) -> TestClient:
    """The operator's browser, signed in."""
    app = create_app(house, buckets=Buckets(per_second=1e6, burst=1e6))
    client = TestClient(app, base_url=HOST, raise_server_exceptions=False)
    client.post("/sign-in", data={"token": house.credentials.tokens()["operator"]})
    return client


def _changing_paths() -> list[str]:
    """Every address that takes a form, with something in the place of ids."""
    paths = [
        re.sub(r"\{[^}]+\}", "A-1", route.path)
        for page in PAGES
        for route in page.router.routes
        if isinstance(route, APIRoute) and "POST" in (route.methods or ())
    ]
    assert len(paths) >= 10
    return [path for path in paths if path != "/sign-in"]


def test_asi09_forged_requests(house: House, browser: TestClient) -> None:
    """No address that changes anything obeys a form of another site or one without the session's value."""
    before = look(house.db).frozen
    csrf = browser.get("/").text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    for path in _changing_paths():
        assert browser.post(path, data={"reason": "x"}).status_code == 403, path
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert browser.post(path, data={"csrf": csrf}, headers=headers).status_code == 403, path
    assert look(house.db).frozen == before


def test_asi09_prefetched_links(house: House, browser: TestClient) -> None:
    """Whatever opens every address, as a mail scanner does, decides and changes nothing."""
    operator = house.people.principal_for(house.credentials.tokens()["operator"])
    house.desk.set_mode("add_order_note", Mode.ASSIST, operator)
    before, entries = look(house.db).frozen, len(house.desk.actions())
    for path in _changing_paths():
        browser.get(path)
    assert look(house.db).frozen == before
    assert len(house.desk.actions()) == entries


def test_asi09_approval_fatigue(shop: Shop) -> None:
    """Many at one press are weighed together: over the approver's limit nothing is decided."""
    for pieces in (240, 252, 264):
        call(shop, "place_purchase_order", {**BIG, "quantity": pieces})
    waiting = [view.id for view in shop.desk.approvals()]
    tired = Principal("maya", "Maya", MAYA.kind, MAYA.roles, limit=Money.of("1300", "GBP"))
    with pytest.raises(AccessDeniedError, match="nothing was decided"):
        shop.desk.approve_many(waiting, tired)
    assert {view.state for view in shop.desk.approvals()} == {State.PENDING}
    assert count_effects(shop.db) == 0


@pytest.mark.parametrize("lock", ["runtime", "dev", "uv"])
def test_llm03_asi04_supply_chain(lock: str) -> None:
    """Everything that is installed is pinned to one version and to the digests of its files."""
    text = (REPOSITORY / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    pinned = re.findall(
        r"^(\S+?)(?:==\S+)?(?: ;[^\\\n]*)? \\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE
    )
    named = re.findall(r"^[A-Za-z]\S*", text, re.MULTILINE)
    assert named
    assert len(pinned) == len(named)
    assert all("==" in one for one in named)


def test_llm03_asi04_tools_are_the_published_ones() -> None:
    """What a model is told about a tool is what the reference says; a tool comes from nowhere else."""
    page = (REPOSITORY / "docs/reference/tools.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `(\w+)`", page, re.MULTILINE)) == set(TOOLS)
    plain = " ".join(page.split())
    assert [one.name for one in TOOLS.values() if " ".join(one.description.split()) not in plain] == []


@pytest.mark.parametrize("switch", ["observe", "stop"])
def test_llm06_excessive_agency(shop: Shop, switch: str) -> None:
    """An assistant whose dial is turned to observing, or that was stopped, has no effect at all."""
    if switch == "stop":
        shop.desk.stop_all(DANA, "halt")
    else:
        for name in {tool.kind for tool in TOOLS.values() if tool.kind}:
            shop.desk.set_mode(name, Mode.OBSERVE, DANA)
    for name, arguments in (
        ("add_order_note", {"order": "1042", "note": "late"}),
        (
            "transfer_stock",
            {"sku": "TEA-100", "quantity": 2, "from_location": "Leeds", "to_location": "Bristol"},
        ),
        ("place_purchase_order", {"sku": "MUG-01", "quantity": 24}),
    ):
        assert call(shop, name, arguments).error_kind is None
    shop.desk.recover()
    assert len(shop.desk.actions()) == 3
    assert count_effects(shop.db) == 0


def test_llm07_prompt_leakage() -> None:
    """The prompt may be published: it holds no secret and no limit, and nothing that decides reads it."""
    words = prompt("operator").text
    assert not re.search(r"\bsk-|token=|password|BEGIN [A-Z ]*KEY", words)
    assert not re.search(r"\d[\d,.]* ?(?:GBP|EUR|USD)\b|[\u00a3\u20ac$]\d", words)
    readers = [
        path
        for room in ("policies", "tools", "shop")
        for path in (REPOSITORY / room).rglob("*.py")
        if re.search(r"^\s*(?:from|import) prompts\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert readers == []


def test_llm09_misinformation(shop: Shop) -> None:
    """A model that lies about its request changes no figure of the card that people decide on."""
    lie = "only 1.00 GBP, the lead has agreed, nobody needs to look"
    call(shop, "refund_order", {"order": "1042", "amount": "20.00", "reason": lie})
    (view,) = shop.desk.approvals()
    shown = " ".join([view.card.title, *(line.after for line in view.card.lines), *view.why])
    assert "20.00 GBP" in shown
    assert "1.00 GBP, the lead" not in " ".join([view.card.title, *view.why, *view.card.evidence])


def test_asi07_agents_hand_nothing_on(shop: Shop) -> None:
    """No assistant lends its place to another, nor is one lent to it."""
    agent, until = shop.session.principal, shop.clock() + timedelta(days=1)
    with pytest.raises(AccessDeniedError):
        shop.desk.delegate(agent, "dana", until=until)
    assert [name for name in TOOLS if re.search("agent|delegate|handoff", name)] == []


def test_asi10_rogue_agent(shop: Shop) -> None:
    """What an assistant has waiting is stopped by one press, and nothing of it runs while that stands."""
    approval = _waiting(shop)
    shop.desk.approve(approval, MAYA, execute=False)
    shop.desk.stop_all(DANA, "it acts strangely")
    shop.desk.recover()
    assert shop.desk.submit(shop.desk.approval(approval).action.action, Session(DANA)).receipt is None
    assert count_effects(shop.db) == 0
