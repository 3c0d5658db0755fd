"""What happened in the example: one cycle signed, one closed and waiting for signatures, one open."""

from collections.abc import Callable
from datetime import date, timedelta

import sqlalchemy as sa

from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState
from uatapp.defects import queries as defects
from uatapp.defects import service as problems
from uatapp.defects.states import Severity, TriageOutcome
from uatapp.demo import pictures
from uatapp.demo.stage import ZONE, Stage
from uatapp.evidence import service as evidence
from uatapp.jobs import service as jobs
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects import queries as projects
from uatapp.projects import service as setting_up
from uatapp.projects.models import Build, Environment, Membership
from uatapp.requirements.models import Document, Requirement
from uatapp.runs import queries as run_queries
from uatapp.runs import rules
from uatapp.runs import service as running
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import identity
from uatapp.signoffs import service as signing
from uatapp.signoffs.queries import get_signoff, get_snapshot
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision
from uatapp.testcases.models import TestCase

TESTERS = {"order_entry.feature": "tester", "billing.feature": "billing_tester", "warehouse.feature": "super_user"}


def tell(stage: Stage) -> None:
    """Tell the whole story, oldest first."""
    _set_up(stage)
    _first_cycle(stage)
    _second_cycle(stage)
    _third_cycle(stage)
    jobs.run_due()  # at the end: what is made now would push the story's own past to today


def _set_up(stage: Stage) -> None:
    stage.day(-30)
    with stage.act("partner_manager") as (_session, by):
        setting_up.add_environment(
            stage.project,
            "Test system UAT-2",
            by=by,
            address="https://uat2.nordwind.example",
            sign_in_hint="Your name with “.test”, such as order.clerk2.test.\nThe password is on the card you were given.",
            test_data="Customers 40012 and 40044, articles 7731, 8102 and 5540 are there every morning.",
        )
        setting_up.add_build(stage.project, "2.3.0", by=by)


def _build(stage: Stage, name: str) -> Build:
    found = projects.find_named(Build, stage.project.id, name)
    if found is None:
        with stage.act("lead") as (_session, by):
            found = setting_up.add_build(stage.project, name, by=by)
    return found


def _cycle(stage: Stage, name: str, build: str, first: int, last: int, documents: list[str]) -> int:
    """Plan, scope, assign and open a cycle; return its number."""
    _build(stage, build)
    today = clock.today(ZONE)
    with stage.act("manager") as (_session, by):
        project = stage.project
        place = projects.find_named(Environment, project.id, "Test system UAT-2")
        begun = projects.find_named(Build, project.id, build)
        if place is None or begun is None:
            raise RuntimeError("The example's test system is missing")
        dates = (today + timedelta(days=first), today + timedelta(days=last))
        cycle = cycling.make(project, name, place, begun, *dates, by=by)
        for document in documents:
            cases = _cases(stage, document)
            cycling.change_scope(project, cycle, cases, by=by, only_add=True)
            assigning.assign(project, cycle, cases, _members(stage, TESTERS[document]), by=by, due_on=dates[1])
        cycling.take_action(project, cycle, "open", by=by)
        return cycle.number


def _cases(stage: Stage, document: str) -> list[int]:
    statement = (
        sa.select(TestCase.id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .where(TestCase.project_id == stage.project.id, Document.path == document)
        .order_by(TestCase.number)
    )
    return list(db.session.scalars(statement))


def _members(stage: Stage, *names: str) -> list[Membership]:
    wanted = {stage.ids[name] for name in names}
    return [member for member in cycles.testers(stage.project.id) if member.user_id in wanted]


def _mine(stage: Stage, cycle: int, tester: str) -> list[int]:
    """Return a tester's assignments of a cycle that can be started, by test."""
    statement = (
        sa.select(Assignment.id)
        .join(Cycle, Cycle.id == Assignment.cycle_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .where(Cycle.project_id == stage.project.id, Cycle.number == cycle)
        .where(Assignment.tester_id == stage.ids[tester])
        .where(Assignment.state.in_((AssignmentState.TO_DO, AssignmentState.RETEST_DUE)))
        .order_by(CycleItem.test_case_id)
    )
    return list(db.session.scalars(statement))


def _run(
    stage: Stage,
    tester: str,
    assignment_id: int,
    *,
    wrong: str = "",
    remark: str = "",
    stopped: str = "",
    picture: str = "",
) -> str:
    """Run a test; return the run's reference. `wrong` is what was seen at the last step, `stopped` why it ended."""
    with stage.act(tester, minutes=6) as (_session, by):
        draft = running.start(stage.project, assignment_id, by=by)
        version_id = draft.case_version_id
        if picture:
            taken = evidence.take(stage.project, f"{picture}.png", pictures.draw(picture, wrong or remark), by=by)
            running.add_evidence(stage.project, assignment_id, taken, 0, by=by)
    positions = rules.asked(run_queries.get_version(version_id).steps)
    answers = dict.fromkeys(positions, StepAnswer.AS_EXPECTED)
    if wrong or stopped:
        answers[positions[-1]] = StepAnswer.NOT_AS_EXPECTED if wrong else StepAnswer.NOT_DONE
    told = rules.Told(answers, {positions[-1]: wrong} if wrong else {}, remark=remark, reason=stopped)
    with stage.act(tester, minutes=4) as (_session, by):
        return running.submit(stage.project, assignment_id, told, by=by).reference


def _report(stage: Stage, tester: str, run: str, title: str, severity: Severity, seen: str) -> int:
    with stage.act(tester) as (_session, by):
        found = run_queries.get_run(stage.project.id, run)
        report = problems.Report(title, severity, seen, position=found.steps[-1].position)
        files = [row.evidence for row in found.evidence]
        return problems.raise_defect(stage.project, report, by=by, run=found, evidence=files).number


def _on(stage: Stage, who: str, number: int, act: Callable[..., None], *words: object, **more: object) -> None:
    with stage.act(who) as (_session, by):
        defect = defects.get_defect(stage.project.id, number, lock=True)
        act(stage.project, defect, *words, by=by, **more)


def _fix(stage: Stage, number: int, build: str, note: str) -> None:
    found = _build(stage, build)
    build_id = found.id
    _on(stage, "engineer", number, problems.start_work)
    with stage.act("engineer", minutes=90) as (_session, by):
        defect = defects.get_defect(stage.project.id, number, lock=True)
        problems.fix(stage.project, defect, db.session.get_one(Build, build_id), note, by=by)


def _deploy(stage: Stage, build: str) -> None:
    with stage.act("lead") as (_session, by):
        project = stage.project
        found, place = (
            projects.find_named(Build, project.id, build),
            projects.find_named(Environment, project.id, "Test system UAT-2"),
        )
        if found is not None and place is not None:
            cycling.deploy(project, found, place, by=by)


def _close(stage: Stage, number: int) -> None:
    with stage.act("manager") as (_session, by):
        cycle = cycles.get_cycle(stage.project.id, number, lock=True)
        cycling.take_action(stage.project, cycle, "close", by=by)


def _ask(stage: Stage, title: str, cycle: int, signers: list[str], decide_by: date | None = None) -> int:
    with stage.act("manager") as (_session, by):
        project = stage.project
        members = [projects.find_membership(project.id, stage.ids[name]) for name in signers]
        found = cycles.get_cycle(project.id, cycle, lock=True)
        asked = signing.request(project, title, [found], [m for m in members if m], by=by, decide_by=decide_by)
        return asked.number


def _sign(stage: Stage, who: str, number: int, choice: Choice) -> None:
    with stage.act(who, minutes=25) as (_session, by):
        project = stage.project
        signoff = get_signoff(project.id, number)
        nonce = identity.issue_nonce(project, signoff, by=by)
        db.session.flush()
        seen = get_snapshot(signoff.id).sha256
        signing.sign(project, number, choice, seen_sha256=seen, nonce=nonce, by=by)


def _first_cycle(stage: Stage) -> None:
    """Order entry: one problem, fixed and tested again; signed by both sides."""
    stage.day(-28)
    number = _cycle(stage, "Cycle 1: order entry", "2.3.0", -28, -19, ["order_entry.feature"])
    stage.day(-27, 10)
    mine = _mine(stage, number, "tester")
    wrong = "The message says € 2,360.00 over the limit. That is the whole order, not the part above the limit."
    failed = _run(stage, "tester", mine[0], wrong=wrong, picture="Order message")
    title = "The message about the credit limit names the whole order"
    defect = _report(stage, "tester", failed, title, Severity.MAJOR, wrong)
    for assignment_id in mine[1:4]:
        _run(stage, "tester", assignment_id)
    stage.day(-26, 9)
    _on(stage, "lead", defect, problems.accept, note="Thank you, we see it too.", priority=1)
    for assignment_id in mine[4:6]:
        _run(stage, "tester", assignment_id)
    _run(stage, "tester", mine[6], remark="The request appears in the list only after a minute.")
    stage.day(-24, 9)
    _fix(stage, defect, "2.3.1", "The message now names the part of the order above the limit.")
    stage.day(-23, 8)
    _deploy(stage, "2.3.1")
    stage.day(-23, 14)
    for assignment_id in _mine(stage, number, "tester"):
        _run(stage, "tester", assignment_id, picture="Order message after the fix")
    stage.day(-19, 16)
    _close(stage, number)
    signoff = _ask(stage, "Order entry", number, ["sponsor", "partner_manager"])
    stage.day(-18, 10)
    _sign(stage, "partner_manager", signoff, Choice(Decision.ACCEPTED))
    stage.day(-18, 15)
    _sign(stage, "sponsor", signoff, Choice(Decision.ACCEPTED))


def _second_cycle(stage: Stage) -> None:
    """Billing: one problem put off with a workaround, one test that does not apply; closed, waits for signatures."""
    stage.day(-14)
    number = _cycle(stage, "Cycle 2: billing", "2.4.0", -14, -4, ["billing.feature"])
    stage.day(-13, 10)
    mine = _mine(stage, number, "billing_tester")
    for assignment_id in mine[:4]:
        _run(stage, "billing_tester", assignment_id)
    wrong = "The letter still uses last year's interest rate of 8.12 %."
    failed = _run(stage, "billing_tester", mine[5], wrong=wrong, picture="Reminder letter")
    title = "Reminder letters use last year's interest rate"
    defect = _report(stage, "billing_tester", failed, title, Severity.MINOR, wrong)
    stage.day(-12, 11)
    _on(stage, "lead", defect, problems.accept, note="The rate comes with the yearly update.", priority=3)
    _on(
        stage, "manager", defect, problems.defer, "The update comes in January anyway.",
        "Billing checks each letter by hand, about 15 a week.",
    )  # fmt: skip
    stage.day(-11, 9)
    _run(stage, "billing_tester", mine[4], remark="The reason could be larger on the page.")
    _run(stage, "billing_tester", mine[6])
    stage.day(-4, 16)
    _close(stage, number)
    stage.day(-3, 9)
    decide_by = clock.today(ZONE) + timedelta(days=3)
    _ask(stage, "Billing", number, ["sponsor", "sponsor2", "partner_manager"], decide_by)


def _third_cycle(stage: Stage) -> None:
    """Warehouse and again order entry: open, with problems in several states and something for everybody to do."""
    stage.day(-2, 8)
    documents = ["warehouse.feature", "order_entry.feature"]
    number = _cycle(stage, "Cycle 3: warehouse and orders", "2.4.1", -2, 8, documents)
    stage.day(-2, 10)
    mine = _mine(stage, number, "super_user")
    _run(stage, "super_user", mine[0])
    wrong = "The order ships only when all 6 pieces are there. Nothing was split."
    missing = _run(stage, "super_user", mine[1], wrong=wrong, picture="Hand-held picking list")
    split = _report(
        stage, "super_user", missing, "An order is not split when pieces are missing", Severity.CRITICAL, wrong
    )
    wrong = "Only the first page has a number."
    pages = _run(stage, "super_user", mine[3], wrong=wrong, picture="Delivery note")
    numbers = _report(
        stage, "super_user", pages, "Second page of the delivery note has no number", Severity.MINOR, wrong
    )
    stage.day(-1, 9)
    _on(stage, "lead", split, problems.accept, note="This stops the warehouse; we work on it first.", priority=1)
    _on(stage, "engineer", split, problems.start_work)
    _on(stage, "lead", numbers, problems.accept, note="Agreed.", priority=2)
    _fix(stage, numbers, "2.4.2", "Every page now shows its number and the number of pages.")
    orders = _mine(stage, number, "tester")
    wrong = "The price is € 126.50, but the agreement says € 118.00."
    price = _run(stage, "tester", orders[2], wrong=wrong, picture="Order line with price")
    agreed = _report(stage, "tester", price, "The agreed price is not used for customer 40012", Severity.MAJOR, wrong)
    _run(stage, "tester", orders[0])
    _run(stage, "tester", orders[1])
    stage.day(-1, 15)
    _on(
        stage, "lead", agreed, problems.propose, TriageOutcome.TEST_DATA,
        "The agreement of customer 40012 had ended in the test data. We have renewed it.",
        sentence="The price on an order follows the customer's agreement",
    )  # fmt: skip
    _deploy(stage, "2.4.2")
    stage.day(0, 8)
    _run(
        stage,
        "super_user",
        _mine(stage, number, "super_user")[0],
        stopped="The label printer in hall 2 is not connected.",
    )
    _raise_at_large(stage)


def _raise_at_large(stage: Stage) -> None:
    with stage.act("analyst") as (_session, by):
        report = problems.Report(
            "The help page of the journal is empty", Severity.COSMETIC, "Found while preparing the training."
        )
        problems.raise_defect(stage.project, report, by=by)
