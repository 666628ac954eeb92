"""Payment methods, addresses of orders, returns and exchanges, identity and consent."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WORDS = (
    ("products", "options", sa.Text()),
    ("customers", "street2", sa.String(length=200)),
    ("customers", "region", sa.String(length=80)),
    ("orders", "ship_street", sa.String(length=200)),
    ("orders", "ship_street2", sa.String(length=200)),
    ("orders", "ship_city", sa.String(length=120)),
    ("orders", "ship_region", sa.String(length=80)),
    ("orders", "ship_postcode", sa.String(length=40)),
    ("orders", "ship_country", sa.String(length=80)),
    ("orders", "cancel_cause", sa.String(length=40)),
    ("returns", "inspection", sa.Text()),
)
_MAYBE: tuple[tuple[str, str, Any], ...] = (
    ("products", "product_group", sa.String(length=80)),
    ("orders", "items_changed_at", sa.String(length=27)),
    ("orders", "replaces", sa.String(length=80)),
    ("payments", "method_id", sa.String(length=80)),
    ("returns", "method_id", sa.String(length=80)),
    ("returns", "closed_on", sa.Date()),
    ("returns", "action_id", sa.String(length=80)),
)


def upgrade() -> None:
    """Add the tables and columns; what is there stays as it is."""
    for table, name, kind in _WORDS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=""))
    for table, name, kind in _MAYBE:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.add_column("returns", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_products_product_group", "products", ["product_group"])
    _let_an_action_pay_back_twice()
    _add_payment_tables()
    _add_conversation_tables()


def _let_an_action_pay_back_twice() -> None:
    """One action may pay back to several methods; the key of a payment still holds the action's id."""
    if op.get_bind().dialect.name == "sqlite":
        named = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
        with op.batch_alter_table("payments", naming_convention=named) as batch:
            batch.drop_constraint("uq_payments_action_id", type_="unique")
    else:
        op.drop_constraint("payments_action_id_key", "payments", type_="unique")
    op.create_index("ix_payments_action_id", "payments", ["action_id"])


def _add_payment_tables() -> None:
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("customer", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("brand", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("last_four", sa.String(length=4), nullable=False, server_default=""),
        sa.Column("balance_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_payment_methods_customer", "payment_methods", ["customer"])
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("rma", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("new_sku", sa.String(length=80), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method_id", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("action_id", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["rma"], ["returns.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["new_sku"], ["products.sku"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_exchanges_rma", "exchanges", ["rma"])
    op.create_index("ix_exchanges_order_id", "exchanges", ["order_id"])
    op.create_table(
        "store_credits",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("customer", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=True),
        sa.Column("method_id", sa.String(length=80), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("action_id"),
    )
    op.create_index("ix_store_credits_customer", "store_credits", ["customer"])


def _add_conversation_tables() -> None:
    op.create_table(
        "ticket_replies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ticket", sa.String(length=80), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("action_id"),
    )
    op.create_index("ix_ticket_replies_ticket", "ticket_replies", ["ticket"])
    op.create_table(
        "customer_conversations",
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.String(length=27), nullable=False),
        sa.Column("customer", sa.String(length=80), nullable=True),
        sa.Column("matched_by", sa.String(length=16), nullable=True),
        sa.Column("matched_at", sa.String(length=27), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("conversation"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("used_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["conversation"], ["customer_conversations.conversation"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consents_by_conversation", "consents", ["conversation", "used_by"])
