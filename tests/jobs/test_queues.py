"""Queues that several machines share: a job queued here is done by `uatapp worker` there, killed or not."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakeredis import TcpFakeServer

from tests.app_fixtures import create_app
from tests.operations.company import SECRET, eventually, log_of, processes
from tests.postgres import PostgresServer
from uatapp.audit.models import AuditEntry
from uatapp.config import Settings
from uatapp.jobs import service
from uatapp.jobs.models import Job, JobState
from uatapp.jobs.worker import open_queue
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import doctor, schema


@pytest.fixture
def redis_url() -> Iterator[str]:
    with TcpFakeServer(("127.0.0.1", 0), server_type="redis") as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/3"
        server.shutdown()


@pytest.fixture(params=["redis", "postgresql"])
def settings(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    postgres_server: PostgresServer,
    postgresql_world: tuple[str, dict[str, int]],
) -> Iterator[Settings]:
    """An installation on PostgreSQL, whose queue is in Redis or in the same database."""
    name = f"queue_{tmp_path.parent.name.replace('-', '_')}_{request.param}"
    url = postgres_server.create(name, postgresql_world[0])
    queue = url if request.param == "postgresql" else request.getfixturevalue("redis_url")
    yield Settings(home=tmp_path, database_url=url, queue_url=queue, secret_key=SECRET, base_url="http://localhost")
    postgres_server.drop(name)


@pytest.mark.proves("F27")
def test_another_process_does_the_job_once_though_the_first_was_killed(
    settings: Settings, postgresql_world: tuple[str, dict[str, int]]
) -> None:
    given = {"HOME": settings.home, "DATABASE_URL": settings.database_url, "QUEUE_URL": settings.queue_url}
    environment = {f"UATAPP_{name}": str(value) for name, value in given.items()} | {"UATAPP_SECRET_KEY": SECRET}
    app, marker = create_app(settings), settings.home / "in the middle"
    with app.app_context():
        with unit_of_work(SYSTEM):
            service.queue("test.unit", dedupe="unit", name="Added once", marker=str(marker))
        assert len(open_queue(settings.queue)) == 1, "the worker was not woken"
        with processes(environment, ("worker",)) as (first,):
            assert eventually(marker.exists)
            first.kill()
            first.wait()
        assert states() == [(JobState.RUNNING, 1)]
        with unit_of_work(SYSTEM) as session:
            session.execute(sa.update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))
        with processes(environment, ("worker",)):
            assert eventually(lambda: states() == [(JobState.DONE, 2)])
        assert {line["level"] for line in log_of(environment)} <= {"info", "warning", "error"}
        told = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "test.happened")
        assert db.session.scalar(told) == 1
        db.session.remove()
        db.engine.dispose()


def states() -> list[tuple[JobState, int]]:
    db.session.rollback()
    ours = sa.select(Job.state, Job.attempts).where(Job.kind == "test.unit")
    return [(row.state, row.attempts) for row in db.session.execute(ours)]


@pytest.mark.parametrize("url", ["redis://:SECRET@127.0.0.1:1/0", "postgresql://uatapp:SECRET@127.0.0.1:1/uatapp"])
def test_a_queue_that_is_away_delays_jobs_and_nothing_else(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(Settings(home=tmp_path, queue_url=url, secret_key=SECRET, base_url="http://localhost"))
    with app.app_context():
        schema.upgrade()
        with unit_of_work(SYSTEM):
            service.queue("test.unit", dedupe="unit", name="Waits", marker="")
        assert states() == [(JobState.QUEUED, 0)]
        (check,) = doctor._queue(app.config["UATAPP"])
        assert (check.ok, "UATAPP_QUEUE_URL" in check.mend) == (False, True)
        db.session.remove()
        db.engine.dispose()
    told = capsys.readouterr().err
    assert "the queue cannot be reached; the job waits" in told
    assert "SECRET" not in told + check.detail
