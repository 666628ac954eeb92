"""Plans on the command line: proposed from a file, approved, shown, withdrawn."""

import json
from pathlib import Path

import pytest

from app.bootstrap import House
from tests.app.conftest import Shophand, order_of
from tools.desk import State

pytestmark = pytest.mark.usefixtures("house")
NOTE = {"kind": "add_order_note", "args": {"order": "nobody's", "note": "hello"}}


def _file(tmp_path: Path, *steps: object) -> str:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(list(steps)), encoding="utf-8")
    return str(path)


def _order(pieces: int) -> dict[str, object]:
    action = order_of(pieces)
    return {"kind": action.kind, "args": action.as_json()}


def test_a_plan_waits_and_is_approved_as_a_whole(house: House, shophand: Shophand, tmp_path: Path) -> None:
    """A proposed plan shows each step with its undo; one approval lets all of it be carried out."""
    asked = shophand("plans", "propose", _file(tmp_path, _order(240), _order(252)), "--as", "operator")
    assert asked.code == 7, asked
    assert asked.out.startswith("P-1  waiting")
    assert asked.out.count("to undo it: cancel the purchase order") == 2
    done = shophand("plans", "approve", "P-1", "--as", "owner", "--json")
    assert done.code == 0, done
    assert json.loads(done.out)["state"] == "done"
    assert len(house.desk.actions(states=(State.EXECUTED,))) == 2
    assert "P-1  done, 2 steps, asked by operator" in shophand("plans", "list").out


def test_a_plan_that_is_denied_is_refused(house: House, shophand: Shophand, tmp_path: Path) -> None:
    """One denied step refuses all of it, with exit code 6."""
    said = shophand("plans", "propose", _file(tmp_path, _order(240), NOTE), "--as", "operator")
    assert said.code == 6
    assert "P-1  refused" in said.out
    assert house.desk.approvals() == []


def test_a_plan_is_withdrawn(shophand: Shophand, tmp_path: Path) -> None:
    """Whoever asked takes it back; a second time is a conflict."""
    shophand("plans", "propose", _file(tmp_path, _order(240), _order(252)), "--as", "operator")
    assert "refused" in shophand("plans", "withdraw", "P-1", "--as", "operator").out
    assert shophand("plans", "withdraw", "P-1", "--as", "operator").code == 5
    assert shophand("plans", "answer", "P-1", "1", "--note", "fine", "--as", "operator").code == 5


def test_what_is_no_plan_is_said(shophand: Shophand, tmp_path: Path) -> None:
    """A wrong file is a usage error in one line, an unknown plan is not found."""
    assert shophand("plans", "propose", _file(tmp_path, {"kind": "wire"}), "--as", "operator").code == 2
    assert shophand("plans", "propose", str(tmp_path / "none.json"), "--as", "operator").code == 2
    assert shophand("plans", "show", "P-9").code == 3
