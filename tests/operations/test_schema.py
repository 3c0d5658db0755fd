"""Migrations give what the models say, on both databases; a second upgrade changes nothing."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import Base, db
from uatapp.operations import schema


def _checks(inspector: sa.Inspector) -> dict[str, set[str | None]]:
    return {table: {c["name"] for c in inspector.get_check_constraints(table)} for table in inspector.get_table_names()}


def test_migrations_give_what_the_models_say(any_database: str, tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path / "home", database_url=any_database))
    with app.app_context():
        assert schema.is_behind()
        schema.upgrade()
        schema.upgrade()
        assert not schema.is_behind()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            assert compare_metadata(context, Base.metadata) == []
            found = _checks(sa.inspect(connection))
        for table in Base.metadata.sorted_tables:
            wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
            assert wanted <= {str(name) for name in found[table.name]}, table.name
        db.session.remove()
        db.engine.dispose()
