"""What always holds of agreed criteria, on both databases: tried to break, and what two do at once."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.counting import statements
from tests.factories import agreeing, flow, problems
from tests.world import World
from uatapp.criteria import answering, lights, queries, rules, service, sets
from uatapp.criteria.areas import Area
from uatapp.criteria.models import CriteriaAgreement, CriteriaProgress, CriteriaVersion, CriterionAnswer, CriterionLight
from uatapp.criteria.rules import Criterion, Kind
from uatapp.criteria.states import CRITERIA, SetState
from uatapp.jobs import service as jobs
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, NotAllowed, NotFound, Refused
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.signoffs import freeze

OWN = Criterion(Kind.OWN, text="Users were trained", side="customer")
EVERY_KIND = (
    *rules.TEMPLATES["strict"](95),
    Criterion(Kind.STALE, 0),
    Criterion(Kind.SHARE_PASSED, 100, tag="@must"),
    Criterion(Kind.SHARE_PASSED, 90, unit="Billing"),
    Criterion(Kind.SHARE_RUN, 90, process="Order to cash"),
    Criterion(Kind.RETESTS, 1, unit="Billing"),
    Criterion(Kind.UNCOVERED, 0, tag="@must", process="Order to cash"),
    OWN,
)


def answered(world: World, yes: bool = True, by: str = "manager") -> None:
    with unit_of_work(world.actor(by)):
        answering.answer(world.project, OWN.code, yes, "Seen", by=world.actor(by))


def test_nothing_agreed_can_be_changed_behind_it_and_verify_reads_all_of_it(world: World) -> None:
    agreeing.agree(world, (*rules.usual(95), OWN))
    answered(world)
    flow.open_cycle(world, flow.make_cases(world, 1))
    for kind in (CriteriaVersion, CriteriaAgreement, CriterionAnswer):
        for act in (sa.update(kind).values(by_name="Somebody else"), sa.delete(kind)):
            with pytest.raises(DBAPIError, match="append-only"), unit_of_work(world.actor("manager")) as session:
                session.connection().execute(act)
    db.session.rollback()
    found = verify(Options())
    assert [*found.findings, *found.not_checked] == []


def test_one_version_counts_and_one_waits_whatever_goes_around_the_rules(world: World) -> None:
    agreeing.agree(world)
    agreeing.propose(world, rules.usual(90))
    for state in (SetState.AGREED, SetState.PROPOSED):
        with pytest.raises(DBAPIError), unit_of_work(world.actor("manager")) as session:
            session.connection().execute(sa.update(CriteriaProgress).values(state=state))
        db.session.rollback()


@pytest.mark.parametrize(
    ("action", "by", "error"),
    [
        ("agree", "manager", NotAllowed),  # one's own proposal
        ("decline", "manager", NotAllowed),
        ("withdraw", "partner_manager", NotAllowed),
        ("agree", "partner_sponsor", NotAllowed),  # the side has a project manager
        ("agree", "sponsor", NotAllowed),
        ("agree", "lead", NotAllowed),
        ("decline", "partner_manager", Invalid),  # without a reason
        ("replace", "partner_manager", NotFound),  # only the flow itself does
    ],
)
def test_who_may_not_answer_is_refused_and_nothing_changes(
    world: World, action: str, by: str, error: type[DomainError]
) -> None:
    number = agreeing.propose(world)
    with pytest.raises(error):
        agreeing.decide(world, number, action, by=by)
    db.session.rollback()
    assert not sets.in_force(world.project)
    assert [row.state for row in sets.history(sets.find(world.project.id, None))] == [SetState.PROPOSED]


def test_each_state_takes_the_actions_of_its_table_and_no_others(world: World) -> None:
    ends = {"agree": "partner_manager", "decline": "partner_manager", "withdraw": "manager"}
    for action, by in ends.items():
        number = agreeing.propose(world, rules.usual(50 + len(action)))
        agreeing.decide(world, number, action, by=by, reason="No")
        for again, who in ends.items():
            with pytest.raises(Refused):
                agreeing.decide(world, number, again, by=who, reason="No")
    reachable = {target for _source, _action, target in CRITERIA.edges()} | {CRITERIA.initial}
    assert reachable == set(SetState)


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ((), "add"),
        ((Criterion(Kind.RETESTS, 0), Criterion(Kind.RETESTS, 3)), "bound-1"),
        ((Criterion(Kind.SHARE_PASSED, 101),), "bound-0"),
        ((Criterion(Kind.SHARE_PASSED, 0),), "bound-0"),
        ((Criterion(Kind.RETESTS, 10_000),), "bound-0"),
        ((Criterion(Kind.DEFECTS, 0),), "severities-0"),
        ((Criterion(Kind.STALE, 0, unit="Nowhere"),), "unit-0"),
        ((Criterion(Kind.STALE, 0, process="Nothing"),), "process-0"),
        ((Criterion(Kind.STALE, 0, tag="@mist"),), "tag-0"),
        ((Criterion(Kind.STALE, 0, tag="%"),), "tag-0"),
        ((Criterion(Kind.OWN, text="", side="customer"),), "text-0"),
        ((Criterion(Kind.OWN, text="Trained", side="nobody"),), "side-0"),
    ],
)
def test_what_could_never_be_judged_is_refused_at_its_field(
    world: World, rows: tuple[Criterion, ...], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        agreeing.propose(world, rows) if rows else _propose_nothing(world)
    assert list(refused.value.fields) == [field]


def _propose_nothing(world: World) -> None:
    with unit_of_work(world.actor("manager")):
        service.propose(world.project, None, (), by=world.actor("manager"))


def test_a_second_proposal_and_one_that_changes_nothing_are_refused(world: World) -> None:
    agreeing.agree(world)
    with pytest.raises(Refused, match="count already"):
        agreeing.propose(world)
    agreeing.propose(world, rules.usual(90))
    with pytest.raises(Refused, match="waits already"):
        agreeing.propose(world, rules.usual(80), by="partner_manager")


def test_two_who_propose_at_once_leave_one_proposal(world: World) -> None:
    flow.make_cases(world, 1)
    done = together(world, lambda: agreeing.propose(world), lambda: agreeing.propose(world, by="partner_manager"))
    assert sorted(done) == ["Refused", "done"]
    states = sets.history(sets.find(world.project.id, None))
    assert [row.state for row in states] == [SetState.PROPOSED]


def together(world: World, *acts: Callable[[], object]) -> list[str]:
    """Let several act at once; return what became of each."""
    told: list[str] = []
    begin = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> None:
        with world.app.app_context():
            begin.wait()
            try:
                act()
                told.append("done")
            except DomainError as error:
                told.append(type(error).__name__)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_an_own_criterion_that_nobody_agreed_is_not_answered(world: World) -> None:
    agreeing.propose(world, (OWN,))
    with pytest.raises(NotFound):
        answered(world)


def test_the_newest_answer_counts_and_each_stays(world: World) -> None:
    agreeing.agree(world, (OWN,))
    for yes in (True, False):
        answered(world, yes)
    (found,) = queries.evaluated(world.project, [])[1]
    assert (found.met, found.value) == (False, "No")
    assert [row.yes for row, _files in answering.history(world.project.id, OWN.code)] == [False, True]


def test_a_decision_over_two_cycles_asks_for_the_hardest_of_both(world: World) -> None:
    agreeing.agree(world, rules.usual(95))
    first = flow.open_cycle(world, flow.make_cases(world, 1)).id
    agreeing.agree(world, (Criterion(Kind.SHARE_PASSED, 80), OWN))
    second = flow.open_cycle(world, flow.cases(world), name="Cycle 2").id
    both = {row.code: row for row in sets.of_cycles(world.project, [first, second])}
    assert list(both) == ["all_run", "share_passed", "no_serious_defect", "no_retest", OWN.code]
    assert both["share_passed"].bound == 95
    assert [row.code for row in sets.of_cycles(world.project, [second])] == ["share_passed", OWN.code]
    frozen = freeze.criteria_sets.frozen(world.project, [first, second])
    assert [(one["reference"], one["origin"], [who["name"] for who in one["agreed"]]) for one in frozen] == [
        ("PAY cycle 1 exit criteria 1", "PAY exit criteria 1", ["Anders Vik", "Paula Stone"]),
        ("PAY cycle 2 exit criteria 1", "PAY exit criteria 2", ["Anders Vik", "Paula Stone"]),
    ]


def test_a_criterion_about_another_unit_says_nothing_about_this_one(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    about = (Criterion(Kind.SHARE_PASSED, 100, unit="Billing"), Criterion(Kind.RETESTS, 0, unit="Order entry"))
    unit = Area(frozenset({world.unit("Order entry").id}))
    found = queries.evaluated(world.project, [1], (), unit, about)[1]
    assert [(row.code, row.met) for row in found] == [(about[1].code, True)]
    everywhere = queries.evaluated(world.project, [1], rows=about)[1]
    assert [row.met for row in everywhere] == [False, True]


def test_open_problems_count_by_the_severities_that_were_agreed(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    problems.fail(world, flow.assignments(world)[0])
    row = Criterion(Kind.DEFECTS, 1, severities=("critical", "major", "minor"))
    for number, title in enumerate(("one", "two")):
        problems.report(world, None, title=title)
        (found,) = queries.evaluated(world.project, [1], rows=[row])[1]
        assert (found.met, found.value, len(found.rows)) == (number < 1, str(number + 1), number * 2)


def test_statements_stay_the_same_for_many_criteria_and_tests(world: World) -> None:
    cases = flow.make_cases(world, 6)
    flow.open_cycle(world, cases[:1])
    agreeing.agree(world, EVERY_KIND)

    def look(cycle_ids: list[int]) -> int:
        db.session.rollback()
        project = world.project
        with statements() as seen:
            queries.evaluated(project, cycle_ids, rows=EVERY_KIND)
        return len(seen)

    few = look([1])
    flow.open_cycle(world, cases, name="Cycle 2")
    assert few == look([1, 2]) <= 4


def test_a_light_is_noted_once_a_day_for_the_project_and_each_open_cycle(world: World) -> None:
    cycle = flow.open_cycle(world, flow.make_cases(world, 1))
    lights.note_all()
    flow.run(world, flow.assignments(world)[0])
    lights.note_all()
    rows = db.session.scalars(sa.select(CriterionLight).where(CriterionLight.code == "share_passed")).all()
    assert [(row.value, row.met) for row in rows] == [("100 %", True)] * 2
    flow.close(world, cycle)
    assert len({row.set_id for row in rows}) == 2


def test_lights_are_noted_soon_after_a_cycle_opened(world: World) -> None:
    flow.open_cycle(world, flow.make_cases(world, 1))
    jobs.run_due()
    rows = db.session.scalars(sa.select(CriterionLight).where(CriterionLight.code == "all_run")).all()
    assert [(row.value, row.met, row.nothing) for row in rows] == [("0 of 1", False, False)] * 2
