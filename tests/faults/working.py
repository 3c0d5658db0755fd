"""A worker process for tests: says that it begins, then runs the jobs that are due. One job waits for a word."""

import sys
import time
from pathlib import Path

from tests.app_fixtures import _app
from tests.operations.story import Happened
from uatapp.jobs import registry, service
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import BusinessUnit


@registry.job("test.paused")
def add_unit(worker: str, begun: str, go: str) -> None:
    """Add a unit, each time anew. Who comes first waits before the change until it may go on."""
    if not Path(begun).exists():
        Path(begun).touch()
        while not Path(go).exists():
            time.sleep(0.02)
        worker = "the late one"
    with unit_of_work(SYSTEM) as session:
        row = BusinessUnit(project_id=1, name=f"Added by {worker}")
        session.add(row)
        record(Happened(project_id=1, subject="PAY", by=SYSTEM, why=worker), row)


def main(home: str, url: str, ready: str) -> None:
    with _app(Path(home), url).app_context():
        Path(ready).touch()
        service.run_due()
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
