"""What refunds were for: by line, and the shipping; those before stay without."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of what refunds were for."""
    op.create_table(
        "refund_parts",
        sa.Column("action_id", sa.String(length=80), primary_key=True),
        sa.Column("order_id", sa.String(length=80), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("line_no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
    )
    op.create_index("ix_refund_parts_order_id", "refund_parts", ["order_id"])
