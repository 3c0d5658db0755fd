"""The page "My work"."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from uatapp.cycles.labels import ASSIGNMENTS
from uatapp.cycles.states import AssignmentState
from uatapp.defects import reading as defects
from uatapp.defects.labels import OUTCOMES, STATES
from uatapp.inbox import queries
from uatapp.kernel import clock
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import Project
from uatapp.runs.labels import OUTCOMES as RESULTS
from uatapp.web.access import requires

bp = Blueprint("inbox", __name__, url_prefix="/projects/<key:project>")


@bp.get("/my-work")
@requires(Permission.RUNS_SUBMIT)
def my_work(project: Project) -> ResponseReturnValue:
    """Show what to do next and why, what waits for others, and what became of what I reported."""
    me = g.actor.user_id
    todo, held = queries.work(project.id, me), queries.counts(project.id, me)
    again = [work for work in todo[1:] if work.assignment.state is AssignmentState.RETEST_DUE]
    return render_template(
        "inbox/my_work.html",
        next=todo[0] if todo else None,
        again=again,
        soon=[work for work in todo[1:] if work.assignment.state is not AssignmentState.RETEST_DUE],
        more=sum(held.get(state, 0) for state in queries.TO_DO) - 1 - len(again),
        waiting=queries.work(project.id, me, queries.WAITING),
        held=sum(held.get(state, 0) for state in queries.WAITING),
        unexplained=defects.unreported_failures(project.id, me),
        reported=defects.reported_by(project.id, me),
        slips=queries.reports_of_slips(project.id, me),
        lately=queries.done_lately(project.id, me),
        counts=queries.progress(project.id, me),
        today=clock.today(project.zone),
        ends_on=min((work.cycle.ends_on for work in todo), default=None),
        states=ASSIGNMENTS,
        defect_states=STATES,
        defect_outcomes=OUTCOMES,
        results=RESULTS,
    )
