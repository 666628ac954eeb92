"""Erasing what people typed: gone from every file, while chain and digest still hold."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text

from shop.actions import KINDS, AddOrderNote, AdjustReason, AdjustStock, RefundOrder
from shop.errors import AccessDeniedError, ConflictError, NotFoundError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.service_actions import ADDRESS
from shop.store import journal
from shop.store.compaction import rewrite
from shop.store.database import Database
from shop.store.ledger_schema import actions
from tests.gate import ADA, MARCUS, PRIYA, SAM, Gate, order, person, session
from tools.desk import State
from tools.ledger import chain
from tools.ledger.erasure import changed_actions, erase_action_text, is_erased
from tools.ledger.salts import digest_of_args

SALT = bytes(range(32))
CANARY = "Johanna Canary lives at 9 Hidden Mews"


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases."""
    return Gate(database)


@pytest.fixture
def light(sqlite_database: Database) -> Gate:
    """A desk over the small store, on SQLite."""
    return Gate(sqlite_database)


def _note(gate: Gate, words: str = CANARY) -> str:
    answer = gate.desk.submit(AddOrderNote(order="1042", note=words), session(SAM))
    assert answer.state is State.EXECUTED
    return answer.action_id


def _refund(gate: Gate, words: str) -> str:
    """A refund that waits for the support lead."""
    action = RefundOrder(order="1042", amount=Money.of("21", "GBP"), reason=words)
    return gate.desk.submit(action, session(SAM)).action_id


def _erase(gate: Gate, action: str, who: Principal = ADA) -> tuple[str, ...]:
    with gate.db.writing() as tx:
        return erase_action_text(tx, gate.db.tenant, action, who, gate.now, SALT)


def _chain(gate: Gate) -> chain.AuditReport:
    with gate.db.reading() as snapshot:
        return chain.verify(snapshot, gate.db.tenant)


def _rows(gate: Gate) -> dict[str, tuple[object, ...]]:
    with gate.db.reading() as snapshot:
        return {row.id: tuple(row) for row in snapshot.execute(select(actions))}


def _anywhere(gate: Gate, words: str) -> list[str]:
    """Tables in which a text stands, whatever the column."""
    found = []
    with gate.db.reading() as snapshot:
        for table in (
            "actions",
            "decisions",
            "approvals",
            "grants",
            "audit",
            "order_notes",
            "effects",
            "entries",
        ):
            rows = snapshot.execute(text(f"SELECT * FROM {table}")).all()
            found += [table for row in rows if words in str(tuple(row))]
    return found


def test_the_text_is_gone_and_the_chain_holds(gate: Gate) -> None:
    """After erasure no table holds the text, the chain verifies with one entry more, the digest stays."""
    action = _note(gate)
    before, digest = _chain(gate), gate.desk.status(action).digest
    assert set(_anywhere(gate, CANARY)) == {"actions", "order_notes"}
    assert _erase(gate, action) == ("note",)
    rewrite(gate.db)
    assert _anywhere(gate, CANARY) == []
    assert _chain(gate).entries == before.entries + 1
    view = gate.desk.status(action)
    assert (view.digest, view.state) == (digest, State.EXECUTED)
    assert str(view.args["note"]).startswith("[erased ")


def test_nothing_is_left_in_the_files(light: Gate, tmp_path: Path) -> None:
    """After the rewrite the bytes of the text stand in no file; before it, in free pages or the log."""
    action = _note(light)
    _erase(light, action)
    assert CANARY.encode() in _files(tmp_path)
    rewrite(light.db)
    assert CANARY.encode() not in _files(tmp_path)
    assert _note(light, "the store works on") != action


def _files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.glob("shop.db*")))


def test_words_on_the_way_are_gone_too(light: Gate) -> None:
    """The reason of a rejection, an approver's note and the text on the card are erased as well."""
    rejected = _refund(light, CANARY)
    light.desk.reject("A-1", MARCUS, CANARY)
    granted = _refund(light, CANARY + "!")
    light.desk.approve("A-2", MARCUS, note=CANARY)
    for action in (rejected, granted):
        _erase(light, action)
    assert _anywhere(light, CANARY) == []
    assert light.desk.status(granted).state is State.EXECUTED


def test_text_on_a_card_is_gone(light: Gate) -> None:
    """A note that stood on a card as a figure of it is replaced there, and nothing else on the card is."""
    light.sql(
        "INSERT INTO switches (tenant, kind, value, by, at, reason) VALUES "
        "('main', 'add_order_note', 'assist', 'ada', '2026-11-20T00:00:00.000000Z', '')"
    )
    action = light.desk.submit(AddOrderNote(order="1042", note=CANARY), session(SAM)).action_id
    card = light.desk.approval("A-1").card
    light.desk.withdraw("A-1", SAM)
    _erase(light, action)
    after = light.desk.approval("A-1").card
    assert CANARY in str(card)
    assert CANARY not in str(after)
    assert (after.title, len(after.lines), after.undo_by) == (card.title, len(card.lines), card.undo_by)


def test_other_actions_stay_as_they_were(light: Gate) -> None:
    """Erasing one action changes no byte of another, also when it holds the same text."""
    erased, other = _note(light), _note(light)
    before = _rows(light)
    _erase(light, erased)
    after = _rows(light)
    assert after[other] == before[other]
    assert after[erased] != before[erased]


@pytest.mark.parametrize(
    "who",
    [SAM, PRIYA, person("bot", *Role, kind=Kind.AGENT), person("daemon", Role.ADMIN, kind=Kind.SYSTEM)],
    ids=lambda who: who.id,
)
def test_only_a_human_admin_erases(light: Gate, who: Principal) -> None:
    """Nobody but a human admin erases anything."""
    action = _note(light)
    before = _rows(light)
    with pytest.raises(AccessDeniedError, match="role admin"):
        _erase(light, action, who)
    assert _rows(light) == before


def test_what_may_still_move_is_not_erased(light: Gate) -> None:
    """A waiting action keeps its text: people decide on it."""
    action = _refund(light, CANARY)
    with pytest.raises(ConflictError, match="pending"):
        _erase(light, action)
    with pytest.raises(NotFoundError):
        _erase(light, "act_nothing")


def test_erasing_twice_is_refused(light: Gate) -> None:
    """What was erased once has no text left, and says so."""
    action = _note(light)
    _erase(light, action)
    with pytest.raises(ConflictError, match="erased already"):
        _erase(light, action)


def test_the_erasure_is_in_the_chain(light: Gate) -> None:
    """Who erased what stands in the record: the fields' names, never their text."""
    action = _note(light)
    _erase(light, action)
    with light.db.reading() as snapshot:
        last = list(chain.entries(snapshot, light.db.tenant))[-1]
    assert (last["type"], last["actor"], last["action_id"]) == ("action.text_erased", "ada", action)
    assert json.loads(last["body"])["fields"] == ["note"]


def test_erased_actions_are_told_from_changed_ones(light: Gate) -> None:
    """The digest check knows an erased action by the chain; a marker typed by somebody does not help."""
    erased, forged = _note(light), _note(light, "quiet")
    _erase(light, erased)
    with light.db.reading() as snapshot:
        assert list(changed_actions(snapshot, light.db.tenant)) == []
        assert is_erased(snapshot, light.db.tenant, erased)
        assert not is_erased(snapshot, light.db.tenant, forged)
    light.sql(f"UPDATE actions SET args = replace(args, 'quiet', '[erased 00]') WHERE id = '{forged}'")
    with light.db.reading() as snapshot:
        assert list(changed_actions(snapshot, light.db.tenant)) == [forged]


@pytest.mark.parametrize("state", ["approved", "executing", "unknown"])
def test_an_erased_action_never_runs(light: Gate, state: str) -> None:
    """Even if its row is set back by hand, an erased action is not carried out."""
    action = _refund(light, CANARY)
    light.desk.withdraw(action, SAM)
    _erase(light, action)
    light.sql(f"UPDATE actions SET state = '{state}' WHERE id = '{action}'")
    light.later(minutes=5)
    light.desk.recover()
    assert (light.desk.status(action).state, light.effects()) == (State.FAILED, 0)


def test_a_marker_cannot_be_guessed_and_can_be_checked(light: Gate) -> None:
    """The same text in two actions leaves two markers, and another key leaves others."""
    first, second = _note(light), _note(light)
    _erase(light, first)
    with light.db.writing() as tx:
        erase_action_text(tx, light.db.tenant, second, ADA, light.now, bytes(32))
    notes = {str(light.desk.status(action).args["note"]) for action in (first, second)}
    assert len(notes) == 2


def test_text_without_words_leaves_the_action(light: Gate) -> None:
    """An action without any typed text is marked as erased and keeps its arguments."""
    adjust = AdjustStock(sku="MUG-01", location="leeds", change=1, reason=AdjustReason.FOUND)
    action = light.desk.submit(adjust, session(SAM)).action_id
    before = light.desk.status(action).args
    assert _erase(light, action) == ()
    assert light.desk.status(action).args == before


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_free_text_is_declared(kind: str) -> None:
    """Each note or reason in people's own words is declared, and nothing else is."""
    typed = {
        name
        for name, field in KINDS[kind].model_fields.items()
        if name in {"note", "reason", "text", *ADDRESS} and field.annotation is str
    }
    assert set(KINDS[kind].free_text) == typed


def test_what_is_left_confirms_no_guess(light: Gate) -> None:
    """The salt of the digest is erased with the text: whoever knows all the rest cannot try a text."""
    action = _note(light)
    salt = light.desk.status(action).salt
    assert salt is not None
    _erase(light, action)
    view = light.desk.status(action)
    guess = AddOrderNote(order="1042", note=CANARY)
    assert view.digest != guess.digest(light.db.tenant)
    assert digest_of_args(guess.kind, guess.as_json(), light.db.tenant, salt) == view.digest
    assert view.salt is None
    with light.db.reading() as snapshot:
        rest = [
            str(tuple(row))
            for table in ("actions", "audit")
            for row in snapshot.execute(text(f"SELECT * FROM {table}"))
        ]
    assert not any(salt in row for row in rest)


def test_the_same_text_has_another_digest_each_time(light: Gate) -> None:
    """Two notes of the same words cannot be linked by their digests; actions without words keep theirs."""
    first, second = (light.desk.status(_note(light)) for _ in range(2))
    assert first.digest != second.digest
    silent = order()
    done = light.desk.submit(silent, session(SAM))
    assert light.desk.status(done.action_id).digest == silent.digest(light.db.tenant)


def test_a_conversation_is_reached(gate: Gate) -> None:
    """The text is gone from the events and the title of the conversation; the numbers of the events stay."""
    with gate.db.writing() as tx:
        stream = journal.open_stream(tx, "conversation", "sam", f"note: {CANARY}", now=gate.now)
        journal.append(tx, stream, "said", {"text": f"please note {CANARY} on 1042"}, gate.now)
        journal.append(tx, stream, "tool_call", {"args": {"order": "1042", "note": CANARY}}, gate.now)
        journal.append(tx, stream, "said", {"text": "thank you"}, gate.now)
    note = AddOrderNote(order="1042", note=CANARY)
    action = gate.desk.submit(note, session(SAM, conversation=stream)).action_id
    before = _chain(gate).entries
    _erase(gate, action)
    with gate.db.reading() as snapshot:
        events = journal.read(snapshot, stream)
        title = journal.stream(snapshot, stream).title
    assert [one.number for one in events] == [1, 2, 3]
    assert CANARY not in str(events) + title
    assert "[erased " in str(events[0].body)
    assert events[2].body == {"text": "thank you"}
    assert _chain(gate).entries == before + 1


def test_a_short_text_is_not_looked_for_everywhere(light: Gate) -> None:
    """A text of one word is erased where somebody's words stand, and no state of that name is touched."""
    with light.db.writing() as tx:
        stream = journal.open_stream(tx, "conversation", "sam", "hello", now=light.now)
        journal.append(tx, stream, "call", {"status": "done", "args": {"note": "done"}}, light.now)
    note = AddOrderNote(order="1042", note="done")
    _erase(light, light.desk.submit(note, session(SAM, conversation=stream)).action_id)
    with light.db.reading() as snapshot:
        (event,) = journal.read(snapshot, stream)
    assert event.body["status"] == "done"
    assert event.body["args"]["note"].startswith("[erased ")
