"""What is different from the last certificate: the frozen scope of then beside what counts now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from uatapp.criteria import queries as criteria
from uatapp.defects.models import Defect
from uatapp.defects.states import OPEN, DefectState
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.signoffs import queries
from uatapp.signoffs.models import Certificate, Condition, Signoff, Snapshot
from uatapp.signoffs.states import SignoffState
from uatapp.testcases.models import TestCase

SHOWN = 20
PASSED = ("passed", "passed_with_remarks")
ACCEPTED = (
    SignoffState.ACCEPTED,
    SignoffState.ACCEPTED_WITH_CONDITIONS,
    SignoffState.NEEDS_RECONFIRMATION,
    SignoffState.DEEMED_ACCEPTED,
)
Thing = tuple[int, str]  # number and title


@dataclass(frozen=True, slots=True)
class Difference:
    """Since a certificate: kinds of change in the order shown, each with its things; `owed` are its conditions."""

    certificate: Certificate
    signoff: Signoff
    tests: Mapping[str, Sequence[Thing]]
    defects: Mapping[str, Sequence[Thing]]
    owed: Sequence[Condition]

    @property
    def is_nothing(self) -> bool:
        return not any([*self.tests.values(), *self.defects.values()])


@dataclass(frozen=True, slots=True)
class _Then:
    """What a frozen scope says of each test (version, outcome) and each defect (open or not), by reference."""

    tests: Mapping[str, tuple[int, str]]
    defects: Mapping[str, bool]


def difference(project: Project, cycle_ids: Collection[int]) -> Difference | None:
    """Compare with the last certificate of these cycles or some of them; None when there is none."""
    found = _last(project.id, frozenset(cycle_ids))
    if found is None:
        return None
    signoff, certificate, sha256 = found
    then = _then(signoff.id, sha256)
    return Difference(
        certificate, signoff, _tests(project, cycle_ids, then), _defects(project, then), queries.conditions(signoff.id)
    )


def _last(project_id: int, cycle_ids: frozenset[int]) -> tuple[Signoff, Certificate, str] | None:
    statement = (
        sa.select(Signoff, Certificate, Snapshot.sha256)
        .join(Certificate, Certificate.signoff_id == Signoff.id)
        .join(Snapshot, Snapshot.signoff_id == Signoff.id)
        .where(Signoff.project_id == project_id, Signoff.state.in_(ACCEPTED))
        .order_by(Certificate.id.desc())
    )
    for signoff, certificate, sha256 in db.session.execute(statement):
        if queries.cycle_ids(signoff.id) <= cycle_ids:
            return signoff, certificate, sha256
    return None


@lru_cache(maxsize=4)
def _then(signoff_id: int, sha256: str) -> _Then:
    """Read a frozen scope once: what its hash names never changes."""
    document = queries.document_of(queries.get_snapshot(signoff_id))
    tests = {
        test["reference"]: (test["version"], test["outcome"])
        for requirement in document["requirements"]
        for test in requirement["tests"]
    }
    return _Then(tests, {row["reference"]: row["open"] for row in document["defects"]})


def _tests(project: Project, cycle_ids: Collection[int], then: _Then) -> dict[str, list[Thing]]:
    rows = criteria.scope(cycle_ids).subquery()
    statement = sa.select(TestCase.number, TestCase.title, TestCase.version_number, rows.c.outcome)
    found: dict[str, list[Thing]] = {"failing": [], "passing": [], "changed": [], "new": []}
    for number, title, version, outcome in db.session.execute(statement.join(rows, rows.c.id == TestCase.id)):
        before = then.tests.get(written(project.key, Kind.TEST_CASE, number))
        if kind := _kind(before, version, outcome):
            found[kind].append((number, title))
    return {kind: sorted(things) for kind, things in found.items()}


def _kind(before: tuple[int, str] | None, version: int, outcome: str) -> str:
    if before is None:
        return "new"
    if before[1] in PASSED and outcome in ("failed", "blocked"):
        return "failing"
    if before[1] not in PASSED and outcome in PASSED:
        return "passing"
    return "changed" if version != before[0] else ""


def _defects(project: Project, then: _Then) -> dict[str, list[Thing]]:
    found: dict[str, list[Thing]] = {"opened": [], "closed": []}
    statement: Any = sa.select(Defect.number, Defect.title, Defect.state).where(Defect.project_id == project.id)
    for number, title, state in db.session.execute(statement.order_by(Defect.number)):
        was_open = then.defects.get(written(project.key, Kind.DEFECT, number))
        if state in OPEN and not was_open:
            found["opened"].append((number, title))
        elif was_open and state in (DefectState.CLOSED, DefectState.ENDED):
            found["closed"].append((number, title))
    return found
