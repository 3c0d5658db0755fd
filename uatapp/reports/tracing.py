"""From a requirement to the signature: its tests, the results that count, its open problems, and what was signed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from uatapp.criteria.queries import live_cycle_ids
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.defects.models import Defect, DefectLink
from uatapp.defects.states import OPEN
from uatapp.kernel.db import db
from uatapp.projects.models import Project
from uatapp.requirements.models import Document, Requirement
from uatapp.requirements.reading import has_word
from uatapp.requirements.states import RequirementState
from uatapp.runs.counting import WORST_FIRST, case_outcomes, rank_of, worst
from uatapp.signoffs.models import Signoff, Snapshot
from uatapp.signoffs.queries import members_of
from uatapp.signoffs.states import SignoffState
from uatapp.testcases.models import TestCase
from uatapp.testcases.states import CaseState

# gaps first: nothing to test it with, then as results are ranked; what is not agreed has no tests yet
UNCOVERED, NOT_AGREED = "uncovered", "not_agreed"
ORDER = (UNCOVERED, *WORST_FIRST, NOT_AGREED)
SIGNED = (
    SignoffState.ACCEPTED,
    SignoffState.ACCEPTED_WITH_CONDITIONS,
    SignoffState.DEEMED_ACCEPTED,
    SignoffState.NEEDS_RECONFIRMATION,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the matrix is narrowed to."""

    unit_id: int | None = None
    process_id: int | None = None
    stands: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A requirement by its id, the word for how it stands, and how many tests it has."""

    requirement_id: int
    stands: str
    tests: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-off that covers a requirement, and the version that was signed."""

    number: int
    version: int
    state: SignoffState


@dataclass(slots=True)
class Trace:
    """What hangs on one requirement."""

    tests: list[tuple[int, str, str]] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    signed: list[Signed] = field(default_factory=list)

    @property
    def stands(self) -> str:
        """The worst result of its tests; "uncovered" without any."""
        return worst([outcome for _number, _title, outcome in self.tests])


def stands_of(project_id: int) -> tuple[sa.ColumnElement[int], sa.Subquery]:
    """Return a requirement's place in ORDER as SQL, and what to join for it: the worst result of its tests."""
    results = case_outcomes(live_cycle_ids(project_id)).subquery()
    rank = sa.func.coalesce(rank_of(results.c.outcome), WORST_FIRST.index("not_run"))
    tested = (
        sa.select(TestCase.requirement_id, sa.func.min(rank).label("rank"), sa.func.count().label("tests"))
        .outerjoin(results, results.c.test_case_id == TestCase.id)
        .where(TestCase.project_id == project_id, TestCase.state != CaseState.RETIRED)
        .group_by(TestCase.requirement_id)
        .subquery()
    )
    stands = sa.case(
        (tested.c.rank.is_not(None), tested.c.rank + 1),
        (Requirement.approved_number == 0, ORDER.index(NOT_AGREED)),
        else_=ORDER.index(UNCOVERED),
    )
    return stands, tested


def narrowed(statement: Any, wanted: Wanted, stands: sa.ColumnElement[int]) -> Any:
    """Narrow a select of requirements, joined with their documents, to what is wanted."""
    if wanted.unit_id:
        statement = statement.where(Document.unit_id == wanted.unit_id)
    if wanted.process_id:
        statement = statement.where(Document.process_id == wanted.process_id)
    if wanted.stands:
        statement = statement.where(stands == ORDER.index(wanted.stands))
    for word in wanted.words.split()[:8]:
        statement = statement.where(has_word(word))
    return statement.where(Requirement.state == RequirementState.ACTIVE)


def standing(project: Project, wanted: Wanted) -> list[Standing]:
    """Say how every requirement stands, gaps first, but for `wanted.stands`: one statement, light rows."""
    stands, tested = stands_of(project.id)
    statement = (
        sa.select(Requirement.id, stands, sa.func.coalesce(tested.c.tests, 0))
        .join(Document, Document.id == Requirement.document_id)
        .outerjoin(tested, tested.c.requirement_id == Requirement.id)
        .where(Requirement.project_id == project.id)
    )
    rows = narrowed(statement, replace(wanted, stands=""), stands)
    ordered = rows.order_by(stands, Document.path, Requirement.position, Requirement.number)
    return [Standing(id_, ORDER[at], tests) for id_, at, tests in db.session.execute(ordered)]


def loaded(rows: Sequence[Standing]) -> list[tuple[Requirement, Standing]]:
    """Read the requirements of some rows, each with its document and process, in the rows' order."""
    statement = sa.select(Requirement).where(Requirement.id.in_([row.requirement_id for row in rows]))
    statement = statement.options(joinedload(Requirement.document).joinedload(Document.process))
    found = {row.id: row for row in db.session.scalars(statement)}
    return [(found[row.requirement_id], row) for row in rows]


def traces(project: Project, requirements: Sequence[Requirement]) -> Mapping[int, Trace]:
    """Return what hangs on some requirements, by their id: the same statements however many they are."""
    ids = [row.id for row in requirements]
    found: dict[int, Trace] = defaultdict(Trace)
    results = case_outcomes(live_cycle_ids(project.id), ids).subquery()
    tests = (
        sa.select(TestCase.requirement_id, TestCase.number, TestCase.title, results.c.outcome)
        .outerjoin(results, results.c.test_case_id == TestCase.id)
        .where(TestCase.requirement_id.in_(ids), TestCase.state != CaseState.RETIRED)
        .order_by(TestCase.requirement_id, TestCase.position, TestCase.number)
    )
    for requirement_id, number, title, outcome in db.session.execute(tests):
        found[requirement_id].tests.append((number, title, outcome or "not_run"))
    for requirement_id, defect in _open_defects(ids):
        found[requirement_id].defects.append(defect)
    by_number = {row.number: row.id for row in requirements}
    for signoff, versions in _signed(project.id):
        for number in by_number.keys() & versions.keys():
            found[by_number[number]].signed.append(Signed(signoff.number, versions[number], signoff.state))
    return found


def _open_defects(requirement_ids: Collection[int]) -> Sequence[Any]:
    """Return (requirement id, open defect): of a test of it, or reported on it."""
    by_test = (
        sa.select(TestCase.requirement_id.label("of"), DefectLink.defect_id.label("defect_id"))
        .join(CycleItem, CycleItem.test_case_id == TestCase.id)
        .join(Assignment, Assignment.item_id == CycleItem.id)
        .join(DefectLink, DefectLink.assignment_id == Assignment.id)
        .where(TestCase.requirement_id.in_(requirement_ids))
    )
    at_large = sa.select(Defect.requirement_id, Defect.id).where(Defect.requirement_id.in_(requirement_ids))
    pairs = sa.union(by_test, at_large).subquery()
    statement = sa.select(pairs.c.of, Defect).join(Defect, Defect.id == pairs.c.defect_id)
    return db.session.execute(statement.where(Defect.state.in_(OPEN)).order_by(Defect.number)).all()


# requirement numbers with their versions in a frozen scope, by its hash: it never changes, whoever looks
_FROZEN: dict[str, Mapping[int, int]] = {}
_KEPT = 200


def _signed(project_id: int) -> list[tuple[Signoff, Mapping[int, int]]]:
    """Return the sign-offs that hold, each with the requirements in its frozen scope, oldest first."""
    statement = (
        sa.select(Signoff, Snapshot.id, Snapshot.sha256)
        .join(Snapshot, Snapshot.signoff_id == Signoff.id)
        .where(Signoff.project_id == project_id, Signoff.state.in_(SIGNED))
        .order_by(Signoff.number)
    )
    return [(signoff, _in_scope(snapshot_id, sha256)) for signoff, snapshot_id, sha256 in db.session.execute(statement)]


def _in_scope(snapshot_id: int, sha256: str) -> Mapping[int, int]:
    if sha256 not in _FROZEN:
        rows = members_of(db.session.get_one(Snapshot, snapshot_id), "requirements")["requirements"]
        _FROZEN[sha256] = {int(row["reference"].rpartition("R")[2]): row["version"] for row in rows}
        for old in list(_FROZEN)[:-_KEPT]:
            _FROZEN.pop(old, None)
    return _FROZEN[sha256]
