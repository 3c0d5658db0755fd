"""What each of several processes does at once: changes that must neither be lost nor told twice."""

import random
from pathlib import Path

import sqlalchemy as sa

from tests.app_fixtures import _app
from tests.operations.story import Happened
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, take
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import BusinessUnit, Project


class Changed(Exception):
    """A change of mind: everything is undone."""


def write(home: str, url: str, name: str, rounds: int) -> None:
    """Take a number, count one up, add a row; every now and then undo it all."""
    chance = random.Random(name)
    with _app(Path(home), url).app_context():
        for number in range(rounds):
            try:
                _change(f"{name}-{number}", chance.random() < 0.2)
            except Changed:
                _change(f"{name}-{number}", False)
        db.session.remove()
        db.engine.dispose()


def _change(name: str, undo: bool) -> None:
    with unit_of_work(SYSTEM) as session:
        project = session.scalars(sa.select(Project).where(Project.key == "PAY").with_for_update()).one()
        taken = take(project.id, Kind.DEFECT)
        row = BusinessUnit(project_id=project.id, name=f"{name} took {taken}")
        session.add(row)
        record(Happened(project_id=project.id, subject=f"PAY-D{taken}", by=SYSTEM, why=name), row)
        if undo:
            session.flush()
            raise Changed
