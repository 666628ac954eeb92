"""Customers are found by the words of their names: an index that triggers keep, whoever writes."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As JSON, a name with its blanks and hyphens made commas is a list of words, whatever else is in it.
_WORDS: Final = """
SELECT DISTINCT words.value, {row}.id FROM json_each(
    '[' || replace(json_quote(lower(replace({row}.name, '-', ' '))), ' ', '","') || ']'
) AS words WHERE words.value <> ''
"""
_ENTER: Final = f"INSERT OR IGNORE INTO customer_names (word, customer) {_WORDS.format(row='new')};"
_LEAVE: Final = "DELETE FROM customer_names WHERE customer = old.id;"
_SQLITE: Final = (
    f"CREATE TRIGGER customers_enter_names AFTER INSERT ON customers BEGIN {_ENTER} END",
    f"CREATE TRIGGER customers_leave_names AFTER DELETE ON customers BEGIN {_LEAVE} END",
    "CREATE TRIGGER customers_change_names AFTER UPDATE OF id, name ON customers "
    f"WHEN new.id IS NOT old.id OR new.name IS NOT old.name BEGIN {_LEAVE} {_ENTER} END",
    "INSERT INTO customer_names (word, customer) SELECT DISTINCT words.value, customers.id FROM customers, "
    "json_each('[' || replace(json_quote(lower(replace(customers.name, '-', ' '))), ' ', '\",\"') || ']') "
    "AS words WHERE words.value <> ''",
)

_SPLIT: Final = "regexp_split_to_table(lower({row}.name), '[[:space:]-]+') AS word"
_POSTGRESQL: Final = (
    f"""
CREATE FUNCTION customers_keep_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM customer_names WHERE customer = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO customer_names (word, customer)
        SELECT DISTINCT word, NEW.id FROM {_SPLIT.format(row="NEW")} WHERE word <> ''
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$
""",
    "CREATE TRIGGER customers_names AFTER INSERT OR DELETE OR UPDATE OF id, name ON customers "
    "FOR EACH ROW EXECUTE FUNCTION customers_keep_names()",
    "INSERT INTO customer_names (word, customer) SELECT DISTINCT word, customers.id "
    f"FROM customers, {_SPLIT.format(row='customers')} WHERE word <> ''",
)


def upgrade() -> None:
    """Make the index over what is there."""
    word = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
    op.create_table(
        "customer_names",
        sa.Column("word", word, primary_key=True),
        sa.Column("customer", sa.String(80), primary_key=True),
    )
    op.create_index("ix_customer_names_customer", "customer_names", ["customer"])
    connection = op.get_bind()
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(sa.text(statement.replace(":", "\\:")))
