"""The signed head: what it proves that the chain alone cannot."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from shop.errors import AuditBrokenError
from shop.store.database import Database
from shop.store.ledger_schema import audit
from tools.ledger import chain, head
from tools.ledger.head import Head, SignedHead

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
KEY = bytes(range(32))
OTHER = bytes(32)


@pytest.fixture
def chained(database: Database) -> Database:
    """A chain of nine entries, on both databases."""
    _append(database, 9)
    return database


def _append(db: Database, count: int, actor: str = "ann") -> None:
    with db.writing() as tx:
        for number in range(count):
            chain.append(tx, "main", NOW, chain.Actor("human", actor), "test", body={"number": number})


def _signed(db: Database) -> SignedHead:
    with db.reading() as snapshot:
        return head.sign_present(snapshot, "main", NOW, KEY)


def _verify(db: Database, signed: SignedHead, key: bytes = KEY) -> chain.AuditReport:
    with db.reading() as snapshot:
        return head.verify(snapshot, "main", signed, key)


def _cut(db: Database, after: int) -> None:
    """Delete the end of the chain as somebody with the database's own password could."""
    with db.writing() as tx:
        if db.dialect == "sqlite":
            tx.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        tx.execute(audit.delete().where(audit.c.seq > after))


def test_a_head_verifies_while_the_chain_grows(chained: Database) -> None:
    """A signed head holds today and after more entries."""
    signed = _signed(chained)
    assert (signed.head.tenant, signed.head.entries) == ("main", 9)
    assert _verify(chained, signed).entries == 9
    _append(chained, 3)
    assert _verify(chained, signed).entries == 12


def test_a_cut_end_is_found_with_its_place(chained: Database) -> None:
    """Entries cut off after the signing are named, first and last."""
    signed = _signed(chained)
    _cut(chained, after=6)
    with pytest.raises(AuditBrokenError, match="entries 7 to 9 were cut off") as broken:
        _verify(chained, signed)
    assert broken.value.at_entry == 7


def test_a_rewritten_end_is_found_with_its_place(chained: Database) -> None:
    """An end that was cut off and written anew, with hashes that hold, is not the one that was signed."""
    signed = _signed(chained)
    _cut(chained, after=6)
    _append(chained, 5, actor="eve")
    with chained.reading() as snapshot:
        assert chain.verify(snapshot, "main").entries == 11
    with pytest.raises(AuditBrokenError, match="entry 9 is another") as broken:
        _verify(chained, signed)
    assert broken.value.at_entry == 9


def test_an_emptied_chain_is_found(chained: Database) -> None:
    """A chain without any entry does not hold a head of nine."""
    signed = _signed(chained)
    _cut(chained, after=0)
    with pytest.raises(AuditBrokenError, match="entries 1 to 9 were cut off"):
        _verify(chained, signed)


@pytest.mark.parametrize("change", [{"tenant": "other"}, {"entries": 8}, {"head": "0" * 64}, {"at": "2027"}])
def test_every_field_is_signed(sqlite_database: Database, change: dict[str, object]) -> None:
    """A head with another tenant, number, hash or time does not fit its signature."""
    _append(sqlite_database, 9)
    signed = _signed(sqlite_database)
    forged = SignedHead(replace(signed.head, **change), signed.signature)  # type: ignore[arg-type]
    with pytest.raises(AuditBrokenError, match="was changed, or signed with another key"):
        _verify(sqlite_database, forged)


def test_another_key_does_not_sign(sqlite_database: Database) -> None:
    """A head signed with another key is refused, and so is one of another tenant."""
    _append(sqlite_database, 2)
    signed = _signed(sqlite_database)
    with pytest.raises(AuditBrokenError, match="another key"):
        _verify(sqlite_database, signed, OTHER)
    with pytest.raises(AuditBrokenError, match="is of 'elsewhere'"):
        _verify(sqlite_database, head.sign(replace(signed.head, tenant="elsewhere"), KEY))


def test_an_empty_chain_can_be_signed(sqlite_database: Database) -> None:
    """The head of an empty chain holds, before and after the first entry."""
    signed = _signed(sqlite_database)
    assert _verify(sqlite_database, signed).entries == 0
    _append(sqlite_database, 1)
    assert _verify(sqlite_database, signed).entries == 1


def test_a_head_survives_its_file() -> None:
    """What is written for keeping is read back the same."""
    signed = head.sign(Head("main", 9, "ab" * 32, "2026-11-20T09:00:00.000000Z"), KEY)
    assert head.parse(signed.as_json()) == signed


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        '{"schema": "shophand.audit_head/2"}',
        json.dumps({"schema": head.SCHEMA, **asdict(Head("m", 1, "a", "b")), "signature": 5}),
        json.dumps({"schema": head.SCHEMA, **asdict(Head("m", 1, "a", "b")), "signature": "é"}),
        json.dumps({"schema": head.SCHEMA, **asdict(Head("m", -1, "a", "b")), "signature": "00"}),
        json.dumps({"schema": head.SCHEMA, **asdict(Head("m", 1, "a", "b")), "signature": "0", "more": 1}),
    ],
)
def test_anything_else_is_no_head(broken: str) -> None:
    """A file that is no signed head is refused in words."""
    with pytest.raises(AuditBrokenError, match="no signed head"):
        head.parse(broken)


@pytest.mark.parametrize("key", [b"", b"short", bytes(33)])
def test_a_key_has_its_full_length(key: bytes) -> None:
    """No head is signed with a short or long key."""
    with pytest.raises(ValueError, match="32 bytes"):
        head.sign(Head("main", 0, chain.GENESIS, ""), key)
