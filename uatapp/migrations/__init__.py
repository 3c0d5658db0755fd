"""Migrations of the schema, by Alembic. A released one is never edited."""
