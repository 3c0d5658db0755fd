"""Pages about test cases: the list, one test, and what waits for a decision after a change."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from uatapp.kernel.errors import Invalid
from uatapp.kernel.paging import number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.requirements import queries as requirements
from uatapp.requirements.models import Requirement
from uatapp.requirements.reading import Compared, compared, shown_rows
from uatapp.testcases import queries, rules, service
from uatapp.testcases.forms import HELPS, TEST_AGAIN, DecisionForm
from uatapp.testcases.labels import STATES
from uatapp.testcases.models import TestCase, TestCaseVersion
from uatapp.testcases.states import CaseState
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

bp = Blueprint("testcases", __name__, url_prefix="/projects/<key:project>/tests")
SIZE = 20


@bp.get("/")
@requires(Permission.PROJECT_READ)
def index(project: Project) -> ResponseReturnValue:
    """List the tests in the order of their documents."""
    state = request.args.get("state", "")
    words = request.args.get("q", "")[:200]
    statement = queries.listed(project.id, state if state in set(CaseState) else "", words)
    kept = {"state": state or None, "q": words or None}
    page = page_of(statement, number_of(request.args.get("page")), lambda n: _address(n, kept))
    counts = queries.counts(project.id)
    return render_template("testcases/index.html", page=page, counts=counts, states=STATES, state=state, words=words)


def _address(number: int, kept: dict[str, Any]) -> str:
    return url_for(".index", page=number, **kept)


@bp.get("/<int:number>")
@requires(Permission.PROJECT_READ)
def show(project: Project, number: int) -> ResponseReturnValue:
    """Show a test as its testers see it, with its versions and what was decided about them."""
    case = queries.get_case(project.id, number)
    versions = queries.list_versions(case.id)
    wanted = request.args.get("version", 0, type=row_number)
    version = next((v for v in versions if v.number == wanted), versions[0])
    before = next((v for v in versions if v.number == case.valid_from and v.number != version.number), None)
    return render_template(
        "testcases/show.html",
        case=case,
        reference=written(project.key, Kind.TEST_CASE, case.number),
        version=version,
        versions=versions,
        runs=shown_rows(version.steps),
        lines=compared(before.steps, version.steps) if before and case.state is CaseState.SUSPECT else [],
        carried=queries.list_carry_overs(case.id),
        tags=queries.tags_of(case.requirement, case),
        states=STATES,
        may_decide=not _why_not(project),
    )


def _why_not(project: Project) -> str:
    if not g.actor.may(Permission.SUSPECT_DECIDE, project.id):
        people = requirements.people(project.id)
        return " ".join(_(reason) for reason in rules.why_not_decide(None, people))
    reasons = rules.why_not_decide(g.actor.user_id, requirements.people(project.id))
    return " ".join(_(reason) for reason in reasons)


@dataclass(frozen=True, slots=True)
class Changed:
    """A test that waits for a decision, old and new side by side."""

    case: TestCase
    requirement: Requirement
    old: TestCaseVersion
    new: TestCaseVersion
    lines: list[Compared]


@bp.get("/changed")
@requires(Permission.PROJECT_READ)
def changed(project: Project) -> ResponseReturnValue:
    """Show the tests that have changed since they were used, old and new side by side."""
    return _changed(project, DecisionForm(formdata=None))


def _changed(project: Project, form: DecisionForm, status: int = 200) -> ResponseReturnValue:
    statement = queries.suspects(project.id)
    if requirement := request.args.get("requirement", 0, type=row_number):
        statement = statement.where(Requirement.number == requirement)
    page = page_of(statement, number_of(request.args.get("page")), lambda n: url_for(".changed", page=n), SIZE)
    rows = [Changed(c, r, old, new, compared(old.steps, new.steps)) for c, r, old, new in page.rows]
    answer = render_template(
        "testcases/changed.html",
        page=page,
        rows=rows,
        form=form,
        helps=HELPS,
        why_not=_why_not(project),
        chosen=set(request.form.getlist("chosen")),
    )
    return answer, status


@bp.post("/changed")
@requires(Permission.SUSPECT_DECIDE)
def decide(project: Project) -> ResponseReturnValue:
    """Decide for one or several: test again, or earlier results stand."""
    form = DecisionForm()
    if not form.validate():
        return _changed(project, form, 422)
    numbers = [int(n) for n in request.form.getlist("chosen")[:500] if n.isdecimal() and len(n) < 10]
    try:
        with unit_of_work(g.actor):
            cases = service.list_chosen(project, numbers)
            for case in cases:
                _decide_one(project, case, form)
            count = len(cases)
    except Invalid as error:
        form.refuse(error)
        return _changed(project, form, 422)
    if form.decision.data == TEST_AGAIN:
        sentence = ngettext("One test is back with its testers.", "%(num)s tests are back with their testers.", count)
    else:
        sentence = ngettext("Its earlier results count.", "Earlier results of %(num)s tests count.", count)
    flash(sentence, "done")
    return redirect(url_for(".changed"), 303)


def _decide_one(project: Project, case: TestCase, form: DecisionForm) -> None:
    if form.decision.data == TEST_AGAIN:
        service.test_again(project, case, by=g.actor)
    else:
        service.results_stand(project, case, form.reason.data or "", by=g.actor)
