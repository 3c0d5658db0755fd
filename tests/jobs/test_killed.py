"""A worker that is killed in the middle of a job: the job is done by another one, and takes effect once."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.jobs import killed as _killed  # noqa: F401 - declares the job's kind here as well
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.jobs import service
from uatapp.jobs.leases import LEASE
from uatapp.jobs.models import Job, JobState
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.projects.models import BusinessUnit


def count(statement: sa.Select[int]) -> int:
    db.session.rollback()
    return db.session.scalar(statement) or 0


@pytest.mark.proves("F27")
def test_a_killed_job_takes_effect_once(world: World, tmp_path: Path) -> None:
    marker = tmp_path / "in the middle"
    with unit_of_work(SYSTEM):
        service.queue("test.unit", dedupe="unit", name="Added once", marker=str(marker))
    told = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "test.happened")
    before = count(told)
    _kill_in_the_middle(world, marker)
    job = db.session.scalars(sa.select(Job)).one()
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    added = sa.select(sa.func.count(BusinessUnit.id)).where(BusinessUnit.name == "Added once")
    assert count(added) == 0
    assert service.run_due() == 0
    _lease_is_over()
    assert service.run_due() == 1
    assert service.run_due() == 0
    assert count(added) == 1
    assert count(told) == before + 1
    assert db.session.scalars(sa.select(Job.state)).one() is JobState.DONE
    assert verify(Options()).exit_code == 0


def _kill_in_the_middle(world: World, marker: Path) -> None:
    settings = world.app.config["UATAPP"]
    db.session.remove()
    command = [sys.executable, "-m", "tests.jobs.killed", str(settings.home), settings.database_url]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.getcwd()})
    try:
        until = time.monotonic() + 60
        while not marker.exists() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        assert marker.exists()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _lease_is_over() -> None:
    with unit_of_work(SYSTEM) as session:
        session.execute(sa.update(Job).values(leased_until=clock.now() - LEASE - timedelta(seconds=1)))
