"""The first tables, and the triggers that keep the audit append-only.

While nothing has been released this creates today's schema; from the first release on, every change of
a table is a migration of its own.
"""

from alembic import op

from shop.store.ledger_schema import audit

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# INSERT OR REPLACE goes round delete triggers unless recursive triggers are on; the insert trigger stops
# it anyway, because the replaced number is not the next one.
SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
    "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit WHEN NEW.seq IS NOT "
    "(SELECT coalesce(max(seq), 0) + 1 FROM audit WHERE tenant = NEW.tenant) "
    "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
    "CREATE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM audit WHERE tenant = NEW.tenant) "
    "THEN RAISE EXCEPTION 'the audit is append-only'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_next()",
)


def upgrade() -> None:
    """Create all tables and the triggers of the audit."""
    connection = op.get_bind()
    audit.metadata.create_all(connection, checkfirst=False)
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
