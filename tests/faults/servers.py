"""Real servers for faults: started as `uatapp run` does, killed by their own ids, started again, and looked over."""

import contextlib
import copy
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa
from flask import Flask

from tests.operations.test_serving import eventually, free_port
from tests.world import PASSWORD, World
from uatapp.app import create_app
from uatapp.audit.models import AuditEntry
from uatapp.config import Settings
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState
from uatapp.jobs.models import Job, JobState
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.operations import doctor
from uatapp.operations.verify import Options, verify
from uatapp.runs.models import Run

COMMAND = [sys.executable, "-c", "from uatapp.cli import main; main()"]
SECRET = "test " * 8
PATIENCE = 60.0


@dataclass
class Place:
    """An installation in a folder of its own; the test looks into it, servers work in it."""

    home: Path
    database_url: str
    user_ids: dict[str, int]
    port: int = field(default_factory=free_port)
    log: Path | None = None
    _app: Flask | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        given = {"HOME": str(self.home), "BASE_URL": self.base, "SECRET_KEY": SECRET}
        given |= {"DATABASE_URL": self.database_url} if self.database_url else {}
        return {**os.environ, "PYTHONPATH": os.getcwd(), **{f"UATAPP_{name}": text for name, text in given.items()}}

    @contextlib.contextmanager
    def look(self) -> Iterator[World]:
        """Open the installation in this process, for a moment."""
        if self._app is None:
            url = self.database_url
            self._app = create_app(Settings(home=self.home, database_url=url, base_url=self.base, secret_key=SECRET))
        with self._app.app_context():
            try:
                yield World(self._app, dict(self.user_ids))
            finally:
                db.session.remove()
                db.engine.dispose()

    def scalars(self, statement: sa.Select[tuple[Any]]) -> list[Any]:
        with self.look():
            return list(db.session.scalars(statement))


class Server:
    """One server process and the workers under it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.start()

    def start(self) -> None:
        """Start, also again, and wait until pages are answered."""
        with (self.place.log or self.place.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen([*COMMAND, "run"], env=self.place.environment, stdout=log, stderr=log)
        assert eventually(self.answers, PATIENCE), "the server does not answer"

    def answers(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.place.base}/static/js/main.js", timeout=5).status_code == 200
        return False

    def kill(self) -> None:
        """Kill it with all its children, without a word."""
        for pid in [self.process.pid, *children(self.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def children(pid: int) -> list[int]:
    """Return the processes under one, down to the last."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                found += [child, *children(child)]
    return found


class Person:
    """Somebody with a browser: one session, its token, and forms that carry their own number."""

    def __init__(self, place: Place, name: str) -> None:
        self.place = place
        self.browser = requests.Session()
        self.browser.headers["Connection"] = "close"  # what is cut in between is a request, not an idle line
        page = self.get("/sign-in")
        sent = {"email": f"{name.replace('_', '.')}@example.com", "password": PASSWORD, "csrf_token": token(page.text)}
        answer = self.browser.post(f"{place.base}/sign-in", sent, timeout=60)
        if "/sign-in/code" in answer.url:
            with place.look() as world:
                given = {"code": world.code(name), "csrf_token": token(answer.text)}
            answer = self.browser.post(f"{place.base}/sign-in/code", given, timeout=60)
        assert answer.ok, answer.status_code
        assert "/sign-in" not in answer.url, "not signed in"
        self.token = token(answer.text)

    def twin(self) -> "Person":
        """Return the same person at another window."""
        other = copy.copy(self)
        other.browser = requests.Session()
        other.browser.headers.update(self.browser.headers)
        other.browser.cookies.update(self.browser.cookies)
        return other

    def get(self, path: str) -> requests.Response:
        return self.browser.get(f"{self.place.base}{path}", timeout=60)

    def post(self, path: str, **fields: Any) -> requests.Response:
        """Send a form once; files are given as `files`."""
        files = fields.pop("files", None)
        data = {"csrf_token": self.token, "form_key": secrets.token_hex(8), **fields}
        return self.browser.post(f"{self.place.base}{path}", data, files=files, allow_redirects=False, timeout=60)

    def insist(self, path: str, **fields: Any) -> list[int]:
        """Send a form, with the same number, until it is answered for good; return what was answered."""
        fields, answered = {"form_key": secrets.token_hex(8), **fields}, []
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answered.append(self.post(path, **fields).status_code)
            except requests.RequestException:
                answered.append(0)
            if answered[-1] not in (0, 503):
                return answered
            time.sleep(0.1)
        raise AssertionError(f"{path} was never answered: {answered}")


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


RIGHT = {f"answer-{n}": "as_expected" for n in range(1, 6)}


def opened(assignment_id: int, step: str = "") -> str:
    """Return the address of an open test."""
    return f"/projects/PAY/runs/open/{assignment_id}{step}"


def work_of(place: Place, tester: str) -> list[int]:
    """Return the tests that somebody has not begun."""
    where = (Assignment.tester_id == place.user_ids[tester], Assignment.state == AssignmentState.TO_DO)
    return place.scalars(sa.select(Assignment.id).where(*where).order_by(Assignment.id))


def submit(person: Person, assignment_id: int, **fields: Any) -> list[int]:
    """Start a test and submit it, however often it takes; return what was answered."""
    started = person.insist(f"/projects/PAY/runs/start/{assignment_id}")
    sent = {**RIGHT, "version": "1", **fields}
    return [*started, *person.insist(opened(assignment_id, "/submit"), **sent)]


def in_order(place: Place, submitted: Collection[int] = ()) -> None:
    """Assert what must hold after every fault; `submitted` are the assignments whose result was acknowledged."""
    with place.look() as world:
        _integrity()
        report = verify(Options(evidence=True))
        assert [*report.findings, *report.not_checked] == []
        assert [check for check in doctor.examine(world.app) if not check.ok] == []
        _told_once(submitted)
        assert eventually(_no_job_is_left), "running, and nobody runs it"


def _integrity() -> None:
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def _no_job_is_left() -> bool:
    """Say whether every running job has its worker; one whose lease just ended is taken over within seconds."""
    db.session.rollback()
    left = sa.select(Job.id).where(Job.state == JobState.RUNNING, Job.leased_until < clock.now())
    return list(db.session.scalars(left)) == []


def _told_once(submitted: Collection[int]) -> None:
    runs = db.session.execute(sa.select(Run.assignment_id, Run.reference)).tuples().all()
    stored = [assignment_id for assignment_id, _reference in runs]
    assert sorted(i for i in stored if i in submitted) == sorted(submitted), "acknowledged, and not there just once"
    assert len(stored) == len(set(stored)), "stored twice"
    told = db.session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.action == "run.submitted")).all()
    assert sorted(told) == sorted(reference for _id, reference in runs), "not told once each"
