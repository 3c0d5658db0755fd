"""Who owes what, and by when, before a scope can be accepted. Grouped in the database; the first ones by name."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from uatapp.accounts.models import User
from uatapp.criteria import queries as criteria
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.cycles.states import AssignmentState
from uatapp.defects.states import DefectState
from uatapp.kernel.db import db
from uatapp.projects.models import Project
from uatapp.requirements.models import RequirementVersionState
from uatapp.requirements.states import VersionState
from uatapp.testcases.models import TestCase
from uatapp.testcases.states import CaseState

NAMED = 6
_A = AssignmentState
UNSEEN = (DefectState.NEW, DefectState.PROPOSED, DefectState.CONTESTED)
WORKED_ON = (DefectState.ACCEPTED, DefectState.IN_PROGRESS, DefectState.REOPENED)


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that somebody has to do; `who` is empty where no name may be shown."""

    what: str
    who: str = ""
    by: date | None = None
    endpoint: str = ""


def owed(project: Project, cycle_ids: Collection[int], *, names: bool) -> list[Owed]:
    """Return what is owed in these cycles. Testers' names only with `names`."""
    return [
        *_tests(cycle_ids, names),
        *_retests(cycle_ids, names),
        *_unassigned(cycle_ids),
        *_defects(project, cycle_ids),
        *_decisions(project),
    ]


def _by_tester(cycle_ids: Collection[int], *states: AssignmentState) -> list[tuple[str, int, date | None]]:
    count = sa.func.count(Assignment.id)
    statement = (
        sa.select(User.name, count, sa.func.min(Assignment.due_on))
        .join(User, User.id == Assignment.tester_id)
        .where(Assignment.cycle_id.in_(cycle_ids), Assignment.state.in_(states))
        .group_by(User.id, User.name)
        .order_by(count.desc(), User.name)
    )
    return [(name, number, due) for name, number, due in db.session.execute(statement)]


def _people(rows: list[tuple[str, int, date | None]], names: bool, sentence: Any, endpoint: str = "") -> Iterator[Owed]:
    shown = rows[:NAMED] if names else []
    for name, number, due in shown:
        yield Owed(sentence(number), name, due, endpoint)
    if rest := rows[len(shown) :]:
        days = [due for _name, _number, due in rest if due is not None]
        people = ngettext("one tester", "%(num)s testers", len(rest)) if not names else _("%(n)s others", n=len(rest))
        yield Owed(sentence(sum(number for _name, number, _due in rest)), people, min(days, default=None), endpoint)


def _tests(cycle_ids: Collection[int], names: bool) -> Iterator[Owed]:
    def sentence(number: int) -> str:
        return str(ngettext("has one test to do", "has %(num)s tests to do", number))

    yield from _people(_by_tester(cycle_ids, _A.TO_DO, _A.IN_PROGRESS), names, sentence)


def _retests(cycle_ids: Collection[int], names: bool) -> Iterator[Owed]:
    def sentence(number: int) -> str:
        return str(ngettext("has one test to try again", "has %(num)s tests to try again", number))

    yield from _people(_by_tester(cycle_ids, _A.RETEST_DUE), names, sentence)


def _unassigned(cycle_ids: Collection[int]) -> Iterator[Owed]:
    live = sa.exists().where(Assignment.item_id == CycleItem.id, Assignment.state != _A.WITHDRAWN)
    statement = sa.select(sa.func.count(CycleItem.id)).where(CycleItem.cycle_id.in_(cycle_ids), ~live)
    if number := db.session.scalar(statement):
        what = ngettext("have one test to give to somebody", "have %(num)s tests to give to somebody", number)
        yield Owed(what, _("The project managers"), endpoint="cycles.index")


def _defects(project: Project, cycle_ids: Collection[int]) -> Iterator[Owed]:
    serious = criteria.serious(project.id, cycle_ids).subquery()
    counted = (
        sa.select(User.name, serious.c.state, sa.func.count())
        .outerjoin(User, User.id == serious.c.owner_id)
        .group_by(User.name, serious.c.state)
    )
    found: dict[str, int] = {}
    unseen = waiting = 0
    for owner, state, number in db.session.execute(counted):
        if state in UNSEEN:
            unseen += number
        elif state in WORKED_ON:
            found[owner or ""] = found.get(owner or "", 0) + number
        else:
            waiting += number
    if unseen:
        what = ngettext("have one serious problem to answer", "have %(num)s serious problems to answer", unseen)
        yield Owed(what, _("The partner’s lead and the reporter"), endpoint="defects.index")
    for owner, number in sorted(found.items(), key=lambda item: -item[1])[:NAMED]:
        what = ngettext("has one serious problem to fix", "has %(num)s serious problems to fix", number)
        yield Owed(what, owner or _("Nobody yet at the partner"), endpoint="defects.index")
    if waiting:
        what = ngettext(
            "see to it that one fix reaches the testers", "see to it that %(num)s fixes reach the testers", waiting
        )
        yield Owed(what, _("The partner’s lead and the project managers"), endpoint="defects.index")


def _decisions(project: Project) -> Iterator[Owed]:
    suspect = sa.select(sa.func.count(TestCase.id)).where(
        TestCase.project_id == project.id, TestCase.state == CaseState.SUSPECT
    )
    waiting = sa.select(sa.func.count(RequirementVersionState.id)).where(
        RequirementVersionState.project_id == project.id, RequirementVersionState.state == VersionState.IN_REVIEW
    )
    changed, reviews = db.session.execute(sa.select(suspect.scalar_subquery(), waiting.scalar_subquery())).one()
    if changed:
        what = ngettext(
            "decide whether the result of one changed test stands",
            "decide whether the results of %(num)s changed tests stand",
            changed,
        )
        yield Owed(what, _("The customer’s analysts"), endpoint="testcases.changed")
    if reviews:
        what = ngettext("have one requirement to approve", "have %(num)s requirements to approve", reviews)
        yield Owed(what, _("The department heads"), endpoint="requirements.index")
