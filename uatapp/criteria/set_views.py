"""Pages on which both sides agree the exit criteria of a project or of one of its cycles."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from uatapp.criteria import rules, service, sets, words
from uatapp.criteria.models import CriteriaProgress
from uatapp.criteria.rules import MEASURES, TEMPLATES, Criterion, Kind
from uatapp.criteria.states import CRITERIA
from uatapp.criteria.views import bp
from uatapp.cycles import queries as cycles
from uatapp.cycles.models import Cycle
from uatapp.defects.labels import SEVERITIES
from uatapp.kernel.errors import Invalid, NotFound
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import list_named
from uatapp.web.access import requires
from uatapp.web.numbers import row_number

LONGEST_FIELD = 2000


def asked_cycle(project: Project) -> Cycle | None:
    """Return the cycle that the address (?cycle=2) or the form names, None for the project as a whole."""
    given = request.form if request.method == "POST" else request.args
    if not given.get("cycle", ""):
        return None
    number = given.get("cycle", type=row_number)
    if number is None:
        raise NotFound
    return cycles.get_cycle(project.id, number)


def place_of(cycle: Cycle | None) -> dict[str, Any]:
    """Return what an address needs to name the project or a cycle."""
    return {"cycle": cycle.number} if cycle else {}


def missing(project: Project, cycle: Cycle) -> tuple[str, str] | None:
    """Say what is missing before a cycle opens, and the address at which it is agreed; None when nothing is."""
    if (reason := service.why_not_open(project, cycle)) is None:
        return None
    of_cycle = sets.waiting(sets.history(sets.find(project.id, cycle))) is not None
    return reason, url_for("criteria.agreed", **place_of(cycle if of_cycle else None))


@bp.get("/criteria/")
@requires(Permission.PROJECT_READ)
def agreed(project: Project) -> ResponseReturnValue:
    """Show which criteria count, who agreed them, and what waits for an answer."""
    return _agreed_page(project, asked_cycle(project))


def _agreed_page(project: Project, cycle: Cycle | None, fault: Invalid | None = None) -> ResponseReturnValue:
    found = sets.find(project.id, cycle)
    states = sets.history(found)
    waiting = sets.waiting(states)
    counting = sets.in_force(project, [cycle.id] if cycle else [])
    present = counting.get(cycle.id if cycle else None, counting.get(None))
    shown = [present] if present else []
    rows = sets.rows_of(present, project)
    page = render_template(
        "criteria/agreed.html",
        cycle=cycle,
        at=place_of(cycle),
        present=present,
        follows=bool(cycle and present and (cycle.id not in counting)),
        rows=[(row, words.sentence(row)) for row in rows],
        waiting=waiting,
        proposed=_proposed(project, waiting, rows if present else ()),
        agreed=sets.agreed_by(project.id, [row.version for row in states] + shown),
        history=states,
        states=words.STATES,
        offered=_offered(waiting),
        turn=_turn(project, waiting),
        speaks=service.speaks_for(project.id, g.actor),
        fault=fault,
        typed=request.form,
    )
    return page, fault.status if fault else 200


def _proposed(project: Project, waiting: CriteriaProgress | None, before: Sequence[Criterion]) -> dict[str, Any]:
    if waiting is None:
        return {}
    after = sets.rows_of(waiting.version, project)
    return {
        "sentences": [words.sentence(row) for row in after],
        "changes": [words.difference(change) for change in rules.changes(before, after)] if before else [],
    }


def _offered(waiting: CriteriaProgress | None) -> set[str]:
    if waiting is None:
        return set()
    actions = [move.action for move in CRITERIA.offered(waiting.state)]
    return {action for action in actions if service.why_not(action, waiting.version, g.actor) is None}


def _turn(project: Project, waiting: CriteriaProgress | None) -> str:
    return service.whose_turn(project, service.other(waiting.version.side)) if waiting else ""


@bp.post("/criteria/<int:version>/<action:action>")
@requires(Permission.PROJECT_READ)
def decide(project: Project, version: int, action: str) -> ResponseReturnValue:
    """Agree to a proposal, decline it, or take it back."""
    cycle = asked_cycle(project)
    try:
        with unit_of_work(g.actor):
            reason = request.form.get("reason", "")[:LONGEST_FIELD]
            service.decide(project, cycle, version, action, reason, by=g.actor)
    except Invalid as fault:
        return _agreed_page(project, asked_cycle(project), fault)
    return redirect(url_for(".agreed", **place_of(asked_cycle(project))), 303)


# ---- the editor: everything stands in the form until it is proposed ----


@bp.get("/criteria/edit")
@requires(Permission.PROJECT_READ)
def edit(project: Project) -> ResponseReturnValue:
    """Show the criteria that count, or a template's, to be changed and proposed."""
    cycle = asked_cycle(project)
    if (name := request.args.get("template", "")) in TEMPLATES:
        return _editor(project, cycle, TEMPLATES[name](project.pass_share))
    counting = sets.in_force(project, [cycle.id] if cycle else [])
    present = counting.get(cycle.id if cycle else None, counting.get(None))
    return _editor(project, cycle, sets.rows_of(present, project))


def _editor(
    project: Project, cycle: Cycle | None, rows: Sequence[Criterion], fault: Invalid | None = None
) -> ResponseReturnValue:
    page = render_template(
        "criteria/edit.html",
        cycle=cycle,
        at=place_of(cycle),
        rows=[(row, _sentence(row), MEASURES[row.kind]) for row in rows],
        kinds=[(kind.value, label) for kind, label in words.KINDS.items()],
        names={kind.value: label for kind, label in words.KINDS.items()},
        templates=words.TEMPLATES,
        units=[row.name for row in list_named(BusinessUnit, project.id)],
        processes=[row.name for row in list_named(BusinessProcess, project.id)],
        severities={severity.value: label[0] for severity, label in SEVERITIES.items()},
        sides=words.SIDES,
        may_propose=service.speaks_for(project.id, g.actor) is not None,
        fault=fault,
        faults=fault.fields if fault else {},
    )
    return page, fault.status if fault else 200


def _sentence(row: Criterion) -> str:
    """Return the rule as it will be read; nothing while an own one has no words yet."""
    return words.sentence(row) if row.kind is not Kind.OWN or (row.text and row.side in words.SIDES) else ""


@bp.post("/criteria/edit")
@requires(Permission.PROJECT_READ)
def propose(project: Project) -> ResponseReturnValue:
    """Add, remove and order criteria, which only shows them again, or propose them to the other side."""
    cycle, wish = asked_cycle(project), request.form.get("do", "look")
    rows = _typed(request.form)
    if wish != "propose":
        return _editor(project, cycle, _changed(project, rows, wish))
    try:
        with unit_of_work(g.actor):
            service.propose(project, asked_cycle(project), rows, by=g.actor)
    except Invalid as fault:
        return _editor(project, asked_cycle(project), rows, fault)
    flash(_("Proposed. It counts when the other side has agreed; we have written to them."), "done")
    return redirect(url_for(".agreed", **place_of(asked_cycle(project))), 303)


def _typed(form: Mapping[str, str]) -> list[Criterion]:
    count = min(_number(form.get("count", "0")), rules.MOST + 1)
    kinds = [(n, form.get(f"kind-{n}", "")) for n in range(count)]
    return [_criterion(n, Kind(kind)) for n, kind in kinds if kind in set(Kind)]


def _criterion(n: int, kind: Kind) -> Criterion:
    """Read one row of the form; what its kind does not take is left out."""
    parts, form = MEASURES[kind].parts, request.form
    said: dict[str, Any] = {
        part: form.get(f"{part}-{n}", "").strip()[:LONGEST_FIELD] for part in parts if part != "severities"
    }
    if "severities" in parts:
        ticked = form.getlist(f"severities-{n}")
        said["severities"] = tuple(name for name in rules.SEVERITIES if name in ticked)
    return Criterion(kind, 0 if kind is Kind.OWN else _number(form.get(f"bound-{n}", "")), **said)


def _number(raw: str) -> int:
    """Read a number as typed; anything odd becomes one that the rules refuse with words."""
    raw = raw.strip()
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else rules.LARGEST_NUMBER + 1


def _changed(project: Project, rows: list[Criterion], wish: str) -> Sequence[Criterion]:
    """Return the rows after a press of a button that moves, removes or adds one, or takes a template."""
    what, _dash, which = wish.partition("-")
    if what == "template" and which in TEMPLATES:
        return TEMPLATES[which](project.pass_share)
    if what == "add":
        chosen = request.form.get("new", "")
        return [*rows, _begun(Kind(chosen))] if chosen in set(Kind) and len(rows) < rules.MOST else rows
    n = _number(which)
    if n >= len(rows):
        return rows
    if what == "remove":
        return rows[:n] + rows[n + 1 :]
    other = {"up": n - 1, "down": n + 1}.get(what, n)
    if 0 <= other < len(rows):
        rows[n], rows[other] = rows[other], rows[n]
    return rows


def _begun(kind: Kind) -> Criterion:
    severities = rules.SERIOUS if kind is Kind.DEFECTS else ()
    return Criterion(kind, MEASURES[kind].start, severities=severities, side="customer" if kind is Kind.OWN else "")
