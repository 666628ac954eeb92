"""Exchanges whose new goods come from another place than the order's did."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier exchanges hold their goods back where their order came from."""
    op.add_column("exchanges", sa.Column("location", sa.String(80), nullable=True))
