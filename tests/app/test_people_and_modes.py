import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.bootstrap import House, build_house
from app.settings import Settings
from shop.errors import StoreError
from shop.people import Role
from shop.store.database import Database
from tests.app.conftest import Shophand
from tools.desk import State, Submission


def test_an_admin_adds_somebody_who_can_act_then(house: House, shophand: Shophand) -> None:
    """add, token, and the token opens the door."""
    assert shophand("people", "add", "priya", "--role", "purchasing_manager", "--limit", "25000").code == 0
    token = shophand("people", "token", "priya", "--days", "30").out.strip()
    assert house.people.principal_for(token).id == "priya"
    listed = json.loads(shophand("people", "list", "--json").out)["people"]
    assert {one["id"]: one["limit"] for one in listed}["priya"] == "25,000.00 GBP"


def test_only_an_admin_changes_people(house: House, shophand: Shophand) -> None:
    """The operator is refused with exit code 4, and nobody is added."""
    said = shophand("people", "add", "eve", "--role", "admin", "--as", "operator")
    assert said.code == 4
    assert "eve" not in shophand("people", "list").out


def test_an_agent_with_an_approving_role_is_refused(house: House, shophand: Shophand) -> None:
    """--agent and finance do not go together."""
    assert shophand("people", "add", "bot", "--agent", "--role", "finance").code == 2


def test_deactivating_needs_an_answer(house: House, shophand: Shophand) -> None:
    """Without a terminal it is an error unless --yes was given; then every token is worthless."""
    assert shophand("people", "deactivate", "operator").code == 4
    assert shophand("people", "deactivate", "operator", "--yes").code == 0
    assert shophand("people", "list", "--json").out.count('"active": false') == 1
    assert "operator" not in house.credentials.tokens()


def test_an_operator_tightens_and_only_an_admin_loosens(house: House, shophand: Shophand) -> None:
    """An operator turns to assist; back to auto takes the owner."""
    assert shophand("mode", "set", "change_price", "assist", "--as", "operator").code == 0
    assert shophand("mode", "set", "change_price", "auto", "--as", "operator").code == 4
    assert shophand("mode", "set", "change_price", "auto").code == 0


def test_an_unknown_kind_of_action_is_not_found(house: House, shophand: Shophand) -> None:
    """Exit code 3 for a dial that does not exist."""
    assert shophand("mode", "set", "fly", "assist").code == 3


def test_stopped_nothing_is_carried_out_until_somebody_resumes(
    house: House, shophand: Shophand, ask: Callable[[int], Submission]
) -> None:
    """An approval under the stop switch waits; after resume the next command carries it out."""
    ask(240)
    assert shophand("mode", "stop", "--reason", "counting").code == 0
    assert shophand("approvals", "approve", "A-1").code == 7
    assert house.desk.approval("A-1").state is State.APPROVED
    assert shophand("mode", "resume", "--as", "operator").code == 4
    assert shophand("mode", "resume", "--reason", "done").code == 0
    said = shophand("status")
    assert "left by an interrupted process: done: PO-" in said.err
    assert house.desk.approval("A-1").state is State.EXECUTED


@pytest.mark.parametrize("mode", ["observe", "assist", "auto"])
def test_all_dials_turn_together(house: House, shophand: Shophand, mode: str) -> None:
    """`all` turns every kind of action."""
    assert shophand("mode", "set", "all", mode).code == 0
    assert set(json.loads(shophand("mode", "list", "--json").out)["modes"].values()) == {mode}


def test_a_question_gets_its_answer_on_stdout(house: House, shophand: Shophand) -> None:
    """With -m the answer is data on stdout; tool calls are talk."""
    said = shophand("chat", "-m", "how many MUG-01 do we have?")
    assert said.code == 0
    assert "MUG-01" in said.out
    assert "check_stock" in said.err
    assert "check_stock" not in said.out


def test_a_conversation_goes_on(house: House, shophand: Shophand) -> None:
    """The id in the JSON answer continues the same conversation."""
    first = json.loads(shophand("chat", "-m", "how many MUG-01 do we have?", "--json").out)
    words = ("chat", "--conversation", first["conversation"], "-m", "and TEA-100?", "--json")
    second = json.loads(shophand(*words).out)
    assert (first["schema"], first["turn"], second["turn"]) == ("shophand.turn/1", 1, 2)
    assert second["conversation"] == first["conversation"]
    assert first["brain"] == "offline"


def test_somebody_elses_conversation_is_closed(house: House, shophand: Shophand) -> None:
    """A conversation belongs to the person who began it."""
    first = json.loads(shophand("chat", "-m", "how many MUG-01 do we have?", "--json").out)
    said = shophand("chat", "--conversation", first["conversation"], "-m", "hello", "--as", "owner")
    assert said.code == 4


def test_a_run_tells_by_its_exit_code_what_is_left(house: House, shophand: Shophand) -> None:
    """A run says what it did; its JSON report names its schema and adds up."""
    said = shophand("run", "reorder", "--json")
    body = json.loads(said.out)
    kpis = body["kpis"]
    assert body["schema"] == "shophand.run/1"
    assert said.code == (7 if kpis["waiting"] else 6 if kpis["refused"] else 0)
    assert len(body["draft"]["lines"]) == kpis["checked"]


def test_a_report_is_written_in_four_forms(house: House, shophand: Shophand) -> None:
    """--out leaves the report as HTML, Markdown, CSV and JSON."""
    shophand("run", "reorder", "--dry-run", "--out", "report")
    said = sorted(path.name for path in (house.home.parent / "report").iterdir())
    assert said == ["lines.csv", "report.html", "report.json", "report.md"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--as-of", "2026-01-01"), 2),
        (("--as-of", "yesterday"), 2),
        (("--location", "mars"), 3),
        (("--supplier", "nobody"), 3),
        (("--budget", "much"), 2),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(
    house: House, shophand: Shophand, words: tuple[str, ...], code: int
) -> None:
    """Wrong days, places, suppliers and budgets ask for nothing."""
    assert shophand("run", "reorder", *words).code == code
    assert house.desk.actions() == []


def test_an_admin_lets_a_database_role_read(
    postgres_url: str, shophand: Shophand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command prints what it granted; from then on the role reads the shop and writes nothing."""
    role, tenant = f"reader_of_cli_{os.getpid()}", f"rolescli{os.getpid()}"
    monkeypatch.setenv("SHOPHAND_DATABASE_URL", postgres_url)
    monkeypatch.setenv("SHOPHAND_TENANT", tenant)
    assert shophand("init", "--name", "Hearth & Home", "--currency", "GBP").code == 0
    db = Database(postgres_url, tenant=tenant)
    with db.writing() as tx:
        tx.execute(text(f"CREATE ROLE {role}"))
    said = shophand("people", "database-role", role)
    assert said.code == 0
    assert "GRANT SELECT" in said.out
    with db.reading() as snapshot:
        snapshot.execute(text(f"SET LOCAL ROLE {role}"))
        snapshot.execute(text("SELECT * FROM products")).all()
    with pytest.raises(StoreError, match="permission denied"):
        _update_as(role, db)
    db.close()


def _update_as(role: str, db: Database) -> None:
    with db.writing() as tx:
        tx.execute(text(f"SET LOCAL ROLE {role}"))
        tx.execute(text("UPDATE actions SET state = 'approved'"))


@pytest.mark.usefixtures("house")
def test_only_an_admin_gives_a_database_role_its_rights(shophand: Shophand) -> None:
    """The operator is refused; on SQLite an admin is told that there are no roles."""
    assert "no admin" in shophand("people", "database-role", "reader", "--as", "operator").err
    assert "SQLite has no roles" in shophand("people", "database-role", "reader").err


def test_init_adds_nobody_to_a_store_that_has_people(shophand: Shophand, tmp_path: Path) -> None:
    """Where people are known, as in the sample store, a second `init` makes no owner beside them."""
    opened = build_house(Settings.load({"home": tmp_path / ".shophand"}))
    opened.admit("sam", "Sam", frozenset({Role.OPERATOR}))
    assert shophand("init").code == 0
    assert [one.id for one in opened.people.everybody()] == ["sam"]
    opened.db.close()
