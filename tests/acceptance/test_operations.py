"""Steps of features/operations: starting it. The example is made once for all of them."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pytest_bdd import given, parsers, scenarios, then, when

from tests.worked_example import SignIns
from tests.world import World
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState, CycleState, Outcome
from uatapp.defects.models import Defect
from uatapp.defects.states import DefectState, TriageOutcome
from uatapp.demo import ourselves
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.operations import verify
from uatapp.projects.queries import find_project
from uatapp.requirements.models import Document, Requirement, RequirementVersion, RequirementVersionState
from uatapp.requirements.states import VersionState
from uatapp.runs.models import Run
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import SignoffState
from uatapp.testcases.models import TestCase
from uatapp.testcases.states import CaseState

scenarios("operations/worked_example.feature", "operations/own_acceptance.feature")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, worked_example: tuple[Path, SignIns]) -> tuple[Flask, SignIns]:
    home = tmp_path_factory.mktemp("example") / "home"
    shutil.copytree(worked_example[0], home)
    return create_app(Settings(home=home, base_url="http://localhost", worked_example=True)), worked_example[1]


@pytest.fixture
def inside(made: tuple[Flask, Any]) -> Iterator[Flask]:
    with made[0].app_context():
        yield made[0]
        db.session.remove()
        db.engine.dispose()


@given("the worked example, made in an empty database")
def given_example(inside: Flask) -> None:
    assert find_project("OTC") is not None


def _all(column: Any, key: str = "OTC") -> list[Any]:
    project = find_project(key)
    assert project is not None
    model = column.class_
    return list(db.session.scalars(sa.select(column).where(model.project_id == project.id).order_by(model.id)))


@then("there is one sign-in for each role, and each of them works")
def sign_ins(made: tuple[Flask, SignIns], inside: Flask) -> None:
    _app, rows = made
    assert len({role for role, _email, _password in rows}) == len(rows) >= 12
    for _role, email, password in rows:
        user = people.find_user(email)
        assert user is not None
        assert accounts.is_password(user, password)


@then("about sixty requirements came in with nine documents, one of them in German")
def documents(inside: Flask) -> None:
    assert 55 <= len(_all(Requirement.id)) <= 70
    assert len(_all(Document.path)) == 9
    assert "Versand und Ausfuhr" in _all(Document.title)


@then("two cycles are signed, one waits for signatures, one is open and one is planned")
def cycles(inside: Flask) -> None:
    closed = CycleState.CLOSED
    assert _all(Cycle.state) == [closed, closed, CycleState.OPEN, closed, CycleState.PLANNED]


@then("problems are there in every state, and with every outcome")
def problems(inside: Flask) -> None:
    assert set(_all(Defect.state)) == set(DefectState)
    assert set(_all(Defect.outcome)) == {None, *TriageOutcome}


@then("tests are there in every state, some overdue and some due today")
def assigned(inside: Flask) -> None:
    assert set(_all(Assignment.state)) == set(AssignmentState)
    today = clock.today("Europe/Berlin")
    statement = sa.select(Assignment.due_on).join(Cycle, Cycle.id == Assignment.cycle_id)
    statement = statement.where(Cycle.state == CycleState.OPEN, Assignment.state == AssignmentState.TO_DO)
    assert {today, today - timedelta(days=1)} < set(db.session.scalars(statement))


@then("sign-offs were accepted, accepted with conditions, rejected and asked for")
def signoffs(inside: Flask) -> None:
    assert _all(Signoff.state) == [
        SignoffState.ACCEPTED,
        SignoffState.REQUESTED,
        SignoffState.REJECTED,
        SignoffState.ACCEPTED_WITH_CONDITIONS,
    ]


@then("a requirement waits for review, one was sent back, and changed tests wait for a decision")
def on_their_way(inside: Flask) -> None:
    statement = sa.select(RequirementVersionState.state).join(RequirementVersion).join(Requirement)
    newest = statement.where(Requirement.latest_number == RequirementVersion.number)
    found = [state for state in db.session.scalars(newest) if state is not VersionState.APPROVED]
    assert found == [VersionState.IN_REVIEW, VersionState.DRAFT]
    assert _all(TestCase.state).count(CaseState.SUSPECT) == 2


@then("the audit trail is in order")
def in_order(inside: Flask) -> None:
    assert verify.verify(verify.Options(evidence=True)).exit_code == 0


@when(parsers.parse('the sponsor opens "{name}"'), target_fixture="pages")
def opens(inside: Flask, name: str) -> dict[str, str]:
    sponsor = people.find_user("henrik.dahl@nordwind.example")
    assert sponsor is not None
    world = World(inside, {"sponsor": sponsor.id})
    client = world.client("sponsor")
    asked = {"overview": "overview", "requirements": "requirements/", "sign": "signoffs/1"}
    pages = {page: client.get(f"/projects/UAT/{path}") for page, path in asked.items()}
    assert {answer.status_code for answer in pages.values()} == {200}
    assert name in client.get("/?all=1").text
    return {page: answer.text for page, answer in pages.items()}


@then("every scenario of the program is an approved requirement there")
def ours(inside: Flask, pages: dict[str, str]) -> None:
    written = Counter(
        (path.relative_to(ourselves.FEATURES).as_posix(), line.split(":", 1)[1].strip())
        for path in ourselves.FEATURES.rglob("*.feature")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("Scenario:", "Scenario Outline:"))
    )
    project = find_project("UAT")
    assert project is not None
    statement = sa.select(Document.path, Requirement.name).join(Requirement.document)
    statement = statement.where(Requirement.project_id == project.id, Requirement.approved_number == 1)
    assert Counter(db.session.execute(statement).tuples().all()) == written


@then("each test came out as the automated test run found it, or was not run")
def as_found(inside: Flask) -> None:
    found = ourselves.read().found
    for path, name, outcome in db.session.execute(_results()):
        wanted = {"passed": Outcome.PASSED_WITH_REMARKS, "failed": Outcome.FAILED, None: None}
        assert outcome == wanted[found.get((path, name))], (path, name)


def _results() -> sa.Select[str, str, Outcome | None]:
    project = find_project("UAT")
    assert project is not None
    statement = sa.select(Document.path, Requirement.name, Assignment.outcome).select_from(Assignment)
    statement = statement.join(CycleItem, CycleItem.id == Assignment.item_id).join(TestCase).join(Requirement)
    return statement.join(Requirement.document).where(Assignment.project_id == project.id)


@then("each result says which version was tested, and who recorded it")
def recorded(inside: Flask) -> None:
    version = ourselves.read().version
    project = find_project("UAT")
    assert project is not None
    runs = db.session.scalars(sa.select(Run).where(Run.project_id == project.id)).all()
    assert {run.tester_name for run in runs} == {"Liv Sand"}
    assert {run.build_name for run in runs} == {version}
    assert {run.remark for run in runs} == {f"By the automated test run of version {version}."}


@then("a decision is asked for, with the exit criteria as they stood")
def asked(inside: Flask, pages: dict[str, str]) -> None:
    assert _all(Signoff.state, "UAT") == [SignoffState.REQUESTED]
    count = len(db.session.execute(_results()).all())
    run = sum(outcome is not None for _path, _name, outcome in db.session.execute(_results()))
    assert "Everything was tried on its present version" in pages["sign"]
    assert f"{run} of {count}" in pages["sign"]
