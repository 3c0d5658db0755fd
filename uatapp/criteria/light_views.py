"""The page of one criterion: how it stands, everything behind it, how it went; and the answers to an own one."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.criteria import answering, kinds, lights, queries, sets, words
from uatapp.criteria.models import CriterionLight
from uatapp.criteria.rules import Criterion, Kind
from uatapp.criteria.set_views import asked_cycle, place_of
from uatapp.criteria.views import bp
from uatapp.cycles.models import Cycle
from uatapp.evidence import answers
from uatapp.evidence import service as evidence
from uatapp.evidence.models import Evidence
from uatapp.kernel.errors import Invalid, NotFound, TooLarge
from uatapp.kernel.paging import Page, number_of, page_of
from uatapp.kernel.permissions import Permission
from uatapp.kernel.references import written
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Project
from uatapp.web.access import requires

MOST_FILES = 10
WIDTH, HEIGHT, MARGIN = 600, 120, 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A line of measures over days in a box of WIDTH × HEIGHT, and the height of the bound."""

    points: Sequence[tuple[float, float, CriterionLight]]
    bound: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def line(self) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y, _row in self.points)


def drawn(rows: Sequence[CriterionLight]) -> Chart | None:
    """Place the days on the chart; None of fewer than two, which make no line."""
    if len(rows) < 2:
        return None
    most = max(1, *(row.measure for row in rows), *(row.bound for row in rows))
    first, days = rows[0].day, max(1, (rows[-1].day - rows[0].day).days)

    def height(value: int) -> float:
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / most

    places = [(MARGIN + (WIDTH - 2 * MARGIN) * (row.day - first).days / days, height(row.measure), row) for row in rows]
    return Chart(places, height(rows[-1].bound))


@bp.get("/criteria/lights/<code>")
@requires(Permission.PROJECT_READ)
def light(project: Project, code: str) -> ResponseReturnValue:
    """Show one criterion of the project, or of a cycle: how it stands, every row behind it, how it went."""
    return _page(project, code, asked_cycle(project))


def _page(
    project: Project, code: str, cycle: Cycle | None, fault: Invalid | TooLarge | None = None
) -> ResponseReturnValue:
    row = _get(project, code, cycle)
    cycle_ids = [cycle.id] if cycle else queries.live_cycle_ids(project.id)
    result = queries.evaluated(project, cycle_ids, rows=[row])[1][0]
    found = sets.find(project.id, cycle)
    noted = lights.history(found.id, code) if found else ()
    is_own = row.kind is Kind.OWN
    page = render_template(
        "criteria/light.html",
        row=row,
        result=result,
        sentence=words.sentence(row),
        cycle=cycle,
        at=place_of(cycle),
        page=None if is_own else _behind(project, row, cycle, cycle_ids),
        chart=drawn(noted),
        noted=list(reversed(noted)),
        given=answering.history(project.id, code) if is_own else (),
        why_not=answering.why_not_answer(project, row, g.actor) if is_own else "",
        fault=fault,
        typed=request.form,
    )
    return page, fault.status if fault else 200


def _get(project: Project, code: str, cycle: Cycle | None) -> Criterion:
    if cycle is not None:
        rows = sets.of_cycles(project, [cycle.id])
    else:  # a decision over several cycles asks for what each of them has agreed
        rows = (*sets.of_project(project), *sets.of_cycles(project, queries.live_cycle_ids(project.id)))
    found = next((row for row in rows if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def _behind(
    project: Project, row: Criterion, cycle: Cycle | None, cycle_ids: Sequence[int]
) -> Page[tuple[str, str, str, int]]:
    """Return a page of everything behind a criterion, by the same select that counts it."""
    look = queries.look_at(project, cycle_ids, rows=[row])
    things = kinds.BEHIND[row.kind].things

    def address(n: int) -> str:
        return url_for(".light", code=row.code, page=n, **place_of(cycle))

    page = page_of(kinds.things(look, row), number_of(request.args.get("page")), address)
    listed = [(written(project.key, things, n), title, kinds.SHOWN_AT[things], n) for n, title in page.rows]
    return Page(listed, page.number, page.total, page.size, page.url)


@bp.post("/criteria/lights/<code>/answers")
@requires(Permission.PROJECT_READ)
def answer(project: Project, code: str) -> ResponseReturnValue:
    """Answer an own criterion yes or no, with a remark and files that show it."""
    cycle = asked_cycle(project)
    said = {"yes": True, "no": False}.get(request.form.get("answer", ""))
    try:
        with unit_of_work(g.actor):
            answering.require(project, code, g.actor)
            remark, files = request.form.get("remark", ""), _taken(project)
            answering.answer(project, code, said, remark, by=g.actor, files=files)
    except (Invalid, TooLarge) as fault:
        return _page(project, code, asked_cycle(project), fault)
    flash(_("Your answer is recorded. Earlier ones stay below it."), "done")
    return redirect(url_for(".light", code=code, **place_of(cycle)), 303)


def _taken(project: Project) -> Sequence[Evidence]:
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if len(uploads) > MOST_FILES:
        raise TooLarge(_("Give at most %(n)s files at a time.", n=MOST_FILES))
    return [evidence.take(project, upload.filename or "", upload.read(), by=g.actor) for upload in uploads]


@bp.get("/criteria/answers/<int:number>/files/<token>")
@requires(Permission.PROJECT_READ)
def answer_file(project: Project, number: int, token: str) -> ResponseReturnValue:
    """Give a file that came with an answer."""
    found = answering.find_file(project.id, number, token)
    if found is None:
        raise NotFound
    return answers.serve(found, display=request.args.get("copy") == "display")
