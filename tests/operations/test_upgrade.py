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
from uatapp.audit.writer import open_system_chain
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
        with db.engine.begin() as connection:
            command.upgrade(schema.config(connection), request.param)
            appendonly.install(connection)
            open_system_chain(connection)
        world = build(app, password_hash, consented=False)
        story.tell(world)
        db.session.remove()
        yield world
        db.session.remove()
        db.engine.dispose()


def _rows() -> dict[str, list[object]]:
    with db.engine.connect() as connection:
        present = set(sa.inspect(connection).get_table_names())
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name in present
        }


def test_an_upgrade_keeps_every_row_and_every_guard(old: World) -> None:
    before = _rows()
    assert schema.is_behind()
    schema.upgrade()
    assert not schema.is_behind()
    after = _rows()
    assert {name: after[name] for name in before} == before
    assert not any(after[name] for name in after.keys() - before.keys())
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
