"""A backup taken while people work: nobody waits or fails, and it restores to a moment that was."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.servers import COMMAND, Person, Place, Server, in_order, submit, work_of
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations.verify import Options, verify
from uatapp.runs.models import Run


def _command(place: Place, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=place.environment | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.proves("F12", "F24")
def test_a_backup_under_load_restores_to_a_moment_that_was(
    place: Place, server: Server, tmp_path: Path, soak: bool
) -> None:
    todo = work_of(place, "tester")[: 200 if soak else 12]
    before, during = todo[: len(todo) // 2], todo[len(todo) // 2 :]
    tester, manager, saved = Person(place, "tester"), Person(place, "manager"), tmp_path / "backup.zip"
    for number in before:
        assert submit(tester, number)[-1] == 303
    with ThreadPoolExecutor(3) as pool:
        working = pool.submit(lambda: [submit(tester.twin(), number) for number in during])
        reading = pool.submit(lambda: [manager.get("/projects/PAY/audit/trail.jsonl").status_code for _ in range(3)])
        made = _command(place, "backup", str(saved), "--json")
        assert working.result() == [[303, 303]] * len(during)
        assert reading.result() == [200] * 3
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["missing"] == []
    in_order(place, todo)
    new = {"UATAPP_HOME": str(tmp_path / "new"), "UATAPP_DATABASE_URL": ""}
    restored = _command(place, "restore", str(saved), **new)
    assert restored.returncode == 0, restored.stderr
    app = create_app(Settings(home=tmp_path / "new", base_url=place.base, secret_key="test " * 8))
    with app.app_context():
        found = set(db.session.scalars(sa.select(Run.assignment_id)))
        report = verify(Options(evidence=True))
        db.session.remove()
        db.engine.dispose()
    assert set(before) <= found <= set(todo)
    assert [*report.findings, *report.not_checked] == []
