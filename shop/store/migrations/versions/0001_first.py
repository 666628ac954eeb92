"""The first tables. While nothing has been released this creates today's schema."""

from alembic import op

from shop.store.schema import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    metadata.create_all(op.get_bind())
