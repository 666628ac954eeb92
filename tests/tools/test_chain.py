"""The audit chain: append-only, and every change of it is found."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from shop.errors import AuditBrokenError, StoreError
from shop.store.database import Database, Transaction
from shop.store.ledger_schema import audit
from tools.ledger import chain

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ENTRIES = 12


@pytest.fixture
def chained(database: Database) -> Database:
    """A chain of a dozen entries, on both databases."""
    with database.writing() as tx:
        for number in range(ENTRIES):
            chain.append(
                tx,
                "main",
                NOW,
                chain.Actor("human", "ann"),
                "test",
                action_id=f"act_{number}",
                body={"number": number, "text": 'naïve \u2028 \\ " \n'},
            )
    return database


def _without_triggers(db: Database, statement: str) -> None:
    """What somebody with the database's own password could do."""
    with db.writing() as tx:
        if db.dialect == "sqlite":
            for trigger in ("audit_no_update", "audit_no_delete", "audit_in_order"):
                tx.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        tx.execute(text(statement))


def _verify(db: Database) -> chain.AuditReport:
    with db.reading() as snapshot:
        return chain.verify(snapshot, "main")


def test_an_untouched_chain_verifies(chained: Database) -> None:
    """An untouched chain verifies and names its head."""
    report = _verify(chained)
    assert report.entries == ENTRIES
    assert len(report.head) == 64


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = '{}' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 12",
        "INSERT INTO audit SELECT tenant, 14, prev, hash, at, actor_kind, actor, type, action_id, "
        "decision_id, policy_sha, body FROM audit WHERE seq = 12",
    ],
)
def test_the_database_refuses_changes(chained: Database, statement: str) -> None:
    """Updates, deletes and gaps are refused by triggers."""
    with pytest.raises(StoreError, match="append-only"), chained.writing() as tx:
        tx.execute(text(statement))
    assert _verify(chained).entries == ENTRIES


def test_replace_is_refused(sqlite_database: Database) -> None:
    """INSERT OR REPLACE, which goes round SQLite's delete triggers, is refused too."""
    with sqlite_database.writing() as tx:
        for _ in range(3):
            chain.append(tx, "main", NOW, chain.Actor("human", "ann"), "test", body={})
    statement = (
        "INSERT OR REPLACE INTO audit SELECT tenant, 2, prev, hash, at, actor_kind, 'eve', type, action_id, "
        "decision_id, policy_sha, body FROM audit WHERE seq = 2"
    )
    with pytest.raises(StoreError, match="append-only"), sqlite_database.writing() as tx:
        tx.execute(text(statement))


@pytest.mark.parametrize("column", [column.name for column in audit.columns])
def test_a_flipped_field_is_found(chained: Database, column: str) -> None:
    """P19: changing any field of a row, past the triggers, is found at that row."""
    value = "99" if column == "seq" else "'x'"
    _without_triggers(chained, f"UPDATE audit SET {column} = {value} WHERE seq = 5")
    with pytest.raises(AuditBrokenError) as broken:
        _verify(chained)
    assert broken.value.at_entry == 5


@pytest.mark.parametrize("seq", [1, 6])
def test_a_deleted_row_is_found(chained: Database, seq: int) -> None:
    """A row that was taken out is missed at its place."""
    _without_triggers(chained, f"DELETE FROM audit WHERE seq = {seq}")
    with pytest.raises(AuditBrokenError) as broken:
        _verify(chained)
    assert broken.value.at_entry == seq


def test_swapped_rows_are_found(chained: Database) -> None:
    """Two rows in each other's place are found."""
    _without_triggers(
        chained,
        "UPDATE audit SET seq = CASE seq WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE seq IN (4, 5)",
    )
    with chained.writing() as tx:
        tx.execute(text("UPDATE audit SET seq = -seq WHERE seq < 0"))
    with pytest.raises(AuditBrokenError):
        _verify(chained)


def test_a_cut_end_is_found_by_a_head_kept_outside(chained: Database) -> None:
    """Entries cut off the end leave a chain that verifies; only a head noted outside tells."""
    head = _verify(chained).head
    _without_triggers(chained, "DELETE FROM audit WHERE seq > 9")
    assert _verify(chained).entries == 9
    with chained.reading() as snapshot, pytest.raises(AuditBrokenError, match="cut off"):
        chain.verify(snapshot, "main", known_head=head)


@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\x7f"\\,\n')),
        min_size=10,
        max_size=10,
    ),
    seq=st.integers(1, 2**31 - 1),
)
def test_the_hash_is_over_canonical_json(texts: list[str], seq: int) -> None:
    """An entry's hash is SHA-256 over the canonical JSON (RFC 8785) of its fields, whatever their text."""
    names = [column.name for column in audit.columns if column.name not in {"seq", "hash"}]
    row = {"seq": seq, **dict(zip(names, texts, strict=True))}
    order = ("tenant", "seq", "prev", "at", "actor_kind", "actor", "type", "action_id", "decision_id")
    fields: list[Any] = [row[name] for name in (*order, "policy_sha", "body")]
    assert chain.entry_hash(row) == hashlib.sha256(rfc8785.dumps(fields)).hexdigest()


FIELDS = [column.name for column in audit.columns if column.name not in {"tenant", "seq"}]


@pytest.mark.parametrize("column", FIELDS)
def test_bytes_in_place_of_a_text_are_found(sqlite_database: Database, column: str) -> None:
    """A field turned into bytes, the same or none of UTF-8, is a changed entry at its place and no crash."""
    for value in (f"CAST({column} AS BLOB)", "CAST(x'fffe' AS TEXT)"):
        with sqlite_database.writing() as tx:
            tx.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
            tx.execute(audit.delete())
            _append(tx, "one", "two", "three")
            tx.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
            tx.execute(text(f"UPDATE audit SET {column} = {value} WHERE seq = 2"))
        with pytest.raises(AuditBrokenError, match="entry 2 ") as broken:
            _verify(sqlite_database)
        assert broken.value.at_entry == 2


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
@settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_letters_verify(sqlite_database: Database, texts: list[str]) -> None:
    """A chain holds whatever letters stand in its entries, and is broken by one letter more."""
    with sqlite_database.writing() as tx:
        for trigger in ("audit_no_update", "audit_no_delete"):
            tx.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        tx.execute(audit.delete())
        _append(tx, *texts)
    assert _verify(sqlite_database).entries == len(texts)
    with sqlite_database.writing() as tx:
        tx.execute(audit.update().where(audit.c.seq == 1).values(actor=texts[0] + "\n"))
    with pytest.raises(AuditBrokenError, match="entry 1 was changed"):
        _verify(sqlite_database)


def test_a_database_that_writes_other_json_verifies_the_same(sqlite_database: Database) -> None:
    """A release of SQLite that escapes letters otherwise makes no entry look changed, and hides no change."""

    def otherwise(*fields: str | int) -> str:
        return json.dumps(fields)  # spaces after commas, letters beyond ASCII as \\u

    @event.listens_for(sqlite_database.engine, "connect")
    def replace_json_array(connection: DBAPIConnection, _record: object) -> None:
        connection.create_function("json_array", -1, otherwise)

    sqlite_database.close()  # the next connection is made anew
    with sqlite_database.writing() as tx:
        _append(tx, "naïve", "two")
        assert tx.scalar(text("SELECT json_array('ï', 1)")) == '["\\u00ef", 1]'
    assert _verify(sqlite_database).entries == 2
    _without_triggers(sqlite_database, "UPDATE audit SET actor = 'naive' WHERE seq = 1")
    with pytest.raises(AuditBrokenError, match="entry 1 was changed"):
        _verify(sqlite_database)


@pytest.mark.parametrize("seq", [1_000, 1_001, 2_003])
@pytest.mark.parametrize("change", ["UPDATE audit SET at = 'x'", "DELETE FROM audit"])
def test_a_change_is_found_at_its_place_in_a_long_chain(
    sqlite_database: Database, change: str, seq: int
) -> None:
    """In a chain of several batches a changed and a deleted entry are named, at the seams too."""
    with sqlite_database.writing() as tx:
        _append(tx, *(["ann"] * 2_003))
    assert _verify(sqlite_database).entries == 2_003
    _without_triggers(sqlite_database, f"{change} WHERE seq = {seq}")
    with sqlite_database.reading() as snapshot, pytest.raises(AuditBrokenError) as broken:
        chain.verify(snapshot, "main", known_entries=2_003)
    assert broken.value.at_entry == seq


def _append(tx: Transaction, *actors: str) -> None:
    for actor in actors:
        chain.append(tx, "main", NOW, chain.Actor("human", actor), "test", body={"n": 1})
