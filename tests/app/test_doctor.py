import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bootstrap import House
from shop.people import Role
from shop.store.founding import set_own_names
from tests.app.conftest import Shophand
from tools.desk import Submission


def _health(shophand: Shophand) -> dict[str, tuple[str, str]]:
    checks = json.loads(shophand("doctor", "--json").out)["checks"]
    return {one["name"]: (one["health"], one["repair"]) for one in checks}


def test_a_healthy_store_is_exit_code_0(house: House, shophand: Shophand) -> None:
    """Nothing fails in the small store, and the table names each check."""
    said = shophand("doctor")
    assert said.code == 0
    assert "fail" not in said.out
    assert set(_health(shophand)) >= {"python", "disk", "model", "store", "policy", "audit", "clock"}


def test_no_store_fails_with_the_commands_that_make_one(shophand: Shophand) -> None:
    """Without a store the doctor says so and ends with exit code 4."""
    assert shophand("doctor").code == 4
    health, repair = _health(shophand)["store"]
    assert health == "fail"
    assert "shophand demo" in repair


def test_a_broken_rule_file_is_found(house: House, shophand: Shophand) -> None:
    """A rule file that cannot be read is found, and the rules in force are not touched by it."""
    path = house.policies_directory / "pricing.yaml"
    path.write_text(path.read_text().replace("deny:", "denied:", 1))
    assert _health(shophand)["rule files"][0] == "fail"
    assert _health(shophand)["policy"][0] == "ok"
    assert shophand("policy", "check").code == 4
    assert shophand("policy", "list").code == 0


def test_a_changed_rule_file_is_announced(house: House, shophand: Shophand) -> None:
    """A working copy with other rules has no effect, and the doctor says so with the way on."""
    path = house.policies_directory / "pricing.yaml"
    path.write_text(path.read_text().replace("[-10, 10]", "[-20, 20]"))
    health, repair = _health(shophand)["rule files"]
    assert health == "warn"
    assert "policy draft" in repair


def test_rules_that_the_record_does_not_know_fail(house: House, shophand: Shophand) -> None:
    """Rules put in force by a hand in the database are found out: the record names others."""
    from sqlalchemy import text  # noqa: PLC0415 - a test that breaks in under the table

    path = house.policies_directory / "pricing.yaml"
    path.write_text(path.read_text().replace("[-80, 400]", "[-90, 500]"))
    shophand("policy", "draft", "--reason", "more room")
    with house.db.writing() as tx:
        tx.execute(text("UPDATE policy_versions SET status = 'retired' WHERE number = 1"))
        tx.execute(text("UPDATE policy_versions SET status = 'active' WHERE number = 2"))
    health, repair = _health(shophand)["policy"]
    assert (health, "backup" in repair) == ("fail", True)


def test_a_store_of_one_is_announced(house: House, shophand: Shophand) -> None:
    """One person who decides everything is a warning; with a second one it is not."""
    health, repair = _health(shophand)["four eyes"]
    assert (health, repair) == ("warn", "shophand people add NAME --role admin")
    house.admit("second", "Second", frozenset({Role.FINANCE}))
    assert _health(shophand)["four eyes"][0] == "ok"
    house.people.deactivate("second")
    assert _health(shophand)["four eyes"][0] == "warn"


def test_limits_in_another_currency_are_found(house: House, shophand: Shophand) -> None:
    """Rules that count in another currency than the store would deny everything: never drafted."""
    for path in house.policies_directory.glob("*.yaml"):
        path.write_text(path.read_text().replace("GBP", "EUR"))
    said = shophand("policy", "draft", "--reason", "the euro")
    assert said.code == 4
    assert "limits in EUR, but the store counts in GBP" in said.err


def test_a_file_of_tokens_that_others_can_read_is_found(house: House, shophand: Shophand) -> None:
    """Mode 0644 fails with the command that repairs it."""
    house.credentials.path.chmod(0o644)
    health, repair = _health(shophand)["credentials"]
    assert health == "fail"
    assert "chmod 600" in repair


def test_a_role_that_nobody_holds_is_a_warning(house: House, shophand: Shophand) -> None:
    """Requests that nobody could decide are announced."""
    house.people.deactivate("owner")
    health, repair = _health(shophand)["approvers"]
    assert health == "warn"
    assert repair.startswith("shophand people add NAME --role ")


def test_names_from_a_file_are_announced(house: House, shophand: Shophand) -> None:
    """An imported catalogue's titles are words from outside until people vouch for them."""
    assert _health(shophand)["names"] == ("ok", "")
    with house.db.writing() as tx:
        set_own_names(tx, own=False)
    health, repair = _health(shophand)["names"]
    assert health == "warn"
    assert "shophand mode names own" in repair


def test_one_person_is_not_two(house: House, shophand: Shophand) -> None:
    """An owner who holds every role is one person: a rule that asks two different people is announced."""
    health, repair = _health(shophand)["approvers"]
    assert health == "warn"
    house.admit("second", "Second", frozenset({Role.FINANCE}))
    assert _health(shophand)["approvers"][0] == "ok"
    assert repair.startswith("shophand people add NAME --role ")


def test_a_changed_record_is_found(
    house: House, shophand: Shophand, ask: Callable[[int], Submission]
) -> None:
    """Somebody who edits the audit by hand is found out, by the doctor and by audit verify."""
    from sqlalchemy import text  # noqa: PLC0415 - a test that breaks in under the table

    ask(240)
    with house.db.writing() as tx:
        for (name,) in tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            tx.execute(text(f"DROP TRIGGER {name}"))
        tx.execute(text("UPDATE audit SET actor = 'mallory' WHERE seq = 2"))
    assert _health(shophand)["audit"][0] == "fail"
    said = shophand("audit", "verify")
    assert (said.code, said.out) == (1, "")
    assert "entry 2 was changed" in said.err


def test_a_cut_off_record_is_found_with_the_head_noted_before(
    house: House, shophand: Shophand, ask: Callable[[int], Submission]
) -> None:
    """A head that was noted outside must still be in the chain."""
    head = json.loads(shophand("audit", "verify", "--json").out)["head"]
    ask(240)
    assert shophand("audit", "verify", "--head", head).code == 0
    assert shophand("audit", "verify", "--head", "f" * 64).code == 1


def test_an_unreachable_model_fails(
    house: House, shophand: Shophand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that nobody answers for is a failure with its remedy, and does not stop the other checks."""
    monkeypatch.setenv("SHOPHAND_MODEL", "openai:nothing")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    health, repair = _health(shophand)["model"]
    assert health == "fail"
    assert "SHOPHAND_MODEL=offline" in repair
    assert _health(shophand)["audit"][0] == "ok"


def test_a_misspelt_variable_is_a_warning(
    house: House, shophand: Shophand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SHOPHAND_MODLE is announced."""
    monkeypatch.setenv("SHOPHAND_MODLE", "offline")
    assert _health(shophand)["settings"] == ("warn", "unset SHOPHAND_MODLE")


def test_the_export_of_the_record_is_one_document_per_line(house: House, shophand: Shophand) -> None:
    """Each line names its schema and carries its hash; the last hash is the head."""
    lines = [json.loads(line) for line in shophand("audit", "export").out.splitlines()]
    assert {line["schema"] for line in lines} == {"shophand.audit_entry/1"}
    assert lines[-1]["hash"] == json.loads(shophand("audit", "verify", "--json").out)["head"]
    assert not Path("credentials.toml").exists()
