"""What one order may weigh and take up, how reliably a supplier delivers, how large a product is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; empty means that nobody told, and nothing is limited."""
    op.add_column("products", sa.Column("volume_ml", sa.Integer(), nullable=True))
    op.add_column("suppliers", sa.Column("maximum_weight_grams", sa.BigInteger(), nullable=True))
    op.add_column("suppliers", sa.Column("maximum_volume_ml", sa.BigInteger(), nullable=True))
    op.add_column("suppliers", sa.Column("delivered_percent", sa.Integer(), nullable=True))
