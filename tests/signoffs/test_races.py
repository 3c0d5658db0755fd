"""What happens at the same moment as a signature comes before it or after it, on both databases: exactly one story."""

import json
from collections.abc import Callable
from functools import partial

import pytest
import rfc8785
import sqlalchemy as sa

from tests.factories import flow, problems
from tests.signoffs.one_story import Story, entries, judge
from tests.signoffs.one_story import told as tell
from tests.signoffs.test_signing import bound, closed_cycle, request, sign
from tests.threats.together import at_once
from tests.world import PEOPLE, World
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.cycles.models import Assignment
from uatapp.defects import queries as defects
from uatapp.defects import retests, service
from uatapp.defects.states import Severity
from uatapp.jobs import service as jobs
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError
from uatapp.kernel.uow import unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.runs.models import Run
from uatapp.signoffs import asking, scopes
from uatapp.signoffs import service as signoffs
from uatapp.signoffs.models import CertificateFile
from uatapp.signoffs.queries import get_signoff, get_snapshot
from uatapp.signoffs.rules import Choice
from uatapp.signoffs.states import Decision

pytestmark = pytest.mark.proves("T40")
Act = Callable[[], object]


def rounds(soak: bool, few: int = 1, many: int = 150) -> range:
    return range(many if soak else few)


def raced(world: World, *acts: Act) -> list[str]:
    """Do all at once, each as a request of its own would; return "done" or the kind of refusal. Anything else fails."""
    db.session.remove()
    return at_once([partial(_alone, world, act) for act in acts])


def _alone(world: World, act: Act) -> str:
    with world.app.app_context():
        try:
            act()
        except DomainError as refusal:
            return type(refusal).__name__
        finally:
            db.session.remove()
    return "done"


def signing(world: World, name: str, number: int, choice: Choice | None = None) -> Act:
    """Return the press of somebody who has the page open."""
    seen = bound(world, name, number)
    return partial(sign, world, name, number, choice or Choice(Decision.ACCEPTED), agreed=True, **seen)


def in_order() -> None:
    db.session.rollback()
    assert verify(Options(project="PAY")).findings == []


def before_or_after(told: list[str], story: Story) -> None:
    """The signature came first and was a decision, or it came second and was refused."""
    assert told[1] == "done"
    assert story.state == ("accepted" if told[0] == "done" else "lapsed")
    assert told[0] in ("done", "Refused", "Denied")


# ---- signing against what ends the request ----


def _reopen(world: World) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        cycle = cycles.get_cycle(world.project.id, 1, lock=True)
        cycling.take_action(world.project, cycle, "reopen", by=by, reason="One test was forgotten")


def _report(world: World) -> None:
    by = world.actor("tester")
    with unit_of_work(by):
        run = db.session.scalars(sa.select(Run).where(Run.case_reference == "PAY-T1").order_by(Run.id)).first()
        service.raise_defect(world.project, service.Report("Late", service.Severity.MAJOR), by=by, run=run)


def _withdraw_right(world: World) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        member = find_membership(world.project.id, world.user_ids["sponsor"])
        assert member is not None
        members.withdraw(world.project, member, by=by)


def _again(world: World, after: Act) -> None:
    """Bring back what a round ended, so that the next can begin."""
    by = world.actor("manager")
    if after.__name__ == "_reopen":
        flow.close(world, cycles.get_cycle(world.project.id, 1))
    if after.__name__ == "_withdraw_right":
        with unit_of_work(by):
            member = find_membership(world.project.id, world.user_ids["sponsor"])
            assert member is not None
            members.grant(world.project, member, by=by)


def waived(world: World, number: int) -> Choice:
    """Accept whatever is not met, as the frozen scope says."""
    document = signoffs.queries.document_of(signoffs.queries.get_snapshot(get_signoff(world.project.id, number).id))
    unmet = [row["code"] for row in document["criteria"] if not row["met"]]
    return Choice(Decision.ACCEPTED, waivers=tuple((code, "known and bearable") for code in unmet))


@pytest.mark.proves("F22", "E18")
@pytest.mark.parametrize("meanwhile", [_reopen, _report, _withdraw_right])
def test_what_ends_a_request_comes_before_or_after_the_signature(
    world: World, soak: bool, meanwhile: Callable[[World], None]
) -> None:
    closed_cycle(world)
    for _round in rounds(soak):
        number = request(world, "sponsor")
        press = signing(world, "sponsor", number, waived(world, number))
        told = raced(world, press, partial(meanwhile, world))
        before_or_after(told, judge(world, number))
        _again(world, meanwhile)
    in_order()


# ---- signing against a retest that fails ----


def _two_rounds_with_one_problem(world: World) -> int:
    """A test of the closed first round and one of the open second wait for the same problem; return its number."""
    one, other = flow.make_cases(world, 2)
    first_id, other_id = one.id, other.id
    flow.open_cycle(world, [one])
    failed = problems.fail(world, flow.assignments(world)[0])
    number = problems.report(world, failed)
    flow.close(world, cycles.get_cycle(world.project.id, 1))
    flow.open_cycle(world, [case for case in flow.cases(world) if case.id == other_id], name="Cycle 2")
    seen = problems.fail(world, problems.newest(world)).id
    by = world.actor("tester")
    with unit_of_work(by):
        defect = defects.get_defect(world.project.id, number, lock=True)
        service.link_run(world.project, defect, db.session.get_one(Run, seen), by=by)
    assert first_id != other_id
    problems.act(world, "lead", number, service.accept)
    return number


def _fix(world: World, number: int, round_: int) -> int:
    """Fix and deploy; return the assignment whose retest is due."""
    build = f"1.{round_ + 1}"
    if problems.get(world, number).state.value == "reopened":
        problems.act(world, "engineer", number, service.start_work)
    problems.fix(world, number, build)
    problems.deploy(world, build)
    return int(problems.newest(world).id)


def _fails(world: World, assignment_id: int, number: int) -> None:
    """The tester submits a failing retest and says that the problem is still there."""
    run_id = problems.fail(world, db.session.get_one(Assignment, assignment_id)).id
    by = world.actor("tester")
    with unit_of_work(by):
        defect = defects.get_defect(world.project.id, number, lock=True)
        retests.persists(world.project, db.session.get_one(Run, run_id), [defect], "Still wrong", by=by)


@pytest.mark.proves("F21", "E18")
def test_a_retest_that_fails_while_one_signs(world: World, soak: bool) -> None:
    defect = _two_rounds_with_one_problem(world)
    for round_ in rounds(soak):
        due = _fix(world, defect, round_)
        number = request(world, "sponsor")
        press = signing(world, "sponsor", number, waived(world, number))
        told = raced(world, press, partial(_fails, world, due, defect))
        before_or_after(told, judge(world, number))
        assert problems.get(world, defect).reopened_count == round_ + 1
    in_order()


# ---- several who sign ----


def _everybody(world: World, count: int) -> list[str]:
    """Give the right to sign to as many members of both sides as are wanted; return their names."""
    names = ["sponsor", "sponsor2", "partner_sponsor", *(n for n in PEOPLE if "sponsor" not in n)][:count]
    by = world.actor("manager")
    with unit_of_work(by):
        for name in names:
            member = find_membership(world.project.id, world.user_ids[name])
            assert member is not None
            if not member.may_sign:
                members.grant(world.project, member, by=by)
    return names


@pytest.mark.proves("F20")
def test_many_sign_at_once_and_one_of_them_is_the_last(world: World, soak: bool) -> None:
    closed_cycle(world)
    names = _everybody(world, 10)
    for round_ in rounds(soak, 1, 100):
        asked = names[: 2 + round_ % 9] if soak else names
        number = request(world, *asked)
        choice = waived(world, number)
        told = raced(world, *[signing(world, name, number, choice) for name in asked])
        assert told == ["done"] * len(asked)
        story = judge(world, number)
        assert (len(story.signed), len(story.issued), story.state) == (len(asked), 1, "accepted")
    in_order()


@pytest.mark.proves("F20", "E21")
def test_one_rejects_while_others_accept(world: World, soak: bool) -> None:
    closed_cycle(world)
    no = Choice(Decision.REJECTED, reasons="The totals are wrong")
    for _round in rounds(soak):
        number = request(world, "sponsor", "sponsor2", "partner_sponsor")
        acts = [signing(world, name, number) for name in ("sponsor", "partner_sponsor")]
        told = raced(world, signing(world, "sponsor2", number, no), *acts)
        story = judge(world, number)
        assert told[0] == "done"
        assert (story.state, len(story.signed)) == ("rejected", told.count("done"))
    in_order()


@pytest.mark.proves("F20", "E5")
def test_the_same_person_in_two_windows_signs_once(world: World, soak: bool) -> None:
    closed_cycle(world)
    for _round in rounds(soak):
        number = request(world, "sponsor", "sponsor2")
        told = raced(world, *[signing(world, "sponsor", number) for _window in range(3)])
        assert sorted(told) == ["Denied", "Denied", "done"]
        assert len(judge(world, number).signed) == 1
        with unit_of_work(world.actor("manager")):
            signoff = get_signoff(world.project.id, number, lock=True)
            signoffs.withdraw(world.project, signoff, "Round over", by=world.actor("manager"))
    in_order()


def _take_back(world: World, number: int) -> None:
    by = world.actor("manager")
    with unit_of_work(by):
        signoff = get_signoff(world.project.id, number, lock=True)
        signoffs.withdraw(world.project, signoff, "Too early", by=by)


@pytest.mark.proves("E21")
def test_a_request_is_taken_back_while_one_signs(world: World, soak: bool) -> None:
    closed_cycle(world)
    for _round in rounds(soak):
        number = request(world, "sponsor")
        told = raced(world, signing(world, "sponsor", number), partial(_take_back, world, number))
        assert sorted(told) == ["Refused", "done"]
        assert judge(world, number).state == ("accepted" if told[0] == "done" else "withdrawn")
    in_order()


@pytest.mark.proves("E22")
def test_of_two_decisions_on_one_scope_the_later_counts(world: World, soak: bool) -> None:
    closed_cycle(world)
    for _round in rounds(soak):
        numbers = [request(world, "sponsor"), request(world, "sponsor2")]
        presses = [signing(world, name, n) for name, n in zip(("sponsor", "sponsor2"), numbers, strict=True)]
        assert raced(world, *presses) == ["done", "done"]
        stories = sorted((judge(world, number) for number in numbers), key=lambda story: story.ended_at)
        assert [story.state for story in stories] == ["superseded", "accepted"]
    in_order()


# ---- what is frozen at the moment when something happens ----


@pytest.mark.proves("F21", "E12")
@pytest.mark.parametrize("meanwhile", [_report, _withdraw_right])
def test_what_happens_while_a_scope_is_frozen_is_in_it_or_ends_it(
    world: World, soak: bool, meanwhile: Callable[[World], None]
) -> None:
    closed_cycle(world)
    for _round in rounds(soak):
        told = raced(world, partial(request, world, "sponsor", "sponsor2"), partial(meanwhile, world))
        assert told[1] == "done"
        number = _newest(world)
        if told[0] == "done":
            judge(world, number)
        else:
            assert (told[0], meanwhile) == ("Invalid", _withdraw_right)
        _again(world, meanwhile)
    in_order()


def _newest(world: World) -> int:
    requested = [entry["subject"] for entry in entries() if entry["action"] == "signoff.requested"]
    return int(requested[-1].rpartition("S")[2]) if requested else 0


@pytest.mark.proves("E12")
def test_work_goes_on_while_a_scope_is_frozen(world: World, soak: bool) -> None:
    """A problem is led on while its scope is frozen: list, figures and lights are of one moment."""
    defect = _two_rounds_with_one_problem(world)
    for round_ in rounds(soak):
        act = partial(_fix, world, defect, round_)
        told = raced(world, partial(request, world, "sponsor"), act)
        assert told == ["done", "done"]
        judge(world, _newest(world))
        _fails(world, int(problems.newest(world).id), defect)
    in_order()


@pytest.mark.proves("E12")
def test_what_changes_after_the_scope_was_read_ahead_is_frozen_as_it_is_then(world: World) -> None:
    """The pages read a scope before others have to wait; a problem that is reported meanwhile is in it."""
    closed_cycle(world)
    by, project = world.actor("manager"), world.project
    cycle = cycles.get_cycle(project.id, 1)
    seat = find_membership(project.id, world.user_ids["sponsor"])
    assert seat is not None
    ahead = asking.look_ahead(project, [cycle], [seat], scopes.WHOLE)
    frozen = []
    for is_reported in (False, True):
        if is_reported:
            problems.report(world, db.session.scalars(sa.select(Run)).first(), Severity.MINOR)
        with unit_of_work(by):
            locked = cycles.get_cycle(project.id, 1, lock=True)
            number = asking.ask(project, "Ahead", [locked], [seat], asking.Terms(), by=by, ahead=ahead).number
        frozen.append(get_snapshot(get_signoff(project.id, number).id))
    first, second = (json.loads(row.document) for row in frozen)
    assert all(row.document == rfc8785.dumps(json.loads(row.document)) for row in frozen)
    assert (len(first["defects"]), len(second["defects"])) == (0, 1)
    assert first["audit"]["seq"] == ahead.seq < second["audit"]["seq"]


# ---- the paper ----


def _make_papers() -> None:
    jobs.run_due()


@pytest.mark.proves("F27")
def test_the_paper_is_made_once_whoever_asks_while_others_sign(site: World, soak: bool) -> None:
    closed_cycle(site)
    for _round in rounds(soak, 1, 10):
        number = request(site, "sponsor2", "partner_sponsor")
        presses = [signing(site, name, number) for name in ("sponsor2", "partner_sponsor")]
        assert raced(site, _make_papers, *presses, _make_papers) == ["done"] * 4
        raced(site, _make_papers, _make_papers)
        judge(site, number)
        stored = [entry["facts"]["number"] for entry in entries() if entry["action"] == "certificate.stored"]
        files = db.session.scalars(sa.select(CertificateFile.certificate_number)).all()
        assert sorted(stored) == sorted(files) == sorted(set(files))
        assert f"UAT-PAY-S{number}" in files
    in_order()


def test_the_judge_sees_a_story_that_is_none(world: World) -> None:
    closed_cycle(world)
    number = request(world, "sponsor")
    sign(world, "sponsor", number, **bound(world, "sponsor", number))
    judge(world, number)
    trail = entries()
    signed = next(place for place, entry in enumerate(trail) if entry["action"] == "signoff.signed")

    with pytest.raises(AssertionError, match="signed after it ended"):
        tell([*trail, trail[signed]], f"PAY-S{number}")
