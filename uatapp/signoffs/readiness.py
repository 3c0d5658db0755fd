"""Can we accept? What is met, what is missing and who owes it, what was not tested and who decided that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from uatapp.criteria import queries as criteria
from uatapp.criteria.rules import CriterionResult
from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import CycleState, Outcome
from uatapp.defects.models import Defect
from uatapp.defects.states import DefectState
from uatapp.kernel.db import db
from uatapp.projects.models import Project
from uatapp.runs.models import Run
from uatapp.signoffs.models import Signoff, Waiver
from uatapp.signoffs.since import ACCEPTED
from uatapp.testcases.models import CarryOver, TestCase
from uatapp.testcases.states import CaseState

SHOWN = 30
NOT_TRIED = ("not_run", "stale", "blocked", "not_applicable")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in a word, a heading and a sentence. `kind` is a kind of tag: passed, remarks, blocked, quiet."""

    kind: str
    heading: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a person decided: about which test or defect, who, and why."""

    number: int
    title: str
    who: str
    why: str
    endpoint: str = "testcases.show"


def verdict(outcomes: Mapping[str, int], results: Sequence[CriterionResult], gaps: int) -> Verdict:
    """Answer the sponsor's question. `gaps` counts what was not tested, deferred or waived."""
    if not sum(outcomes.values()):
        return Verdict("quiet", _("There is nothing to accept yet"), _("No test is in an open or closed cycle."))
    unmet = [row for row in results if not row.met]
    if unmet:
        sentence = ngettext(
            "One of the %(all)s things that both sides agreed on is missing.",
            "%(num)s of the %(all)s things that both sides agreed on are missing.",
            len(unmet),
            all=len(results),
        )
        return Verdict("blocked", _("Not yet"), sentence)
    if gaps:
        sentence = ngettext(
            "Everything that was agreed is met. Look at the one thing that was left out or put off.",
            "Everything that was agreed is met. Look at the %(num)s things that were left out or put off.",
            gaps,
        )
        return Verdict("remarks", _("Yes, with gaps to know about"), sentence)
    return Verdict("passed", _("Yes"), _("Everything that was agreed is met, and everything was tested."))


def cycles_of(project_id: int) -> Sequence[Cycle]:
    """Return the cycles whose results count, the newest first."""
    states = (CycleState.OPEN, CycleState.CLOSED)
    statement = sa.select(Cycle).where(Cycle.project_id == project_id, Cycle.state.in_(states))
    return db.session.scalars(statement.order_by(Cycle.number.desc())).all()


def left_out(cycle_ids: Collection[int]) -> dict[str, list[Said]]:
    """Return what testers could not try or said does not apply: by outcome, the first ones, the last word of each."""
    kinds = (Outcome.BLOCKED, Outcome.NOT_APPLICABLE)
    last = (
        sa.select(sa.func.max(Run.id).label("id"))
        .join(Assignment, Assignment.id == Run.assignment_id)
        .where(Assignment.cycle_id.in_(cycle_ids), Assignment.outcome.in_(kinds), Run.outcome.in_(kinds))
        .group_by(Run.assignment_id)
        .subquery()
    )
    place = sa.func.row_number().over(partition_by=Run.outcome, order_by=TestCase.number).label("place")
    rows = (
        sa.select(Run.outcome, TestCase.number, TestCase.title, Run.tester_name, Run.reason, place)
        .join(last, last.c.id == Run.id)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .where(TestCase.state != CaseState.RETIRED)
        .subquery()
    )
    found: dict[str, list[Said]] = {kind.value: [] for kind in kinds}
    for outcome, number, title, who, why, _place in db.session.execute(
        sa.select(rows).where(rows.c.place <= SHOWN).order_by(rows.c.number)
    ):
        found[outcome.value].append(Said(number, title, who, why))
    return found


def standing(project_id: int) -> list[Said]:
    """Return the first tests that changed and whose earlier result stands, with who decided that."""
    statement = (
        sa.select(TestCase.number, TestCase.title, CarryOver.by_name, CarryOver.reason)
        .join(CarryOver, (CarryOver.test_case_id == TestCase.id) & (CarryOver.to_number == TestCase.version_number))
        .where(TestCase.project_id == project_id, TestCase.state != CaseState.RETIRED)
        .order_by(TestCase.number)
        .limit(SHOWN)
    )
    return [Said(number, title, who, why) for number, title, who, why in db.session.execute(statement)]


def deferred(project_id: int) -> list[Said]:
    """Return the problems that were put off, with what people do until they are fixed."""
    statement = (
        sa.select(Defect.number, Defect.title, Defect.outcome_reason, Defect.workaround)
        .where(Defect.project_id == project_id, Defect.state == DefectState.DEFERRED)
        .order_by(Defect.number)
        .limit(SHOWN)
    )
    return [
        Said(number, title, "", way or why, "defects.show") for number, title, why, way in db.session.execute(statement)
    ]


def waived(project_id: int) -> Sequence[tuple[Waiver, Signoff]]:
    """Return what signatories accepted without, in the decisions that stand."""
    statement = (
        sa.select(Waiver, Signoff)
        .join(Signoff, Signoff.id == Waiver.signoff_id)
        .where(Waiver.project_id == project_id, Signoff.state.in_(ACCEPTED))
        .order_by(Waiver.id.desc())
        .limit(SHOWN)
    )
    return [(waiver, signoff) for waiver, signoff in db.session.execute(statement)]


def evaluated(project: Project, cycle_ids: Collection[int]) -> tuple[Mapping[str, int], Sequence[CriterionResult]]:
    """Return the tests by outcome and the exit criteria over these cycles."""
    facts, results = criteria.evaluated(project, cycle_ids)
    return facts.outcomes, results
