"""Signals: what people tell the reorder plan of demand and supply to come."""

import sqlalchemy as sa
from alembic import op

from shop.store.columns import UtcText

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of signals."""
    op.create_table(
        "signals",
        sa.Column("id", sa.String(length=80), primary_key=True),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.Column("sku", sa.String(length=80)),
        sa.Column("category", sa.String(length=120)),
        sa.Column("location", sa.String(length=80)),
        sa.Column("supplier", sa.String(length=80)),
        sa.Column("purchase_order", sa.String(length=80)),
        sa.Column("percent", sa.Integer()),
        sa.Column("quantity", sa.Integer()),
        sa.Column("days", sa.Integer()),
        sa.Column("unit_cost_minor", sa.BigInteger()),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("added_at", UtcText(length=27), nullable=False),
        sa.Column("action_id", sa.String(length=80), unique=True),
        sa.Column("removed_at", UtcText(length=27)),
        sa.Column("removed_by", sa.String(length=80)),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    )
    op.create_index("signals_by_end", "signals", ["ends_on"])
