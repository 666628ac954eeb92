"""The embedded shop: tables, reads and effects on SQLite and PostgreSQL."""
