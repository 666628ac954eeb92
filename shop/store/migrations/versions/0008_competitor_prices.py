"""Competitor prices, and the price before each change: what held before the first change that is known."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of competitor prices; earlier changes do not know what held before them."""
    op.add_column("price_changes", sa.Column("before_minor", sa.BigInteger(), nullable=True))
    op.create_table(
        "competitor_prices",
        sa.Column("sku", sa.String(length=80), sa.ForeignKey("products.sku"), primary_key=True),
        sa.Column("competitor", sa.String(length=120), primary_key=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
    )
