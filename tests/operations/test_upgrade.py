"""A filled database of each release comes up to date with everything in it; a newer one is refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.util import CommandError

from tests import app_fixtures
from tests.operations import story
from tests.world import World, build
from uatapp.kernel import appendonly
from uatapp.kernel.db import Base, db
from uatapp.operations import schema, verify

RELEASED = ("0001",)
MIGRATE = [sys.executable, "-c", "from uatapp.cli import main; main()", "migrate"]


@pytest.fixture(params=RELEASED)
def old(request: pytest.FixtureRequest, any_database: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """A database of a release, with a story in it."""
    app = app_fixtures._app(tmp_path / "home", any_database)
    with app.app_context():
        schema.upgrade()
        world = build(app, password_hash)
        story.tell(world, proved=False)  # the table of proofs came later
        db.session.remove()
        _back_to(request.param)
        yield world
        db.session.remove()
        db.engine.dispose()


def _back_to(release: str) -> None:
    """Take the schema back to a release, as its own program would have left it."""
    with db.engine.connect() as connection, schema._without_foreign_keys(connection), schema._alone(connection):
        command.downgrade(schema.config(connection), release)


def _columns() -> dict[str, list[str]]:
    """Return the columns of each table that the database has now."""
    found = sa.inspect(db.engine)
    return {table: [column["name"] for column in found.get_columns(table)] for table in found.get_table_names()}


def _rows(columns: dict[str, list[str]]) -> dict[str, list[object]]:
    """Return what stands in these columns of ours, in order."""
    found: dict[str, list[object]] = {}
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            names = [name for name in columns.get(table.name, ()) if name in table.columns]
            if names:
                place = sa.table(table.name, *(sa.column(name) for name in names))
                order = [place.c[column.name] for column in table.primary_key]
                found[table.name] = [tuple(row) for row in connection.execute(sa.select(place).order_by(*order))]
    return found


def test_an_upgrade_keeps_every_row_and_every_guard(old: World) -> None:
    columns = _columns()
    before = _rows(columns)
    assert schema.is_behind()
    schema.upgrade()
    assert not schema.is_behind()
    assert _rows(columns) == before
    with db.engine.connect() as connection:
        assert appendonly.missing(connection) == []
    report = verify.verify(verify.Options(evidence=True))
    assert [*report.findings, *report.not_checked] == []


def test_a_database_of_a_newer_program_is_refused_and_kept(any_database: str, tmp_path: Path) -> None:
    app = app_fixtures._app(tmp_path / "home", any_database)
    with app.app_context():
        schema.upgrade()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        assert schema.is_behind()
        with pytest.raises(CommandError):
            schema.upgrade()
        assert schema.present() == "9999"
        db.session.remove()
        db.engine.dispose()


def test_two_upgrades_at_once_both_end_well(any_database: str, tmp_path: Path) -> None:
    given = {"HOME": str(tmp_path / "home"), "DATABASE_URL": any_database, "SECRET_KEY": "test " * 8}
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), **{f"UATAPP_{name}": text for name, text in given.items()}}
    both = [subprocess.Popen(MIGRATE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in "12"]
    for one in both:
        _out, said = one.communicate(timeout=120)
        assert one.returncode == 0, said.decode()
    app = app_fixtures._app(tmp_path / "look", any_database)
    with app.app_context():
        assert not schema.is_behind()
        assert db.session.scalar(sa.text("SELECT count(*) FROM audit_chain")) == 1
        db.session.remove()
        db.engine.dispose()
