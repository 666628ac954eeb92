"""Rules and dials on the command line: two people, and what each is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bootstrap import House
from policies.rules import SHIPPED, parse_policies, rule_texts
from shop.people import Role
from tests.app.conftest import Shophand
from tools.desk import Submission
from tools.ledger import policy_versions
from tools.ledger.policy_versions import Status


@pytest.fixture
def two(house: House) -> House:
    """The small store with a second person who decides, and a changed working copy."""
    house.admit("priya", "Priya", frozenset({Role.PURCHASING_MANAGER}))
    path = house.policies_directory / "reordering.yaml"
    text = path.read_text("utf-8").replace("{total: {over: 1_000 GBP}}", "{total: {over: 2_000 GBP}}", 1)
    path.write_text(text.replace("{total: 1_001 GBP}", "{total: 2_001 GBP}"), "utf-8")
    return house


def test_from_file_to_force(two: House, shophand: Shophand) -> None:
    """Draft by one, shadow, activation by another: then the new limit counts."""
    assert "po-manager" in shophand("policy", "diff").out
    assert shophand("policy", "draft", "--reason", "prices rose", "--as", "priya").code == 0
    assert shophand("policy", "shadow", "v2", "--as", "priya").code == 0
    assert shophand("policy", "activate", "v2", "--as", "priya", "--yes").code == 4
    assert shophand("policy", "activate", "v2", "--yes").code == 0
    versions = json.loads(shophand("policy", "versions", "--json").out)["versions"]
    assert [(one["status"], one["author"], one["activated_by"]) for one in versions] == [
        ("retired", "setup", "setup"),
        ("active", "priya", "owner"),
    ]
    assert two.policies().sha == versions[1]["sha"]
    assert shophand("policy", "diff").out == ""


def test_files_alone_change_nothing(two: House, shophand: Shophand) -> None:
    """The edited working copy has no effect and is named as different."""
    assert "over 1000.00 GBP" in shophand("policy", "explain", "po-manager").out
    assert json.loads(shophand("policy", "versions", "--json").out)["working_copy_differs"] is True


def test_activation_needs_an_answer(two: House, shophand: Shophand) -> None:
    """Without a terminal, and without --yes, nothing comes into force."""
    shophand("policy", "draft", "--reason", "prices rose", "--as", "priya")
    assert shophand("policy", "activate", "v2").code == 4
    assert [one.status.value for one in two.policymaking.versions()] == ["active", "draft"]


def test_the_shadow_is_counted(two: House, shophand: Shophand, ask: Callable[[int], Submission]) -> None:
    """The versions say how often the shadow answered otherwise; replay takes its digest."""
    shophand("policy", "draft", "--reason", "prices rose", "--as", "priya")
    shophand("policy", "shadow", "v2", "--as", "owner")
    ask(240)
    (version,) = [one for one in two.policymaking.versions() if one.status.value == "shadow"]
    assert "1 decisions" in shophand("policy", "versions").out
    assert shophand("policy", "replay", "--with", version.sha[:12]).code == 0


def test_export_writes_what_is_in_force(two: House, shophand: Shophand, tmp_path: Path) -> None:
    """The files of a version are written, and never over others unasked."""
    assert shophand("policy", "export", str(tmp_path / "out")).code == 0
    assert shophand("policy", "export", str(tmp_path / "out")).code == 4
    assert shophand("policy", "export", str(two.policies_directory), "--overwrite").code == 0
    assert shophand("policy", "diff").out == ""


def test_a_draft_is_withdrawn(two: House, shophand: Shophand) -> None:
    """A withdrawn draft is not activated any more."""
    shophand("policy", "draft", "--reason", "prices rose", "--as", "priya")
    assert shophand("policy", "withdraw", "v2", "--as", "priya").code == 0
    assert shophand("policy", "activate", "v2", "--yes", "--as", "owner").code == 5


def test_loosening_waits_for_a_second_person(two: House, shophand: Shophand) -> None:
    """The dial stays where it is until somebody else confirms the request."""
    shophand("mode", "set", "change_price", "observe", "--as", "operator")
    said = shophand("mode", "set", "change_price", "auto", "--reason", "fine")
    assert "L-1: owner asks for auto (change_price)" in said.err
    assert shophand("mode", "confirm", "L-1", "--as", "owner").code == 4
    assert json.loads(shophand("mode", "list", "--json").out)["modes"]["change_price"] == "observe"
    assert shophand("mode", "confirm", "l-1").code == 0
    assert json.loads(shophand("mode", "list", "--json").out)["modes"]["change_price"] == "auto"


def test_names_are_vouched_for_by_two(two: House, shophand: Shophand) -> None:
    """Foreign takes one person, own takes two."""
    assert shophand("mode", "names", "foreign").code == 0
    assert "L-1" in shophand("mode", "names", "own").err
    assert shophand("mode", "withdraw", "L-1").code == 0
    assert json.loads(shophand("mode", "list", "--json").out)["asked"] == []


def _with_older_rules(house: House) -> None:
    """Put the shipped rules without those of signals in force, as an older Shophand would have."""
    files = {name: text for name, text in rule_texts(SHIPPED).items() if name != "signals.yaml"}
    with house.db.writing() as tx:
        first = policy_versions.get(tx, house.db.tenant, 1)
        policy_versions.move(tx, house.db.tenant, first, Status.RETIRED)
        sha = parse_policies(files).sha
        words = {"base": 1, "author": "owner", "roles": (), "reason": "older", "now": house.clock()}
        policy_versions.add(tx, house.db.tenant, files, sha, Status.ACTIVE, **words)  # type: ignore[arg-type]


def test_an_older_store_adopts_what_its_rules_lack(house: House, shophand: Shophand) -> None:
    """Without the rules of signals the start refuses and says how; adopted and activated, it starts."""
    _with_older_rules(house)
    assert "shophand policy adopt" in shophand("status").err
    assert "v3 is a draft with the shipped rules of add_demand_signal" in shophand("policy", "adopt").out
    assert shophand("policy", "activate", "v3", "--yes").code == 0
    assert shophand("status").code == 0
    assert "nothing to adopt" in shophand("policy", "adopt").err
