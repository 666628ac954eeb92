"""Names are cut into words on both databases alike: also at tabs, ends of lines and no-break spaces."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BLANKS: Final = (*range(9, 14), 160, 8239, 12288)
"""Code points: tab, ends of lines and pages, no-break spaces, the ideographic space. More of them would nest
deeper than the parser of an older SQLite goes."""


def _blanked(name: str) -> str:
    """SQL for SQLite: a name with a plain blank for every blank and hyphen."""
    for code in _BLANKS:
        name = f"replace({name}, char({code}), ' ')"
    return f"replace({name}, '-', ' ')"


def _listed(name: str) -> str:
    """SQL for SQLite: as JSON, a name with its blanks made commas is a list of words."""
    return f"json_each('[' || replace(json_quote(lower({_blanked(name)})), ' ', '\",\"') || ']') AS words"


_ENTER: Final = (
    "INSERT OR IGNORE INTO customer_names (word, customer) "
    f"SELECT DISTINCT words.value, new.id FROM {_listed('new.name')} WHERE words.value <> '';"
)
_LEAVE: Final = "DELETE FROM customer_names WHERE customer = old.id;"
_SQLITE: Final = (
    "DROP TRIGGER customers_enter_names",
    "DROP TRIGGER customers_change_names",
    f"CREATE TRIGGER customers_enter_names AFTER INSERT ON customers BEGIN {_ENTER} END",
    "CREATE TRIGGER customers_change_names AFTER UPDATE OF id, name ON customers "
    f"WHEN new.id IS NOT old.id OR new.name IS NOT old.name BEGIN {_LEAVE} {_ENTER} END",
    "DELETE FROM customer_names",
    "INSERT INTO customer_names (word, customer) SELECT DISTINCT words.value, customers.id "
    f"FROM customers, {_listed('customers.name')} WHERE words.value <> ''",
)

_CUT: Final = f"[{''.join(f'{chr(92)}u{code:04x}' for code in (*_BLANKS, 32))}-]+"
_SPLIT: Final = f"regexp_split_to_table(lower({{row}}.name), '{_CUT}') AS word"
_POSTGRESQL: Final = (
    f"""
CREATE OR REPLACE FUNCTION customers_keep_names() RETURNS trigger LANGUAGE plpgsql AS $$
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
    "DELETE FROM customer_names",
    "INSERT INTO customer_names (word, customer) SELECT DISTINCT word, customers.id "
    f"FROM customers, {_SPLIT.format(row='customers')} WHERE word <> ''",
)


def upgrade() -> None:
    """Keep the index by the new words, and make it anew over what is there."""
    connection = op.get_bind()
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(sa.text(statement.replace(":", "\\:")))
