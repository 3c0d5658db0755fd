"""Huey runs the jobs: woken after each commit, and every ten seconds for what waits, is daily or was left behind."""

import fcntl
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import structlog
from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Scheduler
from redis import ConnectionPool

from uatapp.jobs import leases, service
from uatapp.kernel.uow import wiring

log = structlog.get_logger()
SWEEP_EVERY = 10
CONNECT_SECONDS, ANSWER_SECONDS = 3, 10


class OftenScheduler(Scheduler):  # type: ignore[misc]
    """Huey looks at periodic tasks once a minute; ours are due more often."""

    periodic_task_seconds = SWEEP_EVERY


class OurConsumer(Consumer):  # type: ignore[misc]
    """A consumer with its own process: `uatapp worker`."""

    scheduler_class = OftenScheduler


class EmbeddedConsumer(OurConsumer):
    """A consumer within a web process, which keeps its own signals."""

    def _set_signal_handlers(self) -> None:
        pass


def open_queue(url: str) -> Huey:
    """Open the queue of an address: sqlite:///, redis:// or postgresql://."""
    if url.startswith("sqlite:///"):
        return SqliteHuey("uatapp", filename=url.removeprefix("sqlite:///"), results=False, timeout=15)
    if url.startswith(("redis://", "rediss://")):
        patience = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": ANSWER_SECONDS}
        return RedisHuey("uatapp", connection_pool=ConnectionPool.from_url(url, **patience), results=False)
    return PostgresHuey("uatapp", dsn=_plain(url), connect_timeout=CONNECT_SECONDS, results=False)


def reach(url: str) -> None:
    """Ask a queue's server whether it is there; raises its error when it is not. A queue in a file always is."""
    if url.startswith(("redis://", "rediss://")):
        open_queue(url).storage.conn.ping()
    elif not is_embedded(url):
        psycopg.connect(_plain(url), connect_timeout=CONNECT_SECONDS).close()


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def install(app: Flask) -> None:
    """Wake the worker after each commit that queued something; refuse changes of a worker that lost its lease."""
    with app.app_context():
        wiring().on_begin.append(leases.hold)
    app.extensions["uatapp-wake"] = _waker(app)


def tasks(app: Flask) -> tuple[Huey, Callable[[int], Any]]:
    """Return the queue with its two tasks: run one job, and run what is due."""
    huey = open_queue(app.config["UATAPP"].queue)

    @huey.task(name="execute_job")  # type: ignore[untyped-decorator]
    def execute_job(job_id: int) -> None:
        with app.app_context():
            service.execute(job_id)

    @huey.periodic_task(_always, name="run_due", expires=SWEEP_EVERY)  # type: ignore[untyped-decorator]
    def run_due() -> None:
        with app.app_context():
            service.queue_daily()
            service.run_due()

    return huey, execute_job


def _always(now: datetime) -> bool:
    return True


def _waker(app: Flask) -> Callable[[int], None]:
    opened: list[Callable[[int], Any]] = []
    lock = threading.Lock()

    def wake(job_id: int) -> None:
        """Tell the worker at once; if the queue is away, the job waits for the next look at the table."""
        try:
            with lock:
                if not opened:
                    opened.append(tasks(app)[1])
            opened[0](job_id)
        except Exception as away:
            log.warning("the queue cannot be reached; the job waits", job=job_id, exc_info=away)

    return wake


def work(app: Flask, threads: int = 1) -> None:
    """Run jobs until told to stop (SIGTERM ends after the job at hand)."""
    OurConsumer(tasks(app)[0], workers=threads, max_delay=1.0, graceful_signal="TERM").run()


def embed(app: Flask) -> threading.Thread:
    """Run jobs in one of the web processes: whichever holds the lock file; when it dies, another goes on."""
    thread = threading.Thread(target=_wait_and_work, args=(app,), daemon=True, name="embedded-worker")
    thread.start()
    return thread


def _wait_and_work(app: Flask) -> None:
    path: Path = app.config["UATAPP"].home / "worker.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        consumer = EmbeddedConsumer(tasks(app)[0], workers=1, max_delay=1.0)
        app.extensions["uatapp-consumer"] = consumer
        consumer.run()


def is_embedded(queue_url: str) -> bool:
    """Say whether the web processes run the jobs themselves (a queue in a file) or leave them to workers."""
    return urlsplit(queue_url).scheme == "sqlite"
