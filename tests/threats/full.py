"""A project in which every field that people fill in holds a mark: whatever leaks is recognised."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from tests.factories import agreeing, flow, problems, signing
from tests.world import PASSWORD, World
from uatapp.accounts import service as accounts
from uatapp.accounts.models import Organisation
from uatapp.criteria import answering
from uatapp.criteria import rules as criteria
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.cycles.models import Assignment
from uatapp.defects import service as defects
from uatapp.defects.states import Severity, TriageOutcome
from uatapp.evidence import service as evidence
from uatapp.jobs import service as jobs
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import holidays, members, queries, timetable
from uatapp.projects import service as projects
from uatapp.projects.models import BusinessProcess, Project
from uatapp.requirements import baselines, imports, uploads
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Document, ImportReport
from uatapp.runs import rules
from uatapp.runs import service as running
from uatapp.runs.models import Run
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import deputies, identity, service, terms
from uatapp.signoffs.queries import document_of, get_signoff, get_snapshot
from uatapp.signoffs.rules import Choice, Owed
from uatapp.signoffs.states import ActKind, Decision
from uatapp.testcases import service as testcases
from uatapp.testcases.models import TestCase

# what nobody but members ever reads, and what administrators may read of a project they are not in
SECRET, NAME = "zanzibar", "quetzal"
FOREIGN = {
    "analyst": (Role.ANALYST,),
    "tester": (Role.TESTER,),
    "head": (Role.DEPARTMENT_HEAD,),
    "manager": (Role.PROJECT_MANAGER,),
    "sponsor": (Role.SPONSOR,),
    "lead": (Role.LEAD,),
    "engineer": (Role.ENGINEER,),
    "partner_sponsor": (Role.SPONSOR,),
}
OF_PARTNER = ("lead", "engineer", "partner_sponsor")
DOCUMENT = """
# {mark} comment
@must @{mark}
Feature: {mark} {title}
  {mark} description

  Background:
    Given the {mark} ledger is open

  Rule: {mark} rule
    Scenario: {mark} {title} is saved
      Given customer {mark} exists
      When you enter
        | {mark} column |
        | {mark} cell   |
      Then you see
        \"\"\"
        {mark} text
        \"\"\"

    Scenario Outline: {mark} {title} for <who>
      When you press it for <who>
      Then it is {changed}

      Examples: {mark} examples
        | who        |
        | {mark} one |
        | {mark} two |
"""


@dataclass
class Full(World):
    """A world whose project has this key, and in whose texts stand these marks."""

    key: str = "PAY"
    mark: str = "plain"
    name: str = "plain"

    @property
    def project(self) -> Project:
        found = queries.find_project(self.key)
        assert found is not None
        return found


def foreign(world: World, password_hash: str) -> Full:
    """Make the project FOR of another customer and the same partner, full of marks; nobody of PAY is in it."""
    full = Full(world.app, {}, "FOR", SECRET, NAME)
    with unit_of_work(SYSTEM):
        customer = accounts.add_organisation(f"{NAME} Ltd", by=SYSTEM)
        partner = db.session.scalars(sa.select(Organisation).where(Organisation.name == "Halden")).one()
        projects.create_project("FOR", f"{NAME} project", customer=customer, partners=[partner], by=SYSTEM)
    with unit_of_work(SYSTEM):
        for role, held in FOREIGN.items():
            _join(full, role, held, partner if role in OF_PARTNER else customer, password_hash)
    fill(full)
    return full


def _join(full: Full, role: str, held: tuple[Role, ...], of: Organisation, password_hash: str) -> None:
    user = accounts.add_user(f"{NAME}.{role}@example.com", f"{NAME} {role}", by=SYSTEM, organisation=of)
    user.password, user.active, user.job_title = password_hash, True, f"{SECRET} {role}"
    db.session.flush()
    full.user_ids[role] = user.id
    member = projects.add_member(full.project, user, held, by=SYSTEM)
    if Role.SPONSOR in held:
        projects.grant_signing_right(full.project, member, user, by=SYSTEM)


def own(world: World) -> Full:
    """Fill the project PAY in the same way, with marks that anybody may read."""
    full = Full(world.app, world.user_ids)
    fill(full)
    return full


def fill(full: Full) -> None:
    """Live through everything that leaves text behind."""
    _set_up(full)
    _bring_in(full, "signed")
    _kept(full)
    _first_cycle(full)
    _signed(full)
    _asked(full)
    _away(full)
    _bring_in(full, "orders")
    _second_cycle(full)
    _changed(full)
    _invited(full)
    _window(full)
    jobs.run_due()


def _kept(full: Full) -> None:
    by, mark = full.actor("analyst"), full.mark
    with unit_of_work(by):
        baselines.name(full.project, f"{mark} baseline", f"{mark} note", by=by)


def _set_up(full: Full) -> None:
    by, mark = full.actor("manager"), full.mark
    with unit_of_work(by):
        projects.add_unit(full.project, f"{mark} unit", by=by)
        projects.add_process(full.project, f"{mark} process", by=by)
        hints = {"address": f"https://{mark}.example", "sign_in_hint": f"{mark} clerk", "test_data": f"{mark} data"}
        projects.add_environment(full.project, f"{mark} environment", by=by, **hints)
        for number in ("1.0", "1.1"):
            projects.add_build(full.project, f"{mark} {number}", by=by, notes=f"{mark} notes")


def _bring_in(full: Full, title: str, changed: str = "changed", *, approve: bool = True) -> None:
    """Import a document through a report, as the page does; its head approves it."""
    by, mark = full.actor("analyst"), full.mark
    text = DOCUMENT.format(mark=mark, title=title, changed=changed).encode()
    process = queries.find_named(BusinessProcess, full.project.id, f"{mark} process")
    filing = Filing(full.unit(f"{mark} unit").id, process.id if process else None)
    report = ImportReport(project_id=full.project.id, by_id=by.user_id, upload_name=f"{mark}-{title}.feature")
    report.unit_id, report.process_id = filing.unit_id, filing.process_id

    report.upload_sha256 = storage.put(imports.packed([(report.upload_name, text)]))
    uploads.perform(report, by)
    if approve:
        flow.approve_all(full, "manager")


def cycle(full: Full, title: str, part: str, testers: tuple[str, ...] = ("tester",)) -> int:
    """Open a cycle over the tests whose requirement names a part; return its number."""
    by, project = full.actor("manager"), full.project
    place, build = queries.list_named(flow.Environment, project.id)[0], _build(full, "1.0")
    today = clock.today(project.zone)
    with unit_of_work(by):
        cases = [case.id for case in cases_of(full, part)]
        made = cycling.make(project, f"{full.mark} {title}", place, build, today, today + timedelta(days=9), by=by)
        cycling.change_scope(project, made, cases, by=by)
        who = [m for m in cycles.testers(project.id) if m.user_id in [full.user_ids[name] for name in testers]]
        assigning.assign(project, made, cases, who, by=by, due_on=today)
        cycling.take_action(project, made, "open", by=by)
        return made.number


def _build(full: Full, number: str) -> flow.Build:
    found = queries.find_named(flow.Build, full.project.id, f"{full.mark} {number}")
    assert found is not None
    return found


def cases_of(full: Full, part: str) -> list[TestCase]:
    """Return the tests of the documents in whose path a word stands."""
    statement = sa.select(TestCase).join(TestCase.requirement).join(flow.Requirement.document)
    where = (TestCase.project_id == full.project.id, Document.path.contains(part))
    return list(db.session.scalars(statement.where(*where).order_by(TestCase.number)))


def assigned(full: Full, number: int) -> list[Assignment]:
    """Return the assignments of one cycle."""
    return [a for a in flow.assignments(full) if a.cycle_id == cycles.get_cycle(full.project.id, number).id]


def own_criterion(full: Full) -> criteria.Criterion:
    """Return what the customer answers yes or no."""
    return criteria.Criterion(criteria.Kind.OWN, text=f"{full.mark} users were trained", side="customer")


def _agreed(full: Full) -> None:
    """Both sides agreed exit criteria, one of them of their own; it was answered with a file."""
    row, by = own_criterion(full), full.actor("manager")
    agreeing.agree(full, (*criteria.usual(95), row))
    with unit_of_work(by):
        file = evidence.take(full.project, f"{full.mark}-trained.txt", f"{full.mark} trained".encode(), by=by)
        answering.answer(full.project, row.code, True, f"{full.mark} remark", by=by, files=[file])


def _proposed(full: Full, number: int) -> None:
    """Other criteria for a cycle wait for the partner's answer."""
    agreeing.propose(full, (*criteria.usual(90), own_criterion(full)), cycle=number)


def _first_cycle(full: Full) -> None:
    _agreed(full)
    number = cycle(full, "first cycle", "signed")
    for assignment in assigned(full, number)[:-1]:  # one is not run: the sponsor waives that
        flow.run(full, assignment, remark=f"{full.mark} remark")
    flow.close(full, cycles.get_cycle(full.project.id, number))


def request(full: Full, *names: str, title: str = "decision") -> int:
    """Ask for a sign-off of the first cycle."""
    by = full.actor("manager")
    with unit_of_work(by):
        asked = [queries.find_membership(full.project.id, full.user_ids[name]) for name in names]
        first = cycles.get_cycle(full.project.id, 1, lock=True)
        members_asked = [member for member in asked if member]
        number = service.request(full.project, f"{full.mark} {title}", [first], members_asked, by=by).number
    with unit_of_work(by):
        service.write_note(full.project, get_signoff(full.project.id, number, lock=True), f"{full.mark} note", by=by)
    return number


def _signed(full: Full) -> None:
    """A sponsor accepts under a condition; a certificate is made of it."""
    number, by, mark = request(full, "sponsor"), full.actor("sponsor"), full.mark
    identity.prove_identity(full.project, number, PASSWORD, full.code("sponsor"), by=by)
    owed = Owed(f"{mark} owed", f"{mark} owner", date(2099, 1, 1), f"{mark} workaround")
    with unit_of_work(by):
        nonce = identity.issue_nonce(full.project, get_signoff(full.project.id, number), by=by)
        seen = get_snapshot(get_signoff(full.project.id, number).id)
        unmet = [row["code"] for row in document_of(seen)["criteria"] if not row["met"]]
    with unit_of_work(by):
        waived = tuple((code, f"{mark} waived") for code in unmet)
        choice = Choice(Decision.ACCEPTED_WITH_CONDITIONS, f"{mark} reasons", (owed,), waived)
        service.sign(full.project, number, choice, seen_sha256=seen.sha256, nonce=nonce, by=by, agreed=True)
    _followed(full, number)


def _followed(full: Full, number: int) -> None:
    """The condition is reported with a file and closed; the follow-up is signed, and an addendum made of it."""
    file = ((f"{full.mark}.txt", f"{full.mark} done\n".encode()),)
    signing.on_condition(full, "manager", number, "report", f"{full.mark} done", files=file)
    signing.on_condition(full, "sponsor", number, "close", f"{full.mark} closed")
    signing.sign_act(full, "sponsor", number, signing.open_act(full, "sponsor", number, ActKind.CLOSING))
    signing.open_act(full, "sponsor", number, ActKind.WITHDRAWAL, f"{full.mark} withdrawn")


def _asked(full: Full) -> None:
    """A second request waits for its signatories."""
    request(full, "sponsor", "partner_sponsor", title="second decision")


def _away(full: Full) -> None:
    """In a month the sponsor is away, and the project manager signs for them."""
    by, start = full.actor("manager"), clock.today(full.project.zone) + timedelta(days=30)
    with unit_of_work(by):
        found = [queries.find_membership(full.project.id, full.user_ids[name]) for name in ("sponsor", "manager")]
        person, deputy = (member for member in found if member)
        projects.grant_signing_right(full.project, deputy, deputy.user, by=by)
        deputies.name(full.project, person, deputy, (start, start), f"{full.mark} reason", by=by)


def _second_cycle(full: Full) -> None:
    """One test passed with a file, one failed with a problem, one is open; a result was taken back."""
    number, mark = cycle(full, "second cycle", "orders"), full.mark
    first, second, third = [a.id for a in assigned(full, number)]
    slip = flow.run(full, db.session.get_one(Assignment, first), remark=f"{mark} slip").reference
    with unit_of_work(full.actor("tester")):
        running.void(full.project, slip, f"{mark} void", by=full.actor("tester"))
    _open(full, first)
    _submit(full, first)
    failed = problems.fail(full, db.session.get_one(Assignment, second), remark=f"{mark} remark").id
    _problem(full, failed)
    _open(full, third)
    _proposed(full, number)


def _open(full: Full, assignment_id: int) -> None:
    """Start a run, type something and add a file."""
    by, mark = full.actor("tester"), full.mark
    with unit_of_work(by):
        draft = running.start(full.project, assignment_id, by=by)
        told = rules.Told({}, {}, remark=f"{mark} typed", reason=f"{mark} reason")
        running.save_draft(full.project, assignment_id, told, draft.version, by=by)
        file = evidence.take(full.project, f"{mark}.txt", f"{mark} bytes {assignment_id}".encode(), by=by)
        running.add_evidence(full.project, assignment_id, file, 1, by=by)


def _submit(full: Full, assignment_id: int) -> None:
    by = full.actor("tester")
    with unit_of_work(by):
        draft = running.own_draft(full.project, assignment_id, by=by)
        positions = rules.asked(draft.case_version.steps)
        told = rules.Told(dict.fromkeys(positions, StepAnswer.AS_EXPECTED), {positions[0]: f"{full.mark} step"})
        running.submit(full.project, assignment_id, told, by=by)


def _problem(full: Full, run_id: int) -> None:
    by, mark = full.actor("tester"), full.mark
    with unit_of_work(by):
        file = evidence.take(full.project, f"{mark}-seen.txt", f"{mark} seen".encode(), by=by)
        report = defects.Report(f"{mark} title", Severity.MAJOR, f"{mark} description")
        run = db.session.get_one(Run, run_id)
        number = defects.raise_defect(full.project, report, by=by, run=run, evidence=[file]).number
    problems.act(full, "tester", number, defects.discuss, f"{mark} comment")
    problems.act(full, "lead", number, defects.accept, note=f"{mark} accepted")
    problems.fix(full, number, f"{mark} 1.1")
    other = problems.report(full, None, Severity.MINOR, title=f"{mark} other")
    words = {"sentence": f"{mark} sentence"}
    outcome = TriageOutcome.WORKS_AS_AGREED
    problems.act(full, "lead", other, defects.propose, outcome, f"{mark} why", **words)
    problems.report(full, None, Severity.MINOR, title=f"{mark} third")


def _changed(full: Full) -> None:
    """One changed requirement was approved and waits for a decision about its tests, one waits to be approved."""
    _bring_in(full, "orders", "saved")
    by = full.actor("analyst")
    with unit_of_work(by):
        suspect = [case.number for case in cases_of(full, "orders") if case.state.value == "suspect"]
        (case,) = testcases.list_chosen(full.project, suspect[:1])
        testcases.results_stand(full.project, case, f"{full.mark} wording", by=by)
    _bring_in(full, "orders", "stored", approve=False)


def _window(full: Full) -> None:
    """A day off, and an acceptance window that waits for the partner's answer."""
    by, mark = full.actor("manager"), full.mark
    with unit_of_work(by):
        of = db.session.get_one(Organisation, full.project.customer_id)
        timetable.add_holidays(of, holidays.from_lines(f"2099-12-25 {full.name} holiday"), by=by)
    with unit_of_work(by):
        terms.propose(full.project, terms.Proposal(10, 3, 2, f"{mark} clause"), by=by)


def _invited(full: Full) -> None:
    by = full.actor("manager")
    with unit_of_work(by):
        roles = [Role.SUPER_USER]
        members.invite(full.project, f"{full.name}.invited@example.com", f"{full.name} invited", roles, by=by)
