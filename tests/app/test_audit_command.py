"""shophand audit: the key, the signed head, the export."""

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.bootstrap import House
from shop.actions import AddOrderNote
from shop.people import Principal
from tests.app.conftest import Shophand
from tools.desk import Session, Submission
from tools.ledger import chain

Ask = Callable[[int], Submission]


@pytest.fixture
def signed(house: House, shophand: Shophand, ask: Ask, tmp_path: Path) -> Path:
    """A file with the signed head of a store in which something happened."""
    ask(240)
    assert shophand("audit", "head", "--out", str(tmp_path / "head.json")).code == 0
    return tmp_path / "head.json"


def test_the_key_is_private_and_made_once(house: House, shophand: Shophand) -> None:
    """Running init makes a key of 32 bytes that its owner alone can read, and leaves one that is there."""
    path = house.home / "audit.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = house.audit_key.read()
    assert len(before) == 32
    assert shophand("init").code == 0
    assert house.audit_key.read() == before


def test_a_signed_head_verifies(signed: Path, shophand: Shophand) -> None:
    """The head that was just written holds."""
    said = shophand("audit", "verify", "--signed-head", str(signed))
    assert (said.code, said.out[:9]) == (0, "verified:")


def test_a_cut_off_end_is_told_with_its_place(house: House, signed: Path, shophand: Shophand) -> None:
    """Entries that were cut off are named, with exit code 1; without the head nobody would know."""
    entries = json.loads(signed.read_text())["entries"]
    with house.db.writing() as tx:
        tx.execute(text("DROP TRIGGER audit_no_delete"))
        tx.execute(text("DELETE FROM audit WHERE seq = :last"), {"last": entries})
    assert shophand("audit", "verify").code == 0
    said = shophand("audit", "verify", "--signed-head", str(signed))
    assert said.code == 1
    assert f"entries {entries} to {entries} were cut off" in said.err


def test_a_forged_head_is_refused(signed: Path, shophand: Shophand) -> None:
    """A head with another number of entries does not fit its signature."""
    body = json.loads(signed.read_text())
    signed.write_text(json.dumps({**body, "entries": 1}))
    said = shophand("audit", "verify", "--signed-head", str(signed))
    assert said.code == 1
    assert "signed head was changed" in said.err


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot read"), (b"\xff\xfe", "no text file"), (b"{}", "no signed head")],
)
def test_another_file_is_no_head(
    house: House, shophand: Shophand, tmp_path: Path, content: bytes | None, words: str
) -> None:
    """A file that is missing, no text or something else is told in words."""
    if content is not None:
        (tmp_path / "other").write_bytes(content)
    said = shophand("audit", "verify", "--signed-head", str(tmp_path / "other"))
    assert said.code != 0
    assert words in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("damage", "words"), [("gone", "shophand init"), ("open", "chmod"), ("bad", "damag")]
)
def test_a_key_that_cannot_be_used(house: House, shophand: Shophand, damage: str, words: str) -> None:
    """Without a key, with one that others can read or a damaged one nothing is signed, and it is said."""
    path = house.home / "audit.key"
    content = path.read_text().strip()
    match damage:
        case "gone":
            path.unlink()
        case "open":
            path.chmod(0o644)
        case _:
            path.write_text(content[:-2] + "zz")
    said = shophand("audit", "head", "--out", "head.json")
    assert said.code == 4
    assert words in said.err
    assert content[:16] not in said.err + said.out
    assert not Path("head.json").exists()


def test_the_key_stands_nowhere_else(house: House, signed: Path, shophand: Shophand) -> None:
    """Neither database nor export nor head nor configuration show the key."""
    key = house.audit_key.read()
    shown = shophand("audit", "export").out + shophand("config", "show").out + signed.read_text()
    assert key.hex() not in shown
    stored = b"".join(path.read_bytes() for path in house.home.glob("shop.db*"))
    assert key not in stored
    assert key.hex().encode() not in stored


def test_an_export_cannot_repaint_a_terminal(house: House, shophand: Shophand) -> None:
    """Escape codes and direction marks inside an entry leave the export as JSON escapes."""
    nasty = "\x1b[2J\x9b31m\u202eevil"
    with house.db.writing() as tx:
        actor = chain.Actor("human", nasty)
        chain.append(
            tx, house.db.tenant, datetime(2026, 11, 20, tzinfo=UTC), actor, "test", body={"n": nasty}
        )
    out = shophand("audit", "export").out
    assert all(mark.isprintable() for mark in out.replace("\n", ""))
    last = json.loads(out.splitlines()[-1])
    assert (last["actor"], last["body"]) == (nasty, {"n": nasty})


def test_an_admin_erases_what_was_typed(house: House, operator: Principal, shophand: Shophand) -> None:
    """The command erases, says so, and the record verifies; an operator may not."""
    note = AddOrderNote(order="1042", note="Johanna Canary moved")
    action = house.desk.submit(note, Session(operator)).action_id
    assert shophand("audit", "erase", "--action", action, "--as", "operator", "--yes").code == 4
    said = shophand("audit", "erase", "--action", action, "--yes")
    assert (said.code, said.err) == (0, f"{action}: note erased, files rewritten.\n")
    assert all(b"Johanna Canary moved" not in path.read_bytes() for path in house.home.glob("shop.db*"))
    assert shophand("audit", "verify").code == 0
    assert shophand("audit", "erase", "--action", action, "--yes").code == 5


def test_changed_arguments_are_found(house: House, operator: Principal, shophand: Shophand) -> None:
    """Arguments of an action that were changed in the database are found although the record holds."""
    action = house.desk.submit(AddOrderNote(order="1042", note="quiet"), Session(operator)).action_id
    with house.db.writing() as tx:
        tx.execute(text("UPDATE actions SET args = replace(args, 'quiet', 'loud')"))
    said = shophand("audit", "verify")
    assert said.code == 1
    assert f"the arguments of {action} were changed" in said.err
