"""Use cases of runs, on both databases: start, keep, submit, take back."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from tests.factories import flow
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles.models import Assignment
from uatapp.cycles.states import AssignmentState, BlockCause, Outcome
from uatapp.evidence import service as evidence
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from uatapp.kernel.uow import unit_of_work
from uatapp.runs import queries, service
from uatapp.runs.models import DraftEvidence, Run, RunDraft
from uatapp.runs.rules import Told
from uatapp.runs.states import StepAnswer

GOOD, BAD, UNDONE = StepAnswer.AS_EXPECTED, StepAnswer.NOT_AS_EXPECTED, StepAnswer.NOT_DONE
ALL_GOOD = Told(dict.fromkeys((2, 3, 4, 5), GOOD), {})


@pytest.fixture
def assignment_id(world: World) -> int:
    flow.open_cycle(world, flow.make_cases(world, 1))
    return flow.assignments(world)[0].id


def present(assignment_id: int) -> Assignment:
    return db.session.get_one(Assignment, assignment_id, populate_existing=True)


def begin(world: World, assignment_id: int, who: str = "tester") -> int:
    """Start a test; return the version of its draft."""
    with unit_of_work(world.actor(who)):
        return service.start(world.project, assignment_id, by=world.actor(who)).version


def submit(world: World, assignment_id: int, told: Told, who: str = "tester", version: int | None = None) -> str:
    with unit_of_work(world.actor(who)):
        return service.submit(world.project, assignment_id, told, by=world.actor(who), version=version).reference


def void(world: World, reference: str, reason: str = "", who: str = "tester") -> None:
    with unit_of_work(world.actor(who)):
        service.void(world.project, reference, reason, by=world.actor(who))


def test_a_passed_run_is_frozen_and_stands_in_its_assignment(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    reference = submit(world, assignment_id, ALL_GOOD)
    row, run = present(assignment_id), queries.get_run(world.project.id, reference)
    assert (row.state, row.outcome, row.run_version, row.run_count) == (AssignmentState.PASSED, Outcome.PASSED, 1, 1)
    assert [(step.position, step.answer) for step in run.steps] == [(n, GOOD) for n in (2, 3, 4, 5)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RunDraft)) == 0
    assert db.session.scalar(sa.select(AuditEntry.subject).where(AuditEntry.action == "run.submitted")) == reference


def test_a_submitted_run_never_changes(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    reference = submit(world, assignment_id, ALL_GOOD)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), unit_of_work(world.actor("tester")):
        db.session.execute(sa.text("UPDATE run SET outcome = 'failed' WHERE reference = :r"), {"r": reference})


@pytest.mark.parametrize(
    ("told", "state", "cause"),
    [
        (Told({2: BAD}, {2: "No such field"}), AssignmentState.FAILED, None),
        (Told({2: UNDONE}, {}, reason="No licence"), AssignmentState.BLOCKED, BlockCause.OTHER),
        (Told({}, {}, reason="It crashes", blocked_by=BlockCause.DEFECT), AssignmentState.BLOCKED, BlockCause.DEFECT),
        (Told({}, {}, reason="We do not", not_applicable=True), AssignmentState.NOT_APPLICABLE, None),
    ],
)
def test_each_outcome_has_its_state(
    world: World, assignment_id: int, told: Told, state: AssignmentState, cause: BlockCause | None
) -> None:
    begin(world, assignment_id)
    submit(world, assignment_id, told)
    assert (present(assignment_id).state, present(assignment_id).blocked_by) == (state, cause)


def test_a_draft_survives_and_can_be_gone_on_with(world: World, assignment_id: int) -> None:
    version = begin(world, assignment_id)
    told = Told({2: GOOD, 3: BAD}, {3: "Wrong"}, "Slow", undecided=frozenset({4}))
    with unit_of_work(world.actor("tester")):
        service.save_draft(world.project, assignment_id, told, version, by=world.actor("tester"))
    assert begin(world, assignment_id) == version + 1
    draft = queries.find_draft(world.project.id, assignment_id, world.user_ids["tester"])
    assert draft is not None
    assert draft.answers == {
        "2": {"answer": "as_expected", "remark": ""},
        "3": {"answer": "not_as_expected", "remark": "Wrong"},
        "4": {"answer": "could_not", "remark": ""},
    }


def test_two_windows_do_not_overwrite_each_other(world: World, assignment_id: int) -> None:
    version, by = begin(world, assignment_id), world.actor("tester")
    with unit_of_work(by):
        service.save_draft(world.project, assignment_id, Told({2: GOOD}, {2: "mine"}), version, by=by)
    with pytest.raises(Stale) as stale, unit_of_work(by):
        service.save_draft(world.project, assignment_id, Told({2: BAD}, {2: "other"}), version, by=by)
    assert "mine" in stale.value.theirs
    assert "other" in stale.value.yours
    with pytest.raises(Stale):
        submit(world, assignment_id, ALL_GOOD, version=version)
    with unit_of_work(by):
        again = service.save_draft(world.project, assignment_id, Told({2: GOOD}, {2: "mine"}), version, by=by)
    assert again == version + 1


def test_nobody_else_starts_saves_submits_or_takes_back(world: World, assignment_id: int) -> None:
    with pytest.raises(NotAllowed, match="Marta"):
        begin(world, assignment_id, "tester2")
    with pytest.raises(NotAllowed, match="customer"):
        begin(world, assignment_id, "engineer")
    version = begin(world, assignment_id)
    for who in ("tester2", "manager", "engineer"):
        with pytest.raises(NotFound), unit_of_work(world.actor(who)):
            service.save_draft(world.project, assignment_id, ALL_GOOD, version, by=world.actor(who))
        with pytest.raises(NotFound):
            submit(world, assignment_id, ALL_GOOD, who)
    reference = submit(world, assignment_id, ALL_GOOD)
    with pytest.raises(Invalid, match="Only the person"):
        void(world, reference, "No", "manager")


def test_runs_start_and_end_in_an_open_cycle_only(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    cycle = cycles.get_cycle(world.project.id, 1)
    flow.close(world, cycle)
    with pytest.raises(NotAllowed, match="not open"):
        submit(world, assignment_id, ALL_GOOD)
    with pytest.raises(NotAllowed, match="not open"):
        begin(world, assignment_id)


def test_submitting_twice_changes_nothing(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    submit(world, assignment_id, ALL_GOOD)
    with pytest.raises(NotFound, match="not open any more"):
        submit(world, assignment_id, ALL_GOOD)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Run)) == 1


def test_a_slip_is_taken_back_at_once_and_later_with_a_reason(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    void(world, submit(world, assignment_id, ALL_GOOD))
    row = present(assignment_id)
    assert (row.state, row.outcome, row.run_count) == (AssignmentState.TO_DO, None, 1)
    begin(world, assignment_id)
    reference = submit(world, assignment_id, ALL_GOOD)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        with pytest.raises(Invalid, match="reason"):
            void(world, reference)
        void(world, reference, "Wrong customer")
    with pytest.raises(Refused):
        void(world, reference, "Again")
    assert [bool(gone) for _run, gone in queries.attempts(assignment_id)] == [True, True]


def test_the_run_before_counts_again_when_the_last_is_taken_back(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    submit(world, assignment_id, Told({2: UNDONE}, {}, reason="No licence"))
    with unit_of_work(world.actor("manager")):
        row = cycles.get_assignment(world.project.id, assignment_id, lock=True)
        assigning.send_back(row, "Licence is there", by=world.actor("manager"))
    begin(world, assignment_id)
    void(world, submit(world, assignment_id, ALL_GOOD))
    row = present(assignment_id)
    assert (row.state, row.outcome) == (AssignmentState.TO_DO, Outcome.BLOCKED)


@pytest.mark.proves("F19")
def test_an_open_run_stays_on_its_version_and_the_new_one_is_to_do(world: World, assignment_id: int) -> None:
    begin(world, assignment_id)
    flow.bring_in(world, flow.feature(1, status="Held"))
    with unit_of_work(world.actor("analyst")):
        from uatapp.testcases import service as testcases

        case = cycles.get_assignment(world.project.id, assignment_id).item.test_case
        testcases.test_again(world.project, case, by=world.actor("analyst"))
    reference = submit(world, assignment_id, ALL_GOOD)
    assert queries.get_run(world.project.id, reference).case_version_number == 1
    row = present(assignment_id)
    assert row.state is AssignmentState.TO_DO
    assert "changed while you tested" in row.note


def test_what_the_first_tester_typed_is_there_when_the_test_comes_back(world: World, assignment_id: int) -> None:
    version, by = begin(world, assignment_id), world.actor("tester")
    with unit_of_work(by):
        service.save_draft(world.project, assignment_id, Told({2: GOOD}, {}, "Half way"), version, by=by)
    for who in ("tester2", "tester"):
        with unit_of_work(world.actor("manager")):
            row = cycles.get_assignment(world.project.id, assignment_id, lock=True)
            member = next(m for m in cycles.testers(world.project.id) if m.user_id == world.user_ids[who])
            assigning.reassign(world.project, row, member, "Holiday", by=world.actor("manager"))
        if who == "tester2":
            begin(world, assignment_id, "tester2")
    begin(world, assignment_id)
    draft = queries.find_draft(world.project.id, assignment_id, world.user_ids["tester"])
    assert draft is not None
    assert draft.remark == "Half way"


def test_files_of_a_draft_go_with_the_run(world: World, assignment_id: int, picture: bytes) -> None:
    begin(world, assignment_id)
    by = world.actor("tester")
    for name, position in (("one.png", 3), ("two.png", 99), ("three.png", 0)):
        with unit_of_work(by):
            taken = evidence.take(world.project, name, picture, by=by)
            service.add_evidence(world.project, assignment_id, taken, position, by=by)
            token = taken.token
    with unit_of_work(by):
        service.remove_evidence(world.project, assignment_id, token, by=by)
    run = queries.get_run(world.project.id, submit(world, assignment_id, ALL_GOOD))
    assert [(row.evidence.name, row.position) for row in run.evidence] == [("one.png", 3), ("two.png", 0)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DraftEvidence)) == 0


@pytest.fixture
def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "PNG")
    return out.getvalue()


def test_the_store_holds_what_was_given(world: World, picture: bytes, tmp_path: Path) -> None:
    by = world.actor("tester")
    with unit_of_work(by):
        first = evidence.take(world.project, "a.png", picture, by=by)
        second = evidence.take(world.project, "b.png", picture, by=by)
        assert first.sha256 == second.sha256
        assert first.token != second.token
