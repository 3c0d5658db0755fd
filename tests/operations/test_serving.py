"""`uatapp run` for real: pages and static files, jobs in one of its processes, and a clean end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.app_fixtures import create_app
from uatapp.config import Settings
from uatapp.jobs import service
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import schema


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return 0


def eventually(act: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if act():
            return True
        time.sleep(0.1)
    return False


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
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(40)
        assert code == 0
        db.session.remove()
        db.engine.dispose()


ADDED = {"name": "Ann", "by": "Bo", "project": "Order to cash", "link": "http://127.0.0.1/"}
