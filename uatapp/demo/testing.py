"""What testers of the example do, and what becomes of the problems they report."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from uatapp.defects import queries as defects
from uatapp.defects import retests
from uatapp.defects import service as problems
from uatapp.defects.models import Defect
from uatapp.defects.states import Severity, TriageOutcome
from uatapp.demo import acts, pictures
from uatapp.demo.stage import Stage
from uatapp.evidence import service as evidence
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.projects.models import Build, Project
from uatapp.runs import queries, rules, service
from uatapp.runs.states import StepAnswer

EACH = 9  # minutes


def passes(stage: Stage, tester: str, assignments: Sequence[int]) -> None:
    """Let a tester pass several tests in a row, told in one go."""
    in_a_row(stage, tester, dict.fromkeys(assignments, ""))


def in_a_row(stage: Stage, tester: str, found: Mapping[int, str], remark: str = "", each: int = EACH) -> None:
    """Let a tester run tests one after the other: as expected, or what was found wrong; told in one go."""
    begun = stage.moment
    stage.pass_time(each * len(found))
    with stage.act(tester) as (_session, by):
        for number, (assignment_id, wrong) in enumerate(found.items()):
            at = min(begun + timedelta(minutes=each * number), stage.moment)
            with clock.at(at):
                version_id = service.start(stage.project, assignment_id, by=by).case_version_id
            with clock.at(min(at + timedelta(minutes=each), stage.moment)):
                service.submit(stage.project, assignment_id, _told(version_id, wrong, remark), by=by)


def runs(
    stage: Stage,
    tester: str,
    assignment_id: int,
    *,
    wrong: str = "",
    remark: str = "",
    stopped: str = "",
    does_not_apply: str = "",
    picture: str = "",
) -> str:
    """Run a test; return the run's reference. `wrong` is what was seen at the last step, `stopped` why it ended."""
    version_id = begins(stage, tester, assignment_id, picture, wrong or remark)
    told = _told(version_id, wrong, remark, stopped, does_not_apply)
    with stage.act(tester, minutes=4) as (_session, by):
        return service.submit(stage.project, assignment_id, told, by=by).reference


def begins(stage: Stage, tester: str, assignment_id: int, picture: str = "", seen: str = "") -> int:
    """Start a test, with a picture of what is seen; return the id of the version shown."""
    with stage.act(tester, minutes=6) as (_session, by):
        version_id = service.start(stage.project, assignment_id, by=by).case_version_id
        if picture:
            taken = evidence.take(stage.project, f"{picture}.png", pictures.draw(picture, seen), by=by)
            service.add_evidence(stage.project, assignment_id, taken, 0, by=by)
    return version_id


def _told(
    version_id: int, wrong: str = "", remark: str = "", stopped: str = "", does_not_apply: str = ""
) -> rules.Told:
    positions = rules.asked(queries.get_version(version_id).steps)
    answers = dict.fromkeys(positions, StepAnswer.AS_EXPECTED)
    if wrong or stopped or does_not_apply:
        answers[positions[-1]] = StepAnswer.NOT_AS_EXPECTED if wrong else StepAnswer.NOT_DONE
    remarks = {positions[-1]: wrong} if wrong else {}
    reason = stopped or does_not_apply
    return rules.Told(answers, remarks, remark=remark, reason=reason, not_applicable=bool(does_not_apply))


def finds(
    stage: Stage, tester: str, assignment_id: int, title: str, severity: Severity, seen: str, picture: str = ""
) -> int:
    """Fail a test and report the problem from it; return the problem's number."""
    run = runs(stage, tester, assignment_id, wrong=seen, picture=picture)
    with stage.act(tester) as (_session, by):
        found = queries.get_run(stage.project.id, run)
        report = problems.Report(title, severity, seen, position=found.steps[-1].position)
        files = [row.evidence for row in found.evidence]
        return problems.raise_defect(stage.project, report, by=by, run=found, evidence=files).number


def reports(stage: Stage, who: str, title: str, severity: Severity, words: str) -> int:
    """Report a problem at large; return its number."""
    with stage.act(who) as (_session, by):
        return problems.raise_defect(stage.project, problems.Report(title, severity, words), by=by).number


def on(stage: Stage, who: str, number: int, act: Callable[..., None], *words: object, **more: object) -> None:
    """Let a person do something to a problem."""
    with stage.act(who) as (_session, by):
        act(stage.project, defects.get_defect(stage.project.id, number, lock=True), *words, by=by, **more)


def accept(stage: Stage, number: int, note: str, priority: int = 2) -> None:
    """Let the lead accept a problem as a defect."""
    on(stage, "lead", number, problems.accept, note=note, priority=priority)


def propose(
    stage: Stage, number: int, outcome: TriageOutcome, reason: str, sentence: str = "", repeats: int = 0
) -> None:
    """Let the lead propose that a problem is no defect."""

    def act(project: Project, defect: Defect, *, by: Actor) -> None:
        original = defects.get_defect(project.id, repeats) if repeats else None
        problems.propose(project, defect, outcome, reason, by=by, sentence=sentence, duplicate_of=original)

    on(stage, "lead", number, act)


def fix(stage: Stage, number: int, build: str, note: str) -> None:
    """Let the engineer fix a problem in a build."""
    build_id = acts.build(stage, build)
    on(stage, "engineer", number, problems.start_work)
    stage.pass_time(80)

    def act(project: Project, defect: Defect, *, by: Actor) -> None:
        problems.fix(project, defect, db.session.get_one(Build, build_id), note, by=by)

    on(stage, "engineer", number, act)


def still_wrong(stage: Stage, tester: str, assignment_id: int, number: int, seen: str, picture: str) -> None:
    """Fail a test again, and say which problem persists."""
    reference = runs(stage, tester, assignment_id, wrong=seen, picture=picture)

    def act(project: Project, defect: Defect, *, by: Actor) -> None:
        retests.persists(project, queries.get_run(project.id, reference), [defect], seen, by=by)

    on(stage, tester, number, act)
