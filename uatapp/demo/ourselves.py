"""uatapp itself as a second project: its own requirements, and what its automated test run found of each.

Only beside a checkout of the source: a wheel carries neither the features nor the results.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from uatapp.accounts.models import Organisation, User
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.demo import acts
from uatapp.demo.people import PEOPLE
from uatapp.demo.stage import ZONE, Stage
from uatapp.demo.testing import in_a_row
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.projects import service
from uatapp.requirements import imports
from uatapp.requirements import service as requirements
from uatapp.requirements.models import Document, Requirement
from uatapp.testcases.models import TestCase

KEY, NAME, PLACE = "UAT", "uatapp itself", "Automated test run"
ROOT = Path(__file__).parents[2]
FEATURES, RESULTS = ROOT / "features", ROOT / "docs" / "results.json"
MEMBERS = ("manager", "analyst", "service_tester", "sponsor", "auditor", "partner_manager", "lead", "engineer")
RECORDER = "service_tester"


@dataclass(frozen=True, slots=True)
class Results:
    """What the automated test run of a version found: document and scenario to passed or failed."""

    version: str
    found: dict[tuple[str, str], str]


def read(path: Path = RESULTS) -> Results:
    """Return what the test run wrote down."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Results(told["version"], {(path, name): result for path, name, result in told["results"]})


def show(main: Stage) -> None:
    """Make the project, with the results of the last whole test run, up to a requested sign-off."""
    if not (FEATURES.is_dir() and RESULTS.is_file()):
        return
    results, stage = read(), Stage(KEY, main.ids, since=-2)
    _found(stage, results.version)
    _agree(stage)
    stage.day(-1)
    work = dict.fromkeys(db.session.scalars(_documents(stage)), (RECORDER, stage.date(-1)))
    number = acts.plan(stage, f"Version {results.version}", results.version, (-1, 0), work, PLACE)
    acts.agree_criteria(stage)
    acts.take(stage, "open", number)
    _record(stage, results)
    acts.take(stage, "close", number)
    acts.ask(stage, f"uatapp {results.version}", number, ["sponsor", "partner_manager"], stage.date(7))


def _found(stage: Stage, version: str) -> None:
    """Found the project with the members it needs."""
    with stage.act("system"):
        users = {key: db.session.get_one(User, stage.ids[key]) for key in MEMBERS}
        customer, partner = _organisation(users["manager"]), _organisation(users["lead"])
        project = service.create_project(KEY, NAME, customer=customer, partners=[partner], by=SYSTEM, zone=ZONE)
        for person in PEOPLE:
            if user := users.get(person.key):
                member = service.add_member(project, user, person.roles, by=SYSTEM)
                if person.signs:
                    service.grant_signing_right(project, member, user, by=SYSTEM)
        words = f"Each scenario was run by a program, on version {version}."
        service.add_environment(project, PLACE, by=SYSTEM, test_data=words)


def _organisation(user: User) -> Organisation:
    return db.session.get_one(Organisation, user.organisation_id)


def _agree(stage: Stage) -> None:
    """Bring our features in and approve them."""
    project = stage.project
    with clock.at(stage.moment):
        imports.import_paths(project, [FEATURES], stage.actor("analyst"))
    stage.pass_time(60)
    statement = sa.select(Requirement.number, Requirement.latest_number).where(Requirement.project_id == project.id)
    chosen = {number: latest for number, latest in db.session.execute(statement)}
    with stage.act("manager") as (_session, by):
        requirements.decide_many(stage.project, chosen, "approve", by=by)


def _documents(stage: Stage) -> sa.Select[str]:
    return sa.select(Document.path).where(Document.project_id == stage.project.id).order_by(Document.path)


def _record(stage: Stage, results: Results) -> None:
    """Write the results down as runs, on behalf of the test run; what it did not run stays to do."""
    statement = (
        sa.select(Assignment.id, Document.path, Requirement.name)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .where(Assignment.project_id == stage.project.id)
        .order_by(TestCase.number)
    )
    remark = f"By the automated test run of version {results.version}."
    in_a_row(stage, RECORDER, to_record(results, db.session.execute(statement).tuples().all()), remark, each=1)


def to_record(results: Results, tests: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """Return what was found wrong in each of these tests (assignment, document, scenario); not run: left out."""
    words = {"passed": "", "failed": f"The test run of version {results.version} found a step that is not as written."}
    found = {number: results.found.get((path, name)) for number, path, name in tests}
    return {number: words[result] for number, result in found.items() if result}
