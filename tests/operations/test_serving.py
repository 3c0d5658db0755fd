"""`uatapp run` for real: pages and static files, jobs in one of its processes, and a clean end."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.app_fixtures import create_app
from tests.operations.company import eventually, free_port, status
from tests.world import World
from uatapp.cli import main
from uatapp.config import Settings
from uatapp.jobs import service
from uatapp.kernel import engine
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import schema, serving


def test_it_serves_runs_jobs_and_ends(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, base_url=f"http://127.0.0.1:{free_port()}")
    app = create_app(settings)
    with app.app_context():
        schema.upgrade()
        environment = {**os.environ, "UATAPP_HOME": str(tmp_path), "UATAPP_BASE_URL": settings.base_url}
        command = [sys.executable, "-c", "from uatapp.cli import main; main()", "run"]
        server = subprocess.Popen(command, env=environment)
        try:
            assert eventually(lambda: status(f"{settings.base_url}/sign-in") == 200)
            assert status(f"{settings.base_url}/static/css/uatapp.css") == 200
            assert status(f"{settings.base_url}/static/../../pyproject.toml") == 404
            assert status(f"{settings.base_url}/sign-in", Host="evil.example") == 400
            with unit_of_work(SYSTEM):
                service.send_mail("ann@example.com", "Hello", "added", **ADDED)
            assert eventually(lambda: len(list((tmp_path / "mail").glob("*.eml"))) == 1)
            before = requests_counted(settings.base_url)
            assert [status(f"{settings.base_url}/sign-in") for _ in range(12)] == [200] * 12
            assert [requests_counted(settings.base_url) - before for _ in range(4)] == [12] * 4
            (first,) = holders(tmp_path / "worker.lock")
            os.kill(first, signal.SIGKILL)
            assert eventually(lambda: holders(tmp_path / "worker.lock") not in ([], [first]))
            assert len(holders(tmp_path / "worker.lock")) == 1
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(40)
        assert code == 0
        db.session.remove()
        db.engine.dispose()


def requests_counted(url: str) -> float:
    """Return how often the sign-in page was answered, by whichever process."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    return float(re.findall(r'uatapp_requests_total{endpoint="security.login",status="200"} (.*)', page)[0])


def holders(lock: Path) -> list[int]:
    """Return which processes hold a lock file, not those that wait for it."""
    inode = f":{lock.stat().st_ino}"
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "->" not in line]
    return [int(words[4]) for words in held if words[1] == "FLOCK" and words[5].endswith(inode)]


ADDED = {"name": "Ann", "by": "Bo", "project": "Order to cash", "link": "http://127.0.0.1/"}


def test_more_processes_than_the_database_serves_are_refused(world: World) -> None:
    is_sqlite = world.app.config["UATAPP"].database.startswith("sqlite")
    most = 8 if is_sqlite else 9  # 12 connections each; the server of these tests has 120, less a few for itself
    assert serving.too_many(most) == ""
    assert ("8 processes" if is_sqlite else "120 connections, and PostgreSQL has 117") in serving.too_many(most + 1)


def test_each_thread_has_a_connection() -> None:
    assert serving.THREADS <= engine.POOL


def test_run_says_why_it_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UATAPP_HOME", str(tmp_path))
    monkeypatch.setenv("UATAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'uatapp.db'}")
    early = CliRunner().invoke(main, ["run"])
    assert (early.exit_code, "uatapp migrate" in early.output) == (2, True)
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    many = CliRunner().invoke(main, ["run", "--workers", "9"])
    assert (many.exit_code, "up to 8 processes" in many.output) == (2, True)
