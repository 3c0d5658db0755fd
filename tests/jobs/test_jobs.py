"""Jobs: queued with the change, run once at a time, tried again, and never by two workers to the end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.world import World
from uatapp.jobs import leases, registry, service
from uatapp.jobs.models import Job, JobState, OutgoingMail
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.uow import unit_of_work

DONE: list[str] = []


@registry.job("test.note")
def note(what: str) -> None:
    DONE.append(what)


@registry.job("test.poison")
def poison(sentence: str) -> None:
    if sentence:
        raise Refused(sentence)
    raise ValueError("internal detail")


@registry.job("test.slow")
def slow(what: str) -> None:
    """Lose the lease in the middle, as a worker that was stopped for a minute does, then try to change something."""
    with db.engine.begin() as connection:
        connection.execute(sa.update(Job.__table__).where(Job.__table__.c.kind == "test.slow").values(lease="other"))
    with unit_of_work(SYSTEM):
        DONE.append(what)


@pytest.fixture(autouse=True)
def fresh() -> None:
    DONE.clear()


def queue(kind: str, dedupe: str = "one", **args: object) -> None:
    with unit_of_work(SYSTEM):
        service.queue(kind, dedupe=dedupe, **args)


def the_job() -> Job:
    db.session.rollback()
    return db.session.scalars(sa.select(Job)).one()


def test_a_job_runs_once_however_often_it_is_queued(world: World) -> None:
    queue("test.note", what="a")
    queue("test.note", what="a")
    assert service.run_due() == 1
    assert service.run_due() == 0
    assert DONE == ["a"]
    assert the_job().state is JobState.DONE


def test_a_job_is_undone_with_the_change_that_wanted_it(world: World) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(SYSTEM):
        service.queue("test.note", dedupe="x", what="a")
        1 / 0  # noqa: B018
    assert service.run_due() == 0


def test_outside_a_unit_of_work_nothing_is_queued(site: World) -> None:
    with pytest.raises(RuntimeError, match="inside a unit of work"):
        service.queue("test.note", dedupe="x", what="a")
    with unit_of_work(SYSTEM), pytest.raises(RuntimeError, match="after the unit of work"):
        service.run_due()


@pytest.mark.proves("F28")
def test_a_poison_job_is_tried_three_times_and_others_go_on(world: World) -> None:
    queue("test.poison", dedupe="p", sentence="The file is gone.")
    queue("test.note", dedupe="n", what="b")
    with time_machine.travel(clock.now(), tick=False) as time:
        assert service.run_due() == 2
        assert service.run_due() == 0
        for _attempt in range(2):
            time.shift(timedelta(minutes=6))
            service.run_due()
        time.shift(timedelta(days=1))
        assert service.run_due() == 0
    job = db.session.scalars(sa.select(Job).where(Job.dedupe == "p")).one()
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 3, "The file is gone.")
    assert DONE == ["b"]


def test_an_unknown_error_is_told_without_its_inside(site: World) -> None:
    queue("test.poison", sentence="")
    service.run_due()
    assert "ValueError" in the_job().error
    assert "internal detail" not in the_job().error


@pytest.mark.proves("F28")
def test_a_person_tries_a_failed_job_again(world: World) -> None:
    queue("test.poison", sentence="no")
    job_id = the_job().id
    with unit_of_work(SYSTEM) as session:
        session.get_one(Job, job_id).state = JobState.FAILED
    with unit_of_work(world.actor("admin")):
        service.retry(job_id, by=world.actor("admin"))
    assert (the_job().state, the_job().attempts) == (JobState.QUEUED, 0)
    with pytest.raises(Refused), unit_of_work(SYSTEM):
        service.retry(job_id, by=SYSTEM)


def test_a_job_left_behind_is_taken_over_after_its_lease(world: World) -> None:
    queue("test.note", what="c")
    lease = leases.claim(the_job().id)
    assert lease is not None
    assert leases.claim(lease.job_id) is None
    assert service.run_due() == 0
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert service.run_due() == 1
    assert DONE == ["c"]
    assert leases.settle(lease, state=JobState.FAILED) is False
    assert the_job().state is JobState.DONE


@pytest.mark.proves("F28")
def test_a_job_that_kills_its_worker_again_and_again_fails(world: World) -> None:
    queue("test.note", what="d")
    job_id = the_job().id
    with time_machine.travel(clock.now(), tick=False) as time:
        for _attempt in range(3):
            assert leases.claim(job_id) is not None
            time.shift(timedelta(seconds=61))
        service.run_due()
    assert the_job().state is JobState.FAILED
    assert "interrupted" in the_job().error
    assert DONE == []


@pytest.mark.proves("F27")
def test_a_late_worker_changes_nothing(world: World) -> None:
    queue("test.slow", what="late")
    service.run_due()
    assert DONE == []
    assert the_job().lease == "other"
    assert the_job().state is JobState.RUNNING


def test_a_job_of_a_newer_version_fails_with_a_sentence(site: World) -> None:
    queue("from.the.future")
    service.run_due()
    assert the_job().state is JobState.FAILED
    assert "version" in the_job().error


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("a@example.com\r\nBcc: b@example.com", "Hello"),
        ("a@example.com", "Hello\nBcc: b@example.com"),
        ("a@example.com, b@example.com", "Hello"),
        ("nobody", "Hello"),
        ("a@example.com", "x" * 201),
    ],
)
def test_headers_cannot_be_smuggled_into_a_mail(site: World, recipient: str, subject: str) -> None:
    with pytest.raises(Invalid), unit_of_work(SYSTEM):
        service.send_mail(recipient, subject, "job_test")
    assert db.session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 0
