"""What is counted: requests, over all web processes of a machine, and the jobs in the database.

The library decides on its first import whether processes share their counts; so it is imported late.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from uatapp.jobs import queries as jobs
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.web.logs import seconds

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

SHARED = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def share() -> Callable[[Any], None]:
    """Let the processes started from here on share their counts; return what removes the counts at the end."""
    folder = tempfile.mkdtemp(prefix="uatapp-counts-")
    os.environ[SHARED] = folder
    return lambda server: shutil.rmtree(folder, ignore_errors=True)


def install(app: Flask) -> None:
    """Count every request by endpoint and status, and how long it took."""

    @app.after_request
    def count(answer: Response) -> Response:
        requests, durations = _meters()
        requests.labels(request.endpoint or "none", str(answer.status_code)).inc()
        durations.labels(request.endpoint or "none").observe(seconds())
        return answer


@lru_cache(maxsize=1)
def _meters() -> "tuple[Counter, Histogram]":
    from prometheus_client import Counter, Histogram

    named = ["endpoint", "status"]
    return (
        Counter("uatapp_requests", "Requests answered.", named, registry=None),
        Histogram("uatapp_request_seconds", "Seconds until the answer.", named[:1], registry=None),
    )


def text() -> bytes:
    """Return all that is counted, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest, multiprocess

    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for meter in _meters():
            registry.register(meter)
    registry.register(_Work())
    return generate_latest(registry)


class _Work:
    """What the database knows when it is asked: the same on each machine."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        up = GaugeMetricFamily("uatapp_database_up", "1 when the database answers.")
        try:
            counts, oldest = jobs.counts(), jobs.oldest()
        except SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        finally:
            db.session.rollback()
        up.add_metric([], 1)
        waiting = GaugeMetricFamily("uatapp_jobs", "Jobs that wait, run or have failed.", labels=["state"])
        for state, count in counts.items():
            waiting.add_metric([state.value], count)
        age = (clock.now() - oldest).total_seconds() if oldest else 0.0
        yield from (up, waiting, GaugeMetricFamily("uatapp_oldest_job_seconds", "Age of the oldest job.", value=age))
