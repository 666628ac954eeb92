"""Who is who at an identity provider: its subject and the person of this store."""

import sqlalchemy as sa
from alembic import op

from shop.store.columns import UtcText

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(300), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("person", sa.String(80), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("created_at", UtcText(), nullable=False),
        sa.UniqueConstraint("person", name="identities_one_each"),
    )
