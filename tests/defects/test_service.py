"""Use cases of defects on both databases: a defect's life, and every rule tried to be broken."""

import pytest
import sqlalchemy as sa

from tests.factories import flow, problems
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.cycles.states import AssignmentState
from uatapp.defects import queries, reading, retests, service
from uatapp.defects.models import Defect, DefectNote
from uatapp.defects.states import DefectState, Severity, TriageOutcome
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, Refused, Stale
from uatapp.kernel.uow import unit_of_work
from uatapp.runs import service as runs
from uatapp.runs.models import Run

A, S, T = AssignmentState, DefectState, TriageOutcome


def persists(world: World, run: Run, *numbers: int) -> None:
    run_id = run.id
    with unit_of_work(world.actor("tester")):
        again = db.session.get_one(Run, run_id)
        chosen = [queries.get_defect(world.project.id, number, lock=True) for number in numbers]
        retests.persists(world.project, again, chosen, "Still wrong", by=world.actor("tester"))


def propose(world: World, number: int, outcome: TriageOutcome, original: int = 0) -> None:
    with unit_of_work(world.actor("lead")):
        defect = queries.get_defect(world.project.id, number, lock=True)
        other = queries.get_defect(world.project.id, original) if original else None
        service.propose(world.project, defect, outcome, "Because", by=world.actor("lead"), duplicate_of=other)


def states(world: World, number: int) -> tuple[DefectState, AssignmentState]:
    return problems.get(world, number).state, problems.newest(world).state


def test_a_life_from_the_report_to_the_passed_retest(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    assert states(world, number) == (S.NEW, A.FAILED)
    problems.act(world, "lead", number, service.accept, priority=2, note="We look at it")
    assert states(world, number) == (S.ACCEPTED, A.WAITING_FOR_FIX)
    problems.act(world, "engineer", number, service.start_work)
    assert problems.get(world, number).owner_id == world.user_ids["engineer"]
    problems.fix(world, number, "1.1")
    assert states(world, number) == (S.FIXED, A.WAITING_FOR_FIX)
    problems.deploy(world, "1.1")
    assert states(world, number) == (S.IN_RETEST, A.RETEST_DUE)
    assert problems.newest(world).note == f"D{number}: Repaired"
    again = problems.fail(world, problems.newest(world))
    persists(world, again, number)
    assert states(world, number) == (S.REOPENED, A.WAITING_FOR_FIX)
    problems.fix(world, number, "1.2")
    problems.deploy(world, "1.2")
    flow.run(world, problems.newest(world))
    assert states(world, number) == (S.CLOSED, A.PASSED)
    assert problems.get(world, number).reopened_count == 1
    moves = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.like("defect.%")))
    assert {"defect.raised", "defect.linked", "defect.moved", "defect.retested"} <= set(moves)
    said = db.session.scalars(sa.select(DefectNote.text).order_by(DefectNote.number)).all()
    assert said == ["We look at it", "Repaired", "Still wrong", "Repaired"]


def test_all_tests_that_it_stops_must_pass_before_it_closes(world: World) -> None:
    number = problems.report(world, problems.failed(world, 2))
    second = problems.fail(world, flow.assignments(world)[1])
    with unit_of_work(world.actor("tester")):
        defect = queries.get_defect(world.project.id, number, lock=True)
        service.link_run(world.project, defect, db.session.merge(second), by=world.actor("tester"))
    problems.fixed(world, number)
    first, other = flow.assignments(world)
    flow.run(world, first)
    assert problems.get(world, number).state is S.IN_RETEST
    flow.run(world, other)
    assert problems.get(world, number).state is S.CLOSED


def test_a_result_taken_back_proves_no_fix(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    problems.fixed(world, number)
    reference = flow.run(world, problems.newest(world)).reference
    with unit_of_work(world.actor("tester")):
        runs.void(world.project, reference, "", by=world.actor("tester"))
    assert states(world, number) == (S.IN_RETEST, A.TO_DO)
    flow.run(world, problems.newest(world))
    assert states(world, number) == (S.CLOSED, A.PASSED)


def test_a_fix_in_a_build_that_is_there_already_is_tested_at_once(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    problems.act(world, "lead", number, service.accept)
    problems.fix(world, number, "1.0")
    assert states(world, number) == (S.IN_RETEST, A.RETEST_DUE)


def test_a_problem_at_large_fixed_in_a_deployed_build_waits_for_nobody(world: World) -> None:
    number = problems.report(world, by="analyst")
    problems.act(world, "lead", number, service.accept)
    flow.new_build(world, "2.0")
    problems.deploy(world, "2.0")
    problems.fix(world, number, "2.1")
    assert problems.get(world, number).state is S.FIXED
    problems.deploy(world, "2.1")
    problems.act(world, "analyst", number, service.still_wrong, "No help page yet")
    problems.fix(world, number, "2.1")
    assert problems.get(world, number).state is S.IN_RETEST
    problems.act(world, "manager", number, service.confirm)
    assert problems.get(world, number).state is S.CLOSED


def test_a_failed_retest_is_asked_about_until_it_is_explained(world: World) -> None:
    number, me = problems.report(world, problems.failed(world)), world.user_ids["tester"]
    assert reading.unreported_failures(world.project.id, me) == []
    problems.fixed(world, number)
    again = problems.fail(world, problems.newest(world))
    asked = [run.reference for run, _case in reading.unreported_failures(world.project.id, me)]
    assert asked == [again.reference]
    persists(world, again, number)
    assert reading.unreported_failures(world.project.id, me) == []


def test_a_failure_after_an_ended_problem_is_asked_about(world: World) -> None:
    number, me = problems.report(world, problems.failed(world)), world.user_ids["tester"]
    propose(world, number, T.TEST_DATA)
    problems.act(world, "tester", number, service.agree)
    again = problems.fail(world, problems.newest(world))
    assert [run.id for run, _case in reading.unreported_failures(world.project.id, me)] == [again.id]


@pytest.mark.parametrize("who", ["lead", "engineer", "partner_manager", "tester2", "analyst", "auditor"])
def test_only_who_reported_it_or_their_manager_agrees(world: World, who: str) -> None:
    number = problems.report(world, problems.failed(world))
    propose(world, number, T.TRAINING)
    with pytest.raises(NotAllowed):
        problems.act(world, who, number, service.agree)
    problems.act(world, "manager", number, service.agree)
    assert states(world, number) == (S.ENDED, A.TO_DO)


def test_a_proposal_is_contested_once_and_then_decided(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    propose(world, number, T.WORKS_AS_AGREED)
    with pytest.raises(NotAllowed):
        problems.act(world, "manager", number, service.contest, "I am not the reporter")
    with pytest.raises(Invalid):
        problems.act(world, "tester", number, service.contest, " ")
    problems.act(world, "tester", number, service.contest, "To the cent")
    with pytest.raises(Refused):
        problems.act(world, "tester", number, service.contest, "Again")
    for who in ("tester", "lead", "partner_manager", "sponsor"):
        with pytest.raises(NotAllowed):
            problems.act(world, who, number, service.decide, False, "Because")
    problems.act(world, "manager", number, service.decide, False, "The agreement says per line")
    assert states(world, number) == (S.ENDED, A.TO_DO)


def test_what_the_manager_called_a_defect_is_not_proposed_again(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    propose(world, number, T.WORKS_AS_AGREED)
    problems.act(world, "tester", number, service.contest, "To the cent")
    problems.act(world, "manager", number, service.decide, True, "Fix it")
    assert states(world, number) == (S.ACCEPTED, A.WAITING_FOR_FIX)
    with pytest.raises(Refused):
        propose(world, number, T.TRAINING)


def test_whoever_fixed_it_cannot_run_the_retest(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    problems.fixed(world, number)
    with db.engine.begin() as connection:  # a person who has changed from fixing to testing
        connection.execute(sa.update(Defect.__table__).values(fixer_id=world.user_ids["tester"]))
    assignment = problems.newest(world)
    with pytest.raises(NotAllowed, match="You fixed a problem"), unit_of_work(world.actor("tester")):
        runs.start(world.project, assignment.id, by=world.actor("tester"))
    with db.engine.begin() as connection:
        connection.execute(sa.update(Defect.__table__).values(fixer_id=world.user_ids["engineer"]))
    flow.run(world, problems.newest(world))
    assert problems.get(world, number).state is S.CLOSED


def test_a_duplicates_test_follows_its_original_to_the_end(world: World) -> None:
    run = problems.failed(world, 2)
    original = problems.report(world, run)
    number = problems.report(world, problems.fail(world, flow.assignments(world)[1]), title="Totals again")
    problems.act(world, "lead", original, service.accept)
    propose(world, number, T.DUPLICATE, original)
    problems.act(world, "tester", number, service.agree)
    assert [a.state for a in flow.assignments(world)] == [A.WAITING_FOR_FIX] * 2
    problems.fix(world, original, "1.1")
    problems.deploy(world, "1.1")
    for assignment in flow.assignments(world):
        assert assignment.state is A.RETEST_DUE
        flow.run(world, assignment)
    assert problems.get(world, original).state is S.CLOSED
    assert problems.get(world, number).state is S.ENDED


def test_a_duplicate_names_another_problem_that_is_none_itself(world: World) -> None:
    first, second = problems.report(world), problems.report(world)
    for original in (0, first):
        with pytest.raises(Invalid) as refused:
            propose(world, first, T.DUPLICATE, original)
        assert "duplicate_of" in refused.value.fields
    propose(world, first, T.DUPLICATE, second)
    with pytest.raises(Invalid):
        propose(world, second, T.DUPLICATE, first)


@pytest.mark.parametrize("who", ["tester", "lead", "partner_manager", "sponsor", "analyst"])
def test_only_the_customers_manager_defers_and_with_a_workaround(world: World, who: str) -> None:
    number = problems.report(world, problems.failed(world))
    problems.act(world, "lead", number, service.accept)
    with pytest.raises(NotAllowed):
        problems.act(world, who, number, service.defer, "Later", "Staple them")
    for reason, workaround in (("", "Staple them"), ("Later", " ")):
        with pytest.raises(Invalid):
            problems.act(world, "manager", number, service.defer, reason, workaround)
    problems.act(world, "manager", number, service.defer, "Later", "Staple them")
    assert problems.get(world, number).workaround == "Staple them"
    problems.act(world, "lead", number, service.accept)
    assert states(world, number) == (S.ACCEPTED, A.WAITING_FOR_FIX)


def test_a_later_cycle_takes_the_open_links_along(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    problems.act(world, "lead", number, service.accept)
    old = problems.newest(world).id
    flow.open_cycle(world, flow.cases(world), ("tester2", "tester"), name="Cycle 2")
    (link,) = queries.links_of(problems.get(world, number).id)
    assert link.assignment_id != old
    assert (link.assignment.tester_id, link.assignment.item.cycle.name) == (world.user_ids["tester"], "Cycle 2")
    assert states(world, number) == (S.ACCEPTED, A.WAITING_FOR_FIX)
    problems.fix(world, number, "1.1")
    problems.deploy(world, "1.1")
    flow.run(world, problems.newest(world))
    assert states(world, number) == (S.CLOSED, A.PASSED)


def test_a_later_cycle_without_the_tester_takes_the_link_to_whoever_tests_it(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    problems.act(world, "lead", number, service.accept)
    flow.open_cycle(world, flow.cases(world), ("super_user",), name="Cycle 2")
    (link,) = queries.links_of(problems.get(world, number).id)
    assert link.assignment.tester_id == world.user_ids["super_user"]
    assert problems.newest(world, "super_user").state is A.WAITING_FOR_FIX


def test_a_milder_severity_waits_for_the_customer(world: World) -> None:
    number = problems.report(world, severity=Severity.CRITICAL)
    with pytest.raises(Invalid):
        problems.act(world, "lead", number, service.set_severity, Severity.MINOR, "")
    problems.act(world, "lead", number, service.set_severity, Severity.MINOR, "Two people a year")
    assert problems.get(world, number).severity is Severity.CRITICAL
    with pytest.raises(NotAllowed):
        problems.act(world, "lead", number, service.answer_severity, True)
    problems.act(world, "tester", number, service.answer_severity, False)
    assert problems.get(world, number).proposed_severity is None
    with pytest.raises(Refused):
        problems.act(world, "tester", number, service.answer_severity, True)
    problems.act(world, "tester", number, service.set_severity, Severity.COSMETIC, "")
    assert problems.get(world, number).severity is Severity.COSMETIC
    problems.act(world, "engineer", number, service.set_severity, Severity.MAJOR, "")
    assert problems.get(world, number).severity is Severity.MAJOR


@pytest.mark.parametrize("who", ["auditor", "sponsor", "tester2", "partner_manager"])
def test_who_only_reads_changes_no_severity(world: World, who: str) -> None:
    number = problems.report(world, severity=Severity.MINOR)
    with pytest.raises(NotAllowed):
        problems.act(world, who, number, service.set_severity, Severity.CRITICAL, "")


def test_the_severity_of_an_ended_problem_stays(world: World) -> None:
    number = problems.report(world, severity=Severity.MINOR)
    problems.act(world, "tester", number, service.withdraw)
    with pytest.raises(Refused):
        problems.act(world, "tester", number, service.set_severity, Severity.CRITICAL, "")


def test_a_report_is_taken_back_only_by_its_reporter_and_before_a_decision(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    for who in ("manager", "analyst"):
        with pytest.raises(NotAllowed):
            problems.act(world, who, number, service.withdraw)
    problems.act(world, "tester", number, service.withdraw)
    assert states(world, number) == (S.WITHDRAWN, A.TO_DO)
    other = problems.report(world)
    problems.act(world, "lead", other, service.accept)
    with pytest.raises(Refused):
        problems.act(world, "tester", other, service.withdraw)


def test_a_linked_problem_is_not_confirmed_past_its_tests(world: World) -> None:
    number = problems.report(world, problems.failed(world))
    problems.fixed(world, number)
    with pytest.raises(Refused, match="testing again"):
        problems.act(world, "manager", number, service.confirm)


@pytest.mark.parametrize("who", ["tester", "manager", "partner_manager", "auditor"])
def test_only_lead_and_engineers_work_on_problems(world: World, who: str) -> None:
    number = problems.report(world)
    with pytest.raises(NotAllowed):
        problems.act(world, who, number, service.accept)
    with pytest.raises(NotAllowed):
        problems.act(world, who, number, service.propose, T.TRAINING, "Because")


@pytest.mark.parametrize("title", ["", "  \n ", "x" * 201])
def test_a_title_is_a_sentence(world: World, title: str) -> None:
    with pytest.raises(Invalid) as refused:
        problems.report(world, title=title)
    assert "title" in refused.value.fields
    assert problems.count(world) == 0


def test_a_form_older_than_the_problem_is_refused_with_both_texts(world: World) -> None:
    number = problems.report(world)
    problems.act(world, "lead", number, service.accept)
    with pytest.raises(Stale) as refused:
        service.check_version(problems.get(world, number), 1, "My words")
    assert (refused.value.yours, refused.value.theirs) == ("My words", "accepted")
