"""Executed results as an Excel file: one row a run, one sheet more for its steps. Text is never a formula."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.evidence.models import Evidence
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.reports import excel
from uatapp.requirements.models import Document, Requirement
from uatapp.runs.models import Run, RunEvidence, RunVoid, StepResult
from uatapp.testcases.models import TestCase, TestCaseVersion

CHUNK = 500


def workbook(project: Project, cycle_id: int | None = None) -> bytes:
    """Write all submitted runs of a project (or of one cycle) into an xlsx file."""
    return excel.workbook(lambda book: _fill(book, project, cycle_id))


def _fill(book: Any, project: Project, cycle_id: int | None) -> None:
    results = excel.sheet(book, _("Results"), result_columns())
    for number, row in enumerate(_results(project, cycle_id), 1):
        excel.write(results, number, row)
    steps = excel.sheet(book, _("Steps"), step_columns())
    for number, row in enumerate(_steps(project, cycle_id), 1):
        excel.write(steps, number, row)


def result_columns() -> list[tuple[str, int]]:
    """Return headings and widths of the first sheet."""
    return [
        (_("Requirement"), 14), (_("Requirement name"), 44), (_("Business process"), 20), (_("Unit"), 18),
        (_("Test"), 12), (_("Test name"), 44), (_("Version"), 9), (_("Present version"), 9), (_("Cycle"), 24),
        (_("Tester"), 22), (_("Attempt"), 9), (_("Started"), 17), (_("Submitted"), 17), (_("Build"), 14),
        (_("Outcome"), 20), (_("Taken back"), 24), (_("Remark"), 50), (_("Reason"), 30), (_("Evidence"), 40),
        (_("Run"), 26),
    ]  # fmt: skip


def step_columns() -> list[tuple[str, int]]:
    """Return headings and widths of the second sheet."""
    return [
        (_("Run"), 26), (_("Test"), 12), (_("Step"), 7), (_("What the step says"), 70), (_("Answer"), 20),
        (_("Remark"), 60),
    ]  # fmt: skip


def _runs(project: Project, cycle_id: int | None) -> Any:
    statement = (
        sa.select(Run, TestCase, TestCaseVersion.title, Requirement, Cycle.name, BusinessUnit.name, BusinessProcess.name,
                  RunVoid.by_name, RunVoid.reason)
        .join(TestCaseVersion, TestCaseVersion.id == Run.case_version_id)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .join(CycleItem, CycleItem.id == Assignment.item_id)
        .join(Cycle, Cycle.id == CycleItem.cycle_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .join(Requirement, Requirement.id == TestCase.requirement_id)
        .join(Document, Document.id == Requirement.document_id)
        .outerjoin(BusinessUnit, BusinessUnit.id == Document.unit_id)
        .outerjoin(BusinessProcess, BusinessProcess.id == Document.process_id)
        .outerjoin(RunVoid, RunVoid.run_id == Run.id)
        .where(Run.project_id == project.id)
        .order_by(Run.submitted_at, Run.id)
    )  # fmt: skip
    return statement.where(Cycle.id == cycle_id) if cycle_id else statement


def _results(project: Project, cycle_id: int | None) -> Iterator[list[Any]]:
    zone = ZoneInfo(project.zone)
    for chunk in db.session.execute(_runs(project, cycle_id)).partitions(CHUNK):
        names = _evidence_names([row[0].id for row in chunk])
        for run, case, title, requirement, cycle, unit, process, voider, why in chunk:
            yield [
                written(project.key, Kind.REQUIREMENT, requirement.number), requirement.name, process, unit,
                run.case_reference, title, run.case_version_number, case.version_number, cycle,
                run.tester_name, run.attempt, _local(run.started_at, zone), _local(run.submitted_at, zone),
                run.build_name, outcome_words(run.outcome.value), f"{voider}: {why}" if voider else "",
                run.remark, run.reason, "\n".join(names.get(run.id, ())), run.reference,
            ]  # fmt: skip


def outcome_words(outcome: str) -> str:
    """Return an outcome as people read it."""
    words: dict[str, str] = {
        "passed": _("Passed"),
        "passed_with_remarks": _("Passed with remarks"),
        "failed": _("Failed"),
        "blocked": _("Blocked"),
        "not_applicable": _("Not applicable"),
    }
    return words.get(outcome, outcome)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, microsecond=0)


def _evidence_names(run_ids: Sequence[int]) -> dict[int, list[str]]:
    statement = (
        sa.select(RunEvidence.run_id, Evidence.name)
        .join(Evidence, Evidence.id == RunEvidence.evidence_id)
        .where(RunEvidence.run_id.in_(run_ids))
        .order_by(RunEvidence.id)
    )
    found: dict[int, list[str]] = {}
    for run_id, name in db.session.execute(statement):
        found.setdefault(run_id, []).append(name)
    return found


def _steps(project: Project, cycle_id: int | None) -> Iterator[list[Any]]:
    answers = {
        "as_expected": _("As expected"),
        "not_as_expected": _("Not as expected"),
        "not_done": _("Not done"),
    }
    statement = (
        sa.select(StepResult, Run.reference, Run.case_reference, TestCaseVersion.steps)
        .join(Run, Run.id == StepResult.run_id)
        .join(TestCaseVersion, TestCaseVersion.id == Run.case_version_id)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .where(StepResult.project_id == project.id)
        .order_by(Run.submitted_at, Run.id, StepResult.position)
    )
    if cycle_id:
        statement = statement.where(Assignment.cycle_id == cycle_id)
    for chunk in db.session.execute(statement).partitions(CHUNK):
        for result, reference, test, steps in chunk:
            said = steps[result.position - 1]["text"] if 0 < result.position <= len(steps) else ""
            yield [reference, test, result.position, said, answers[result.answer.value], result.remark]
