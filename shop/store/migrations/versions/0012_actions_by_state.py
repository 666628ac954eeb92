"""The list of actions in one state comes in its own order."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The index ends with the id, by which actions of one moment are ordered."""
    op.drop_index("actions_by_state", "actions")
    op.create_index("actions_by_state", "actions", ["tenant", "state", "created_at", "id"])
