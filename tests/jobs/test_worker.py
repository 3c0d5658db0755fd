"""The embedded worker: woken by a commit, and one at a time by the lock file."""

import threading
import time

import sqlalchemy as sa

from tests.world import World
from uatapp.jobs import registry, service, worker
from uatapp.jobs.models import Job, JobState
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work

DONE = threading.Event()


@registry.job("test.wake")
def wake() -> None:
    DONE.set()


def test_a_commit_wakes_the_embedded_worker(site: World) -> None:
    DONE.clear()
    both = [worker.embed(site.app), worker.embed(site.app)]
    with unit_of_work(SYSTEM):
        service.queue("test.wake", dedupe="w")
    assert DONE.wait(20)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        db.session.rollback()
        if db.session.scalars(sa.select(Job.state).where(Job.kind == "test.wake")).one() is JobState.DONE:
            break
        time.sleep(0.05)
    assert db.session.scalars(sa.select(Job.state).where(Job.kind == "test.wake")).one() is JobState.DONE
    _stop(site)
    assert [thread.is_alive() for thread in both].count(True) == 1
    _stop(site)
    assert not any(thread.is_alive() for thread in both)


def _stop(site: World) -> None:
    """Stop the worker that holds the lock, once it has it."""
    until = time.monotonic() + 15
    while site.app.extensions.get("uatapp-consumer") is None and time.monotonic() < until:
        time.sleep(0.05)
    consumer = site.app.extensions.pop("uatapp-consumer")
    alive = _alive()
    while time.monotonic() < until:
        try:
            consumer.stop(graceful=True)
        except RuntimeError:  # its threads are only being started
            time.sleep(0.05)
        else:
            break
    while _alive() == alive and time.monotonic() < until:
        time.sleep(0.05)


def _alive() -> int:
    return sum(thread.name == "embedded-worker" for thread in threading.enumerate())


def test_which_queues_are_embedded() -> None:
    assert worker.is_embedded("sqlite:////tmp/queue.db")
    assert not worker.is_embedded("redis://localhost/0")
