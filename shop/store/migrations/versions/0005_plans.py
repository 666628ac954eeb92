"""Plans: several actions asked for as one, with the steps that a person must decide about."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "plans",
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("requester", sa.String(length=80), nullable=False),
        sa.Column("requester_kind", sa.String(length=8), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=80), nullable=True),
        sa.Column("conversation", sa.String(length=80), nullable=True),
        sa.Column("run", sa.String(length=80), nullable=True),
        sa.Column("tainted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("changed_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "number"),
        sa.UniqueConstraint("tenant", "idempotency_key", name="one_plan_per_key"),
    )
    op.create_index("plans_by_state", "plans", ["tenant", "state"])
    op.create_table(
        "plan_steps",
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", sa.String(length=27), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "plan", "step"),
    )
    op.create_index("plan_steps_by_action", "plan_steps", ["tenant", "action_id"])
