"""A worker process for a test: runs the one job that is due; the first time it stops in the middle until it is killed."""

import sys
import time
from pathlib import Path

import sqlalchemy as sa

from tests.app_fixtures import _app
from tests.operations.story import Happened
from uatapp.jobs import registry, service
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import BusinessUnit


@registry.job("test.unit")
def add_unit(name: str, marker: str) -> None:
    """Add a unit once; before the first commit, wait to be killed."""
    with unit_of_work(SYSTEM) as session:
        if session.scalar(sa.select(BusinessUnit.id).where(BusinessUnit.name == name)) is not None:
            return
        row = BusinessUnit(project_id=1, name=name)
        session.add(row)
        record(Happened(project_id=1, subject="PAY", by=SYSTEM, why=name), row)
        session.flush()
        if not Path(marker).exists():
            Path(marker).touch()
            time.sleep(600)


def main(home: str, url: str) -> None:
    with _app(Path(home), url).app_context():
        service.run_due()
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
