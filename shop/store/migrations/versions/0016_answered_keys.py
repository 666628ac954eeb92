"""Keys that were answered with an action filed under another key: they belong to it for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "answered_keys",
        sa.Column("tenant", sa.String(40), primary_key=True),
        sa.Column("idempotency_key", sa.String(200), primary_key=True),
        sa.Column("action_id", sa.String(80), nullable=False),
    )
