"""A filled database of each release comes up to date with everything in it; a newer one is refused."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.util import CommandError

from tests import app_fixtures
from uatapp.kernel import appendonly
from uatapp.kernel.db import db
from uatapp.operations import backup, restore, schema, verify

# a backup of a small installation for each released schema, made by `uatapp backup` then; its keys are those of a test
RELEASES = sorted((Path(__file__).parent / "releases").glob("*.zip"))
MIGRATE = [sys.executable, "-c", "from uatapp.cli import main; main()", "migrate"]


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest, any_database: str, tmp_path: Path) -> Iterator[Path]:
    """A backup of a release, and an empty place of today."""
    app = app_fixtures._app(tmp_path / "home", any_database)
    with app.app_context():
        yield request.param
        db.session.remove()
        db.engine.dispose()


def _rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    with zipfile.ZipFile(path) as archived:
        names = [name for name in archived.namelist() if name.startswith("tables/")]
        return {Path(name).stem: [json.loads(line) for line in archived.open(name)] for name in names}


@pytest.mark.proves("F26")
def test_an_upgrade_keeps_every_row_and_every_guard(released: Path, tmp_path: Path) -> None:
    before = _rows(released)
    assert all(len(rows) > 0 for name, rows in before.items() if name in appendonly.tables())
    restore.restore(released)
    assert not schema.is_behind()
    backup.backup(tmp_path / "again.zip")
    after = _rows(tmp_path / "again.zip")
    for name in before.keys() - {"user_session"}:  # those of then are ended
        known = set(before[name][0]) if before[name] else set()
        assert [{column: row[column] for column in known} for row in after[name]] == before[name], name
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
