"""What counts: the outcome of an assignment, a test case and a requirement, as SQL and as the same rule in words."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from uatapp.cycles.models import Assignment, Cycle, CycleItem
from uatapp.cycles.states import AssignmentState, Outcome
from uatapp.kernel.db import db
from uatapp.testcases.models import TestCase
from uatapp.testcases.states import CaseState

N_ = str
_CYCLE, _VALID = 10, 10**12  # the digits of a weight: rank, number of the cycle, whether the result is valid
WORST_FIRST = ("failed", "blocked", "stale", "not_run", "passed_with_remarks", "passed", "not_applicable")
RULE = N_(
    "A test counts with its last result on its present version, the worst where several people tried it. "
    "Share passed = (passed + passed with remarks) / (in scope − does not apply), rounded down."
)
RULES = (
    N_("Worst first: failed, blocked, changed since tested, not run, passed with remarks, passed."),
    N_("Over several cycles the newest one counts in which a test has a result that is valid."),
    N_("A requirement takes the worst outcome of its tests; without tests it is not covered."),
)


def worst(outcomes: Sequence[str]) -> str:
    """Return the worst of some outcomes; "uncovered" of none."""
    return min(outcomes, key=WORST_FIRST.index) if outcomes else "uncovered"


def is_valid() -> sa.ColumnElement[bool]:
    """Say in SQL whether an assignment's last run counts for its test case (joined as TestCase)."""
    current = Assignment.run_version == TestCase.version_number
    carried = sa.and_(TestCase.state != CaseState.SUSPECT, Assignment.run_version >= TestCase.valid_from)
    return sa.or_(current, carried)


def outcome_sql() -> sa.ColumnElement[str]:
    """Return the effective outcome of an assignment (joined with its TestCase) as SQL."""
    return word_sql(rank_sql())


def rank_sql() -> sa.ColumnElement[int]:
    """Return the place among the worst (0 is worst) of an assignment's outcome (joined with its TestCase) as SQL."""
    return sa.case(
        (Assignment.outcome.is_(None), WORST_FIRST.index("not_run")),
        (~is_valid(), WORST_FIRST.index("stale")),
        else_=sa.case({outcome: WORST_FIRST.index(outcome) for outcome in Outcome}, value=Assignment.outcome),
    )


def rank_of(word: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """Return the place among the worst of an outcome as SQL; nothing for none."""
    return sa.case({name: place for place, name in enumerate(WORST_FIRST)}, value=word)


def word_sql(rank: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.case(dict(enumerate(WORST_FIRST)), value=rank)


def _per_cycle(cycle_ids: Collection[int], requirement_ids: Collection[int] | None = None) -> sa.Subquery:
    """Select test case, cycle and weight (of some requirements, or of all): the worst assignment counts, not run
    without any.

    The weight says in one number what decides over cycles (a valid result, then the newest cycle), and ends in the
    rank; so that the largest weight of a test case is the one that counts, and grouping is all that it takes.
    """
    rank = sa.func.coalesce(sa.func.min(rank_sql()), WORST_FIRST.index("not_run"))
    valid = sa.func.max(sa.case((sa.and_(Assignment.outcome.is_not(None), is_valid()), _VALID), else_=0))
    of = [] if requirement_ids is None else [TestCase.requirement_id.in_(requirement_ids)]
    live = sa.and_(Assignment.item_id == CycleItem.id, Assignment.state != AssignmentState.WITHDRAWN)
    return (
        sa.select(
            CycleItem.test_case_id.label("test_case_id"),
            CycleItem.cycle_id.label("cycle_id"),
            (valid + sa.func.min(Cycle.number) * _CYCLE + rank).label("weight"),
        )
        .join(Cycle, Cycle.id == CycleItem.cycle_id)
        .join(TestCase, TestCase.id == CycleItem.test_case_id)
        .outerjoin(Assignment, live)
        .where(CycleItem.cycle_id.in_(cycle_ids), TestCase.state != CaseState.RETIRED, *of)
        .group_by(CycleItem.test_case_id, CycleItem.cycle_id)
        .subquery()
    )


def case_outcomes(cycle_ids: Collection[int], requirement_ids: Collection[int] | None = None) -> sa.Select[Any]:
    """Select test_case_id and outcome, one row per test case (of some requirements, or of all) in these cycles.

    Over cycles the newest one counts in which it has a valid result, else the newest one it is in.
    """
    per_cycle = _per_cycle(cycle_ids, requirement_ids)
    best = sa.func.max(per_cycle.c.weight) % _CYCLE
    statement = sa.select(per_cycle.c.test_case_id, word_sql(best).label("outcome"))
    return statement.group_by(per_cycle.c.test_case_id)


def by_cycle(cycle_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Count the tests of each cycle by outcome, in one statement."""
    per_cycle = _per_cycle(cycle_ids)
    columns = (per_cycle.c.cycle_id, per_cycle.c.weight % _CYCLE)
    statement = sa.select(*columns, sa.func.count()).group_by(*columns)
    found: dict[int, dict[str, int]] = {}
    for cycle_id, rank, number in db.session.execute(statement):
        found.setdefault(cycle_id, {})[WORST_FIRST[rank]] = number
    return found
