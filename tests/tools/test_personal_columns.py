"""Every column that can hold words is known to hold a person or not: what does is exported and erased."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import String, insert, select, true, update

from shop.errors import InvalidActionError
from shop.people import Kind, Principal, Role
from shop.store import schema, service_schema
from shop.store.database import Database
from tests.service_store import add_service
from tools.ledger import forgetting, personal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADMIN = Principal("amira", "Amira", Kind.HUMAN, frozenset({Role.ADMIN, Role.OPERATOR}))

OF_A_CUSTOMER = {
    "customers": "name email phone street street2 city region postcode country",
    "orders": "ship_street ship_street2 ship_city ship_region ship_postcode ship_country",
    "payment_methods": "brand last_four",
    "payments": "method",
    "order_notes": "text",
    "returns": "reason inspection",
    "tickets": "subject body",
    "ticket_replies": "text",
    "store_credits": "reason",
}
"""Columns of the shop that say who a customer is, or hold what was written by or about them."""

OF_ACTIONS_AND_TALKS = {
    "actions": "args reason receipt",
    "approvals": "card",
    "decisions": "facts body",
    "effects": "receipt",
    "events": "body",
    "grants": "note",
    "streams": "title",
    "plan_steps": "question answer",
}
"""May repeat a customer's words; erased action by action and conversation by conversation (other tests)."""

OF_STAFF_AND_SUPPLIERS = {
    "audit": "actor body",
    "delegations": "delegator delegate reason",
    "identities": "issuer subject person",
    "loosenings": "requester reason ended_by value switches",
    "notices": "key channel body fault",
    "people": "id name",
    "policy_versions": "author reason files",
    "signals": "reason author removed_by",
    "suppliers": "name email",
    "supplier_notes": "subject body",
    "switches": "by reason value",
    "failed_sign_ins": "visitor",
    "tokens": "person",
    "web_sessions": "person how",
}
"""People of the store and of suppliers; no customer's words are written there."""

KEPT_BY_TRIGGERS = {"customer_names": "word"}
"""Copies of other columns, which change and go with them."""

NUMBERS_AND_CODES = frozenset(
    """
    action_id acting_for activated_by actor_kind at answered_by assigned_to author by
    cancel_cause category compensates competitor conversation counts country currency customer
    decision_id digest effect engine financial_status hash home_currency id idempotency_key
    item_class kind limit_currency line location matched_by method_id money_currency name
    new_sku on_behalf_of options order_id owner key policy_sha prev product_group purchase_order
    ref replaces report revoked_by requester requester_kind required rma roles run salt scope
    sha shadow_by shadow_sha shadow_verdict sku source stage state status stream superseded_by
    supersedes supplier ticket timezone title tracking type used_by vendor verdict versions
    worker carrier tenant person
    """.split()  # noqa: SIM905 - as a list it would be a page of lines
)


def told() -> set[tuple[str, str]]:
    """The columns that are classified one by one."""
    groups = (OF_A_CUSTOMER, OF_ACTIONS_AND_TALKS, OF_STAFF_AND_SUPPLIERS, KEPT_BY_TRIGGERS)
    return {(table, one) for group in groups for table, names in group.items() for one in names.split()}


def test_every_column_of_words_is_classified() -> None:
    """A new column of text must be named here: as personal data, or as a number or code."""
    known = told()
    unknown = [
        f"{table.name}.{column.name}"
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String)
        and (table.name, column.name) not in known
        and column.name not in NUMBERS_AND_CODES
    ]
    assert unknown == []


def test_what_is_personal_is_exported_and_erased(store: Database) -> None:
    """Each personal column of a customer's rows stands in the export, and in nothing after the erasure."""
    add_service(store)
    words = {"at": NOON, "author": "sam", "action_id": "act_1"}
    credit = {
        "id": "CR-1",
        "customer": "C-10001",
        "method_id": "pm-gift",
        "amount_minor": 5,
        "currency": "GBP",
    }
    with store.writing() as tx:
        tx.execute(insert(service_schema.ticket_replies).values(ticket="T-501", text="", **words))
        tx.execute(insert(service_schema.store_credits).values(at=NOON, reason="", **credit))
        for table, names in OF_A_CUSTOMER.items():
            marks = {one: canary(table, one) for one in names.split()}
            rows = schema.metadata.tables[table]
            mine = rows.c.id == "C-10001" if table == "customers" else true()
            tx.execute(update(rows).where(mine).values(**marks))
        before = personal.export(tx, "main", "C-10001", ADMIN, "asked for it", NOON)
        forgetting.forget(tx, "main", "C-10001", ADMIN, "asked for it", NOON, b"salt")
        after = personal.export(tx, "main", "C-10001", ADMIN, "asked for it", NOON)
        words_left = tx.scalars(select(schema.metadata.tables["customer_names"].c.word)).all()
    assert "customers.name" not in words_left
    for table, names in OF_A_CUSTOMER.items():
        assert before[table], f"the small store has no row of {table}"
        for one in names.split():
            assert canary(table, one) in repr(before[table]), f"{table}.{one} is not exported"
            assert canary(table, one) not in repr(after), f"{table}.{one} is not erased"


def canary(table: str, column: str) -> str:
    """A value that stands nowhere else."""
    return f"card ending {table}.{column}"


@pytest.mark.parametrize(
    "reason",
    ["", "xxx", "aaaaaa", "1234", "for Johanna Canary", "ring +44 20 7946 0991", "mail a@example.com"],
)
def test_a_reason_is_words_without_anybody_in_it(store: Database, reason: str) -> None:
    """The audit keeps reasons for good, so what is none, and what names the customer, is refused."""
    with store.writing() as tx, pytest.raises(InvalidActionError, match=r"reason"):
        personal.read_in_full(tx, "main", "C-10001", ADMIN, reason, NOON)
