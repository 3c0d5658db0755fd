"""What the people of the example do, each in a line: plan, deploy, close, ask for a decision, sign."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from uatapp.accounts import worked_example
from uatapp.accounts.models import User
from uatapp.criteria import lights
from uatapp.criteria import rules as criteria
from uatapp.criteria import service as agreeing
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.demo.stage import Stage
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects import queries as projects
from uatapp.projects import service as setting_up
from uatapp.projects.models import Build, Environment, Membership
from uatapp.requirements.models import Document, Requirement
from uatapp.signoffs import identity
from uatapp.signoffs import service as signing
from uatapp.signoffs.queries import get_signoff, get_snapshot
from uatapp.signoffs.rules import Choice
from uatapp.testcases.models import TestCase

PLACE = "Test system UAT-2"


def build(stage: Stage, name: str) -> int:
    """Register a build unless it is known; return its id."""
    found = projects.find_named(Build, stage.project.id, name)
    if found is None:
        with stage.act("lead") as (_session, by):
            found = setting_up.add_build(stage.project, name, by=by)
            db.session.flush()
            return found.id
    return found.id


def deploy(stage: Stage, name: str, place: str = PLACE) -> None:
    """Put a build into the test system."""
    build_id = build(stage, name)
    with stage.act("lead") as (_session, by):
        cycling.deploy(stage.project, db.session.get_one(Build, build_id), _place(stage, place), by=by)


def _place(stage: Stage, name: str) -> Environment:
    found = projects.find_named(Environment, stage.project.id, name)
    if found is None:
        raise RuntimeError("The example's test system is missing")
    return found


def plan(
    stage: Stage,
    name: str,
    begun_on: str,
    days: tuple[int, int],
    work: Mapping[str, tuple[str, date | None]],
    place: str = PLACE,
) -> int:
    """Plan a cycle from one day to another, with a tester and a due date for each document; return its number."""
    build_id = build(stage, begun_on)
    first, last = stage.date(days[0]), stage.date(days[1])
    with stage.act("manager") as (_session, by):
        project, begun = stage.project, db.session.get_one(Build, build_id)
        cycle = cycling.make(project, name, _place(stage, place), begun, first, last, by=by)
        cases = {document: cases_of(stage, document) for document in work}
        every = [case for found in cases.values() for case in found]
        cycling.change_scope(project, cycle, every, by=by, only_add=True)
        for document, (tester, due_on) in work.items():
            assigning.assign(project, cycle, cases[document], [_tester(stage, tester)], by=by, due_on=due_on or last)
        return cycle.number


def cases_of(stage: Stage, document: str) -> list[int]:
    """Return the ids of a document's tests, in order."""
    statement = (
        sa.select(TestCase.id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .where(TestCase.project_id == stage.project.id, Document.path == document)
        .order_by(TestCase.number)
    )
    return list(db.session.scalars(statement))


def _tester(stage: Stage, name: str) -> Membership:
    return next(member for member in cycles.testers(stage.project.id) if member.user_id == stage.ids[name])


def assignments(stage: Stage, cycle: int, document: str) -> list[int]:
    """Return the ids of what is assigned of a document in a cycle, by test."""
    statement = (
        sa.select(Assignment.id)
        .join(Cycle, Cycle.id == Assignment.cycle_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .where(Cycle.project_id == stage.project.id, Cycle.number == cycle)
        .where(CycleItem.test_case_id.in_(cases_of(stage, document)))
        .order_by(CycleItem.test_case_id)
    )
    return list(db.session.scalars(statement))


def agree_criteria(stage: Stage, *more: criteria.Criterion) -> None:
    """Let the customer's project manager propose the usual exit criteria and some more, and the partner's agree."""
    with stage.act("manager") as (_session, by):
        rows = (*criteria.usual(stage.project.pass_share), *more)
        number = agreeing.propose(stage.project, None, rows, by=by).number
    with stage.act("partner_manager") as (_session, by):
        agreeing.decide(stage.project, None, number, "agree", "", by=by)


def take(stage: Stage, action: str, number: int, reason: str = "") -> None:
    """Open, close or reopen a cycle."""
    with stage.act("manager") as (_session, by):
        cycle = cycles.get_cycle(stage.project.id, number, lock=True)
        cycling.take_action(stage.project, cycle, action, by=by, reason=reason)
    note_lights(stage)


def note_lights(stage: Stage) -> None:
    """Note how the exit criteria stand on the story's day."""
    with clock.at(stage.moment):
        lights.note(stage.project.id)


def withdraw(stage: Stage, assignment_id: int, reason: str) -> None:
    """Take a test off a tester's list."""
    with stage.act("manager") as (_session, by):
        assigning.withdraw(cycles.get_assignment(stage.project.id, assignment_id, lock=True), reason, by=by)


def ask(stage: Stage, title: str, cycle: int, signers: list[str], decide_by: date | None = None) -> int:
    """Ask for a decision on a closed cycle; return the request's number."""
    with stage.act("manager") as (_session, by):
        project = stage.project
        members = [projects.find_membership(project.id, stage.ids[name]) for name in signers]
        found = cycles.get_cycle(project.id, cycle, lock=True)
        asked = signing.request(project, title, [found], [m for m in members if m], by=by, decide_by=decide_by)
        return asked.number


def sign(stage: Stage, who: str, number: int, choice: Choice) -> None:
    """Let a person sign what they saw, with password and code."""
    with clock.at(stage.moment):
        code = worked_example.next_code(db.session.get_one(User, stage.ids[who]))
        identity.prove_identity(stage.project, number, stage.passwords[who], code, by=stage.actor(who))
    with stage.act(who, minutes=25) as (_session, by):
        project = stage.project
        signoff = get_signoff(project.id, number)
        nonce = identity.issue_nonce(project, signoff, by=by)
        db.session.flush()
        seen = get_snapshot(signoff.id).sha256
        signing.sign(project, number, choice, seen_sha256=seen, nonce=nonce, by=by, agreed=True)


def note(stage: Stage, who: str, number: int, text: str) -> None:
    """Ask back on a request, or answer."""
    with stage.act(who) as (_session, by):
        signing.write_note(stage.project, get_signoff(stage.project.id, number), text, by=by)
