"""Rules as versions, loosenings by two people, the shadow's verdict, salts of digests, own names."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; what is there stays as it is."""
    op.add_column(
        "store_info", sa.Column("own_names", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    store = sa.table("store_info", sa.column("own_names", sa.Boolean), sa.column("source", sa.String))
    op.execute(store.update().where(store.c.source == "sample").values(own_names=True))
    op.add_column("actions", sa.Column("salt", sa.String(length=40), nullable=True))
    op.add_column("decisions", sa.Column("shadow_sha", sa.String(length=64), nullable=True))
    op.add_column("decisions", sa.Column("shadow_verdict", sa.String(length=16), nullable=True))
    op.create_index("decisions_by_shadow", "decisions", ["tenant", "shadow_sha"])
    op.create_table(
        "loosenings",
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("switches", sa.Text(), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("requester", sa.String(length=80), nullable=False),
        sa.Column("roles", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "number"),
    )
    op.create_index("loosenings_by_state", "loosenings", ["tenant", "state"])
    op.create_table(
        "policy_versions",
        sa.Column("tenant", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("roles", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.String(length=27), nullable=False),
        sa.Column("shadow_since", sa.String(length=27), nullable=True),
        sa.Column("shadow_by", sa.String(length=80), nullable=True),
        sa.Column("activated_at", sa.String(length=27), nullable=True),
        sa.Column("activated_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "number"),
    )
    op.create_index("policy_versions_by_status", "policy_versions", ["tenant", "status"])
