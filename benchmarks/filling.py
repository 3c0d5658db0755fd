"""Projects of a size: approved tests, a cycle, results, problems and pictures in proportion, through the use cases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from flask_security import hash_password

from tests.factories import flow
from tests.world import PASSWORD, World, build
from uatapp.accounts.models import User
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.defects import service as defects
from uatapp.defects.states import Severity
from uatapp.demo.pictures import draw
from uatapp.evidence import service as evidence
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import schema
from uatapp.runs import rules
from uatapp.runs import service as runs
from uatapp.runs.models import Run, RunDraft
from uatapp.runs.queries import get_version
from uatapp.runs.states import StepAnswer

TESTERS = ("tester", "tester2", "super_user")
PER_DOCUMENT = 100
SHARE_RUN = 0.6  # of the tests in the cycle
SHARE_FAILED = 0.1  # of the results, each with a problem
SHARE_SHOWN = 0.2  # of the results, each with a picture
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation is, and how it is reached."""

    home: Path
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8765"

    def settings(self) -> Settings:
        return Settings(home=self.home, database_url=self.database_url, base_url=self.base_url, secret_key="bench " * 8)

    def environment(self) -> dict[str, str]:
        settings = self.settings()
        given = {"HOME": self.home, "DATABASE_URL": self.database_url, "BASE_URL": self.base_url}
        return {f"UATAPP_{name}": str(value) for name, value in given.items()} | {
            "UATAPP_SECRET_KEY": settings.secret_key
        }


@contextmanager
def opened(place: Place) -> Iterator[Flask]:
    """Open the application on a place, inside its context, and let the database go afterwards."""
    app = create_app(place.settings())
    app.config.update(WTF_CSRF_ENABLED=False, SERVER_NAME=urlsplit(place.base_url).netloc)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def new_world(app: Flask) -> World:
    """Bring the schema up to date, and make the project PAY with its people."""
    schema.upgrade()
    return build(app, hash_password(PASSWORD))


def known_world(app: Flask) -> World:
    """Return the people of a project that was filled before."""
    users = db.session.execute(sa.select(User.email, User.id)).all()
    return World(app, {email.partition("@")[0].replace(".", "_"): number for email, number in users})


def fill(world: World, tests: int) -> None:
    """Give the project some tests, all in one open cycle; three in five have a result."""
    for first in range(1, tests + 1, PER_DOCUMENT):
        flow.bring_in(
            world, flow.feature(min(PER_DOCUMENT, tests + 1 - first), first=first), f"orders/{first:05}.feature"
        )
    flow.open_cycle(world, flow.cases(world), ())
    assign(world)
    for tester in TESTERS:
        mine = [row.id for row in flow.assignments(world, tester)]
        mine = mine[: int(len(mine) * SHARE_RUN)]
        for first in range(0, len(mine), AT_ONCE):
            _record(world, tester, mine[first : first + AT_ONCE])


def assign(world: World, shift: int = 0) -> None:
    """Deal the cycle's tests to the testers, in one act each; with a shift each to another than without."""
    by = world.actor("manager")
    with unit_of_work(by):
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        ids = sorted(cycles.scope_ids(cycle.id))
        members = {m.user_id: m for m in cycles.testers(world.project.id)}
        for place, name in enumerate(TESTERS):
            share = ids[(place + shift) % len(TESTERS) :: len(TESTERS)]
            assigning.assign(world.project, cycle, share, [members[world.user_ids[name]]], by=by)


def _record(world: World, tester: str, assignment_ids: Sequence[int]) -> None:
    by = world.actor(tester)
    with unit_of_work(by):
        for place, assignment_id in enumerate(assignment_ids):
            draft = runs.start(world.project, assignment_id, by=by)
            if place % round(1 / SHARE_SHOWN) == 0:
                picture = evidence.take(world.project, "order.png", draw("Orders", f"Order {assignment_id}"), by=by)
                runs.add_evidence(world.project, assignment_id, picture, 0, by=by)
            failed = place % round(1 / SHARE_FAILED) == 0
            run = runs.submit(world.project, assignment_id, answers(draft, failed), by=by)
            if failed:
                _report(world, run)


def answers(draft: RunDraft, failed: bool = False) -> rules.Told:
    """Answer every step of an open test; the last one is not as expected where it is to fail."""
    positions = rules.asked(get_version(draft.case_version_id).steps)
    told = dict.fromkeys(positions, StepAnswer.AS_EXPECTED)
    if failed:
        told[positions[-1]] = StepAnswer.NOT_AS_EXPECTED
    return rules.Told(told, {positions[-1]: "The total is wrong."} if failed else {})


def _report(world: World, run: Run) -> None:
    by = world.actor(next(name for name in TESTERS if world.user_ids[name] == run.tester_id))
    said = defects.Report(f"The total of {run.case_reference} is wrong", list(Severity)[run.id % len(Severity)])
    defects.raise_defect(world.project, said, by=by, run=run)
