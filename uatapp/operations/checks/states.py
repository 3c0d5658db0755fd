"""Present states of defects and sign-offs against the last entry that told one."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.defects.models import Defect
from uatapp.defects.states import DefectState
from uatapp.kernel.references import Kind, written
from uatapp.operations.checks.index import Index
from uatapp.operations.checks.report import Report
from uatapp.projects.models import Project
from uatapp.signoffs.models import ActProgress, Condition, ConditionProgress, SignedAct, Signoff
from uatapp.signoffs.states import ActState, ConditionState, SignoffState

MACHINES: tuple[tuple[Any, Kind, str], ...] = (
    (Defect, Kind.DEFECT, DefectState.NEW.value),
    (Signoff, Kind.SIGNOFF, SignoffState.REQUESTED.value),
)


def check(session: Session, index: Index, report: Report, project_key: str | None) -> None:
    """Check that nothing is in another state than the chain told last."""
    for kind, letter, initial in MACHINES:
        statement = sa.select(Project.key, kind.number, kind.state).join(Project, Project.id == kind.project_id)
        if project_key:
            statement = statement.where(Project.key == project_key)
        for key, number, state in session.execute(statement.execution_options(yield_per=500)):
            reference = written(key, letter, number)
            _compare(index, report, key, reference, state.value, initial)
    _after_signing(session, index, report, project_key)


def _after_signing(session: Session, index: Index, report: Report, project_key: str | None) -> None:
    condition = Condition.signoff_reference + " condition " + sa.cast(Condition.number, sa.Text)
    kept = (
        (ConditionProgress, Condition, ConditionProgress.condition_id == Condition.id, condition, ConditionState.OPEN),
        (ActProgress, SignedAct, ActProgress.act_id == SignedAct.id, SignedAct.reference, ActState.OPEN),
    )
    for progress, frozen, same, named, initial in kept:
        state = sa.cast(sa.func.coalesce(progress.state, initial), sa.Text)
        statement = sa.select(Project.key, named, state).join(Project, Project.id == frozen.project_id)
        statement = statement.outerjoin(progress, same)
        if project_key:
            statement = statement.where(Project.key == project_key)
        for key, reference, present in session.execute(statement.execution_options(yield_per=500)):
            _compare(index, report, key, reference, present, initial.value)


def _compare(index: Index, report: Report, key: str, reference: str, state: str, initial: str) -> None:
    told, seq = index.state(key, reference) or (initial, 0)
    if told != state:
        report.bad(key, seq, f"{reference} is {state}; the chain told {told} last")
