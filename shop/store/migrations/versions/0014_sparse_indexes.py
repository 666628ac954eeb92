"""Indexes of columns that are mostly empty hold only the rows that have a value."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is empty is counted as one value, which made such an index look worthless."""
    for name, columns in (
        ("actions_by_compensated", ["tenant", "compensates"]),
        ("actions_by_conversation", ["tenant", "conversation", "created_at", "id"]),
    ):
        filled = sa.text(f"{columns[1]} IS NOT NULL")
        op.drop_index(name, "actions")
        op.create_index(name, "actions", columns, sqlite_where=filled, postgresql_where=filled)
