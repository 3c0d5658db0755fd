"""Workers killed and paused in the middle of jobs: all or nothing, once, and people are told."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.factories import flow
from tests.faults import working as _working  # noqa: F401 - declares the job's kind here as well
from tests.faults.servers import children
from tests.operations.test_serving import eventually
from tests.requirements.steps import requirements
from tests.signoffs import test_signing as signing
from tests.world import World
from uatapp.jobs import service
from uatapp.jobs.leases import LEASE
from uatapp.jobs.models import Job, JobState
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.projects.models import BusinessUnit
from uatapp.requirements import imports, uploads
from uatapp.requirements.models import ImportReport
from uatapp.signoffs.models import CertificateFile


@contextlib.contextmanager
def worker(world: World, ready: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker process and wait until it is about to run what is due; whatever is left at the end is killed."""
    settings = world.app.config["UATAPP"]
    db.session.remove()
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.faults.working", str(settings.home), settings.database_url, str(ready)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.getcwd()})
    try:
        assert eventually(ready.exists)
        yield process
    finally:
        for pid in [*children(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def a_minute_later(**values: object) -> None:
    """Let the leases of killed workers end, and the pause before the next try."""
    past = clock.now() - LEASE
    with unit_of_work(SYSTEM) as session:
        session.execute(sa.update(Job).where(Job.state == JobState.RUNNING).values(leased_until=past, **values))
        session.execute(sa.update(Job).where(Job.state == JobState.QUEUED).values(due_at=past))


def job(kind: str = "") -> Job:
    """Return the newest job; of a kind, where a worker asks for others by itself."""
    db.session.rollback()
    newest = sa.select(Job).where(Job.kind == kind if kind else sa.true()).order_by(Job.id.desc())
    return db.session.scalars(newest.limit(1)).one()


def in_order() -> None:
    db.session.rollback()
    assert verify(Options(evidence=True)).findings == []
    lost = sa.and_(Job.state == JobState.RUNNING, Job.leased_until < clock.now())
    assert db.session.scalars(sa.select(Job.id).where(lost)).all() == []


@pytest.mark.proves("F27")
def test_a_worker_that_was_paused_changes_nothing_more(world: World, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    with unit_of_work(SYSTEM):
        service.queue("test.paused", dedupe="p", worker="the second", begun=str(begun), go=str(go))
    with worker(world, tmp_path / "ready") as late:
        assert eventually(begun.exists)
        late.send_signal(signal.SIGSTOP)
        assert service.run_due() == 0
        a_minute_later()
        assert service.run_due() == 1
        go.touch()
        late.send_signal(signal.SIGCONT)
        assert late.wait(60) == 0
    added = sa.select(BusinessUnit.name).where(BusinessUnit.name.startswith("Added by"))
    assert (job().state, job().attempts) == (JobState.DONE, 2)
    assert db.session.scalars(added).all() == ["Added by the second"]
    in_order()


@pytest.mark.proves("F4")
def test_an_import_that_is_killed_is_whole_or_not_there(world: World, tmp_path: Path, soak: bool) -> None:
    size, kills = (5000, 10) if soak else (400, 1)
    report_id = _uploaded(world, flow.feature(size))
    address = f"/projects/PAY/requirements/imports/{report_id}"
    with worker(world, tmp_path / "ready"):
        assert eventually(lambda: job().state is JobState.RUNNING)
    a_minute_later(attempts=3)
    service.run_due()
    assert job().state is JobState.FAILED
    page = world.client("analyst").get(address)
    assert "could not be read" in page.text
    assert 'data-module="refresh"' not in page.text
    for _kill in range(kills):
        _try_again(world)
        with worker(world, tmp_path / "ready"):
            time.sleep(random.uniform(0.05, 20 if soak else 1.0))
        db.session.rollback()
        assert len(requirements(world)) in (0, size)
        a_minute_later(attempts=3)
        service.run_due()
    _try_again(world)
    service.run_due()
    assert job().state is JobState.DONE
    assert len(requirements(world)) == size
    assert "could not be read" not in world.client("analyst").get(address).text
    _uploaded(world, flow.feature(size))
    service.run_due()
    assert len(requirements(world)) == size
    in_order()


def _uploaded(world: World, content: bytes) -> int:
    sha256 = storage.put(imports.packed([("orders.feature", content)]))
    with unit_of_work(world.actor("analyst")) as session:
        report = ImportReport(project_id=world.project.id, by_id=world.user_ids["analyst"], upload_name="orders")
        report.upload_sha256 = sha256
        session.add(report)
        session.flush()
        service.queue(uploads.KIND, dedupe=uploads.dedupe(report.id), report_id=report.id)
        return report.id


def _try_again(world: World) -> None:
    """Press the administrator's button, if there is one."""
    found = job()
    if found.state is JobState.FAILED:
        path = f"/administration/jobs/{found.id}/try-again"
        assert world.client("admin").post(path).status_code == 303


@pytest.mark.proves("F5")
def test_a_killed_renderer_is_tried_again(site: World, tmp_path: Path) -> None:
    signing.closed_cycle(site)
    number = signing.request(site, "sponsor")
    signing.sign(site, "sponsor", number, **signing.bound(site, "sponsor", number))
    with worker(site, tmp_path / "ready") as process:
        assert eventually(lambda: _kill_renderer(process.pid))
        assert process.wait(60) == 0
    paper = job("certificate.render")
    assert (paper.state, paper.attempts) == (JobState.QUEUED, 1)
    assert db.session.scalars(sa.select(CertificateFile.id)).all() == []
    for _again in range(2):
        a_minute_later()
        service.run_due()
    assert job("certificate.render").state is JobState.DONE
    assert len(db.session.scalars(sa.select(CertificateFile.id)).all()) == 1
    in_order()


def _kill_renderer(pid: int) -> bool:
    for child in children(pid):
        with contextlib.suppress(OSError):
            if b"uatapp.kernel.pdf" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)
                return True
    return False
