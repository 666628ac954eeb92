"""Notices on their way out: what was told to whom, on which channel, and what is still to be told."""

import sqlalchemy as sa
from alembic import op

from shop.store.columns import UtcText

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the outbox."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcText(), nullable=False),
        sa.Column("next_at", UtcText(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcText(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.UniqueConstraint("key", "channel", name="notices_once"),
    )
    op.create_index("notices_due", "notices", ["next_at"])
